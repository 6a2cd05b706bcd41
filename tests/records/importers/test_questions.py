"""Open questions of any table: which columns, which languages, which rows, and numbers that are no part of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.records import Item, ItemKind
from axiometer.records.importers import Imported, ImportOptions
from axiometer.records.importers.questions import (
    Numbered,
    problem_of,
    read_questions,
    starter_question_items,
    without_number,
)

Write = Callable[..., Path]
Accounted = Callable[[Imported], None]


def prompts(imported: Imported) -> list[tuple[str, str]]:
    return [(item.lang, item.prompt) for item in imported.items]


def why(imported: Imported) -> dict[int, str]:
    return {row.row: row.reason for row in imported.rejected}


# -- numbers before questions -----------------------------------------------------------------------------------------

QUESTIONS = st.text(min_size=1, max_size=60).map(str.strip).filter(lambda text: text and not text[0].isdigit())
MARKS = st.sampled_from(
    ["{}. ", "{}.\xa0", "{}、", "{}．", "({}) ", "（{}）", "[{}] ", "Q{}: ", "第{}题：", "问题{}：", "{}) "]
)


@given(QUESTIONS, st.integers(1, 99_999), MARKS)
@settings(deadline=None, max_examples=300)
def test_a_number_is_taken_from_whatever_question_follows_it(text: str, number: int, mark: str) -> None:
    found = without_number(mark.format(number) + text)
    assert found.number == str(number)
    assert text.endswith(found.text) and len(found.text) >= len(text) - 2  # `.` or `:` of the text may be the mark's


@given(st.text(alphabet="怎样看待美好生活abc ,？?", min_size=1, max_size=40))
@settings(deadline=None)
def test_a_question_without_a_number_is_left_as_it_is(text: str) -> None:
    assert without_number(text) == Numbered(None, text.strip())


@pytest.mark.parametrize(
    "text", ["3.14 是什么？", "7:30 起床好吗？", "2024年怎么样？", "100个人里有几个？", "1、2、3 是数吗", "12."]
)
def test_what_only_looks_like_a_number_of_a_question_stays(text: str) -> None:
    assert without_number(text) == Numbered(None, text)


def test_numbers_are_taken_only_where_most_questions_have_one(write: Write) -> None:
    listed = read_questions(write("a.txt", "1. 什么是美好生活？\n2. 怎样学习？\n"))
    assert prompts(listed) == [("zh", "什么是美好生活？"), ("zh", "怎样学习？")]
    assert [item.meta["number"] for item in listed.items] == ["1", "2"]
    year = read_questions(write("b.txt", "1984: what is it about?\nWhat is a good life?\nWhom do you trust?\n"))
    assert year.items[0].prompt == "1984: what is it about?" and "number" not in year.items[0].meta


# -- tables -----------------------------------------------------------------------------------------------------------


def test_lines_of_a_text_are_questions_in_the_language_they_are_in(write: Write, accounted: Accounted) -> None:
    text = "什么是美好生活？\n\nWhat is a good life?\nQu'est-ce qu'une bonne vie ?\n什么是美好生活？\n???\n"
    imported = read_questions(write("q.txt", text))
    accounted(imported)
    assert [lang for lang, _ in prompts(imported)] == ["zh", "en", "fr"]
    assert why(imported) == {5: "duplicate of row 1", 6: "no words"}
    for item in imported.items:
        assert (item.kind, item.options, item.framework, item.parallel_id) == (ItemKind.OPEN, (), None, None)


def test_columns_side_by_side_are_parallel(write: Write, accounted: Accounted) -> None:
    table = (
        "编号,ZH,question_en,topic,组\nq1,谁该先走？,Who goes first?,order,a\nq2,,Who waits?,order,a\nq3,,,order,b\n"
    )
    imported = read_questions(write("pairs.csv", table), ImportOptions(framework="core-socialist-values"))
    accounted(imported)
    assert prompts(imported) == [("zh", "谁该先走？"), ("en", "Who goes first?"), ("en", "Who waits?")]
    assert [item.parallel_id for item in imported.items] == ["pairs/q1", "pairs/q1", "pairs/q2"]
    assert {item.clusters for item in imported.items} == {("pairs/a",)}
    assert {item.framework for item in imported.items} == {"core-socialist-values"}
    assert imported.items[0].meta == {"about": "order", "question": "q1"}
    assert why(imported) == {4: "no question in this row"}


def test_rows_of_one_id_are_one_question_in_several_languages(write: Write, accounted: Accounted) -> None:
    rows = [
        {"id": "1", "lang": "en", "question": "Who goes first?"},
        {"id": "1", "lang": "中文", "question": "谁该先走？"},
        {"id": "1", "lang": "en", "question": "Who goes last?"},
    ]
    imported = read_questions(write("q.jsonl", "\n".join(json.dumps(row) for row in rows)))
    accounted(imported)
    assert [item.lang for item in imported.items] == ["en", "zh"]
    assert {item.parallel_id for item in imported.items} == {"q/1"}
    assert why(imported) == {3: "duplicate of row 1"}


@pytest.mark.parametrize(
    ("name", "content", "encoding"),
    [
        ("q.csv", "问题,备注\n怎样学习？,甲\n", "gbk"),
        ("q.tsv", "note\tprompt\nx\t怎样学习？\n", "utf-8-sig"),
        ("q.json", ["怎样学习？"], "utf-8"),
        ("q.json", [{"Text": "怎样学习？"}], "utf-8"),
        ("q.txt", "id\tquestion\n1\t怎样学习？\n", "utf-8"),
        ("q.txt", "怎样学习？\r\n", "utf-16"),
    ],
)
def test_whatever_the_file_is_called_and_written_in(write: Write, name: str, content: object, encoding: str) -> None:
    assert prompts(read_questions(write(name, content, encoding))) == [("zh", "怎样学习？")]


def test_a_formula_in_a_sheet_is_no_question(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "q.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["question", "note"])
        sheet.write_row(1, 0, ["What is a good life?", 1])
        sheet.write_row(2, 1, ["its error is no cell", 2])
        sheet.write_formula(2, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 0, '="What "&"for?"', None, "What for?")
        sheet.write_string(4, 0, "=SUM(A1:A3)")
    imported = read_questions(tmp_path / "q.xlsx")
    assert [text for _, text in prompts(imported)] == ["What is a good life?", "What for?"]
    assert set(why(imported)) == {3, 5} and "formula" in why(imported)[5]


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=200)
def test_any_text_is_a_question_or_has_a_reason(text: str) -> None:
    problem = problem_of(text)
    assert problem is None or (problem and "\n" not in problem)
    assert problem is not None or any(letter.isalpha() for letter in text)


def test_a_file_without_questions_is_one_line(write: Write) -> None:
    with pytest.raises(InputError, match=r"two\.csv: columns missing: question \(.*the file has: a, b\)"):
        read_questions(write("two.csv", "a,b\n1,2\n"))
    with pytest.raises(InputError, match="no framework"):
        read_questions(write("q.csv", "question\nWhy?\n"), ImportOptions(framework="nobody's"))


def test_the_starter_questions_stand_in_both_languages_side_by_side() -> None:
    items: list[Item] = starter_question_items()
    assert len(items) == len({item.id for item in items}) == 200
    for zh, en in zip(items[::2], items[1::2], strict=True):
        assert (zh.lang, en.lang) == ("zh", "en")
        assert zh.parallel_id == en.parallel_id == zh.meta["question"] and zh.clusters == en.clusters
        assert zh.meta["about"] == en.meta["about"] and zh.clusters == (zh.parallel_id,)
    assert len(starter_question_items(("en",))) == 100
