"""Any source file as a stream of rows, whatever its format; what cannot be read is a row that says so."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from axiometer.errors import InputError, file_error
from axiometer.records.spreadsheets import delimiter_in, header_of, is_missing, read_source
from axiometer.records.texts.columns import Columns
from axiometer.records.texts.decoding import lines, text_chunks, unpacked_file
from axiometer.records.texts.kinds import Kind
from axiometer.records.texts.options import LONGEST

UNREADABLE = "unreadable file"
TOO_LONG = "too long for a text"
NOT_JSON = "not JSON"
NO_RECORD = "not a record"
MALFORMED = "malformed row"
NO_TEXT = "a text is expected"
SURPLUS = "more cells than columns"

_HEAD = 1 << 17
_SLICE = 20_000


class SourceRow(NamedTuple):
    """One row of a source. `row`: its line, its row in the spreadsheet program or its position from 1; None for a whole
    document. `fields`: what it says of the text's origin, by field of `Columns`. `others`: whether cells beside the
    text are filled. `problem`: why it cannot be read, in a constant phrase, and more about it in `detail`."""

    label: str
    row: int | None
    text: str | None
    fields: Mapping[str, str] = {}
    others: bool = False
    problem: str | None = None
    detail: str | None = None


class TableRow(NamedTuple):
    """One row of a table before its columns are known."""

    row: int
    cells: Mapping[str, str | None]
    problem: str | None = None
    detail: str | None = None


def source_rows(path: Path, label: str, kind: Kind, columns: Columns | None, skip: int = 0) -> Iterator[SourceRow]:
    """The rows of a file but for the first `skip`. There is always one: of a file without rows, one without text; of a
    file that cannot be read on, one with the problem behind those that could."""
    count = skip
    try:
        for row in _rows(path, label, kind, columns, skip):
            count += 1
            yield row
    except (InputError, OSError, csv.Error) as error:
        yield SourceRow(label, None, None, problem=UNREADABLE, detail=_told(error, path))
        return
    if count == 0:
        yield SourceRow(label, None, None)


def peek(path: Path, kind: Kind, count: int) -> tuple[list[str], list[Mapping[str, str | None]]]:
    """The names of a table's columns and the cells of its first rows. Raises `InputError` or `OSError` where it cannot
    be read."""
    if kind is Kind.DELIMITED:
        rows = _delimited_rows(path)
        names = list(next(rows).cells)
    elif kind is Kind.PARQUET:
        names, rows = _parquet_names(path), _table_rows(path, kind, None, 0)
    else:
        rows, names = _table_rows(path, kind, None, 0), []
    first = [row for row in islice(rows, count) if row.problem is None]
    return names or list(dict.fromkeys(name for row in first for name in row.cells)), [row.cells for row in first]


def _told(error: Exception, path: Path) -> str:
    if isinstance(error, InputError):
        return error.what
    return file_error(error, path).what if isinstance(error, OSError) else str(error)


def _rows(path: Path, label: str, kind: Kind, columns: Columns | None, skip: int) -> Iterator[SourceRow]:
    if kind is Kind.DOCUMENT:
        return islice(_document(path, label), skip, None)
    if kind is Kind.LINES:
        return _plain_lines(path, label, skip)
    if columns is None:
        raise InputError("no column is seen to hold texts")
    return _texts(_table_rows(path, kind, columns, skip), label, columns)


def _texts(rows: Iterator[TableRow], label: str, columns: Columns) -> Iterator[SourceRow]:
    named = [("lang", columns.lang), ("outlet", columns.outlet), ("nation", columns.nation), ("date", columns.date)]
    named += [("url", columns.url), *((f"meta.{key}", name) for key, name in columns.meta)]
    fields = [(key, name) for key, name in named if name is not None]
    for row in rows:
        cells = row.cells
        yield SourceRow(
            label,
            row.row,
            cells.get(columns.text),
            {key: cell for key, name in fields if (cell := cells.get(name)) is not None},
            any(cell is not None and name != columns.text for name, cell in cells.items()),
            row.problem,
            row.detail,
        )


def _table_rows(path: Path, kind: Kind, columns: Columns | None, skip: int) -> Iterator[TableRow]:
    if kind is Kind.JSON_LINES:
        return _json_lines(path, columns, skip)
    if kind is Kind.PARQUET:
        return _parquet_rows(path, columns, skip)
    if kind is Kind.DELIMITED:
        return islice(_delimited_rows(path), skip + 1, None)
    return islice(_whole(path), skip, None)


# -- plain text -------------------------------------------------------------------------------------------------------


def _document(path: Path, label: str) -> Iterator[SourceRow]:
    held: list[str] = []
    size = 0
    for chunk in text_chunks(path, binary_too=True):
        held.append(chunk)
        size += len(chunk)
        if size > LONGEST:
            yield SourceRow(label, None, None, problem=TOO_LONG, detail=f"over {LONGEST} characters in one document")
            return
    if size:
        yield SourceRow(label, None, "".join(held))


def _plain_lines(path: Path, label: str, skip: int) -> Iterator[SourceRow]:
    count = 0
    for number, line in enumerate(lines(text_chunks(path), LONGEST), 1):
        if line.isspace():
            continue
        count += 1
        if count <= skip:
            continue
        if len(line) > LONGEST:
            yield SourceRow(label, number, None, problem=TOO_LONG, detail=f"over {LONGEST} characters in one line")
        else:
            yield SourceRow(label, number, line)


# -- tables that are read from the front ------------------------------------------------------------------------------


def _json_lines(path: Path, columns: Columns | None, skip: int) -> Iterator[TableRow]:
    count = 0
    for number, line in enumerate(lines(text_chunks(path), LONGEST), 1):
        if line.isspace():
            continue
        count += 1
        if count > skip:
            yield _json_line(number, line, columns)


def _json_line(number: int, line: str, columns: Columns | None) -> TableRow:
    if len(line) > LONGEST:
        return TableRow(number, {}, TOO_LONG, f"over {LONGEST} characters in one line")
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        return TableRow(number, {}, NOT_JSON, error.msg)
    except (ValueError, RecursionError):
        return TableRow(number, {}, NOT_JSON, "numbers too long or lists too deep")
    if not isinstance(value, dict):
        return TableRow(number, {}, NO_RECORD, "a JSON object is expected")
    if columns is not None and isinstance(value.get(columns.text), list | dict):
        return TableRow(number, {}, NO_TEXT, "a list or an object where a text is expected")
    return TableRow(number, {name: _cell(cell) for name, cell in value.items()})


def _cell(value: object) -> str | None:
    if isinstance(value, str):
        return None if is_missing(value) else value
    if isinstance(value, date):
        return value.isoformat()
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return json.dumps(value, ensure_ascii=False, default=str)


def _delimited_rows(path: Path) -> Iterator[TableRow]:
    """The header as a first row whose cells are its names; then the records. A row that is not well-formed is one that
    says so, and the next is read from the line after it."""
    csv.field_size_limit(LONGEST)
    chunks = text_chunks(path)
    head = next(chunks, "")
    delimiter = "\t" if ".tsv" in path.suffixes else delimiter_in(head[:_HEAD])
    reader = csv.reader(lines(_chained(head, chunks), LONGEST), delimiter=delimiter, strict=True)
    names: tuple[str, ...] = ()
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if not names:
                raise InputError("not a well-formed table: {said}", file=path, row=line, said=error) from error
            where = "" if reader.line_num <= line else f", lines {line}-{reader.line_num}"
            yield TableRow(line, {}, MALFORMED, f"{error}{where}")
            continue
        if not any(cell and not cell.isspace() for cell in cells):
            continue
        if not names:
            names = header_of(cells, path, line)
            yield TableRow(line, dict.fromkeys(names))
            continue
        yield _delimited_row(line, cells, names)
    if not names:
        raise InputError("the file is empty", file=path)


def _chained(head: str, chunks: Iterator[str]) -> Iterator[str]:
    yield head
    yield from chunks


def _delimited_row(line: int, cells: list[str], names: tuple[str, ...]) -> TableRow:
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        return TableRow(line, {}, SURPLUS, f"{len(cells)} cells where the header has {len(names)}")
    return TableRow(line, {name: None if is_missing(cell) else cell for name, cell in zip(names, cells, strict=False)})


# -- tables that are not ----------------------------------------------------------------------------------------------


def _whole(path: Path) -> Iterator[TableRow]:
    """A JSON document or a spreadsheet, read at once."""
    with unpacked_file(path) as file:
        table = read_source(file)
    for record in table.records:
        if record.problem is None:
            yield TableRow(record.row, record.cells)
        else:
            yield TableRow(record.row, {}, MALFORMED, record.problem)


def _parquet_names(path: Path) -> list[str]:
    from axiometer.records.tables import schema_in

    with unpacked_file(path) as file:
        return list(schema_in(file))


def _parquet_rows(path: Path, columns: Columns | None, skip: int) -> Iterator[TableRow]:
    from axiometer.records.tables import read_slice, rows_in

    wanted = None if columns is None else columns.all
    with unpacked_file(path) as file:
        for offset in range(skip, rows_in(file), _SLICE):
            frame = read_slice(file, offset, _SLICE, wanted)
            if columns is not None and frame[columns.text].null_count():  # are the other cells empty too?
                frame = read_slice(file, offset, _SLICE)
            for number, row in enumerate(frame.iter_rows(named=True), offset + 1):
                yield TableRow(number, {name: _cell(value) for name, value in row.items()})
