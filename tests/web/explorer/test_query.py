"""Filters against the tables of the run, read row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from axiometer.records.rows import Answer, Item
from axiometer.records.tables import read_table
from axiometer.web.explorer.index import RunIndex
from axiometer.web.explorer.query import AGAINST, FOR, Wanted, matching, page_of
from axiometer.web.explorer.summary import below, frameworks_of

Row = dict[str, Any]


@pytest.fixture(scope="module")
def items(index: RunIndex) -> list[Row]:
    rows = read_table(index.sources.folder / "items", Item).to_dicts()
    answers = read_table(index.sources.answers, Answer).to_dicts()
    return [{**row, "answers": [one for one in answers if one["item"] == row["id"]]} for row in rows]


def endorsing(item: Row, value: str) -> list[int]:
    return [place for place, option in enumerate(item["options"]) if option["expresses"][0]["target"] == value]


def by(model: int) -> Callable[[Row], bool]:
    return lambda answer: answer["model"] == f"planted/model-{model + 1:02d}"


def most(item: Row, model: int) -> int | None:
    counts = Counter(one["option"] for one in item["answers"] if by(model)(one) and one["option"] is not None)
    best = [option for option, n in counts.items() if n == max(counts.values())]
    return best[0] if len(best) == 1 else None


VALUE = "humility"
CASES: dict[str, tuple[Wanted, Callable[[Row], bool]]] = {
    "everything": (Wanted(), lambda item: True),
    "language": (Wanted(lang="zh"), lambda item: item["lang"] == "zh"),
    "Chinese text": (Wanted(text="朋友"), lambda item: "朋友" in str(item["prompt"]) + str(item["options"])),
    "text, whatever its case": (
        Wanted(text="THE "),
        lambda item: "the " in "\n".join([item["prompt"], *(one["text"] for one in item["options"])]).lower(),
    ),
    "signs of patterns": (Wanted(text="case 1.*"), lambda item: False),
    "value": (Wanted(value=VALUE), lambda item: bool(endorsing(item, VALUE))),
    "outcome": (Wanted(outcome="refused"), lambda item: any(one["outcome"] == "refused" for one in item["answers"])),
    "outcome of one": (
        Wanted(outcome="evasive", model=1),
        lambda item: any(one["outcome"] == "evasive" and by(1)(one) for one in item["answers"]),
    ),
    "option of one": (
        Wanted(side="2", model=0),
        lambda item: any(one["option"] == 1 and by(0)(one) for one in item["answers"]),
    ),
    "for the value": (
        Wanted(value=VALUE, side=FOR, model=2),
        lambda item: any(one["option"] in endorsing(item, VALUE) and by(2)(one) for one in item["answers"]),
    ),
    "against the value": (
        Wanted(value=VALUE, side=AGAINST),
        lambda item: (
            bool(endorsing(item, VALUE))
            and any(
                one["option"] is not None and one["option"] not in endorsing(item, VALUE) for one in item["answers"]
            )
        ),
    ),
    "two differ": (
        Wanted(model=0, differs=2),
        lambda item: None not in (most(item, 0), most(item, 2)) and most(item, 0) != most(item, 2),
    ),
    "anybody differs": (
        Wanted(differs=1),
        lambda item: any(
            None not in (most(item, 1), most(item, one)) and most(item, 1) != most(item, one) for one in (0, 2)
        ),
    ),
    "answers": (
        Wanted(said="WOULD RATHER"),
        lambda item: any("would rather" in one["raw"].lower() for one in item["answers"]),
    ),
    "answers of one, in zh": (
        Wanted(said="depends on", model=1, lang="zh"),
        lambda item: item["lang"] == "zh" and any("depends on" in one["raw"] and by(1)(one) for one in item["answers"]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_filter_leaves_what_reading_every_row_leaves(name: str, index: RunIndex, items: list[Row]) -> None:
    wanted, holds = CASES[name]
    assert matching(index, wanted).to_list() == [number for number, item in enumerate(items) if holds(item)]


def test_a_broader_value_takes_in_what_stands_below_it(index: RunIndex) -> None:
    values = below(frameworks_of(index), "self-transcendence")
    assert "humility" not in values or "benevolence-caring" in values
    broad = set(matching(index, Wanted(value="self-transcendence", values=values)))
    for value in values:
        assert set(matching(index, Wanted(value=value))) <= broad
    assert broad


def test_a_filter_can_be_taken_away() -> None:
    wanted = Wanted(value="a", values=("b",), lang="zh")
    assert wanted.without("value") == Wanted(lang="zh")
    assert replace(wanted.without("value"), lang="").is_everything


def test_pages_show_every_row_once_in_both_directions() -> None:
    numbers = pl.Series([3 * number for number in range(23)], dtype=pl.UInt32)
    pages, after = [], None
    while True:
        page = page_of(numbers, after=after, size=10)
        pages.append(page)
        if page.after is None:
            break
        after = page.after
    assert [number for page in pages for number in page.numbers] == numbers.to_list()
    assert [page.first for page in pages] == [1, 11, 21]
    assert page_of(numbers, before=pages[2].before, size=10).numbers == pages[1].numbers
    assert page_of(numbers, before=pages[1].before, size=10).before is None


def test_a_page_of_nothing_is_empty() -> None:
    page = page_of(pl.Series([], dtype=pl.UInt32))
    assert (page.numbers, page.total, page.first, page.before, page.after) == ((), 0, 0, None, None)
