"""Probabilities that another program gave, as a table: compared with classifiers of ours on the same texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.errors import InputError
from axiometer.expression.evaluation.judged import Gold, Judged
from axiometer.records.spreadsheets import Record, SourceTable, read_source

if TYPE_CHECKING:
    from axiometer.frameworks import Framework

ROW: Final = "row"
THRESHOLD: Final = 0.5


def read_recorded(path: Path, gold: Gold, framework: Framework) -> Judged:
    """A table with a column for each value (probabilities, or 0 and 1) as a classifier called like the file.

    Rows are matched by the column `row`, the row of the text in the file of labelled texts; without it there must be
    one row for each text of `gold`, in their order. What reaches 0.5 counts as expressed. Raises `InputError` for
    values or rows that are missing, and for what is no probability."""
    table = read_source(path)
    columns = _columns(table, framework)
    lacking = [value for value in gold.values if value not in columns]
    if lacking:
        raise InputError("no column for the value {value}", file=path, value=lacking[0])
    if ROW in table.columns:
        by_row = {_whole(record, path): record for record in table.records}
        missing = [row for row in gold.rows if row not in by_row]
        if missing:
            raise InputError("nothing is said of row {n} of the texts", file=path, n=missing[0])
        records = [by_row[row] for row in gold.rows]
    elif len(table.records) == len(gold):
        records = list(table.records)
    else:
        raise InputError(
            "{n} rows for {m} texts",
            file=path,
            mend="a column `row` says which row of the labelled texts each is about",
            n=len(table.records),
            m=len(gold),
        )
    p = np.array([[_probability(record, columns[value], path) for value in gold.values] for record in records])
    about = {"architecture": "recorded", "file": path.name}
    return Judged(path.stem, p, np.full(len(gold.values), THRESHOLD), None, about)


def _columns(table: SourceTable, framework: Framework) -> dict[str, str]:
    """Value id -> column."""
    found: dict[str, str] = {}
    for name in table.columns:
        try:
            found.setdefault(framework.resolve(name), name)
        except InputError:
            continue
    return found


def _whole(record: Record, path: Path) -> int:
    said = (record.cells.get(ROW) or "").strip().removesuffix(".0")
    if not said.isdigit():
        raise InputError("{said!r} is no row", file=path, row=record.row, column=ROW, said=said[:40])
    return int(said)


def _probability(record: Record, column: str, path: Path) -> float:
    said = (record.cells.get(column) or "").strip()
    try:
        found = float(said)
    except ValueError:
        found = -1.0
    if not 0.0 <= found <= 1.0:
        raise InputError(
            "{said!r} is no probability", file=path, row=record.row, column=column, mend="0 to 1", said=said[:40]
        )
    return found
