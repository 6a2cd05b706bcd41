"""Raters are given equally much, share what was asked for, and see it in orders of their own."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from axiometer.annotate.assigning import assign, shared_units, units_needed
from axiometer.annotate.gathering import draw
from axiometer.annotate.project import AssignmentDesign
from axiometer.annotate.starting import numbered
from axiometer.annotate.units import Unit, make_unit
from axiometer.errors import InputError


def some_units(count: int, *, options: int = 3, strata: int = 1) -> list[Unit]:
    names = tuple(f"option {number}" for number in range(options))
    return [
        make_unit(subject=f"s{n}", lang="en", text=f"text {n}", options=names, stratum=str(n % strata))
        for n in range(count)
    ]


def some_checks(count: int) -> list[Unit]:
    return [make_unit(subject=f"c{n}", lang="en", text=f"check {n}", expected="0") for n in range(count)]


def design(raters: int, per_rater: int, overlap: float, shared_by: int, attention: int = 0) -> AssignmentDesign:
    return AssignmentDesign(
        raters=numbered(raters),
        per_rater=per_rater,
        overlap=overlap,
        shared_by=shared_by,
        attention=attention,
        seed=1,
    )


@settings(max_examples=30, deadline=None)
@given(
    raters=st.integers(1, 9),
    per_rater=st.integers(1, 15),
    overlap=st.floats(0, 1),
    shared_by=st.integers(1, 9),
    attention=st.integers(0, 4),
)
def test_loads_are_equal_and_shared_rows_have_their_number_of_raters(
    raters: int, per_rater: int, overlap: float, shared_by: int, attention: int
) -> None:
    assume(shared_by <= raters)
    asked = design(raters, per_rater, overlap, shared_by, attention)
    needed, checks = units_needed(asked), some_checks(4)
    rows = assign(some_units(needed), checks, asked, shuffle=True)
    shown = {check.id for check in checks}
    regular = [row for row in rows if row.unit not in shown]
    assert Counter(row.rater for row in regular) == dict.fromkeys(asked.raters, per_rater)
    assert Counter(row.rater for row in rows) == dict.fromkeys(asked.raters, per_rater + attention)
    assert len({(row.rater, row.unit) for row in rows}) == len(rows)
    times = Counter(row.unit for row in regular)
    assert len(times) == needed
    assert sum(count > 1 for count in times.values()) == shared_units(asked)
    assert set(times.values()) <= {1, shared_by}
    shared = {rater: sum(times[row.unit] > 1 for row in regular if row.rater == rater) for rater in asked.raters}
    assert max(shared.values()) - min(shared.values()) <= 1
    for rater in asked.raters:
        assert sorted(row.place for row in rows if row.rater == rater) == list(range(per_rater + attention))


@pytest.mark.parametrize("raters", [3, 4, 5, 6, 8, 10])
def test_every_pair_of_raters_shares_about_as_many_rows_as_any_other(raters: int) -> None:
    for shared_by, per_rater, overlap in product(range(2, min(raters, 5) + 1), (10, 30), (0.3, 0.5, 1.0)):
        asked = design(raters, per_rater, overlap, shared_by)
        rows = assign(some_units(units_needed(asked)), [], asked, shuffle=False)
        together: dict[str, list[str]] = {}
        for row in rows:
            together.setdefault(row.unit, []).append(row.rater)
        shared = [own for own in together.values() if len(own) > 1]
        assert len(shared) == shared_units(asked) and {len(own) for own in shared} <= {shared_by}
        met = Counter(pair for own in shared for pair in combinations(sorted(own), 2))
        counts = [met[pair] for pair in combinations(asked.raters, 2)]
        assert max(counts) - min(counts) <= (3 if raters < 10 else 4), (asked, counts)


def test_two_raters_with_full_overlap_see_the_same_rows_in_other_orders() -> None:
    asked = design(2, 30, 1.0, 2)
    assert units_needed(asked) == 30
    rows = assign(some_units(30), [], asked, shuffle=True)
    first, second = ([row for row in rows if row.rater == rater] for rater in asked.raters)
    assert {row.unit for row in first} == {row.unit for row in second}
    assert [row.unit for row in first] != [row.unit for row in second]


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    asked, units = design(3, 10, 0.3, 3, 2), some_units(40)
    again = [assign(units, some_checks(3), asked, shuffle=True) for _ in range(2)]
    other = assign(units, some_checks(3), asked.model_copy(update={"seed": 2}), shuffle=True)
    assert again[0] == again[1] != other
    assert again[0] == assign(units[::-1], some_checks(3)[::-1], asked, shuffle=True)


def test_each_order_of_the_options_is_as_frequent_with_each_rater_as_any_other() -> None:
    asked = design(3, 25, 0.4, 3)
    rows = assign(some_units(units_needed(asked)), [], asked, shuffle=True)
    for rater in asked.raters:
        orders = Counter(row.order for row in rows if row.rater == rater)
        assert len(orders) == 6 and max(orders.values()) - min(orders.values()) <= 1
    plain = assign(some_units(units_needed(asked)), [], asked, shuffle=False)
    assert {row.order for row in plain} == {(0, 1, 2)}


def test_hidden_options_are_in_no_order() -> None:
    units = [
        make_unit(subject=str(n), lang="en", text=str(n), options=("a", "beside the point", "c"), hidden=(1,))
        for n in range(12)
    ]
    rows = assign(units, [], design(1, 12, 0, 1), shuffle=True)
    assert Counter(row.order for row in rows) == {(0, 2): 6, (2, 0): 6}


def test_attention_checks_are_spread_and_never_first() -> None:
    asked = design(8, 28, 0, 1, 4)
    checks = some_checks(4)
    rows = assign(some_units(units_needed(asked)), checks, asked, shuffle=False)
    shown = {check.id for check in checks}
    for rater in asked.raters:
        places = sorted(row.place for row in rows if row.rater == rater and row.unit in shown)
        assert places[0] > 0 and [place // 8 for place in places] == [0, 1, 2, 3]
        assert all(later - earlier < 16 for earlier, later in pairwise(places))


@pytest.mark.parametrize(
    ("asked", "units", "checks", "said"),
    [
        (design(2, 10, 0, 1), 19, 0, "20 rows are needed and 19 are there"),
        (design(2, 10, 0.5, 3), 20, 0, "2 raters cannot share a row among 3"),
        (design(1, 10, 0, 1, 3), 10, 2, "3 attention checks are wanted and the task has 2"),
    ],
)
def test_a_design_that_cannot_be_is_told(asked: AssignmentDesign, units: int, checks: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        assign(some_units(units), some_checks(checks), asked, shuffle=False)


def test_drawn_units_know_how_likely_each_was() -> None:
    units = [*some_units(90), *(make_unit(subject=f"z{n}", lang="zh", text=str(n), stratum="zh") for n in range(10))]
    drawn = draw(units, 40, 0)
    assert Counter(unit.stratum for unit in drawn) == {"0": 30, "zh": 10}
    assert {unit.stratum: unit.inclusion for unit in drawn} == {"0": 30 / 90, "zh": 1.0}
    assert {unit.id for unit in draw(units, 20, 0)} < {unit.id for unit in drawn}
    assert {unit.id for unit in draw(units, 40, 1)} != {unit.id for unit in drawn}
