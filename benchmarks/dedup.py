"""Near-duplicates among 250,000 vectors: time, memory and duplicates left, beside semhash and an IVF index."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.embedders import DEFAULT_EMBEDDER
from axiometer.similarity.kernel import pairs_above
from axiometer.similarity.pairs import TIE, Pairs
from axiometer.similarity.thresholds import default_threshold
from benchmarks.dedup_vectors import WANTED, profile, write_vectors
from benchmarks.processes import Taken, run

VECTORS, FEW = 250_000, 25_000
# Cells and probed cells: as the scripts of Wu et al. (2025, arXiv 2506.01495) set them, and FAISS's rule of thumb of
# sqrt(n) cells with its default of one.
INDEXES = ((100, 10), (500, 1))
CHECKED_ROWS = 2_000


def dedup(peers: str | None = None, small: bool = False) -> None:
    """Prints a line per way. `peers`: a Python that has semhash and FAISS; without one only ours is run."""
    count, threshold = FEW if small else VECTORS, default_threshold(DEFAULT_EMBEDDER)
    print(f"\n# near-duplicates among {count} vectors of 512 dimensions, cosine from {threshold:.2f} on\n")
    with TemporaryDirectory() as name:
        vectors = write_vectors(Path(name) / "vectors.npy", count)
        rows = np.load(vectors, mmap_mode="r")
        found = profile(rows, tuple(WANTED))
        said = ", ".join(f"{found[level]:.4%} reach {level} (sentences {share:.4%})" for level, share in WANTED.items())
        print(f"pairs: {said}")
        pairs = pairs_above(rows, threshold)
        _check(rows, pairs, threshold)
        print(f"\n{'':26} {'seconds':>8} {'CPU s':>7} {'peak MiB':>9} {'kept':>8} {'pairs left':>11} {'lost':>7}")
        taken = {}
        for way, command in _ways(peers).items():
            output = Path(name) / "kept.npy"
            *program, last = command
            taken[way] = run([*program, str(vectors), str(threshold), str(output), *last.split()])
            _show(way, taken[way], np.load(output), pairs)
    _ratios(taken)


def _ways(peers: str | None) -> dict[str, list[str]]:
    """Name -> command; its last entry is what comes after vectors, threshold and output."""
    ours = [sys.executable, "-m", "benchmarks.dedup_ours"]
    ways = {"axiometer": [*ours, "blocks"], "axiometer, in one go": [*ours, "one-go"]}
    if peers:
        for cells, probed in INDEXES:
            ways[f"IVF k=5, {probed} of {cells} cells"] = [peers, "benchmarks/dedup_ivf.py", f"{cells} {probed}"]
        ways["semhash"] = [peers, "benchmarks/dedup_semhash.py", ""]
    return ways


def _show(name: str, taken: Taken, kept: NDArray[np.bool_], pairs: Pairs) -> None:
    """left: pairs at the threshold of which both stay. lost: what went although nothing like it stayed."""
    left = int(np.count_nonzero(kept[pairs.i] & kept[pairs.j]))
    held = np.zeros(len(kept), bool)
    held[pairs.j[kept[pairs.i]]] = True
    held[pairs.i[kept[pairs.j]]] = True
    lost = int(np.count_nonzero(~kept & ~held))
    print(
        f"{name:26} {taken.wall:>8.1f} {taken.cpu:>7.1f} {taken.memory:>9.0f} {np.count_nonzero(kept):>8} "
        f"{left:>11} {lost:>7}",
        flush=True,
    )


def _check(rows: NDArray[np.float32], pairs: Pairs, threshold: float) -> None:
    """The kernel's pairs of some rows against plain float64 arithmetic."""
    taken = np.sort(np.random.default_rng(2).choice(len(rows), min(CHECKED_ROWS, len(rows)), replace=False))
    wanted = set()
    for start in range(0, len(rows), 20_000):
        cosines = rows[taken].astype(np.float64) @ rows[start : start + 20_000].astype(np.float64).T
        for i, j in np.argwhere(cosines >= threshold - TIE).tolist():
            first, second = int(taken[i]), j + start
            if first != second:
                wanted.add((min(first, second), max(first, second)))
    mask = np.isin(pairs.i, taken) | np.isin(pairs.j, taken)
    found = set(zip(pairs.i[mask].tolist(), pairs.j[mask].tolist(), strict=True))
    assert found == wanted, f"the kernel and float64 differ in {len(found ^ wanted)} pairs"
    print(f"{len(pairs)} pairs reach the threshold; those of {len(taken)} rows are as float64 arithmetic finds them")


def _ratios(taken: dict[str, Taken]) -> None:
    print()
    for name, each in taken.items():
        if not name.startswith("axiometer"):
            ours = taken["axiometer"]
            print(f"seconds, ours / {name}: {ours.wall / each.wall:.2f}   CPU: {ours.cpu / each.cpu:.2f}")
