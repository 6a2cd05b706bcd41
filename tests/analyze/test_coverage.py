"""Where a ranking would rest on too little is found in planted designs, and nowhere in a sound one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.analyze.coverage import FEW_ITEMS, FEW_SOURCES, WEAK, Meetings, Thin, findings_of
from axiometer.frameworks import load_framework
from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item, to_frame
from axiometer.records.corpus_rows import RulePair

VALUES = tuple("abcdef")


Sides = list[tuple[list[str], list[str]]]


def items_of(items: list[Sides]) -> pl.DataFrame:
    """Items given by their sides: values endorsed, rules expressed; and an option that expresses nothing."""
    rows = [
        make_item(
            kind=ItemKind.DILEMMA,
            lang="en",
            prompt=f"scene {number}",
            options=(
                *(
                    Option(
                        f"side {place}",
                        Role.SIDE,
                        (
                            *(Expression(ExpressionKind.VALUE, value, 1) for value in values),
                            *(Expression(ExpressionKind.RULE, rule, 1) for rule in rules),
                        ),
                    )
                    for place, (values, rules) in enumerate(sides)
                ),
                Option("nothing", Role.DISTRACTOR),
            ),
            clusters=tuple(rule for _, rules in sides for rule in rules) or ("issue",),
            source="test",
        )
        for number, sides in enumerate(items)
    ]
    return to_frame(rows, Item)


def design(met: dict[tuple[str, str], int], rules: int = 40) -> Meetings:
    """Items in which two values meet so often, each value with so many rules in turn; given in two parts."""
    items: list[Sides] = [
        [([a], [f"{a}{n % rules}"]), ([b], [f"{b}{n % rules}"])] for (a, b), count in met.items() for n in range(count)
    ]
    meetings = Meetings(None)
    for part in (items[::2], items[1::2]):
        meetings.add_items(items_of(part))
    return meetings


def thin(met: dict[tuple[str, str], int], rules: int = 40) -> list[tuple[Thin, tuple[str, ...]]]:
    return [(finding.thin, finding.values) for finding in design(met, rules).findings()]


def everyone(n: int, values: Sequence[str] = VALUES) -> dict[tuple[str, str], int]:
    return dict.fromkeys(itertools.combinations(values, 2), n)


def test_nothing_is_said_of_a_design_in_which_all_meet_often() -> None:
    assert thin(everyone(40)) == []


def test_a_thin_value_is_named_with_its_counts() -> None:
    met = everyone(40, VALUES[:5]) | {(each, "f"): 1 for each in VALUES[:5]}
    sources, items = design(met).findings()
    assert (sources.thin, sources.values, sources.counts) == (Thin.SOURCES, ("f",), (1,))
    assert (items.thin, items.values, items.counts) == (Thin.ITEMS, ("f",), (5,))


def test_few_rules_are_told_however_many_items_they_make() -> None:
    assert thin(everyone(100), rules=FEW_SOURCES - 1) == [(Thin.SOURCES, VALUES)]
    assert thin(everyone(100), rules=FEW_SOURCES) == []


def test_parts_that_never_met_are_told_apart() -> None:
    met = everyone(60, VALUES[:4]) | everyone(120, VALUES[4:])
    assert thin(met) == [(Thin.APART, ("e", "f"))]


def test_values_that_meet_only_through_one_other_are_named_with_it() -> None:
    met = everyone(60, VALUES[:4]) | {("d", "e"): 150, ("d", "f"): 150}
    found = [(each.thin, each.values, each.through) for each in design(met).findings()]
    assert found[:2] == [(Thin.THROUGH, ("e",), "d"), (Thin.THROUGH, ("f",), "d")]


def test_two_parts_with_few_items_between_them_are_weakly_linked() -> None:
    met = everyone(200, VALUES[:3]) | everyone(200, VALUES[3:]) | {("a", "d"): 3, ("b", "e"): 4}
    (finding,) = design(met).findings()
    assert finding.thin is Thin.WEAK and set(finding.values) in ({"a", "b", "c"}, {"d", "e", "f"})
    assert finding.counts == (7,)


@pytest.mark.parametrize("k", [3, 8, 50])
def test_a_balanced_design_has_all_the_connectivity_that_it_is_measured_by(k: int) -> None:
    """Its Laplacian has one eigenvalue, so nothing is weak however few items there are."""
    values = [f"v{n:02d}" for n in range(k)]
    found = findings_of("l", values, everyone(1, values), dict.fromkeys(values, 999), dict.fromkeys(values, 99))
    assert found == []


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(list(itertools.combinations(VALUES, 2))), st.integers(1, 50), min_size=1))
def test_parts_are_those_that_the_powers_of_the_graph_reach(met: dict[tuple[str, str], int]) -> None:
    there = sorted({value for pair in met for value in pair})
    found = findings_of("l", there, met, dict.fromkeys(there, 999), dict.fromkeys(there, 99))
    graph = np.eye(len(there))
    for a, b in met:
        graph[there.index(a), there.index(b)] = graph[there.index(b), there.index(a)] = 1
    reached = np.linalg.matrix_power(graph, len(there)) > 0
    parts = {tuple(v for v, near in zip(there, row, strict=True) if near) for row in reached}
    apart = [each.values for each in found if each.thin is Thin.APART]
    assert len(apart) == len(parts) - 1 and set(apart) <= parts
    assert all(each.through in there for each in found if each.thin is Thin.THROUGH)


def test_values_are_counted_on_every_level_and_not_where_both_sides_bear_them() -> None:
    framework = load_framework("core-socialist-values")
    derived = {value.id: framework.ancestors_at(value.id, "core")[0] for value in framework.values_at("derived")}
    one, *_ = derived
    same = next(value for value in derived if derived[value] == derived[one] and value != one)
    other = next(value for value in derived if derived[value] != derived[one])
    meetings = Meetings(framework)
    items: list[Sides] = [[([one], ["r1"]), ([same], ["r2"])], [([one], ["r1"]), ([other], ["r3"])]]
    meetings.add_items(items_of(items))
    rows = {(level, a, b): n for level, a, b, n in meetings.rows()}
    assert rows["derived", min(one, same), max(one, same)] == 1
    assert [n for (level, *_), n in rows.items() if level == "core"] == [1]


def test_a_value_that_is_expected_and_in_no_item_is_told() -> None:
    meetings = design(everyone(40))
    meetings.expect(pl.Series([["a", "z"], []]))
    assert {(each.thin, each.values, each.counts) for each in meetings.findings()} == {
        *((Thin.SOURCES, ("z",), (0,)), (Thin.ITEMS, ("z",), (0,)), (Thin.APART, ("z",), ()))
    }


def test_pairs_of_rules_are_counted_as_the_items_made_of_them() -> None:
    pairs = [
        RulePair(
            f"p{n}", (), "en", f"r{n % 3}", f"s{n}", "one", "other", ("a", "b"), (("b",), ("c",))[n % 2], None, 0.5
        )
        for n in range(10)
    ]
    by_pairs, by_items = Meetings(None), Meetings(None)
    by_pairs.add_pairs(to_frame(pairs, RulePair))
    by_items.add_items(items_of([[(list(p.values_a), [p.rule_a]), (list(p.values_b), [p.rule_b])] for p in pairs]))
    assert by_pairs.rows() == by_items.rows() == [("value", "a", "c", 5), ("value", "b", "c", 5)]
    assert by_pairs.findings() == by_items.findings()


def test_the_numbers_are_what_they_are_said_to_rest_on() -> None:
    half = 1.96 / (2 * (FEW_ITEMS + 1.96**2) ** 0.5)  # Wilson's interval of an even share
    assert half == pytest.approx(0.10, abs=0.005) and (1 / WEAK) ** 0.5 > 3
