"""What every importer takes and gives, and the book-keeping by which no source row is lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from axiometer.errors import InputError
from axiometer.records.corpus_rows import Rule
from axiometer.records.exports import write_csv_for_people
from axiometer.records.ids import content_id
from axiometer.records.rows import Answer, FreeAnswer, Item
from axiometer.records.spreadsheets import Record, SourceStream, SourceTable


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a user may say about a file; each format says what it uses.

    `framework`: id or path of a framework to resolve labels in. `mapping`: YAML of the format `table`. `lang`: the
    language of all items; by default it is told from the text. `companion`: a second file that the format needs
    (the scenes of a file of answers, the value set of a file of scenarios). `respondent`: who gave the recorded
    answers, where the file's place does not say. `nation`, `outlet`: whose texts the statements are from.
    """

    framework: str | None = None
    mapping: Path | None = None
    lang: str | None = None
    companion: Path | None = None
    respondent: str | None = None
    nation: str | None = None
    outlet: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source row that became nothing, and why. `raw` is the row as JSON text."""

    file: str
    row: int
    column: str | None
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file gave: items with answers, or rules. Of `source_rows` rows, `kept_rows` are in them and
    `len(rejected)` are not; `merged_rows` of the kept ones say again what an earlier row said. `counts` has how many
    rows or rules something was found in, by the words that say what. `persons`: the names, as in the file, of those who
    answered, by their number (`Answer.repeat`). `free_answers`: what was said to questions without options."""

    items: list[Item]
    answers: list[Answer]
    rejected: list[Rejected]
    source_rows: int
    kept_rows: int
    notes: tuple[str, ...] = ()
    rules: list[Rule] = field(default_factory=list)
    merged_rows: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    persons: tuple[str, ...] = ()
    free_answers: list[FreeAnswer] = field(default_factory=list)

    @property
    def imported(self) -> int:
        """How many items or rules there are."""
        return len(self.items) + len(self.rules)

    def summary(self) -> str:
        """One line: `imported 300, rejected 0`, in items or rules and source rows."""
        return f"imported {self.imported}, rejected {len(self.rejected)}"

    def reasons(self) -> dict[str, int]:
        """How many rows were rejected for each reason, most frequent first."""
        return dict(Counter(row.reason for row in self.rejected).most_common())


class Importer(Protocol):
    """A published format. `describe` has one line in zh and in en; formats that bring their own data need no file."""

    @property
    def name(self) -> str: ...
    @property
    def describe(self) -> Mapping[str, str]: ...
    @property
    def needs_file(self) -> bool: ...
    @property
    def gives_run(self) -> bool:
        """Whether it gives recorded free answers: a run, which is named after the file where nobody names it."""
        ...

    def read(self, path: Path | None, options: ImportOptions) -> Imported:
        """The items or rules of the file at `path`. Raises `InputError` for a file that is not of this format."""
        ...


@dataclass(frozen=True, slots=True)
class FileFormat:
    """An `Importer` of files, made of a function."""

    name: str
    describe: Mapping[str, str]
    reader: Callable[[Path, ImportOptions], Imported]
    needs_file: bool = True
    gives_run: bool = False

    def read(self, path: Path | None, options: ImportOptions) -> Imported:
        if path is None:
            raise InputError("the format {name} needs a file", name=self.name)
        return self.reader(path, options)


class RowError(Exception):
    """A source row cannot be used: why, and in which column. Caught by `Account`; never reaches a user."""

    def __init__(self, reason: str, column: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.column = reason, column


@dataclass(slots=True)
class Account:
    """The book of one import: every record of the table is kept or rejected, once."""

    table: SourceTable
    items: list[Item] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _kept: set[int] = field(default_factory=set)
    _first_rows: dict[str, int] = field(default_factory=dict)

    def each(self, build: Callable[[Record], Item], key: str | None = None) -> None:
        """One item of each record, or a rejection where `build` raises `RowError`; `key`: column of published ids."""
        for record in self.usable():
            try:
                self.keep(build(record), record, key=key)
            except RowError as bad:
                self.reject(record, bad.reason, bad.column)

    def usable(self) -> Iterable[Record]:
        """The records that could be read; the others are rejected on the way."""
        for record in self.table.records:
            if record.problem is None:
                yield record
            else:
                self.reject(record, record.problem)

    def keep(self, item: Item, *records: Record, key: str | None = None) -> bool:
        """Takes the item that `records` make together. False where an equal item, or one with the same published id (in
        the column `key`), was taken before: they are rejected."""
        first = self._first_rows.get(f"item {item.id}")
        published = records[0].cells.get(key) if key else None
        if first is None and published is not None:
            first = self._first_rows.get(f"key {published}")
        if first is not None:
            for record in records:
                self.reject(record, f"duplicate of row {first}")
            return False
        self._first_rows[f"item {item.id}"] = records[0].row
        if published is not None:
            self._first_rows[f"key {published}"] = records[0].row
        self.items.append(item)
        self._kept.update(record.row for record in records)
        return True

    def keep_answers(self, answers: Iterable[Answer], record: Record) -> None:
        """Takes what a record says beside or instead of an item."""
        self.answers.extend(answers)
        self._kept.add(record.row)

    def reject(self, record: Record, reason: str, column: str | None = None) -> None:
        self.rejected.append(rejection(self.table, record, reason, column))

    def close(self) -> Imported:
        """The result, with every row accounted for."""
        lost = [record.row for record in self.table.records if record.row not in self._kept]
        refused = sorted(row.row for row in self.rejected)
        assert lost == refused, f"rows unaccounted for: {sorted(set(lost) ^ set(refused))}"
        rejected = sorted(self.rejected, key=lambda row: row.row)
        rows = len(self.table.records)
        return Imported(self.items, self.answers, rejected, rows, len(self._kept), (*read_as(self.table), *self.notes))


def rejection(table: SourceTable | SourceStream, record: Record, reason: str, column: str | None = None) -> Rejected:
    """The row as it is told to a person: where it stands, why it was not taken, and the row itself."""
    raw = json.dumps(dict(record.cells), ensure_ascii=False)
    return Rejected(table.file.name, record.row, column, reason, raw)


def read_as(table: SourceTable | SourceStream) -> tuple[str, ...]:
    """A note of the encoding, where it is not the one that everybody uses."""
    return () if table.encoding in (None, "utf-8", "utf-8-sig") else (f"read as {table.encoding}",)


def row_id(table: SourceTable | SourceStream, record: Record) -> str:
    """The id of a source row: its file's name and its content, whatever its place in the file."""
    return content_id("row", table.file.name, dict(record.cells))


def write_rejects(rejected: list[Rejected], path: Path) -> None:
    """Writes the rejected rows as CSV for people: file, row, column, reason, the row itself."""
    columns = ("file", "row", "column", "reason", "raw")
    data = {name: [getattr(row, name) for row in rejected] for name in columns}
    schema = {"file": pl.String, "row": pl.Int64, "column": pl.String, "reason": pl.String, "raw": pl.String}
    write_csv_for_people(pl.DataFrame(data, schema=schema), path)
