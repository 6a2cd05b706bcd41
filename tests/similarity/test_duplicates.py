"""The best of near-duplicates stays: greedily, in order, never by chains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from axiometer.errors import InputError
from axiometer.similarity import greedy
from axiometer.similarity.duplicates import keep_best
from axiometer.similarity.greedy import deduplicated
from axiometer.similarity.kernel import Searching, pairs_above
from axiometer.similarity.pairs import TIE, Pairs

from .sets import all_cosines, sentence_like


def naive(vectors: NDArray[np.float32], threshold: float, order: list[int], fixed: set[int]) -> dict[int, int]:
    """Dropped vector -> its keeper, by looking at everything."""
    cosines = all_cosines(vectors, vectors)
    kept: list[int] = [number for number in order if number in fixed]
    gone: dict[int, int] = {}
    for number in order:
        if number in fixed:
            continue
        keeper = next((other for other in kept if cosines[other, number] >= threshold - TIE), None)
        if keeper is None:
            kept.append(number)
        else:
            gone[number] = keeper
    return gone


@st.composite
def cases(draw: st.DrawFn) -> tuple[NDArray[np.float32], float, NDArray[np.int64], NDArray[np.bool_]]:
    n, seed = draw(st.integers(1, 120)), draw(st.integers(0, 10_000))
    vectors = sentence_like(n, seed, dimensions=12, families=6)
    random = np.random.default_rng(seed)
    return vectors, draw(st.floats(0.3, 1.0)), random.permutation(n), random.random(n) < draw(st.sampled_from([0, 0.2]))


@settings(max_examples=60, deadline=None)
@given(cases())
def test_it_is_the_naive_algorithm(
    case: tuple[NDArray[np.float32], float, NDArray[np.int64], NDArray[np.bool_]],
) -> None:
    vectors, threshold, order, fixed = case
    found = keep_best(len(vectors), pairs_above(vectors, threshold), order, fixed)
    wanted = naive(vectors, threshold, order.tolist(), set(np.flatnonzero(fixed).tolist()))
    assert {int(number): int(found.kept_by[number]) for number in found.dropped} == wanted
    cosines = all_cosines(vectors, vectors)
    among = cosines[np.ix_(found.kept & ~fixed, found.kept & ~fixed)]
    assert not np.any(np.triu(among >= threshold - TIE, 1))
    for number in found.dropped:
        keeper = found.kept_by[number]
        assert found.kept[keeper] and found.similarity[number] == pytest.approx(cosines[number, keeper], abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(cases())
def test_part_by_part_the_same_ones_stay(
    case: tuple[NDArray[np.float32], float, NDArray[np.int64], NDArray[np.bool_]],
) -> None:
    vectors, threshold, order, fixed = case
    wanted = keep_best(len(vectors), pairs_above(vectors, threshold), order, fixed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(greedy, "_SMALLEST", 7)
        patch.setattr(greedy, "ROWS", 5)
        patch.setattr(greedy, "_NEAR", 3)
        found = deduplicated(vectors, threshold, order, fixed, Searching(threads=2))
    assert np.array_equal(found.kept, wanted.kept)
    cosines, rank = (
        all_cosines(vectors, vectors),
        np.argsort(np.concatenate([order[fixed[order]], order[~fixed[order]]])),
    )
    for number in found.dropped:
        keeper = found.kept_by[number]
        assert found.kept[keeper] and rank[keeper] < rank[number]
        assert cosines[keeper, number] >= threshold - TIE
        assert found.similarity[number] == pytest.approx(cosines[keeper, number], abs=1e-6)


def test_a_chain_keeps_its_other_end() -> None:
    angles = np.radians([0, 30, 60])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    pairs = pairs_above(vectors, 0.8)
    assert keep_best(3, pairs, np.array([0, 1, 2])).kept.tolist() == [True, False, True]
    assert keep_best(3, pairs, np.array([1, 0, 2])).kept.tolist() == [False, True, False]


def test_the_order_of_the_pairs_does_not_matter() -> None:
    vectors = sentence_like(400, dimensions=12)
    pairs, order = pairs_above(vectors, 0.8), np.random.default_rng(1).permutation(400)
    mixed = np.random.default_rng(2).permutation(len(pairs))
    other = Pairs(pairs.i[mixed], pairs.j[mixed], pairs.similarity[mixed])
    assert np.array_equal(keep_best(400, pairs, order).kept_by, keep_best(400, other, order).kept_by)


def test_what_is_there_stays_and_takes_the_place_of_what_is_new() -> None:
    vectors = np.repeat(sentence_like(1), 4, axis=0)
    fixed = np.array([False, True, True, False])
    found = keep_best(4, pairs_above(vectors, 0.9), np.array([0, 3, 2, 1]), fixed)
    assert found.kept.tolist() == [False, True, True, False] and found.kept_by.tolist() == [2, -1, -1, 2]


@pytest.mark.parametrize("order", [[0, 1], [0, 1, 1], [1, 2, 3]])
def test_an_order_that_is_no_permutation_is_refused(order: list[int]) -> None:
    with pytest.raises(InputError, match="permutation of 3"):
        keep_best(3, pairs_above(sentence_like(3), 0.9), np.array(order))
