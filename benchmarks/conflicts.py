"""Candidates of conflicting rules among all pairs of 250,000, and beside the dense matrix where that still fits."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from axiometer.build.conflicts.options import ConflictOptions
from axiometer.similarity.pairs import TIE
from benchmarks.dedup_vectors import write_vectors
from benchmarks.processes import Taken, run

RULES, FEW = 250_000, 25_000
COMPARED = 20_000
PER_RULE, ALL_PAIRS = 5, 450  # so many pairs of each rule and band that none is left out


def conflicts(small: bool = False) -> None:
    count = FEW if small else RULES
    print(f"\n# candidates of conflicts, cosine from 0.5 on, {PER_RULE} pairs of each rule and band\n")
    print(
        f"{'rules':>8} {'way':>16} {'seconds':>8} {'peak MiB':>9} {'pairs':>15} {'from 0.5 on':>12} {'candidates':>11}"
    )
    with TemporaryDirectory() as name:
        _exact(Path(name))
        folder = Path(name) / "large"
        folder.mkdir()
        vectors = write_vectors(folder / "vectors.npy", count)
        taken = _run("conflicts_ours", vectors, PER_RULE, Path(name) / "large.npz")
        with np.load(Path(name) / "large.npz") as found:
            _show(count, "blocks", taken, _from_low(found), len(found["i"]))
            print(
                "\nall pairs by band:",
                ", ".join(f"{e:g}: {c}" for e, c in zip(found["edges"], found["counts"], strict=True)),
            )
            _estimate(found)


def _exact(folder: Path) -> None:
    """At a size where the dense matrix fits: time and memory of both, and every pair compared with float64."""
    place = folder / "compared"
    place.mkdir()
    vectors = write_vectors(place / "vectors.npy", COMPARED, seed=1)
    ours = _run("conflicts_ours", vectors, PER_RULE, folder / "ours.npz")
    with np.load(folder / "ours.npz") as found:
        _show(COMPARED, "blocks", ours, _from_low(found), len(found["i"]))
    dense = _run("conflicts_dense", vectors, "0.5", folder / "dense.npz")
    with np.load(folder / "dense.npz") as found:
        _show(COMPARED, "dense matrix", dense, len(found["i"]), None)
    times = (RULES / COMPARED) ** 2
    needed = RULES**2 * 4 / 1e9
    projected = f"{dense.wall * times:.0f} s and {needed:.0f} GB for the matrix alone"
    print(f"{RULES:>8} {'dense, projected':>16} {projected}")
    print(f"\nat {COMPARED}: seconds, dense / blocks: {dense.wall / ours.wall:.2f}", end="; ")
    print(f"memory, dense / blocks: {dense.memory / ours.memory:.2f}")
    for file in place.glob("block-*"):
        file.unlink()
    _run("conflicts_ours", vectors, ALL_PAIRS, folder / "all.npz")
    with np.load(folder / "all.npz") as found:
        _check(np.load(vectors), found)


def _check(rows: NDArray[np.float32], found: np.lib.npyio.NpzFile) -> None:
    """Counts and pairs against the dense matrix in float64, a strip at a time."""
    edges, bands = found["edges"][1:], ConflictOptions.of().bands
    counts = np.zeros(len(edges), np.int64)
    wanted: set[int] = set()
    wide = rows.astype(np.float64)
    for start in range(0, len(rows), 1_000):
        cosines = wide[start : start + 1_000] @ wide.T
        later = np.arange(len(rows))[None, :] > np.arange(start, start + len(cosines))[:, None]
        reaching = np.array([np.count_nonzero(cosines[later] >= edge - TIE) for edge in edges])
        counts += reaching - np.append(reaching[1:], 0)
        i, j = np.nonzero((cosines >= bands[0] - TIE) & later)
        opposite = (i + start) % 2 != j % 2
        candidate = (cosines[i, j] < bands[-1] - TIE) | opposite
        wanted.update(((i + start) * len(rows) + j)[candidate].tolist())
    got = set((found["i"] * len(rows) + found["j"]).tolist())
    assert counts.tolist() == found["counts"][1:].tolist(), "the histogram differs from float64 arithmetic"
    assert got == wanted, f"the candidates differ from float64 arithmetic in {len(got ^ wanted)} pairs"
    print(
        f"at {len(rows)}: all {len(edges)} bands and all {len(wanted)} eligible pairs are those of float64 arithmetic\n"
    )


def _estimate(found: np.lib.npyio.NpzFile) -> None:
    """How near the sample comes to the number of eligible pairs, which is known."""
    known = _from_low(found) - int(found["alike"])
    estimated = float(np.sum(1 / found["p"]))
    print(f"eligible pairs: {known}; estimated from the sample: {estimated:.0f} ({estimated / known - 1:+.3%})")


def _from_low(found: np.lib.npyio.NpzFile) -> int:
    return int(found["counts"][found["edges"] >= 0.5].sum())


def _show(rules: int, way: str, taken: Taken, tail: int, candidates: int | None) -> None:
    pairs = rules * (rules - 1) // 2
    said = "-" if candidates is None else candidates
    print(f"{rules:>8} {way:>16} {taken.wall:>8.1f} {taken.memory:>9.0f} {pairs:>15} {tail:>12} {said:>11}", flush=True)


def _run(module: str, *words: object) -> Taken:
    return run([sys.executable, "-m", f"benchmarks.{module}", *(str(word) for word in words)])
