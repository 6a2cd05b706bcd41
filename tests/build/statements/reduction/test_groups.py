"""Issue groups: joined by most of what was judged, whatever the order, never by a chain of wrong edges."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build.statements.reduction.graphs import Judged, edges_of

from axiometer.build.statements.reduction.groups import make_groups
from axiometer.similarity.drawing import names_of

Groups = frozenset[frozenset[int]]


def groups(n: int, judged: list[Judged], support: float = 0.6, ids: list[int] | None = None) -> Groups:
    named = names_of([f"w{number}" for number in (ids if ids is not None else range(n))])
    label = make_groups(named, edges_of(judged), support)
    found = defaultdict(set)
    for node, group in enumerate(label.tolist()):
        found[group].add(node)
    return frozenset(map(frozenset, found.values()))


def clique(nodes: range, sign: int = 1) -> list[Judged]:
    return [(a, b, sign) for a, b in combinations(nodes, 2)]


def test_agreement_and_conflict_join_and_unrelated_pairs_do_not() -> None:
    assert groups(4, [(0, 1, 1), (1, 2, -1), (2, 3, 0)]) == {frozenset({0, 1, 2}), frozenset({3})}
    assert groups(0, []) == frozenset()
    assert groups(2, []) == {frozenset({0}), frozenset({1})}


def test_one_wrong_edge_does_not_join_two_issues() -> None:
    across: list[Judged] = [(a, b, 0) for a in range(4) for b in range(4, 8)]
    across[5] = (*across[5][:2], -1)
    assert groups(8, clique(range(4)) + clique(range(4, 8)) + across) == {
        frozenset(range(4)),
        frozenset(range(4, 8)),
    }


def test_a_chain_of_wrong_edges_does_not_join_everything() -> None:
    """Forty look-alike issues of five statements each; between neighbours every fourth pair is judged wrongly."""
    judged: list[Judged] = []
    for issue in range(40):
        judged += clique(range(5 * issue, 5 * issue + 5))
        if issue:
            pairs = [(5 * issue - 5 + a, 5 * issue + b) for a in range(5) for b in range(5)]
            judged += [(a, b, 1 if number % 4 == 0 else 0) for number, (a, b) in enumerate(pairs)]
    assert groups(200, judged) == {frozenset(range(start, start + 5)) for start in range(0, 200, 5)}


def test_a_long_issue_of_which_few_pairs_were_judged_is_one_group() -> None:
    draw = random.Random(1)
    judged = [(node, draw.randrange(node), draw.choice((1, -1))) for node in range(1, 3_000)]
    assert len(groups(3_000, judged)) == 1


def test_a_star_is_joined_whatever_its_size() -> None:
    assert len(groups(5_000, [(0, node, 1) for node in range(1, 5_000)])) == 1


def test_planted_issues_come_back_from_judgements_with_errors() -> None:
    """Of 2,000 statements on 120 issues in pairs of look-alikes, 5 % of the judgements are wrong."""
    draw = random.Random(7)
    issue = [int(120 * draw.random() ** 2) for _ in range(2_000)]
    members = defaultdict(list)
    for node, each in enumerate(issue):
        members[each].append(node)
    judged: dict[tuple[int, int], int] = {}
    for node, each in enumerate(issue):
        for number in range(10):
            other = draw.choice(members[each] if number < 8 else members.get(each ^ 1) or members[each])
            if other != node:
                truth = 1 if issue[other] == each else 0
                said = truth if draw.random() > 0.05 else 1 - truth
                judged[min(node, other), max(node, other)] = said
    found = groups(2_000, [(a, b, sign) for (a, b), sign in judged.items()])
    of = {node: number for number, group in enumerate(found) for node in group}
    same = [(of[a] == of[b], issue[a] == issue[b]) for a, b in combinations(range(0, 2_000, 3), 2)]
    together, planted = sum(one for one, _ in same), sum(other for _, other in same)
    right = sum(one and other for one, other in same)
    assert right / together > 0.97 and right / planted > 0.97


def one_at_a_time(n: int, judged: list[Judged], support: float) -> set[frozenset[float]]:
    """The supports at which a plain average linkage, one pair of groups at a time, stops: none reaches `support`."""
    between = {frozenset((frozenset({a}), frozenset({b}))): [float(s != 0), 1.0] for a, b, s in judged}
    alive = {frozenset({node}) for node in range(n)}
    while True:
        best = max(between.items(), key=lambda each: each[1][0] / each[1][1], default=None)
        if best is None or best[1][0] / best[1][1] < support or not best[1][0]:
            return {frozenset(map(float, group)) for group in alive}
        one, other = best[0]
        alive -= {one, other}
        alive.add(one | other)
        fresh: dict[frozenset[frozenset[int]], list[float]] = {}
        for pair, value in between.items():
            named = frozenset(one | other if group in (one, other) else group for group in pair)
            if len(named) == 2:
                at = fresh.setdefault(named, [0.0, 0.0])
                at[0], at[1] = at[0] + value[0], at[1] + value[1]
        between = fresh


@pytest.mark.parametrize("support", [0.5, 0.6, 0.9])
def test_issues_with_a_clear_answer_are_those_of_joining_one_pair_at_a_time(support: float) -> None:
    draw = random.Random(3)
    for _ in range(20):
        sizes = [draw.randrange(1, 5) for _ in range(4)]
        issue = [number for number, size in enumerate(sizes) for _ in range(size)]
        judged: list[Judged] = [
            (a, b, draw.choice((1, -1)) if issue[a] == issue[b] else 0) for a, b in combinations(range(len(issue)), 2)
        ]
        wanted = {frozenset(map(int, group)) for group in one_at_a_time(len(issue), judged, support)}
        assert groups(len(issue), judged, support) == wanted


signs = st.sampled_from((-1, 0, 0, 1, 1))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Judged]]:
    n = draw(st.integers(1, 14))
    pairs = list(combinations(range(n), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=40)) if pairs else []
    return n, [(a, b, draw(signs)) for a, b in chosen]


@settings(max_examples=80, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_statements_and_pairs(
    graph: tuple[int, list[Judged]], draw: random.Random
) -> None:
    n, judged = graph
    order = list(range(n))
    draw.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    label = make_groups(names_of([f"w{old}" for old in range(n)]), edges_of(judged), 0.6)
    moved = edges_of(judged)
    shuffled = list(range(len(judged)))
    draw.shuffle(shuffled)
    renamed = moved.where(np.array(shuffled, np.intp))
    for column in (renamed.i, renamed.j):
        column[:] = [place[old] for old in column.tolist()]
    other = make_groups(names_of([f"w{old}" for old in order]), renamed, 0.6)
    first = {frozenset(np.flatnonzero(label == group).tolist()) for group in set(label.tolist())}
    second = {frozenset(order[new] for new in np.flatnonzero(other == group)) for group in set(other.tolist())}
    assert first == second


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_an_unrelated_statement_changes_nothing_for_others(
    graph: tuple[int, list[Judged]], data: st.DataObject
) -> None:
    n, judged = graph
    met = data.draw(st.lists(st.integers(0, n - 1), unique=True))
    more = groups(n + 1, [*judged, *((node, n, 0) for node in met)])
    assert more == groups(n, judged) | {frozenset({n})}
