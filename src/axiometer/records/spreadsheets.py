"""Tables of other people, whatever their file type, as plain records with the row number that a person sees.

`.csv`, `.tsv`, `.txt` (comma, semicolon or tab; quoted line breaks), `.json`, `.jsonl`/`.ndjson`, `.xlsx` and its kin,
`.parquet`. Every cell is text or None; lists and objects are JSON text.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from axiometer.errors import InputError
from axiometer.records.encodings import open_text, read_text

# As pandas, numpy, R, SQL and spreadsheets write a missing cell.
MISSING = frozenset({"", "nan", "NaN", "None", "null", "NULL", "<NA>", "#N/A"})

_DELIMITERS = (",", "\t", ";")
_EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_LINES = (".jsonl", ".ndjson")
_DELIMITED = (".csv", ".tsv", ".txt", "")
_HALVES = re.compile("[\ud800-\udfff]")
_LONGEST_CELL = 16_000_000
_HEAD = 200_000
_FIRST_LINES = 100
KINDS = ".csv, .tsv, .txt, .json, .jsonl, .xlsx, .parquet"


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `row` is the line of a text file where the row begins, the row of a sheet as the spreadsheet program
    numbers it, or the position from 1 in a JSON array or Parquet file. `problem` says why the row cannot be used."""

    row: int
    cells: Mapping[str, str | None]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A whole file: its columns in order, its records (blank rows are no records), its encoding if it has one."""

    file: Path
    columns: tuple[str, ...]
    records: tuple[Record, ...]
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class SourceStream:
    """A file like `SourceTable` whose records come once, one after another, so that a large text is never held whole.
    The columns of JSON lines are those of the first hundred."""

    file: Path
    columns: tuple[str, ...]
    records: Iterator[Record]
    encoding: str | None = None


def read_records(path: Path) -> list[Record]:
    """The records of a file. Raises `InputError` where there are none or the file is not what its name says."""
    return list(read_source(path).records)


def read_source(path: Path, *, missing: frozenset[str] = MISSING) -> SourceTable:
    """The file as a table; see `read_records`. `missing`: cells of delimited text and sheets that count as empty."""
    if not path.exists():
        raise InputError("no such file", file=path)
    if path.is_dir():
        raise InputError("a folder, not a file", file=path)
    table = _read(path, missing)
    if not table.records:
        raise InputError("there are no rows in this file", file=path)
    return table


def stream_source(path: Path) -> SourceStream:
    """The file as a stream of the records that `read_source` gives. A row of delimited text that is not well-formed
    raises `InputError` only when the stream comes to it."""
    kind = path.suffix.lower()
    if not path.is_file() or kind not in (*_DELIMITED, *_LINES):
        table = read_source(path)
        return SourceStream(path, table.columns, iter(table.records), table.encoding)
    lines = kind in _LINES
    handle, encoding = open_text(path, newline="\n" if lines else "")
    columns: tuple[str, ...] = ()
    if lines:
        records = _lines(handle)
    else:
        head = handle.read(_HEAD)
        handle.seek(0)
        columns, records = _delimited(handle, _delimiter_of(path, head), path)
    first = list(islice(records, _FIRST_LINES if lines else 1))
    if not first:
        raise InputError("there are no rows in this file", file=path)
    if lines:
        _refuse_other_lines(first, path)
        columns = tuple(dict.fromkeys(name for record in first if not record.problem for name in record.cells))
    return SourceStream(path, columns, chain(first, records), encoding)


def is_missing(cell: str | None, missing: frozenset[str] = MISSING) -> bool:
    return cell is None or cell.strip() in missing


def _read(path: Path, missing: frozenset[str]) -> SourceTable:
    kind = path.suffix.lower()
    if kind in _EXCEL:
        return _read_excel(path, missing)
    if kind == ".parquet":
        return _read_parquet(path)
    decoded = read_text(path)
    if kind in _LINES:
        return _table(path, _json_lines(decoded.text, path), decoded.encoding)
    if kind == ".json":
        return _table(path, _json(decoded.text, path), decoded.encoding)
    if kind in _DELIMITED:
        return _read_delimited(decoded.text, path, decoded.encoding, missing)
    raise InputError(
        "files of the kind {kind} are not read", file=path, mend="use one of {known}", kind=kind, known=KINDS
    )


def _table(path: Path, records: Iterable[Record], encoding: str | None) -> SourceTable:
    listed = tuple(records)
    columns = tuple(dict.fromkeys(name for record in listed for name in record.cells))
    return SourceTable(path, columns, listed, encoding)


# -- delimited text ---------------------------------------------------------------------------------------------------


def _read_delimited(text: str, path: Path, encoding: str, missing: frozenset[str]) -> SourceTable:
    columns, records = _delimited(io.StringIO(text, newline=""), _delimiter_of(path, text), path, missing)
    return SourceTable(path, columns, tuple(records), encoding)


def _delimited(
    handle: TextIO, delimiter: str, path: Path, missing: frozenset[str] = MISSING
) -> tuple[tuple[str, ...], Iterator[Record]]:
    """The header and the records below it."""
    rows = ((line, cells) for line, cells in _rows(handle, delimiter, path) if any(cell.strip() for cell in cells))
    header = next(rows, None)
    columns = header_of(header[1], path, header[0]) if header else ()
    return columns, (_row(line, cells, columns, missing) for line, cells in rows)


def _rows(handle: TextIO, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line at which each begins. Strict, because a stray quote would swallow the rest of the file."""
    csv.field_size_limit(_LONGEST_CELL)
    with handle:
        reader = csv.reader(handle, delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                yield line, next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                mend = "close or double the quotation marks of this row"
                raise InputError(
                    "not a well-formed table: {said}", file=path, row=line, mend=mend, said=error
                ) from error


def _delimiter_of(path: Path, text: str) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else delimiter_in(text)


def delimiter_in(text: str) -> str:
    """The delimiter that splits the first row into most columns; among equals, that which the next rows bear out."""
    return max(_DELIMITERS, key=lambda delimiter: _evidence(text, delimiter))


def _evidence(text: str, delimiter: str) -> tuple[int, int]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths: list[int] = []
    try:
        for cells in rows:
            if any(cells):
                widths.append(len(cells))
            if len(widths) > 50:
                break
    except csv.Error:
        return (0, 0)
    return (widths[0], sum(width == widths[0] for width in widths)) if widths else (0, 0)


def header_of(cells: list[str], path: Path, line: int) -> tuple[str, ...]:
    """The names of the columns: none for empty cells at the end, numbers for blank ones between. Raises `InputError`
    for a name that comes twice."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    names = tuple(cell.strip() or f"column {i}" for i, cell in enumerate(cells, 1))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("columns with the same name: {columns}", file=path, row=line, columns=", ".join(twice))
    return names


def _row(line: int, cells: list[str], columns: tuple[str, ...], missing: frozenset[str]) -> Record:
    named = {name: _cell(cells[i], missing) if i < len(cells) else None for i, name in enumerate(columns)}
    beyond = [cell for cell in cells[len(columns) :] if cell.strip()]
    problem = f"{len(cells)} cells where the header has {len(columns)}" if beyond else None
    return Record(line, named, problem)


def _cell(text: str | None, missing: frozenset[str] = MISSING) -> str | None:
    return None if is_missing(text, missing) else text


# -- JSON -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Object:
    """A JSON object as it was written, so that a key that comes twice is seen."""

    pairs: tuple[tuple[str, object], ...]


def _parse(text: str) -> object:
    return json.loads(text, object_pairs_hook=lambda pairs: _Object(tuple(pairs)))


def _json(text: str, path: Path) -> Iterator[Record]:
    """An array of objects; an object of texts as records of `key` and `value`; an object of objects with its `key`s;
    or JSON lines under the wrong name."""
    try:
        whole = _parse(text)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Extra data"):
            return _json_lines(text, path)
        raise InputError("not JSON: {problem}", file=path, row=error.lineno, problem=error.msg) from error
    except (ValueError, RecursionError) as error:
        raise InputError("JSON with numbers too long or lists too deep", file=path) from error
    if isinstance(whole, list):
        return (_json_record(i, value) for i, value in enumerate(whole, 1))
    if isinstance(whole, _Object):
        return _json_entries(whole)
    raise InputError("not an array or object of records", file=path)


def _json_entries(whole: _Object) -> Iterator[Record]:
    for i, (key, value) in enumerate(whole.pairs, 1):
        if isinstance(value, _Object):
            record = _json_record(i, value)
            yield Record(i, {"key": key, **record.cells}, record.problem)
        else:
            yield Record(i, {"key": key, "value": _json_cell(value)})


def _json_lines(text: str, path: Path) -> Iterator[Record]:
    """One record a line. A line that is no record keeps its place and problem; if none is one, the file is wrong."""
    records = list(_lines(io.StringIO(text, newline="\n")))
    _refuse_other_lines(records, path)
    return iter(records)


def _lines(handle: TextIO) -> Iterator[Record]:
    with handle:
        yield from (_json_line(i, line) for i, line in enumerate(handle, 1) if line.strip())


def _refuse_other_lines(records: list[Record], path: Path) -> None:
    if records and all(record.problem for record in records):
        raise InputError("not JSON lines: {problem}", file=path, row=records[0].row, problem=records[0].problem)


def _json_line(line: int, text: str) -> Record:
    try:
        return _json_record(line, _parse(text))
    except json.JSONDecodeError as error:
        return Record(line, {"line": text.rstrip("\n")}, f"not JSON: {error.msg}")
    except (ValueError, RecursionError):
        return Record(line, {"line": text.rstrip("\n")}, "JSON with numbers too long or lists too deep")


def _json_record(row: int, value: object) -> Record:
    if not isinstance(value, _Object):
        return Record(row, {"value": _json_cell(value)}, "not a record (a JSON object is expected)")
    cells = {key: _json_cell(cell) for key, cell in value.pairs}
    twice = len(cells) < len(value.pairs)
    return Record(row, cells, "a key comes twice in this record" if twice else None)


def _json_cell(value: object) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return _cell(_encodable(value))
    return _encodable(json.dumps(_plain(value), ensure_ascii=False, default=str))


def _encodable(text: str) -> str:
    """U+FFFD for halves of a character, which JSON can escape but no file can hold."""
    return _HALVES.sub("\ufffd", text)


def _plain(value: object) -> object:
    if isinstance(value, _Object):
        return {key: _plain(cell) for key, cell in value.pairs}
    if isinstance(value, dict):
        return {str(key): _plain(cell) for key, cell in value.items()}
    if isinstance(value, list):
        return [_plain(cell) for cell in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


# -- binary tables ----------------------------------------------------------------------------------------------------


def _read_excel(path: Path, missing: frozenset[str]) -> SourceTable:
    """The first sheet. All rows are asked for, also blank ones, so that the numbers are those of the program."""
    import fastexcel

    try:
        sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
        rows = sheet.to_polars().rows()
    except fastexcel.FastExcelError as error:
        raise InputError("not a spreadsheet that can be read", file=path, mend="save it as .xlsx or .csv") from error
    columns: tuple[str, ...] = ()
    records = []
    for number, values in enumerate(rows, 1):
        cells = [value or "" for value in values]
        if not any(cell.strip() for cell in cells):
            continue
        if columns:
            records.append(_row(number, cells, columns, missing))
        else:
            columns = header_of(cells, path, number)
    return SourceTable(path, columns, tuple(records))


def _read_parquet(path: Path) -> SourceTable:
    import polars as pl

    try:
        frame = pl.read_parquet(path, glob=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("not a Parquet file", file=path) from error
    rows = frame.iter_rows(named=True)
    records = tuple(
        Record(i, {name: _json_cell(value) for name, value in row.items()}) for i, row in enumerate(rows, 1)
    )
    return SourceTable(path, tuple(frame.columns), records)
