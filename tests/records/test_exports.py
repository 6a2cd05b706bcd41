from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.records.exports import restored_cell, safe_cell, write_csv_for_people, write_xlsx
from axiometer.records.spreadsheets import read_records

DANGEROUS = ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_cell_that_could_run_as_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@given(st.text(alphabet="'=+-@\t\r＝a 中"))
def test_a_safe_cell_never_begins_as_a_formula_and_can_be_restored(text: str) -> None:
    safe = safe_cell(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert restored_cell(safe) == text


def test_csv_for_people_carries_a_mark_and_reads_back(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "=文本": ['甲，"乙"\n丙', "=HYPERLINK(1)", None],
            "number": [-1.5, 2.0, None],
            "list": [["a", "乙"], [], None],
            "struct": [{"k": 1}, {"k": None}, {"k": 3}],
            "day": [date(2020, 1, 2), None, None],
        }
    )
    path = tmp_path / "out" / "t.csv"
    write_csv_for_people(frame, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        header, first, second, third = csv.reader(handle)
    assert header == ["'=文本", "number", "list", "struct", "day"]
    assert first == ['甲，"乙"\n丙', "-1.5", '["a", "乙"]', '{"k": 1}', "2020-01-02"]
    assert second[0] == "'=HYPERLINK(1)"
    assert third == ["", "", "", '{"k": 3}', ""]


def test_sheets_hold_texts_as_texts_and_numbers_as_numbers(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "text": ["=1+1", "http://example.org", "中" * 40_000],
            "number": [1.5, float("nan"), None],
            "yes": [True, False, None],
        }
    )
    path = tmp_path / "t.xlsx"
    write_xlsx(frame, path)
    rows = fastexcel.read_excel(path).load_sheet(0).to_polars()
    assert rows["text"][0] == "=1+1"
    assert rows["text"][1] == "http://example.org"
    assert len(rows["text"][2]) == 32_767
    assert rows["text"][2].endswith("[cut]")
    assert rows["yes"].to_list() == [True, False, None]
    assert read_records(path)[0].cells == {"text": "=1+1", "number": "1.5", "yes": "true"}


def test_equal_tables_give_equal_sheets(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": ["甲", "乙"]})
    write_xlsx(frame, tmp_path / "1.xlsx")
    write_xlsx(frame, tmp_path / "2.xlsx")
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["1.xlsx", "2.xlsx"]
