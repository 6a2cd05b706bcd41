from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.records import Item, ItemKind, Option, Outcome, Role, make_item
from axiometer.records.importers import Imported, ImportOptions, importer
from axiometer.records.importers.accounting import RowError
from axiometer.records.importers.people_answers import Unclear, read_order, read_person_answer
from axiometer.records.tables import write_rows

ITEMS = [
    make_item(
        kind=ItemKind.DILEMMA,
        lang="zh",
        prompt=f"第{number}题：该怎么做？",
        options=(Option(f"告诉她{number}"), Option(f"不说{number}。"), Option("整理书架", Role.DISTRACTOR)),
        clusters=(f"r{number}",),
        source="test",
    )
    for number in range(4)
]


@pytest.fixture
def items(tmp_path: Path) -> Path:
    write_rows(ITEMS, Item, tmp_path / "items.parquet")
    return tmp_path / "items.parquet"


@pytest.fixture
def read(items: Path, write: Callable[..., Path]) -> Callable[..., Imported]:
    def reading(
        rows: list[list[object]], *, name: str = "answers.csv", encoding: str = "utf-8", **options: str
    ) -> Imported:
        lines = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
        return importer("people").read(write(name, lines, encoding), ImportOptions(companion=items, **options))

    return reading


def ids() -> list[str]:
    return [item.id for item in ITEMS]


def found(imported: Imported) -> dict[tuple[int, str], tuple[str, int | None]]:
    return {(a.repeat, a.item): (str(a.outcome), a.option) for a in imported.answers}


def test_a_column_per_person_is_read_by_text_number_and_word(read, accounted) -> None:
    rows = [["item", "P1", "P2", "P3"], [ids()[0], "告诉她0", "2", "拒答"], [ids()[1], "B. 不说1", "3", ""]]
    imported = read(rows)
    accounted(imported)
    assert imported.persons == ("P1", "P2", "P3")
    assert found(imported) == {
        (0, ids()[0]): ("chosen", 0),
        (1, ids()[0]): ("chosen", 1),
        (2, ids()[0]): ("refused", None),
        (0, ids()[1]): ("chosen", 1),
        (1, ids()[1]): ("chosen", 2),
    }
    assert imported.counts == {
        "persons": 3, "answers": 5, "chosen": 4, "refused": 1, "cells left empty (not asked)": 1,
    }  # fmt: skip
    assert {a.model for a in imported.answers} == {"people"} == {a.wording for a in imported.answers}


def test_a_row_per_answer_is_read_and_an_empty_answer_is_one(read, accounted) -> None:
    rows = [
        ["题目", "受访者", "回答"],
        [ids()[0], "甲", "1"],
        [ids()[0], "乙", ""],
        [ids()[1], "甲", "都选"],
        [ids()[1], "乙", "也许"],
    ]
    imported = read(rows)
    accounted(imported)
    assert imported.persons == ("甲", "乙")
    assert [outcome for outcome, _ in found(imported).values()] == ["chosen", "invalid", "both", "invalid"]
    assert [a.reason for a in imported.answers] == [None, "no answer was written", "都选", "not an option of the item"]


def test_letters_count_for_what_stood_there(read) -> None:
    rows = [["item", "order", "P1"], [ids()[0], "3,1,2", "B"], [ids()[1], "[2, 0, 1]", "b)"], [ids()[2], "213", "A"]]
    imported = read(rows)
    assert [(a.option, a.letter, a.order) for a in imported.answers] == [
        (0, "B", (2, 0, 1)),
        (0, "B", (2, 0, 1)),
        (1, "A", (1, 0, 2)),
    ]


def test_letters_without_an_order_are_refused_with_row_and_column(read) -> None:
    with pytest.raises(InputError, match="line 3, column 'P2': a letter, and nothing says which option had it"):
        read([["item", "P1", "P2"], [ids()[0], "1", "2"], [ids()[1], "1", "C"]])


def test_numbers_where_options_were_shown_otherwise_are_refused(read) -> None:
    assert read([["item", "order", "P1"], [ids()[0], "1,2,3", "2"]]).answers[0].option == 1
    with pytest.raises(InputError, match="a number, and options were shown in another order"):
        read([["item", "order", "P1"], [ids()[0], "2,1,3", "2"]])


def test_items_are_found_by_number_and_by_the_beginning_of_their_id(read) -> None:
    by_number = read([["number", "P1"], ["1", "1"], ["4.0", "2"]])
    assert [a.item for a in by_number.answers] == [ids()[0], ids()[3]]
    assert [a.item for a in read([["item", "P1"], [ids()[2][:12], "1"]]).answers] == [ids()[2]]


def test_what_cannot_be_an_answer_is_rejected_with_its_row(read, accounted) -> None:
    rows = [
        ["item", "order", "scene", "P1", "P2"],
        [ids()[0], "", ITEMS[0].prompt, "1", "1"],
        [ids()[0], "", ITEMS[0].prompt, "2", ""],
        ["0123456789abcdef", "", "", "1", "1"],
        ["合计", "", "", "4", "5"],
        [ids()[1], "1,1,2", "", "1", "1"],
        [ids()[2], "", ITEMS[3].prompt, "1", "1"],
        ["", "", "", "1", "1"],
        [ids()[3], "", ITEMS[3].prompt, "9", "1"],
    ]
    imported = read(rows)
    accounted(imported)
    assert [(row.row, row.column, row.reason) for row in imported.rejected] == [
        (3, None, "duplicate: P1 answered this item in row 2"),
        (4, "item", "no item 0123456789abcdef"),
        (5, "item", "a row of totals"),
        (6, "order", "not an order of the item's 3 options, such as 2,1,3"),
        (7, "scene", f"the scene is not that of item {ids()[2][:40]}"),
        (8, "item", "no item"),
    ]
    assert Counter(str(a.outcome) for a in imported.answers) == {"chosen": 3, "invalid": 1}
    assert imported.answers[2].reason == "no option has the number 9"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_spreadsheets_of_any_encoding_are_read(read, encoding: str) -> None:
    assert len(read([["题目", "甲"], [ids()[0], "告诉她0"]], encoding=encoding).answers) == 1


def test_the_group_can_have_a_name(read) -> None:
    imported = read([["item", "P1"], [ids()[0], "1"]], respondent="students")
    assert {a.model for a in imported.answers} == {"people/students"}


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (
            [["item", "P1", "notes"], ["{0}", "1", "long talk"]],
            "column 'notes': no cell of this column can be read as an answer",
        ),
        ([["scene", "P1"], ["x", "1"]], "columns missing: item"),
        ([["item", "person"], ["{0}", "P1"]], "a column of persons and no column `answer`"),
        ([["item", "order"], ["{0}", "1,2,3"]], "no column with answers"),
        ([["item", "P1"], ["ffffffffffff", "1"]], "no answer to an item of"),
        ([["item", "P1"], ["{0}", ""]], "no answer to an item of"),
    ],
)
def test_files_that_are_something_else_are_refused_in_one_line(read, rows: list[list[str]], what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read([[cell.format(*ids()) for cell in row] for row in rows])
    assert "\n" not in str(caught.value)


def test_a_file_without_its_items_is_refused(write) -> None:
    with pytest.raises(InputError, match=r"answers without items .*--companion"):
        importer("people").read(write("a.csv", "item,P1\nx,1\n"), ImportOptions())


@given(st.text(max_size=40))
def test_every_text_is_an_answer_or_an_outcome_with_its_reason(text: str) -> None:
    try:
        answer = read_person_answer(text, ITEMS[0], None)
    except Unclear:
        return
    assert (answer.outcome is Outcome.CHOSEN) == (answer.option is not None) == (answer.reason is None)


@given(st.permutations(range(4)))
def test_an_order_is_read_however_it_is_written(order: list[int]) -> None:
    from_one = [place + 1 for place in order]
    for written in (
        str(order),
        ",".join(map(str, from_one)),
        " ".join(map(str, from_one)),
        "".join(map(str, from_one)),
    ):
        assert read_order(written, 4) == tuple(order)


@pytest.mark.parametrize("cell", ["", "1,2", "1,2,2", "2,3,4", "abc", "1,2,3,4"])
def test_what_is_no_order_is_refused(cell: str) -> None:
    with pytest.raises(RowError, match="not an order"):
        read_order(cell, 3)


def test_reading_does_not_depend_on_the_columns_that_describe_items(read) -> None:
    rows = [
        ["number", "item", "theme", "scene", "A", "B", "C", "answer"],
        ["1", ids()[0], "t", ITEMS[0].prompt, "x", "y", "z", "1"],
    ]
    imported = read(rows)
    assert imported.persons == ("answer",) and len(imported.answers) == 1
