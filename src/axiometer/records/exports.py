"""Tables for people: CSV that Excel opens with Chinese intact, and XLSX; no cell is ever run as a formula."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import polars as pl

from axiometer.errors import InputError
from axiometer.records.tables import whole, write_text

# Also the full-width signs, which spreadsheet programs with an East Asian locale read as the signs themselves.
_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_LONGEST_CELL = 32_767
_MOST_ROWS = 1_048_575
_CUT = " … [cut]"
_LONGEST_CHOICES = 255
_NOTES_WIDTH = 110


def safe_cell(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet program could take it for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def restored_cell(text: str) -> str:
    """What `safe_cell` was given: `restored_cell(safe_cell(text)) == text` for every text."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text


def write_csv_for_people(frame: pl.DataFrame, path: Path) -> None:
    """Writes `frame` as CSV: UTF-8 with a mark, lists and structs as JSON text, texts made safe by `safe_cell`."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in frame.columns])
    for row in frame.iter_rows():
        writer.writerow([_protected(_readable(value)) for value in row])
    write_text(buffer.getvalue(), path, encoding="utf-8-sig")


def write_xlsx(
    frame: pl.DataFrame,
    path: Path,
    *,
    notes: Sequence[str] = (),
    choices: Mapping[str, Sequence[str]] | None = None,
    widths: Mapping[str, int] | None = None,
) -> None:
    """Writes `frame` as one sheet. Texts are stored as texts, so that none is a formula or a link; texts longer than a
    cell can hold are cut and say so. `notes` stand on a second sheet, one below another; `choices` are offered in the
    cells of a column, which takes other words, too; columns with `widths` (in characters) wrap their texts.

    Raises `InputError` for more rows than a sheet can hold."""
    import xlsxwriter  # type: ignore[import-untyped]

    if frame.height > _MOST_ROWS:
        raise InputError("{n} rows do not fit on a sheet", file=path, mend="write .csv", n=frame.height)
    constant = {"constant_memory": True, "nan_inf_to_errors": False}
    with whole(path) as temporary, _file_errors(), xlsxwriter.Workbook(str(temporary), constant) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # equal tables give equal files
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, width in (widths or {}).items():
            place = frame.columns.index(name)
            sheet.set_column(place, place, width, wrapped)
        for name, words in (choices or {}).items():
            place = frame.columns.index(name)
            offered = {"validate": "list", "source": list(words), "show_error": False}
            if len(",".join(words)) <= _LONGEST_CHOICES:
                sheet.data_validation(1, place, max(frame.height, 1), place, offered)
        for column, header in enumerate(frame.columns):
            sheet.write_string(0, column, header, bold)
        for number, row in enumerate(frame.iter_rows(), 1):
            for column, value in enumerate(row):
                _write_cell(sheet, number, column, _readable(value))
        if notes:
            second = book.add_worksheet()
            second.set_column(0, 0, _NOTES_WIDTH, wrapped)
            for number, line in enumerate(notes):
                _write_cell(second, number, 0, line)


@contextmanager
def _file_errors() -> Iterator[None]:
    """What the writer of sheets wraps, unwrapped."""
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

    try:
        yield
    except FileCreateError as error:
        cause = error.args[0] if error.args else None
        raise (cause if isinstance(cause, OSError) else OSError(str(error))) from error


class _Sheet(Protocol):
    def write_boolean(self, row: int, column: int, value: bool) -> object: ...
    def write_number(self, row: int, column: int, value: float) -> object: ...
    def write_string(self, row: int, column: int, value: str) -> object: ...


def _write_cell(sheet: _Sheet, row: int, column: int, value: str | int | float | bool | None) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, str):
        fits = len(value) <= _LONGEST_CELL
        sheet.write_string(row, column, value if fits else value[: _LONGEST_CELL - len(_CUT)] + _CUT)
    elif value is not None:
        sheet.write_number(row, column, value)


def _readable(value: object) -> str | int | float | bool | None:
    """A cell as a person reads it; not-a-number and infinities are texts, because sheets have no such numbers."""
    if isinstance(value, float) and value - value != 0.0:
        return str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _protected(value: str | int | float | bool | None) -> str | int | float | bool | None:
    return safe_cell(value) if isinstance(value, str) else value
