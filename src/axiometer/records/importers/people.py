"""People's answers to items of one's own: a sheet that persons filled in, back as rows of the answers table.

The companion is the table of items (or the run) that they were asked. A row names its item in a column `item` (the id,
or its first eight characters or more) or `number` (its place in the table of items, from 1). Either there are columns
`person` and `answer` (one row per answer), or every column that is not one of `KNOWN` is a person. Answers are read by
`people_answers`. A column `order` says how options were shown, where letters were written: `2,1,3` means that A was
option 2. Where there is a column `scene`, it must hold the item's own text, so that a shifted numbering is noticed.

All persons together are one respondent, `people` (`people/NAME` with a name of the group); `repeat` is the person's
number. Persons are not respondents of their own: one person's answers say little, and a page of thirty would be read as
a ranking of people.

In rows of one answer each an empty answer is an answer that says nothing (`invalid`); in a sheet with a column per
person an empty cell means that the person was not asked, which is counted and is no answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from axiometer.errors import InputError
from axiometer.records.ids import content_id
from axiometer.records.importers.accounting import Account, FileFormat, Imported, ImportOptions, RowError, row_id
from axiometer.records.importers.cells import optional
from axiometer.records.importers.people_answers import PersonAnswer, Unclear, folded, read_order, read_person_answer
from axiometer.records.importers.recorded import recorded_answer
from axiometer.records.rows import PEOPLE, Answer, Item, Outcome
from axiometer.records.spreadsheets import Record, SourceTable, is_missing, read_source
from axiometer.records.tables import read_items

_NAMES = {
    "item": ("item", "item_id", "id", "题目", "题目id"),
    "number": ("number", "no", "no.", "编号", "序号", "题号"),
    "order": ("order", "次序", "顺序"),
    "scene": ("scene", "prompt", "情境", "题干"),
    "person": ("person", "participant", "respondent", "受访者", "被试"),
    "answer": ("answer", "response", "choice", "回答", "答案", "选择"),
}
KNOWN = ("theme", "lang", "主题", "语言", *"abcdefgh", *(f"option_{n}" for n in range(1, 9)))
_TOTALS = frozenset(["total", "totals", "sum", "mean", "average", "count", "n", "合计", "总计", "小计", "平均", "总数"])
_LEAST = 8
NOT_ASKED = "cells left empty (not asked)"


@dataclass(slots=True)
class _Sheet:
    """A file of answers while it is read: its columns by what they are, the items, what was answered so far."""

    account: Account
    columns: Mapping[str, str]
    voices: tuple[str, ...]
    items: list[Item]
    name: str
    persons: dict[str, int] = field(default_factory=dict)
    first_rows: dict[tuple[str, str], int] = field(default_factory=dict)
    answered: dict[str, Item] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    empty: int = 0
    read: Counter[str] = field(default_factory=Counter)


def _read(path: Path, options: ImportOptions) -> Imported:
    table = read_source(path)
    columns = _columns(table)
    if options.companion is None:
        raise InputError(
            "this file holds answers without items", file=path, mend="give the items or the run: --companion ITEMS"
        )
    name = PEOPLE if options.respondent is None else f"{PEOPLE}/{options.respondent}"
    sheet = _Sheet(Account(table), columns, _voices(table, columns), _items(options.companion), name)
    for record in sheet.account.usable():
        try:
            sheet.account.keep_answers(_row(sheet, record), record)
        except RowError as bad:
            sheet.account.reject(record, bad.reason, bad.column)
    _check(sheet, options.companion)
    closed = sheet.account.close()
    found = dict(sorted(sheet.outcomes.items()))
    counts = {"persons": len(sheet.persons), "answers": len(closed.answers), **found}
    if sheet.empty:
        counts[NOT_ASKED] = sheet.empty
    return replace(closed, items=list(sheet.answered.values()), counts=counts, persons=tuple(sheet.persons))


def _columns(table: SourceTable) -> dict[str, str]:
    """The file's column for each meaning of `_NAMES`."""
    folds = {folded(column): column for column in reversed(table.columns)}
    found = {meaning: folds[name] for meaning, names in _NAMES.items() for name in reversed(names) if name in folds}
    if not {"item", "number"} & set(found):
        raise InputError(
            "columns missing: {missing}",
            file=table.file,
            mend="the file has: {found}",
            missing="item",
            found=", ".join(table.columns[:12]),
        )
    return found


def _voices(table: SourceTable, columns: Mapping[str, str]) -> tuple[str, ...]:
    """The columns with answers: one, where a column names the person, else all that nothing else is known of."""
    if "person" in columns:
        if "answer" not in columns:
            raise InputError("a column of persons and no column `answer`", file=table.file)
        return (columns["answer"],)
    known = {columns[name] for name in columns if name != "answer"}
    voices = tuple(name for name in table.columns if name not in known and folded(name) not in KNOWN and name.strip())
    if not voices:
        raise InputError(
            "no column with answers", file=table.file, mend="add one column per person, or columns person and answer"
        )
    return voices


def _items(companion: Path) -> list[Item]:
    """The items of a table, or of the run in a folder."""
    asked = companion / "items"
    return read_items(asked if asked.is_dir() and (companion / "run.yaml").exists() else companion)


def _row(sheet: _Sheet, record: Record) -> Iterator[Answer]:
    cells = record.cells
    item = _item(sheet, record)
    order = None
    if (column := sheet.columns.get("order")) is not None and (written := optional(cells, column)) is not None:
        order = read_order(written, len(item.options))
    said = list(_said(sheet, record))
    for person, _, _ in said:
        first = sheet.first_rows.get((item.id, person))
        if first is not None:
            raise RowError(f"duplicate: {person} answered this item in row {first}")
    answers: list[Answer] = []
    for person, column, cell in said:
        try:
            found = read_person_answer(cell, item, order)
        except Unclear as unclear:
            raise InputError(
                str(unclear),
                file=sheet.account.table.file,
                row=record.row,
                column=column,
                mend="write the option's text, or letters and a column `order` such as 2,1,3",
            ) from None
        sheet.first_rows[item.id, person] = record.row
        sheet.outcomes[str(found.outcome)] += 1
        sheet.read[column] += found.outcome is not Outcome.INVALID
        sheet.answered.setdefault(item.id, item)
        number = sheet.persons.setdefault(person, len(sheet.persons))
        place = len(sheet.account.answers) + len(answers)
        parent = row_id(sheet.account.table, record)
        answers.append(_answer(sheet.name, item, order, found, cell or "", number, place, parent))
    yield from answers


def _said(sheet: _Sheet, record: Record) -> Iterator[tuple[str, str, str | None]]:
    """Person, column and cell of every answer in a row."""
    cells = record.cells
    if (named := sheet.columns.get("person")) is not None:
        person = optional(cells, named)
        if person is None:
            raise RowError("no person", named)
        cell = cells.get(sheet.voices[0])
        yield person, sheet.voices[0], None if is_missing(cell) else cell
        return
    for column in sheet.voices:
        if is_missing(cells.get(column)):
            sheet.empty += 1
        else:
            yield column, column, cells[column]


def _item(sheet: _Sheet, record: Record) -> Item:
    """The item that a row is about. Raises `RowError` where there is none, or the scene is that of another."""
    column = next(sheet.columns[name] for name in ("item", "number") if name in sheet.columns)
    named = optional(record.cells, column) or optional(record.cells, sheet.columns.get("number", column))
    if named is None:
        raise RowError("no item", column)
    if folded(named) in _TOTALS:
        raise RowError("a row of totals", column)
    place = named.removesuffix(".0")
    if place.isdecimal() and 1 <= int(place) <= len(sheet.items):
        item = sheet.items[int(place) - 1]
    else:
        fitting = [one for one in sheet.items if one.id.startswith(named)] if len(named) >= _LEAST else []
        if len(fitting) != 1:
            raise RowError(f"{'no' if not fitting else 'more than one'} item {named[:40]}", column)
        item = fitting[0]
    scene = sheet.columns.get("scene")
    if scene and (text := optional(record.cells, scene)) and folded(text) != folded(item.prompt):
        raise RowError(f"the scene is not that of item {named[:40]}", scene)
    return item


def _answer(
    model: str,
    item: Item,
    order: tuple[int, ...] | None,
    found: PersonAnswer,
    raw: str,
    number: int,
    seq: int,
    row: str,
) -> Answer:
    answer = recorded_answer(
        item,
        model=model,
        raw=raw,
        outcome=found.outcome,
        option=found.option,
        letter=found.letter,
        repeat=number,
        reason=found.reason,
        parent_ids=(row,),
        seq=seq,
    )
    shown = order or answer.order
    own = content_id("answer", model, item.id, list(shown), number)
    return replace(answer, id=own, model=model, wording=PEOPLE, order=shown)


def _check(sheet: _Sheet, companion: Path) -> None:
    """Raises `InputError` where the file cannot be what it is taken for."""
    file = sheet.account.table.file
    if not sheet.answered:
        reasons = Counter(row.reason for row in sheet.account.rejected).most_common(1)
        raise InputError(
            "no answer to an item of {items}: {why}",
            file=file,
            items=companion,
            why=reasons[0][0] if reasons else NOT_ASKED,
        )
    unread = [column for column in sheet.voices if column in _written(sheet) and not sheet.read[column]]
    if unread:
        raise InputError(
            "no cell of this column can be read as an answer",
            file=file,
            column=unread[0],
            mend="take the column out where it is not a person",
        )


def _written(sheet: _Sheet) -> set[str]:
    return {
        column
        for column in sheet.voices
        if any(not is_missing(record.cells.get(column)) for record in sheet.account.table.records)
    }


people = FileFormat(
    "people",
    {
        "en": "people's answers to own items (--companion ITEMS or a run): one row per answer, or a column per person",
        "zh": "人对自有题目的回答（--companion 题目表或运行）：每行一个回答，或每人一列",
    },
    _read,
)
