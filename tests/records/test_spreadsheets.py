from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.records.spreadsheets import MISSING, read_records, read_source, stream_source

NAMES = ("first", "second", "third")
CELLS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]) | st.sampled_from("\n\",;\t'")
)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t"))
def test_what_the_csv_writer_writes_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str, str]], delimiter: str
) -> None:
    whole = [("x", "x", "x"), *rows]  # no wholly blank file
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(NAMES)
    writer.writerows(whole)
    (tmp_path / "t.csv").write_bytes(buffer.getvalue().encode("utf-8-sig"))
    expected = [
        {name: None if cell.strip() in MISSING else cell for name, cell in zip(NAMES, row, strict=True)}
        for row in whole
        if any(cell.strip() for cell in row)
    ]
    try:
        records = read_records(tmp_path / "t.csv")
    except InputError as error:  # by chance the cells are what damaged text looks like
        assert "saved again" in error.what or "U+FFFD" in error.what
        return
    assert [dict(record.cells) for record in records] == expected
    assert all(record.problem is None for record in records)


def test_row_numbers_of_text_files_are_the_lines_where_rows_begin(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", 'prompt,option\r\n"two\r\nlines",a\r\n\r\n,,\r\nlast,b\r\n')
    records = read_records(path)
    assert [(record.row, record.cells["prompt"]) for record in records] == [(2, "two\r\nlines"), (6, "last")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_from_the_header_even_where_texts_hold_others(tmp_path: Path, delimiter: str) -> None:
    header = delimiter.join(["prompt", "option"])
    line = delimiter.join(['"yes; no, maybe"', '"a,b;c"'])
    (record,) = read_records(write(tmp_path / "t.csv", f"{header}\n{line}\n"))
    assert record.cells == {"prompt": "yes; no, maybe", "option": "a,b;c"}


def test_missing_cells_come_as_none_however_they_are_written(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "a,b,c,d,e,f\nnan,NaN,None,null, ,#N/A\nx,,NA,none,0,Nancy\n")
    first, second = read_records(path)
    assert set(first.cells.values()) == {None}
    assert second.cells == {"a": "x", "b": None, "c": "NA", "d": "none", "e": "0", "f": "Nancy"}


def test_a_row_with_more_cells_than_the_header_keeps_its_place_with_its_problem(tmp_path: Path) -> None:
    short, long, empty_tail = read_records(write(tmp_path / "t.csv", "a,b\n1\n1,2,3\n1,2,,\n"))
    assert short.problem is None
    assert short.cells == {"a": "1", "b": None}
    assert long.problem == "3 cells where the header has 2"
    assert empty_tail.problem is None


def test_an_unclosed_quotation_mark_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", 'a,b\n1,2\n"open,3\n4,5\n')
    with pytest.raises(InputError, match=r"line 3.*not a well-formed table"):
        read_records(path)


@pytest.mark.parametrize("text", ["", "a,b\n", "a,b\n,\n\n"])
def test_a_file_without_rows_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"empty|no rows"):
        read_records(write(tmp_path / "t.csv", text))


def test_two_columns_with_one_name_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="same name: a"):
        read_records(write(tmp_path / "t.csv", "a,b,a\n1,2,3\n"))


def test_json_arrays_objects_and_lines_are_read_alike(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"q": "甲", "n": 1, "x": None}, {"q": "乙", "n": 2.5, "x": ["a", {"b": True}]}]
    cells = [{"q": "甲", "n": "1", "x": None}, {"q": "乙", "n": "2.5", "x": '["a", {"b": true}]'}]
    array = write(tmp_path / "a.json", json.dumps(rows, ensure_ascii=False), "gbk")
    lines = write(tmp_path / "b.jsonl", "\n".join(json.dumps(row) for row in rows))
    mislabelled = write(tmp_path / "c.json", "\n".join(json.dumps(row) for row in rows))
    keyed = write(tmp_path / "d.json", json.dumps({"k1": rows[0], "k2": rows[1]}))
    for path in (array, lines, mislabelled):
        assert [dict(record.cells) for record in read_records(path)] == cells
    assert [dict(record.cells) for record in read_records(keyed)] == [
        {"key": "k1", **cells[0]},
        {"key": "k2", **cells[1]},
    ]


def test_line_separators_inside_json_texts_do_not_break_lines(tmp_path: Path) -> None:
    text = "one\u2028two\u0085three"
    path = write(tmp_path / "t.jsonl", json.dumps({"q": text}, ensure_ascii=False) + "\n\n" + json.dumps({"q": "four"}))
    assert [(record.row, record.cells["q"]) for record in read_records(path)] == [(1, text), (3, "four")]


def test_a_broken_line_among_json_lines_keeps_its_place_with_its_problem(tmp_path: Path) -> None:
    good, broken, listed, twice = read_records(write(tmp_path / "t.jsonl", '{"q": 1}\n{"q": \n[1]\n{"q": 1, "q": 2}\n'))
    assert good.problem is None
    assert (broken.row, str(broken.problem).startswith("not JSON")) == (2, True)
    assert "not a record" in str(listed.problem)
    assert "twice" in str(twice.problem)


def test_what_is_no_json_at_all_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2"):
        read_records(write(tmp_path / "t.json", '[{"q": 1},\n{"q" 2}]'))
    with pytest.raises(InputError, match="not JSON lines"):
        read_records(write(tmp_path / "t.jsonl", "hello\nworld\n"))


def test_rows_of_a_sheet_are_numbered_as_the_program_numbers_them(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(2, 1, ["prompt", "n", "right"])
        sheet.write_row(3, 1, ["甲\n乙", 1, True])
        sheet.write_row(6, 1, ["nan", 2.5])
    first, second = read_records(path)
    assert (first.row, second.row) == (4, 7)
    assert first.cells["prompt"] == "甲\n乙"
    assert first.cells["n"] == "1"
    assert second.cells["prompt"] is None
    assert second.cells["n"] == "2.5"


def test_parquet_cells_come_as_texts(tmp_path: Path) -> None:
    frame = pl.DataFrame({"q": ["甲", None], "n": [1.5, float("nan")], "many": [["a", "b"], []], "yes": [True, False]})
    frame.write_parquet(tmp_path / "t.parquet")
    first, second = read_records(tmp_path / "t.parquet")
    assert first.cells == {"q": "甲", "n": "1.5", "many": '["a", "b"]', "yes": "true"}
    assert second.cells == {"q": None, "n": None, "many": "[]", "yes": "false"}
    assert (first.row, second.row) == (1, 2)


@pytest.mark.parametrize("name", ["t.xlsx", "t.parquet", "t.docx"])
def test_a_file_that_is_not_what_its_name_says_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        read_records(write(tmp_path / name, "a,b\n1,2\n"))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_records(tmp_path / "absent.xlsx")


def test_a_real_sheet_of_texts_is_read_with_its_totals_row(published: Callable[[str], Path]) -> None:
    source = read_source(published("valuecsv/ValueCSV_dev.xlsx"))
    assert len(source.records) >= 4500
    last = source.records[-1]
    texts = [name for name in source.columns if not name.endswith("_scr")]
    assert all(last.cells[name] is None for name in texts[:1])
    assert any(last.cells.values())


STREAMED = {
    "comma.csv": 'rule,level\n"two\nlines",1\n\n"said ""so""",2\n1,2,3\n',
    "tabs.tsv": "rule\tlevel\nnan\t1\nb\t\n",
    "lines.jsonl": '{"rule": "a\u2028b"}\r\n\nnot json\n{"rule": ["x", null], "level": 1}',
    "array.json": '[{"rule": "a"}, 3]',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", sorted(STREAMED))
def test_a_stream_gives_the_records_of_the_table(tmp_path: Path, name: str, encoding: str) -> None:
    text = STREAMED[name] if "jsonl" in name else STREAMED[name].replace("1", "应当守时")
    path = write(tmp_path / name, text, encoding)
    table, stream = read_source(path), stream_source(path)
    assert tuple(stream.records) == table.records
    assert stream.encoding == table.encoding
    assert set(stream.columns) <= set(table.columns) and "rule" in stream.columns


def test_a_stream_refuses_what_a_table_refuses_before_its_first_record(tmp_path: Path) -> None:
    wrong = {
        "empty.csv": (b" \n ", "empty"),
        "header.csv": (b"a,b\n", "no rows"),
        "twice.csv": (b"a,a\n1,2\n", "same name"),
        "binary.csv": (b"a\x00b\n" * 50, "control characters"),
        "lost.csv": (("a\n" + "\ufffd" * 9).encode(), "U+FFFD"),
        "prose.jsonl": (b"once\nupon a time\n", "not JSON lines"),
    }
    for name, (data, what) in wrong.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=what.replace("+", r"\+")) as streamed:
            stream_source(tmp_path / name)
        with pytest.raises(InputError) as whole:
            read_source(tmp_path / name)
        assert str(streamed.value) == str(whole.value)


def test_a_stream_finds_characters_that_are_split_between_its_pieces_and_faults_behind_them(tmp_path: Path) -> None:
    path = write(tmp_path / "long.csv", "rule\n" + "应当守时\n" * 100_000)
    assert sum(record.cells["rule"] == "应当守时" for record in stream_source(path).records) == 100_000
    path.write_bytes(path.read_bytes() + b'"open\n')
    records = stream_source(path).records
    with pytest.raises(InputError, match="line 100002"):
        list(records)
