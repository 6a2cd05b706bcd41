from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.records import to_frame, to_rows
from axiometer.records.corpus_rows import Rule
from axiometer.records.importers.accounting import RowError
from axiometer.records.importers.rule_sets import DIFFERENT_VALUES, IDENTICAL, MERGED, RuleBook, RuleRow, grade
from axiometer.records.spreadsheets import Record, SourceStream

from .conftest import told

WORDS = st.sampled_from(["It is rude to shout.", "It is good to share.", "应当守时"])
ROWS = st.lists(st.tuples(WORDS, st.sampled_from("0123"), st.sampled_from("ab"), st.booleans()), max_size=30)


@given(rows=ROWS)
def test_every_row_is_in_one_rule_once_or_rejected(rows: list[tuple[str, str, str, bool]]) -> None:
    cells = [{"rule": w, "grade": g, "value": v, "bad": str(bad)} for w, g, v, bad in rows]
    records = [Record(i, cell, "broken" if cell["bad"] == "True" else None) for i, cell in enumerate(cells, 2)]

    def read(record: Record) -> RuleRow:
        words, mark = str(record.cells["rule"]), str(record.cells["grade"])
        return RuleRow(words, "en", (("grade", mark),), (str(record.cells["value"]),))

    source = SourceStream(Path("set.csv"), ("rule", "grade", "value", "bad"), iter(records))
    imported = RuleBook(source, "set").each(read)
    good = [row for row in rows if not row[3]]
    assert [row.row for row in imported.rejected] == [i for i, row in enumerate(rows, 2) if row[3]]
    assert (imported.source_rows, imported.kept_rows) == (len(rows), len(good))
    assert imported.kept_rows == len(imported.rules) + imported.merged_rows
    assert [rule.text for rule in imported.rules] == list(dict.fromkeys(words for words, *_ in good))
    assert imported.counts.get(IDENTICAL, 0) == len(good) - len(set(good))
    for rule in imported.rules:
        own = {row for row in good if row[0] == rule.text}
        assert told(rule, "grade") == dict(Counter(mark for _, mark, _, _ in own))
        assert rule.meta["imported.rows"] == str(len(own)) == str(len(rule.parent_ids))
        assert set(rule.values) == {value for _, _, value, _ in own}
    assert list(to_rows(to_frame(imported.rules, Rule), Rule)) == imported.rules


def test_rows_that_differ_in_their_values_are_counted_and_the_rule_has_all() -> None:
    rows = [("a", ("x",)), ("a", ("x",)), ("a", ("y", "x")), ("b", ())]
    records = [Record(i, {"n": str(i)}) for i in range(len(rows))]
    source = SourceStream(Path("set.csv"), ("n",), iter(records))
    imported = RuleBook(source, "set").each(lambda record: RuleRow(rows[record.row][0], "en", (), rows[record.row][1]))
    assert [rule.values for rule in imported.rules] == [("x", "y"), ()]
    assert imported.counts == {MERGED: 2, DIFFERENT_VALUES: 1}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("3", (("g", "3"),)), ("3.0", (("g", "3"),)), (" 1 ", (("g", "1"),)), ("-1", ()), ("-1.0", ()), (None, ())],
)
def test_grades_are_whole_numbers_however_they_were_saved(cell: str | None, expected: tuple[object, ...]) -> None:
    assert grade({"c": cell}, "c", "g", range(1, 6), "-1") == expected


@pytest.mark.parametrize("cell", ["0", "6", "2.5", "good", "=1+2", "１"])
def test_what_is_not_on_the_scale_is_not_taken_for_a_grade(cell: str) -> None:
    with pytest.raises(RowError, match="not on the scale 1 to 5"):
        grade({"c": cell}, "c", "g", range(1, 6), "-1")
