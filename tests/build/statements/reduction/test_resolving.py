"""The fixed point: no position holds a conflict, whatever the graph; copies and strangers change nothing."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build.statements.reduction.graphs import Judged, edges_of, turned, wording

from axiometer.build.statements.reduction.options import Policy, ReductionOptions
from axiometer.build.statements.reduction.reducing import STANDING, Reduction, reduced
from axiometer.build.statements.reduction.resolving import (
    BOTH_DROPPED,
    CONTRADICTS_ITSELF,
    LESS_SUPPORTED,
    NOT_TOLD_APART,
    TIE,
)
from axiometer.build.statements.reduction.wordings import Wording

POLICIES = [str(policy) for policy in Policy]
OUTLETS = st.sampled_from(("A", "B", "C", None))
DATES = st.sampled_from(("2021-03-01", "2022-05-01", "2022-05-20", "2023-09-01", None))


def run(wordings: list[Wording], judged: list[Judged], policy: str = "split") -> Reduction:
    return reduced(wordings, edges_of(judged), ReductionOptions.of(policy=policy))


def conflicting(yes: int, no: int) -> list[Judged]:
    """The first `yes` nodes against the next `no`."""
    return [(a, b, 1 if (a < yes) == (b < yes) else -1) for a, b in combinations(range(yes + no), 2)]


def test_with_split_everything_stays_where_outlets_differ() -> None:
    wordings = [wording(0, 1, outlet="A"), wording(1, 1, outlet="C"), wording(2, -1, outlet="B")]
    found = run(wordings, conflicting(2, 1))
    assert found.position == ["uk A", "uk C", "uk B"] and not found.reason
    assert (found.summary.within_before, found.summary.within_after) == (2, 0)


def test_what_contradicts_itself_is_removed_on_both_sides_with_the_evidence() -> None:
    wordings = [wording(0, 1, outlet="A"), wording(1, -1, outlet="A"), wording(2, 1, outlet="B")]
    found = run(wordings, [(0, 1, -1), (1, 2, -1), (0, 2, 1)])
    assert found.reason == {0: CONTRADICTS_ITSELF, 1: CONTRADICTS_ITSELF}
    assert found.against == {0: (1,), 1: (0, 2)}
    assert found.position == [None, None, "uk B"]


def test_texts_without_an_outlet_are_not_said_to_contradict_themselves() -> None:
    wordings = [wording(0, 1, outlet=None, date=None), wording(1, -1, outlet=None, date=None), wording(2, 1)]
    found = run(wordings, [(0, 1, -1), (1, 2, -1), (0, 2, 1)])
    assert found.reason == {0: NOT_TOLD_APART, 1: NOT_TOLD_APART}


def test_undisputed_statements_express_the_whole_corpus_of_their_nation() -> None:
    wordings = [wording(0), wording(1, date="2021-01-01"), wording(2, nation="fr"), wording(3)]
    found = run(wordings, [(0, 1, 1)])
    assert found.position == ["uk news 2021-2023", "uk news 2021-2023", "fr news 2023", "uk news 2021-2023"]
    assert found.summary.disputed == 0


def test_the_dominant_stance_is_that_of_more_sources_and_not_of_more_statements() -> None:
    many = [wording(n, 1, source="one") for n in range(4)]
    few = [wording(4, -1, source="two"), wording(5, -1, source="three")]
    found = run([*many, *few], conflicting(4, 2), "dominant")
    assert set(found.reason) == {0, 1, 2, 3} and set(found.reason.values()) == {LESS_SUPPORTED}
    assert found.position[4:] == ["uk news 2023"] * 2


def test_a_tie_removes_both_and_drop_always_does() -> None:
    wordings = [wording(0, 1), wording(1, -1)]
    assert set(run(wordings, conflicting(1, 1), "dominant").reason.values()) == {TIE}
    wordings = [wording(0, 1), wording(1, 1), wording(2, -1), wording(3, 1)]
    found = run(wordings, conflicting(2, 1), "drop")
    assert set(found.reason) == {0, 1, 2} and set(found.reason.values()) == {BOTH_DROPPED}


def test_a_third_view_is_resolved_in_a_second_round() -> None:
    """Three camps that exclude each other: when the weakest side is gone, the other is found to hold two views."""
    camps = [0] * 6 + [1] * 4 + [2] * 3
    judged = [(a, b, 1 if camps[a] == camps[b] else -1) for a, b in combinations(range(13), 2)]
    found = run([wording(n, 1) for n in range(13)], judged, "dominant")
    assert found.summary.most_rounds >= 2 and found.summary.within_after == 0
    kept = {camps[n] for n in range(13) if n not in found.reason}
    assert len(kept) <= 1


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Wording], list[Judged]]:
    n = draw(st.integers(1, 12))
    wordings = [
        wording(
            node,
            draw(st.sampled_from((-1, 1, 0))),
            outlet=draw(OUTLETS),
            date=draw(DATES),
            source=f"s{draw(st.integers(0, n))}",
        )
        for node in range(n)
    ]
    pairs = list(combinations(range(n), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=40)) if pairs else []
    return wordings, [(a, b, draw(st.sampled_from((-1, -1, 0, 1, 1)))) for a, b in chosen]


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_no_position_holds_both_ends_of_a_conflict(policy: str, case: tuple[list[Wording], list[Judged]]) -> None:
    wordings, judged = case
    found = run(wordings, judged, policy)
    for number, (a, b, _) in enumerate(judged):
        if found.state[number] == STANDING:
            both = (found.position[a], found.position[b])
            assert None in both or both[0] != both[1]
    assert found.summary.kept + sum(found.summary.removed.values()) == len(wordings)
    assert all(found.against[node] for node in found.reason)
    assert set(found.reason) == {node for node, name in enumerate(found.position) if name is None}
    if found.summary.conflicts == 0:
        assert not found.reason


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=30, deadline=None)
@given(case=cases(), draw=st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_the_order_of_statements(
    policy: str, case: tuple[list[Wording], list[Judged]], draw: random.Random
) -> None:
    wordings, judged = case
    order = list(range(len(wordings)))
    draw.shuffle(order)
    first = run(wordings, judged, policy)
    likeness = edges_of(judged).similarity
    moved = edges_of(turned(judged, order))
    again = reduced(
        [wordings[old] for old in order], replace(moved, similarity=likeness), ReductionOptions.of(policy=policy)
    )
    assert [again.position[order.index(old)] for old in range(len(wordings))] == list(first.position)
    assert {order[node]: why for node, why in again.reason.items()} == dict(first.reason)


@settings(max_examples=50, deadline=None)
@given(case=cases(), node=st.integers(0, 11), times=st.integers(1, 30))
def test_copies_never_change_the_dominant_stance(
    case: tuple[list[Wording], list[Judged]], node: int, times: int
) -> None:
    """A copy is another member of a wording: it counts as a statement, and never as a source."""
    wordings, judged = case
    node %= len(wordings)
    copied = list(wordings)
    copied[node] = replace(wordings[node], members=tuple(f"m{number}" for number in range(times + 1)))
    before, after = run(wordings, judged, "dominant"), run(copied, judged, "dominant")
    assert before.reason == after.reason and before.position == after.position
    assert after.summary.statements == before.summary.statements + times


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=30, deadline=None)
@given(case=cases(), data=st.data())
def test_an_unrelated_statement_changes_nothing_for_others(
    policy: str, case: tuple[list[Wording], list[Judged]], data: st.DataObject
) -> None:
    wordings, judged = case
    n = len(wordings)
    met = data.draw(st.lists(st.integers(0, n - 1), unique=True))
    stranger = wording(99_999, 1, date=wordings[0].date)
    more = [*judged, *((node, n, 0) for node in met)]
    first, again = run(wordings, judged, policy), run([*wordings, stranger], more, policy)
    assert list(again.position[:n]) == list(first.position)
    assert again.reason == first.reason and again.position[n] is not None


def test_planted_disputes_of_many_outlets_come_out_with_one_stance_each() -> None:
    """Forty outlets, each with a stance of its own that some change, judged sparsely with errors."""
    draw = random.Random(2)
    leaning = {f"O{number:02d}": draw.choice((1, -1)) for number in range(40)}
    changes = {outlet for outlet in leaning if draw.random() < 0.3}
    wordings, truth = [], []
    for node in range(800):
        outlet, year = draw.choice(sorted(leaning)), draw.choice((2021, 2023))
        side = leaning[outlet] * (-1 if outlet in changes and year == 2023 else 1)
        wordings.append(wording(node, side, outlet=outlet, date=f"{year}-0{draw.randrange(1, 9)}-11"))
        truth.append(side)
    judged: dict[tuple[int, int], int] = {}
    for node in range(800):
        for other in {draw.randrange(800) for _ in range(8)} - {node}:
            error = -1 if draw.random() < 0.02 else 1
            judged[min(node, other), max(node, other)] = truth[node] * truth[other] * error
    found = run(wordings, [(a, b, sign) for (a, b), sign in judged.items()])
    assert found.summary.within_after == 0
    of = Counter((name, side) for name, side in zip(found.position, truth, strict=True) if name is not None)
    assert all(len({side for named, side in of if named == name}) == 1 for name, _ in of)
    assert sum(of.values()) > 0.95 * 800
    split = {name.removeprefix("uk ").split()[0] for name, _ in of if " until " in name or " from " in name}
    assert split >= changes - {wordings[node].outlet for node in found.reason}
    assert np.mean([found.position[node] is None for node in range(800)]) < 0.05
