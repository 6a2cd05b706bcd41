"""A filled-in sheet read back: labels in the run's folder."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from axiometer.annotate.cells import LABEL, ROW, SHEET, cell_of, check_row, folded, need_columns, open_sheet, rows_in
from axiometer.annotate.values import columns_of, values_marked
from axiometer.errors import InputError
from axiometer.measure.labels import (
    BOTH,
    EXPRESSED,
    LABELS,
    NEITHER,
    NONE,
    REFUSED,
    SHEETS,
    TASK,
    Drawn,
    read_sheet_values,
    verdict_of,
)
from axiometer.measure.specification import read_specification
from axiometer.records.corpus_rows import Label
from axiometer.records.ids import content_id
from axiometer.records.spreadsheets import Record, SourceTable
from axiometer.records.tables import read_rows, write_rows

_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("both", "两者", "都", "两者都", "les deux", "beide", "beides"), BOTH),
    **dict.fromkeys(("neither", "none", "都不", "两者都不", "aucun", "aucune", "ni l'un ni l'autre"), NEITHER),
    **dict.fromkeys(("keine", "keiner", "keines", "weder noch"), NEITHER),
    **dict.fromkeys(("refused", "refusal", "拒绝", "拒答", "refus", "refusé", "verweigert", "abgelehnt"), REFUSED),
}
_FILL_IN: Final = "fill in the column `label`"
_NUMBER = re.compile(r"[1-9]")
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file gave: rows with a label, rows without one, and labels of this rater that it changed."""

    rater: str
    labels: int
    empty: int
    changed: int
    file: Path
    task: str = TASK


def import_labels(run: Path, file: Path, rater: str | None = None) -> Imported:
    """Reads what a person wrote into a sheet, and keeps it in the run as labels. `rater` is a name for the person, by
    default the file's.

    A second file of the same rater and sheet replaces the first. Raises `InputError` with the row and column for a
    label that is none, and an answer that is not on that sheet or stands twice.
    """
    read_specification(run)
    source = open_sheet(file)
    task = EXPRESSED if NONE in source.columns and LABEL not in source.columns else TASK
    need_columns(source, (ROW, SHEET, NONE if task == EXPRESSED else LABEL))
    reader = _Reader(run, file, source, task)
    said: dict[str, dict[str, str]] = {}
    for record in rows_in(source):
        check_row(record, file)
        sheet, subject = cell_of(record, SHEET), cell_of(record, ROW)
        key = reader.key_of(sheet, subject, record)
        if subject in said.setdefault(sheet, {}):
            raise InputError("the answer {id} stands here twice", file=file, row=record.row, column=ROW, id=subject)
        said[sheet][subject] = reader.label_of(record, key)
    return _kept(run, file, rater or file.stem, said, task)


def _kept(run: Path, file: Path, rater: str, said: Mapping[str, Mapping[str, str]], task: str) -> Imported:
    """Writes the labels: by sheet and answer, empty where there is none."""
    labelled = {sheet: {subject: value for subject, value in own.items() if value} for sheet, own in said.items()}
    if not any(labelled.values()):
        mend = "mark the values that each answer expresses, or `none`" if task == EXPRESSED else _FILL_IN
        raise InputError("no row has a label", file=file, mend=mend)
    changed = sum(_write(run, sheet, rater, values, task) for sheet, values in labelled.items())
    labels = sum(map(len, labelled.values()))
    return Imported(rater, labels, sum(map(len, said.values())) - labels, changed, file, task)


@dataclass(slots=True)
class _Reader:
    """Reads rows of a filled-in sheet, with the keys that stayed in the run."""

    run: Path
    file: Path
    source: SourceTable
    task: str
    _keys: dict[str, dict[str, Drawn]] = field(default_factory=dict)
    _columns: dict[str, dict[str, str]] = field(default_factory=dict)

    def key_of(self, sheet: str, subject: str, record: Record) -> Drawn:
        if sheet not in self._keys:
            path = self.run / SHEETS / f"{sheet}.parquet"
            if not sheet.isalnum() or not path.exists():
                raise InputError(
                    "no sheet {id!r} was drawn from this run",
                    file=self.file,
                    row=record.row,
                    column=SHEET,
                    mend="give the run of the sheet",
                    id=sheet,
                )
            self._keys[sheet] = {drawn.subject: drawn for drawn in read_rows(path, Drawn)}
        if subject not in self._keys[sheet]:
            what = "no answer with the id {id!r} is on this sheet"
            raise InputError(what, file=self.file, row=record.row, column=ROW, id=subject)
        return self._keys[sheet][subject]

    def label_of(self, record: Record, key: Drawn) -> str:
        """What a label table holds for the row; empty where it has no label."""
        if self.task == TASK:
            label = cell_of(record, LABEL)
            return verdict_of(_read(label, key, record, self.file), key.order) if label else ""
        if key.sheet not in self._columns:
            values = read_sheet_values(self.run, key.sheet)
            if values is None:
                raise InputError("the sheet {id!r} asks about no values", file=self.file, row=record.row, id=key.sheet)
            self._columns[key.sheet] = columns_of(self.source.columns, values, self.file)
        cells = {name: cell_of(record, name) for name in record.cells}
        return values_marked(cells, self._columns[key.sheet], record.row, self.file)


def _read(label: str, key: Drawn, record: Record, file: Path) -> str:
    """A place on the sheet, as a text, or one of the words."""
    word = folded(label)
    number = _NUMBER.fullmatch(word)
    if number is not None and int(word) <= len(key.order):
        return word
    if word not in _WORDS:
        what, mend = "{said!r} is not a label", "write {places}, both, neither or refused"
        places = ", ".join(str(place + 1) for place in range(len(key.order)))
        raise InputError(what, file=file, row=record.row, column=LABEL, mend=mend, said=label, places=places)
    return _WORDS[word]


def _write(run: Path, sheet: str, rater: str, values: Mapping[str, str], task: str) -> int:
    """Writes the labels of one rater and sheet; gives how many of an earlier file's were another."""
    safe = _UNSAFE.sub("-", rater).strip("-.") or "rater"
    path = run / LABELS / f"{sheet}-{safe}-{content_id('rater', rater)[:6]}.parquet"
    before = {label.subject: label.value for label in read_rows(path, Label)} if path.exists() else {}
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    rows = [
        Label(
            content_id("label", rater, task, sheet, subject, value), (subject, sheet), rater, task, subject, value, now
        )
        for subject, value in sorted(values.items())
    ]
    write_rows(rows, Label, path)
    return sum(before.get(row.subject, row.value) != row.value for row in rows)
