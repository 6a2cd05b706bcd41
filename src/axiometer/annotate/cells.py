"""What people write into sheets, read the same way on every sheet: full-width digits, blanks, signs that a spreadsheet
program or an encoding put in the place of others, rows and columns that were added."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from axiometer.errors import InputError
from axiometer.records.exports import restored_cell, safe_cell
from axiometer.records.spreadsheets import Record, SourceTable, read_source

SHEET: Final = "sheet"
ROW: Final = "id"
LABEL: Final = "label"
_EMPTY: Final = frozenset(("",))
"""Cells without anything: `None` and `NA` are what somebody wrote."""

_MINUS: Final = str.maketrans("−–—", "---")
_AROUND: Final = " .。\"'“”‘’`"
_WHOLE: Final = re.compile(r"([+-]?\d+)\.0+")
_BLANKS: Final = re.compile(r"\s+")
_LONGEST_COMPARED: Final = 30_000  # a cell may have been cut
_LEAST_LEFT: Final = 0.5


def open_sheet(file: Path) -> SourceTable:
    """A sheet that came back. Raises `InputError` as `read_source` does."""
    return read_source(file, missing=_EMPTY)


def need_columns(source: SourceTable, names: Sequence[str]) -> None:
    """Raises `InputError` where one of these columns is not there."""
    missing = [name for name in names if name not in source.columns]
    if missing:
        raise InputError("columns missing: {missing}", file=source.file, missing=", ".join(missing))


def rows_in(source: SourceTable) -> Iterator[Record]:
    """The rows that hold anything."""
    return (record for record in source.records if record.problem or any(map(_written, record.cells.values())))


def check_row(record: Record, file: Path) -> None:
    """Raises `InputError` for a row with more cells than the sheet has columns."""
    if record.problem is not None:
        mend = "put notes into a column that has a heading"
        raise InputError("{problem}", file=file, row=record.row, mend=mend, problem=record.problem)


def cell_of(record: Record, column: str) -> str:
    """What stands in a cell, without the apostrophe that keeps it from being a formula."""
    return restored_cell(_written(record.cells.get(column))).strip()


def _written(cell: str | None) -> str:
    return (cell or "").strip()


def folded(said: str) -> str:
    """A label as it is compared: half-width, in small letters, minus signs as one, without the marks and dots around
    it, whole numbers without `.0`."""
    word = unicodedata.normalize("NFKC", said).translate(_MINUS).strip(_AROUND).casefold()
    whole = _WHOLE.fullmatch(word)
    return (whole.group(1) if whole is not None else word).removeprefix("+")


def same_text(said: str, own: str) -> bool:
    """Whether a cell holds a row's text still: blanks, an apostrophe before a formula, the end of a long text, and
    characters that an encoding could not write and made `?` of are no difference (where half of the text is left)."""
    there = _plain(said)
    return any(_alike(there, _plain(each)) for each in (own, safe_cell(own)))


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()[:_LONGEST_COMPARED]


def _alike(said: str, own: str) -> bool:
    if said == own:
        return True
    at, lost = 0, 0
    for character in own:
        if said[at : at + 1] == character:
            at += 1
        elif said[at : at + 1] == "?" and not character.isascii():
            at, lost = at + 1, lost + 1
            if ord(character) > 0xFFFF and said[at : at + 1] == "?":  # one for each half
                at += 1
        else:
            return False
    return at == len(said) and lost <= _LEAST_LEFT * len(own)
