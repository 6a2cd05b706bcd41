"""Two stances of an issue: against all divisions of small graphs, and planted ones of large graphs."""

from __future__ import annotations

import random
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build.statements.reduction.graphs import Judged, edges_of

from axiometer.build.statements.reduction.balance import Sides, divide


def divided(
    n: int, judged: list[Judged], stances: list[int] | None = None, weights: list[float] | None = None
) -> Sides:
    return divide(np.array(stances or [0] * n, np.int8), range(n), edges_of(judged, weights))


def least_frustrated(n: int, judged: list[Judged]) -> int:
    """By trying all divisions."""
    return min(
        sum(sign != 0 and sides[a] * sides[b] != sign for a, b, sign in judged) for sides in product((1, -1), repeat=n)
    )


def test_two_camps_are_told_apart_whatever_their_own_stances_say() -> None:
    judged = [(a, b, 1 if a // 3 == b // 3 else -1) for a, b in combinations(range(6), 2)]
    found = divided(6, judged, [1, 1, -1, 1, -1, -1])
    assert found.side.tolist() == [1, 1, 1, -1, -1, -1]
    assert found.frustrated == 0 and found.turned == 2
    assert found.standing.tolist() == [sign == -1 for _, _, sign in judged]


def test_one_wrong_conflict_within_a_side_is_overruled_and_counted() -> None:
    judged = [(a, b, 1) for a, b in combinations(range(6), 2)]
    judged[4] = (*judged[4][:2], -1)
    found = divided(6, judged, [1] * 6)
    assert set(found.side.tolist()) == {1}
    assert found.overruled.tolist() == [number == 4 for number in range(len(judged))]
    assert not found.standing.any() and found.frustrated == 1


def test_three_views_that_all_exclude_each_other_are_not_taken_for_two() -> None:
    """Whichever division: a conflict within a side stays one, for nobody there agrees beyond it."""
    for n in (3, 4, 6):
        found = divided(n, [(a, b, -1) for a, b in combinations(range(n), 2)])
        assert found.standing.all() and not found.overruled.any()


def test_a_lone_pair_in_conflict_is_two_sides() -> None:
    found = divided(2, [(0, 1, -1)], [1, 1])
    assert sorted(found.side.tolist()) == [-1, 1] and found.standing.tolist() == [True]


def test_most_statements_are_on_the_side_that_they_say_they_are_on() -> None:
    judged = [(0, 1, -1), (1, 2, 1), (2, 3, 1)]
    assert divided(4, judged, [-1, 1, 1, 1]).side.tolist() == [-1, 1, 1, 1]
    assert divided(4, judged, [1, -1, -1, -1]).side.tolist() == [1, -1, -1, -1]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Judged]]:
    n = draw(st.integers(2, 8))
    chosen = draw(st.lists(st.sampled_from(list(combinations(range(n), 2))), unique=True, min_size=1))
    return n, [(a, b, draw(st.sampled_from((-1, 1)))) for a, b in chosen]


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_no_single_move_would_satisfy_more(graph: tuple[int, list[Judged]]) -> None:
    n, judged = graph
    side = divided(n, judged).side.tolist()
    for node in range(n):
        gain = sum(side[a] * side[b] * sign for a, b, sign in judged if node in (a, b))
        assert gain >= 0


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 8), st.randoms(use_true_random=False))
def test_a_graph_that_can_be_balanced_is(n: int, draw: random.Random) -> None:
    sides = [draw.choice((1, -1)) for _ in range(n)]
    judged = [(a, b, sides[a] * sides[b]) for a, b in combinations(range(n), 2) if draw.random() < 0.6]
    assert divided(n, judged, [draw.choice((-1, 0, 1)) for _ in range(n)]).frustrated == 0


def test_small_graphs_at_random_come_near_the_least_that_any_division_leaves() -> None:
    draw = random.Random(5)
    ours, best = 0, 0
    for _ in range(60):
        judged = [(a, b, draw.choice((1, -1))) for a, b in combinations(range(8), 2) if draw.random() < 0.5]
        ours += divided(8, judged).frustrated
        best += least_frustrated(8, judged)
    assert best <= ours <= 1.25 * best


def test_planted_stances_come_back_from_sparse_judgements_with_errors() -> None:
    draw = random.Random(11)
    n = 1_000
    sides = [draw.choice((1, -1)) for _ in range(n)]
    judged: list[Judged] = []
    for node in range(n):
        for other in {draw.randrange(n) for _ in range(8)} - {node}:
            judged.append((node, other, sides[node] * sides[other] * (1 if draw.random() > 0.05 else -1)))
    stances = [side if draw.random() > 0.1 else -side for side in sides]
    found = divided(n, judged, stances)
    assert np.mean(found.side == np.array(sides)) > 0.995
    truly = np.array([sides[a] != sides[b] for a, b, _ in judged])
    assert (found.standing & ~truly).sum() < 0.005 * len(judged)


@pytest.mark.parametrize("weight", [0.5, 1.0])
def test_weights_decide_between_edges_that_cannot_both_be_satisfied(weight: float) -> None:
    found = divided(3, [(0, 1, 1), (1, 2, 1), (0, 2, -1)], [1, 1, 1], [1.0, 1.0, weight])
    assert found.frustrated == 1
    assert (len(set(found.side.tolist())) == 1) or weight == 1.0
