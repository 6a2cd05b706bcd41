"""A sheet for each rater of a project, and what they filled in read back: all of a file, or nothing of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.annotate.cells import (
    LABEL,
    ROW,
    SHEET,
    cell_of,
    check_row,
    folded,
    need_columns,
    open_sheet,
    rows_in,
    same_text,
)
from axiometer.annotate.project import Project
from axiometer.annotate.store import Entry
from axiometer.annotate.tasks import LANGUAGES, NOTHING, Task, Words, not_a_label
from axiometer.annotate.units import Assignment, Unit
from axiometer.errors import AxiometerError, InputError
from axiometer.records.exports import write_csv_for_people, write_xlsx
from axiometer.records.spreadsheets import Record
from axiometer.records.tables import write_text

SHEETS: Final = "sheets"
INSTRUCTIONS: Final = "instructions.txt"
REWRITE: Final = "rewrite"
SKIP: Final = "skip"
LONGEST_REWRITE: Final = 4_000
FIRST_AGREE: Final = Words(zh="同意以上内容后再填写。", en="Fill this in only if you agree to it.")
_TEXTS: Final = ("lang", "title", "context", "text")
_WIDTHS: Final = {"context": 40, "text": 70, "label": 14, "rewrite": 50}
_SKIPS: Final = frozenset((SKIP, "skipped", "跳过"))
_NOTHINGS: Final = frozenset((NOTHING, "nothing", "无", "没有", "都不"))
_SEPARATORS: Final = re.compile(r"[,，;；、\n]+")
_OPTION: Final = re.compile(r"(?:option[ _]?|选项 ?|#)?\(?([0-9]+)\)?[.:]?")


class SheetProblems(AxiometerError):
    """Rows of a file that cannot be used: one error each, with row and column. Nothing of the file was taken."""

    def __init__(self, errors: Sequence[InputError], file: Path) -> None:
        super().__init__("{file}: {n} rows cannot be used, and nothing of it was taken", file=file, n=len(errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class ImportedSheet:
    """What a file gave: `labels` and `skipped` rows of which `changed` are new or other than before, `empty` ones."""

    rater: str
    labels: int
    skipped: int
    empty: int
    changed: int


def sheet_id(project: Project, rater: str) -> str:
    """What stands on every row of a rater's sheet; begins with a letter, so that no program takes it for a number."""
    return f"s{project.id[:8]}-{rater}"


def row_id(unit: Unit) -> str:
    return f"u{unit.id[:12]}"


def write_sheets(project: Project, folder: Path | None = None, ending: str = ".xlsx") -> list[Path]:
    """Writes RATER.xlsx (or .csv) for each rater: its rows in its order, options in its order, an empty column for the
    label; instructions on a second sheet, or in a file beside.

    Raises `InputError` for another ending, or where one of the files is there already: somebody may have filled it in.
    """
    if ending not in (".xlsx", ".csv"):
        raise InputError("must end in .csv or .xlsx", file=ending)
    target = folder or project.folder / SHEETS
    paths = {rater: target / f"{rater}{ending}" for rater in project.raters}
    for path in paths.values():
        if path.exists():
            raise InputError("exists already, and may be filled in", file=path, mend="move it, or give another -o")
    for rater, path in paths.items():
        table = rater_table(project, rater)
        if ending == ".xlsx":
            choices = {LABEL: _offered(project)}
            widths = {name: width for name, width in _WIDTHS.items() if name in table.columns}
            write_xlsx(table, path, notes=_notes(project), choices=choices, widths=widths)
        else:
            write_csv_for_people(table, path)
    if ending == ".csv":
        write_text("\n\n".join(_notes(project)) + "\n", target / INSTRUCTIONS)
    return list(paths.values())


def rater_table(project: Project, rater: str) -> pl.DataFrame:
    """What a rater's sheet holds. Columns without any text are left out."""
    rows = [(row, project.units[row.unit]) for row in project.assignments[rater]]
    widest = max((len(row.order) for row, _ in rows), default=0)
    sheet = sheet_id(project, rater)
    cells: dict[str, list[str]] = {SHEET: [sheet] * len(rows), ROW: [row_id(unit) for _, unit in rows]}
    for name in _TEXTS:
        found = [str(getattr(unit, name)) for _, unit in rows]
        if any(found):
            cells[name] = found
    for slot in range(widest):
        cells[f"option_{slot + 1}"] = [
            unit.options[row.order[slot]] if slot < len(row.order) else "" for row, unit in rows
        ]
    for name in (LABEL, *((REWRITE,) if project.task.rewrite else ())):
        cells[name] = [""] * len(rows)
    return pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))


def _offered(project: Project) -> list[str]:
    """What may be written in the column of labels, shortest form."""
    task = project.task
    if task.multi:
        return []
    widest = max((len(row.order) for rows in project.assignments.values() for row in rows), default=0)
    numbers = [str(slot + 1) for slot in range(widest)] if task.source == "options" else []
    return [*numbers, *task.label_ids, SKIP]


def _notes(project: Project) -> list[str]:
    """The second sheet: everything a rater reads before the first row, in both languages."""
    return [line.strip() for lang in reversed(LANGUAGES) for line in _notes_in(project, lang)]


def _notes_in(project: Project, lang: str) -> Iterator[str]:
    task, agreed = project.task, project.agreed(lang)
    zh = lang == "zh"
    yield task.title.said(lang)
    yield agreed.purpose
    yield agreed.warning
    yield agreed.consent
    yield FIRST_AGREE.said(lang)
    yield task.instructions.said(lang)
    if task.multi:
        yield (
            f"在 `{LABEL}` 一栏填写标签，用逗号分隔；没有合适的，填 {NOTHING}；不想作答，填 {SKIP}："
            if zh
            else f"Write labels into the column `{LABEL}`, separated by commas; {NOTHING} if none fits; {SKIP} to pass:"
        )
    elif task.source == "options":
        yield (
            f"在 `{LABEL}` 一栏填写选项的编号（1、2……），或下列标签之一；不想作答，填 {SKIP}："
            if zh
            else f"Write the number of the option (1, 2, …) into the column `{LABEL}`, or a label; {SKIP} to pass:"
        )
    else:
        yield (
            f"在 `{LABEL}` 一栏填写下列标签之一；不想作答，填 {SKIP}："
            if zh
            else f"Write a label into the column `{LABEL}`; {SKIP} to pass:"
        )
    for label in task.labels:
        about = f" – {label.help.said(lang)}" if label.help is not None else ""
        yield f"{label.id} = {label.words.said(lang)}{about}"
    yield ""


# -- reading ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """A file while it is read."""

    project: Project
    file: Path
    units: Mapping[str, Unit]
    rater: str | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    empty: int = 0
    orders: dict[str, Assignment] = field(default_factory=dict)


def import_sheet(project: Project, file: Path, rater: str | None = None) -> ImportedSheet:
    """Takes what a rater wrote into its sheet as labels of the project. Rows without a label are left as they are;
    the same file again changes nothing, and a corrected one replaces what it corrects.

    Raises `InputError` for a file that is no such sheet, `SheetProblems` with an error for each row that cannot be used
    (nothing is taken then), and `Refused` as `LabelStore.record` does.
    """
    source = open_sheet(file)
    need_columns(source, (SHEET, ROW, LABEL))
    reading = _Reading(project, file, {row_id(unit): unit for unit in project.units.values()})
    errors: list[InputError] = []
    for record in rows_in(source):
        try:
            _take(reading, record)
        except InputError as error:
            errors.append(error)
    if errors:
        raise SheetProblems(errors, file)
    if reading.rater is None or not reading.entries:
        raise InputError("no row has a label", file=file, mend="fill in the column `label`")
    if rater is not None and rater != reading.rater:
        what = "this is the sheet of {own}, not of {rater}"
        raise InputError(what, file=file, own=reading.rater, rater=rater)
    entries = list(reading.entries.values())
    with project.store() as store:
        changed = store.record_all({reading.rater: entries}, f"sheet {file.name}")
    skipped = sum(entry.value is None for entry in entries)
    return ImportedSheet(reading.rater, len(entries) - skipped, skipped, reading.empty, changed)


def _take(reading: _Reading, record: Record) -> None:
    file, row = reading.file, record.row
    check_row(record, file)
    _take_rater(reading, record)
    named = cell_of(record, ROW)
    unit = reading.units.get(named)
    if unit is None or unit.id not in reading.orders:
        raise InputError("no row with the id {id!r} is on this sheet", file=file, row=row, column=ROW, id=named)
    if unit.id in reading.entries:
        raise InputError("the row {id} stands here twice", file=file, row=row, column=ROW, id=named)
    text = record.cells.get("text")
    if text is not None and not same_text(text, unit.text):
        what, mend = "the text is not that of the row {id}", "sort whole rows, not single columns"
        raise InputError(what, file=file, row=row, column="text", mend=mend, id=named)
    rewrite = (record.cells.get(REWRITE) or "").strip() if reading.project.task.rewrite else ""
    if len(rewrite) > LONGEST_REWRITE:
        raise InputError("longer than {n} characters", file=file, row=row, column=REWRITE, n=LONGEST_REWRITE)
    said = cell_of(record, LABEL)
    if not said:
        if rewrite:
            raise InputError("other words without a label", file=file, row=row, column=LABEL)
        reading.empty += 1
        return
    try:
        value = read_label(reading.project.task, unit, reading.orders[unit.id].order, said)
    except InputError as error:
        raise error.at(file, row, LABEL) from error
    reading.entries[unit.id] = Entry(unit.id, value, rewrite or None)


def _take_rater(reading: _Reading, record: Record) -> None:
    """Whose sheet this is: the same on all rows."""
    project, said = reading.project, cell_of(record, SHEET)
    found = next((rater for rater in project.raters if sheet_id(project, rater) == said), None)
    file, row = reading.file, record.row
    if not said:
        mend = "delete it, or undo what emptied this cell"
        raise InputError("a row that is not of the sheet", file=file, row=row, column=SHEET, mend=mend)
    if found is None:
        what, mend = (
            "{said!r} is no sheet of this project",
            "give the project of the sheet; delete added rows",
        )
        raise InputError(what, file=file, row=row, column=SHEET, mend=mend, said=said)
    if reading.rater not in (None, found):
        what, mend = "a row of another sheet: {said}", "a file for each sheet"
        raise InputError(what, file=file, row=row, column=SHEET, mend=mend, said=said)
    if reading.rater is None:
        reading.rater = found
        reading.orders = {row.unit: row for row in project.assignments[found]}


def read_label(task: Task, unit: Unit, order: Sequence[int], said: str) -> str | None:
    """What is stored for what a person wrote (None: skipped): the number of an option as shown, from 1, or a label by
    its id or name in either language. Raises `InputError` for anything else."""
    word = folded(said)
    if word in _SKIPS:
        return None
    words = _words(task)
    if task.multi:
        parts = [word] if word in words else [folded(part) for part in _SEPARATORS.split(said)]
        return task.value_of(_set_of([part for part in parts if part], words, said), unit)
    number = _OPTION.fullmatch(word) if task.source == "options" else None
    if number is not None:
        if not 1 <= int(number.group(1)) <= len(order):
            raise InputError("there is no option {said}", mend="options: 1 to {n}", said=said, n=len(order))
        return task.value_of(str(order[int(number.group(1)) - 1]), unit)
    if word not in words:
        raise not_a_label(said, (*(str(slot + 1) for slot in range(len(order))), *task.label_ids, SKIP))
    return task.value_of(words[word], unit)


def _set_of(parts: Sequence[str], words: Mapping[str, str], said: str) -> str:
    """Ids of labels with commas between them."""
    nothing = [part for part in parts if part in _NOTHINGS]
    if nothing and len(parts) > len(nothing):
        raise InputError("`none` stands beside a label: {said!r}", said=said)
    for part in parts:
        if part not in words and part not in _NOTHINGS:
            raise not_a_label(part, (*dict.fromkeys(words.values()), NOTHING, SKIP))
    return NOTHING if nothing else ",".join(words[part] for part in parts)


def _words(task: Task) -> dict[str, str]:
    """Names of labels to ids; ids first, and a name that two labels share is none."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for label in task.labels:
        for name in {folded(label.en), folded(label.zh)}:
            if found.setdefault(name, label.id) != label.id:
                twice.add(name)
    ids = {folded(id_): id_ for id_ in task.label_ids}
    return ids | {name: id_ for name, id_ in found.items() if name not in twice | set(ids)}
