"""Names of corpora, and how a disagreement is cut by period and outlet."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from axiometer.build.statements.reduction.positions import (
    Cells,
    Place,
    cells,
    corpus_name,
    part_name,
    period_of,
)

Said = tuple[str | None, str | None, int]
"""Outlet, date, stance."""


def cut(said: Sequence[Said], finest: str = "month") -> tuple[Cells, list[str]]:
    places = {number: Place(outlet, date) for number, (outlet, date, _) in enumerate(said)}
    found = cells(range(len(said)), places, finest, lambda nodes: len({said[node][2] for node in nodes}) > 1)
    return found, [found.name[node] for node in range(len(said))]


def test_names_say_nation_and_years() -> None:
    assert corpus_name("uk", ["2023-05-01", "2022", None]) == "uk news 2022-2023"
    assert corpus_name("uk", ["2023-05-01"]) == "uk news 2023"
    assert corpus_name("", [None]) == "news"
    assert part_name("uk", "The National Lantern until 2023-05") == "uk The National Lantern until 2023-05"


@pytest.mark.parametrize(
    ("date", "periods"),
    [
        ("2023-05-09", ["2023", "2023-H1", "2023-Q2", "2023-05"]),
        ("2023-12", ["2023", "2023-H2", "2023-Q4", "2023-12"]),
        ("2023", ["2023", None, None, None]),
        (None, [None] * 4),
        ("2023-13-01", ["2023", None, None, None]),
    ],
)
def test_periods_of_dates(date: str | None, periods: list[str | None]) -> None:
    assert [period_of(date, unit) for unit in ("year", "half-year", "quarter", "month")] == periods


def test_a_change_of_view_is_cut_on_the_coarsest_border_that_separates_it() -> None:
    found, names = cut([("A", "2022-03-01", 1), ("B", "2022-11-01", 1), ("A", "2024-01-09", -1)])
    assert (found.way, names) == ("period", ["until 2022", "until 2022", "from 2024"])
    _, names = cut([("A", "2022-03-01", 1), ("A", "2022-11-01", -1)])
    assert names == ["until 2022-H1", "from 2022-H2"]


def test_outlets_that_meet_within_two_months_differ_by_outlet_and_not_by_period() -> None:
    found, names = cut([("A", "2023-03-14", 1), ("B", "2023-04-02", -1)])
    assert (found.way, names) == ("outlet", ["A", "B"])
    assert cut([("A", "2023-03-14", 1), ("B", "2023-06-02", -1)])[0].way == "period"


def test_an_outlet_that_changed_its_mind_is_cut_by_itself() -> None:
    found, names = cut(
        [("A", "2022-01-01", 1), ("B", "2023-01-01", -1), ("A", "2023-02-01", -1), ("C", "2023-02-02", 1)]
    )
    assert found.way == "outlet and period" and not found.contradictory
    assert names == ["A until 2022", "B", "A from 2023", "C"]


def test_what_contradicts_itself_within_an_outlet_and_period_is_named() -> None:
    found, names = cut([("A", "2022-01-01", 1), ("A", "2022-01-01", -1), ("B", "2022-01-05", 1)])
    assert found.contradictory == {"A"} and names == ["A", "A", "B"]
    found, names = cut(
        [("A", "2021-05-01", 1), ("A", "2022-01-01", 1), ("A", "2022-01-01", -1), ("B", "2022-01-05", 1)]
    )
    assert found.contradictory == {"A from 2022"} and names[0] == "A until 2021"


def test_undated_statements_and_those_without_outlet_have_cells_of_their_own() -> None:
    found, names = cut([("A", "2022-01-01", 1), ("A", "2023-01-01", -1), ("A", None, -1), (None, "2023-01-01", 1)])
    assert names == ["A until 2022", "A from 2023", "A undated", "without outlet"]
    assert not found.contradictory


def test_no_border_is_finer_than_was_asked_for() -> None:
    found, _ = cut([("A", "2022-01-01", 1), ("A", "2022-09-01", -1)], "year")
    assert found.contradictory == {"A"}
