"""Published sets of rules: one `Rule` per distinct wording, with the set's own labels beside what Axiometer will say.

Several rows of a set may hold the same words, because several people annotated a rule or wrote it for several texts.
They become one rule. The set's labels go to its `meta`: under `imported.<name>` stands a JSON object of label ->
number of rows that carry it, and under `imported.rows` how many different rows there were: those without a label gave
no answer. Words are compared as they are, but for white space.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.importers.accounting import Imported, Rejected, RowError, read_as, rejection, row_id
from axiometer.records.importers.cells import Cells, labels, optional, text
from axiometer.records.spreadsheets import Record, SourceStream

MERGED = "rows with the words of an earlier row, counted with it"
DIFFERENT_VALUES = "of these, rows with other values than the rows before (the rule has the values of all)"
IDENTICAL = "of these, rows that repeat a row in every cell (they count once)"
_FIRST = (MERGED, DIFFERENT_VALUES, IDENTICAL)
UNUSED_FRAMEWORK = "this set's own labels are kept beside the rules; --framework is not used"

Label = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What one source row says. `labels` are pairs of a name and a label of the set; `values` are framework ids."""

    text: str
    lang: str
    labels: tuple[Label, ...]
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class _Repeated:
    """The rows of one wording, where there are several: their ids, and how many of them carry each label."""

    parents: dict[str, None]
    tally: Counter[Label]


@dataclass(slots=True)
class _Wording:
    """The first row of one wording and, for the few wordings that have more, all rows of it."""

    first: RuleRow
    parent: str
    values: tuple[str, ...]
    repeated: _Repeated | None = None

    @property
    def parents(self) -> tuple[str, ...]:
        return tuple(self.repeated.parents) if self.repeated else (self.parent,)

    def labels(self) -> dict[str, str]:
        """Label -> number of rows as JSON text, by the name that it has in `meta`."""
        return _counted(self.repeated.tally if self.repeated else Counter(self.first.labels))

    def add(self, row: RuleRow, parent: str) -> bool:
        """Takes one more row; False for a row that is there already."""
        if self.repeated is None:
            self.repeated = _Repeated({self.parent: None}, Counter(self.first.labels))
        if parent in self.repeated.parents:
            return False
        self.repeated.parents[parent] = None
        self.repeated.tally.update(row.labels)
        self.values = tuple(dict.fromkeys((*self.values, *row.values)))
        return True


@dataclass(slots=True)
class RuleBook:
    """The book of one import of rules: every record makes a rule, is merged into one, or is rejected, once.

    `told` is what the set says of every rule of it. A file is gone through once, so that memory holds the rules and
    not the file.
    """

    source: SourceStream
    origin: str
    framework: str | None = None
    told: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _wordings: dict[str, _Wording] = field(default_factory=dict)
    _rejected: list[Rejected] = field(default_factory=list)
    _rows: int = 0

    def each(self, read: Callable[[Record], RuleRow]) -> Imported:
        """The rules of all records, in the order of their first rows; a rejection where `read` raises `RowError`."""
        for record in self.source.records:
            self._rows += 1
            try:
                if record.problem is not None:
                    raise RowError(record.problem)
                self._take(read(record), row_id(self.source, record))
            except RowError as bad:
                self._rejected.append(rejection(self.source, record, bad.reason, bad.column))
        return self._close()

    def _take(self, row: RuleRow, parent: str) -> None:
        said = self._wordings.get(row.text)
        if said is None:
            self._wordings[row.text] = _Wording(row, parent, row.values)
            return
        self.counts[MERGED] += 1
        if set(row.values) != set(said.values):
            self.counts[DIFFERENT_VALUES] += 1
        if not said.add(row, parent):
            self.counts[IDENTICAL] += 1

    def _close(self) -> Imported:
        merged = self.counts[MERGED]
        kept = len(self._wordings) + merged
        assert kept + len(self._rejected) == self._rows, "rows unaccounted for"
        return Imported(
            items=[],
            answers=[],
            rejected=self._rejected,
            source_rows=self._rows,
            kept_rows=kept,
            notes=(*read_as(self.source), *self.notes),
            rules=list(self._rules()),
            merged_rows=merged,
            counts={what: n for what, n in sorted(self.counts.items(), key=_merged_first) if n},
        )

    def _rules(self) -> Iterator[Rule]:
        waiting = self._wordings
        for words in list(waiting):
            said = waiting.pop(words)  # the rule takes its place, rather than standing beside it
            yield make_rule(
                lang=said.first.lang,
                text=words,
                origin=self.origin,
                parent_ids=said.parents,
                values=said.values,
                framework=self.framework,
                meta={"imported.rows": str(len(said.parents)), **self.told, **said.labels()},
            )


def rule_text(cells: Cells, column: str) -> str:
    """The words of a rule on one line. Raises `RowError` where there are none or they are damaged."""
    return " ".join(text(cells, column).split())


def label(cells: Cells, column: str, name: str) -> tuple[Label, ...]:
    """The one label of a cell, or none."""
    found = optional(cells, column)
    return () if found is None else (_pair(name, found),)


def several(cells: Cells, column: str, name: str) -> tuple[Label, ...]:
    """The labels of a cell that may hold several."""
    return tuple(_pair(name, found) for found in labels(optional(cells, column)))


def grade(cells: Cells, column: str, name: str, scale: range, unanswered: str | None = None) -> tuple[Label, ...]:
    """The whole number in a cell, or none where it is empty or `unanswered`. Raises `RowError` for what is not on the
    scale: it is the sign of a row whose cells are shifted, whose other labels could not be trusted either."""
    found = optional(cells, column)
    if found is None:
        return ()
    whole = found.removesuffix(".0")
    if whole == unanswered:
        return ()
    if whole not in _marks(scale):
        raise RowError(f"not on the scale {scale.start} to {scale.stop - 1}: {found[:40]}", column)
    return (_pair(name, whole),)


@lru_cache(maxsize=16_384)
def _pair(name: str, found: str) -> Label:
    """One object for equal labels: a set of 350,000 rows has millions of them."""
    return name, found


@lru_cache(maxsize=8)
def _marks(scale: range) -> frozenset[str]:
    return frozenset(map(str, scale))


def _counted(tally: Mapping[Label, int]) -> dict[str, str]:
    by_name: dict[str, list[tuple[str, int]]] = {}
    for (name, said), n in tally.items():
        by_name.setdefault(name, []).append((said, n))
    return {f"imported.{name}": _json(tuple(sorted(said))) for name, said in by_name.items()}


@lru_cache(maxsize=16_384)
def _json(said: tuple[tuple[str, int], ...]) -> str:
    return json.dumps(dict(said), ensure_ascii=False)


def _merged_first(counted: tuple[str, int]) -> tuple[int, str]:
    what = counted[0]
    return (_FIRST.index(what) if what in _FIRST else len(_FIRST), what)
