"""A filled-in sheet read back: labels in the run's folder."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.annotate.sheets import ANSWER_ID, LABEL, SHEET
from axiometer.errors import InputError
from axiometer.measure.labels import BOTH, LABELS, NEITHER, REFUSED, SHEETS, TASK, Drawn, verdict_of
from axiometer.measure.specification import read_specification
from axiometer.records.corpus_rows import Label
from axiometer.records.exports import restored_cell
from axiometer.records.ids import content_id
from axiometer.records.spreadsheets import Record, read_source
from axiometer.records.tables import read_rows, write_rows

_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("both", "两者", "都", "两者都", "les deux", "beide", "beides"), BOTH),
    **dict.fromkeys(("neither", "none", "都不", "两者都不", "aucun", "aucune", "ni l'un ni l'autre"), NEITHER),
    **dict.fromkeys(("keine", "keiner", "keines", "weder noch"), NEITHER),
    **dict.fromkeys(("refused", "refusal", "拒绝", "拒答", "refus", "refusé", "verweigert", "abgelehnt"), REFUSED),
}
_NUMBER = re.compile(r"([1-9])(?:\.0+)?")
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file gave: rows with a label, rows without one, and labels of this rater that it changed."""

    rater: str
    labels: int
    empty: int
    changed: int
    file: Path


def import_labels(run: Path, file: Path, rater: str | None = None) -> Imported:
    """Reads what a person wrote into a sheet, and keeps it in the run as labels. `rater` is a name for the person, by
    default the file's.

    A second file of the same rater and sheet replaces the first. Raises `InputError` with the row and column for a
    label that is none, and an answer that is not on that sheet or stands twice.
    """
    read_specification(run)
    name = rater or file.stem
    source = read_source(file)
    missing = [column for column in (ANSWER_ID, SHEET, LABEL) if column not in source.columns]
    if missing:
        raise InputError("columns missing: {missing}", file=file, missing=", ".join(missing))
    keys: dict[str, dict[str, Drawn]] = {}
    said: dict[str, dict[str, str]] = {}
    empty = 0
    for record in source.records:
        if record.problem is not None:
            raise InputError("{problem}", file=file, row=record.row, problem=record.problem)
        if not any((cell or "").strip() for cell in record.cells.values()):
            continue
        sheet, subject = _cell(record, SHEET), _cell(record, ANSWER_ID)
        key = _key_of(run, keys, sheet, subject, record, file)
        if subject in said.setdefault(sheet, {}):
            raise InputError(
                "the answer {id} stands here twice", file=file, row=record.row, column=ANSWER_ID, id=subject
            )
        label = _cell(record, LABEL)
        said[sheet][subject] = "" if not label else verdict_of(_read(label, key, record, file), key.order)
        empty += not label
    labelled = {sheet: {subject: value for subject, value in own.items() if value} for sheet, own in said.items()}
    if not any(labelled.values()):
        raise InputError("no row has a label", file=file, mend="fill in the column `label`")
    changed = sum(_write(run, sheet, name, values) for sheet, values in labelled.items())
    return Imported(name, sum(map(len, labelled.values())), empty, changed, file)


def _cell(record: Record, column: str) -> str:
    return restored_cell((record.cells.get(column) or "").strip()).strip()


def _key_of(
    run: Path, keys: dict[str, dict[str, Drawn]], sheet: str, subject: str, record: Record, file: Path
) -> Drawn:
    if sheet not in keys:
        path = run / SHEETS / f"{sheet}.parquet"
        if not sheet.isalnum() or not path.exists():
            what = "no sheet {id!r} was drawn from this run"
            raise InputError(what, file=file, row=record.row, column=SHEET, mend="give the run of the sheet", id=sheet)
        keys[sheet] = {drawn.subject: drawn for drawn in read_rows(path, Drawn)}
    if subject not in keys[sheet]:
        what = "no answer with the id {id!r} is on this sheet"
        raise InputError(what, file=file, row=record.row, column=ANSWER_ID, id=subject)
    return keys[sheet][subject]


def _read(label: str, key: Drawn, record: Record, file: Path) -> str:
    """A place on the sheet, as a text, or one of the words."""
    word = label.lower().strip(".。\"' ")
    number = _NUMBER.fullmatch(word)
    if number is not None and int(number.group(1)) <= len(key.order):
        return number.group(1)
    if word not in _WORDS:
        what, mend = "{said!r} is not a label", "write {places}, both, neither or refused"
        places = ", ".join(str(place + 1) for place in range(len(key.order)))
        raise InputError(what, file=file, row=record.row, column=LABEL, mend=mend, said=label, places=places)
    return _WORDS[word]


def _write(run: Path, sheet: str, rater: str, values: Mapping[str, str]) -> int:
    """Writes the labels of one rater and sheet; gives how many of an earlier file's were another."""
    safe = _UNSAFE.sub("-", rater).strip("-.") or "rater"
    path = run / LABELS / f"{sheet}-{safe}-{content_id('rater', rater)[:6]}.parquet"
    before = {label.subject: label.value for label in read_rows(path, Label)} if path.exists() else {}
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    rows = [
        Label(
            content_id("label", rater, TASK, sheet, subject, value), (subject, sheet), rater, TASK, subject, value, now
        )
        for subject, value in sorted(values.items())
    ]
    write_rows(rows, Label, path)
    return sum(before.get(row.subject, row.value) != row.value for row in rows)
