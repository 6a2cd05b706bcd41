"""Candidates are those that the naive way finds, whatever the blocks; the account explains every pair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from axiometer.build.conflicts.candidates import Drawn, Found, find_candidates
from axiometer.build.conflicts.options import ConflictOptions
from axiometer.build.conflicts.rules import Blocking, blocking_of
from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.similarity.drawing import names_of, random_keys
from axiometer.similarity.pairs import TIE
from axiometer.similarity.vectors import Vectors, open_vectors, unit_vectors

N = 260
OPTIONS = ConflictOptions.of(low=0.3, high=0.8, width=0.25, per_rule=2, budget=None, seed=4)
VALUES = ("prosperity", "integrity", "freedom")


@pytest.fixture(scope="module")
def rules() -> pl.DataFrame:
    draw = np.random.default_rng(1)
    said = ["should return what you borrow", "should not return what you borrow"]
    return pl.DataFrame(
        {
            "id": [f"r{n:03d}" for n in range(N)],
            "lang": [("en", "zh-Hant", "zh")[n % 3] for n in range(N)],
            "text": [f"You {said[n % 2]}, case {n}" for n in range(N)],
            "values": [[VALUES[k] for k in draw.choice(3, draw.integers(0, 3), replace=False)] for _ in range(N)],
            "origin": [("one", "two")[n % 2] for n in range(N)],
            "text_id": [None if n % 5 == 0 else f"t{n % 4}" for n in range(N)],
        }
    ).with_columns(language=pl.col("lang").str.slice(0, 2))


@pytest.fixture(scope="module")
def rows() -> NDArray[np.float32]:
    draw = np.random.default_rng(2)
    centres = draw.standard_normal((6, 24))
    spread = draw.uniform(0.2, 1.5, size=(N, 1))
    found = centres[draw.integers(6, size=N)] + spread * draw.standard_normal((N, 24))
    return unit_vectors(found.astype(np.float32))


def placed(rows: NDArray[np.float32], folder: Path) -> Vectors:
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "vectors.npy", rows)
    return open_vectors(folder / "vectors.npy")


def eligible(rows: NDArray[np.float32], blocking: Blocking, options: ConflictOptions) -> dict[tuple[int, int], int]:
    """Every pair that may be drawn, with its band, by two loops."""
    cosines = rows.astype(np.float64) @ rows.astype(np.float64).T
    found = {}
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            band = sum(bool(cosines[i, j] >= low - TIE) for low in options.bands) - 1
            codes = zip(blocking.codes, blocking.codes_within, strict=True)
            masks = zip(blocking.masks, blocking.masks_within, strict=True)
            if band < 0 or (band == len(options.bands) - 1 and blocking.opposed[i] == blocking.opposed[j]):
                continue
            if any(code[i] < 0 or code[j] < 0 or (code[i] == code[j]) != same for code, same in codes):
                continue
            if not all(_fits(mask[i], mask[j], same) for mask, same in masks):
                continue
            found[i, j] = band
    return found


def _fits(one: NDArray[np.uint64], other: NDArray[np.uint64], same: bool) -> bool:
    return bool(one.any() and other.any()) and bool((one & other).any()) == same


def naive(
    rows: NDArray[np.float32], blocking: Blocking, options: ConflictOptions
) -> dict[tuple[int, int], float | None]:
    """The drawn pairs with their probabilities, from lists of every rule's pairs."""
    pairs = eligible(rows, blocking, options)
    cosines = rows.astype(np.float64) @ rows.astype(np.float64).T
    mine: dict[tuple[int, int], list[tuple[float, int]]] = {}
    for (i, j), band in pairs.items():
        for owner, partner in ((i, j), (j, i)):
            key = random_keys(blocking.names[[owner]], blocking.names[[partner]], options.seed)[0]
            order = float(key) if options.draw == "sample" else -float(cosines[i, j])
            mine.setdefault((owner, band), []).append((order, partner))
    found: dict[tuple[int, int], float | None] = {}
    for (owner, _), those in mine.items():
        for _, partner in sorted(those)[: options.per_rule]:
            found[min(owner, partner), max(owner, partner)] = None
    if options.draw == "sample":
        for i, j in found:
            missed = 1.0
            for owner in (i, j):
                missed *= 1 - min(1.0, options.per_rule / len(mine[owner, pairs[i, j]]))
            found[i, j] = 1 - missed
    return found


def as_dict(drawn: Drawn) -> dict[tuple[int, int], float | None]:
    pairs = zip(drawn.i.tolist(), drawn.j.tolist(), strict=True)
    probabilities = [None] * len(drawn) if drawn.probability is None else drawn.probability.tolist()
    return dict(zip(pairs, probabilities, strict=True))


@pytest.mark.parametrize("draw", ["sample", "top"])
@pytest.mark.parametrize(
    ("within", "across"),
    [((), ()), (("language",), ()), (("language",), ("value",)), (("value", "source"), ()), (("core",), ("origin",))],
)
def test_candidates_and_probabilities_are_those_of_the_naive_way(
    tmp_path: Path,
    rules: pl.DataFrame,
    rows: NDArray[np.float32],
    draw: str,
    within: tuple[str, ...],
    across: tuple[str, ...],
) -> None:
    options = replace(OPTIONS, draw=type(OPTIONS.draw)(draw))
    blocking = blocking_of(rules, within, across, load_framework("core-socialist-values"))
    drawn, found = find_candidates(placed(rows, tmp_path), blocking, options, tmp_path)
    wanted = naive(rows, blocking, options)
    assert len(wanted) > 50
    got = as_dict(drawn)
    assert got.keys() == wanted.keys()
    for pair, probability in wanted.items():
        assert got[pair] == (probability if probability is None else pytest.approx(probability))
    exact = np.einsum("ij,ij->i", rows[drawn.i].astype(np.float64), rows[drawn.j].astype(np.float64))
    assert np.allclose(drawn.similarity, exact, atol=1e-7)
    _explains_every_pair(found, eligible(rows, blocking, options), drawn)


def _explains_every_pair(found: Found, pairs: dict[tuple[int, int], int], drawn: Drawn) -> None:
    assert sum(band.pairs for band in found.bands) == found.pairs == N * (N - 1) // 2
    tail = [band for band in found.bands if band.eligible is not None]
    assert [band.eligible for band in tail] == [list(pairs.values()).count(n) for n in range(len(tail))]
    for band in tail:
        assert band.pairs == (band.apart or 0) + (band.alike or 0) + (band.eligible or 0)
    assert sum(band.drawn or 0 for band in tail) == len(drawn) == found.candidates


@pytest.mark.parametrize("draw", ["sample", "top"])
@pytest.mark.parametrize(("height", "width"), [(1, 260), (37, 50), (100, 64), (260, 260)])
def test_no_cut_into_blocks_changes_the_result(
    tmp_path: Path, rules: pl.DataFrame, rows: NDArray[np.float32], draw: str, height: int, width: int
) -> None:
    options = replace(OPTIONS, draw=type(OPTIONS.draw)(draw))
    blocking = blocking_of(rules, ("language",), (), None)
    results = [
        find_candidates(placed(rows, tmp_path / name), blocking, options, tmp_path / name, rows=h, columns=w)
        for name, h, w in (("whole", N, N), ("cut", height, width))
    ]
    assert results[0][1] == results[1][1]
    assert as_dict(results[0][0]) == as_dict(results[1][0])


def test_the_order_of_the_rules_changes_nothing_in_a_sample(
    tmp_path: Path, rules: pl.DataFrame, rows: NDArray[np.float32]
) -> None:
    order = np.random.default_rng(0).permutation(N)
    one = find_candidates(placed(rows, tmp_path / "a"), blocking_of(rules, (), (), None), OPTIONS, tmp_path / "a")
    turned = blocking_of(rules[order], (), (), None)
    other = find_candidates(placed(rows[order], tmp_path / "b"), turned, OPTIONS, tmp_path / "b")
    ids = rules["id"].to_list()
    first = {frozenset((ids[i], ids[j])): p for (i, j), p in as_dict(one[0]).items()}
    second = {frozenset((ids[order[i]], ids[order[j]])): p for (i, j), p in as_dict(other[0]).items()}
    assert first == second


def test_a_budget_thins_at_random_and_the_probabilities_know_it(
    tmp_path: Path, rules: pl.DataFrame, rows: NDArray[np.float32]
) -> None:
    blocking = blocking_of(rules, (), (), None)
    vectors = placed(rows, tmp_path)
    total = len(eligible(rows, blocking, OPTIONS))
    full = as_dict(find_candidates(vectors, blocking, OPTIONS, tmp_path)[0])
    estimates = []
    for seed in range(150):
        folder = tmp_path / str(seed)
        placed(rows, folder)
        drawn, found = find_candidates(vectors, blocking, replace(OPTIONS, seed=seed, budget=100), folder)
        assert len(drawn) == 100 == found.candidates
        assert sum(band.over_budget or 0 for band in found.bands) == sum(b.drawn or 0 for b in found.bands) - 100
        assert drawn.probability is not None
        estimates.append(float(np.sum(1 / drawn.probability)))
        if seed == OPTIONS.seed:
            assert as_dict(drawn).keys() < full.keys()
    spread = float(np.std(estimates) / np.sqrt(len(estimates)))
    assert abs(float(np.mean(estimates)) - total) < 4 * spread


def test_a_budget_of_the_top_takes_every_rule_s_nearest_first(
    tmp_path: Path, rules: pl.DataFrame, rows: NDArray[np.float32]
) -> None:
    blocking = blocking_of(rules, (), (), None)
    options = replace(OPTIONS, draw=type(OPTIONS.draw)("top"))
    nearest = naive(rows, blocking, replace(options, per_rule=1))
    drawn, _ = find_candidates(placed(rows, tmp_path), blocking, replace(options, budget=len(nearest)), tmp_path)
    assert as_dict(drawn).keys() == nearest.keys()


def test_what_was_searched_is_not_searched_again(
    tmp_path: Path, rules: pl.DataFrame, rows: NDArray[np.float32]
) -> None:
    blocking = blocking_of(rules, (), (), None)
    vectors = placed(rows, tmp_path)
    first = find_candidates(vectors, blocking, OPTIONS, tmp_path, rows=64, columns=64)
    files = sorted(tmp_path.glob("block-*.npz"))
    files[3].unlink()
    times = {file: file.stat().st_mtime_ns for file in files if file.exists()}
    again = find_candidates(vectors, blocking, OPTIONS, tmp_path, rows=64, columns=64)
    assert as_dict(first[0]) == as_dict(again[0]) and first[1] == again[1]
    assert files[3].exists() and all(file.stat().st_mtime_ns == time for file, time in times.items())


def test_more_than_can_be_held_is_refused_in_a_line(
    tmp_path: Path, rules: pl.DataFrame, rows: NDArray[np.float32]
) -> None:
    with pytest.raises(InputError, match="too many to hold"):
        find_candidates(
            placed(rows, tmp_path), blocking_of(rules, (), (), None), replace(OPTIONS, per_rule=10**7), tmp_path
        )


def test_names_of_rules_belong_to_their_ids() -> None:
    assert names_of(["a", "b"])[1] == names_of(["b"])[0] != names_of(["a"])[0]
