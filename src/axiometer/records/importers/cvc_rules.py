"""The rules of CVC / C-VARC (Wu et al. 2025): JSON lines of `rule`, `level`, `core values`, `derived values`.

The labels are lists, or names joined by `、`. A rule gets the values of the most specific kind that it has: derived
ones, else core ones, else spheres. What stands above them comes from the framework's tree and is never asked of the
file; where the file says something else it is counted. The labels as published stay in `meta`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern

from axiometer.frameworks import Framework, load_framework
from axiometer.records.importers.accounting import FileFormat, Imported, ImportOptions, RowError
from axiometer.records.importers.cells import Cells, labels, language_of, optional, require_columns, resolve
from axiometer.records.importers.rule_sets import Label, RuleBook, RuleRow, rule_text
from axiometer.records.spreadsheets import Record, SourceStream, stream_source

NAME = "cvc-rules"
UNKNOWN_LABELS = "rows with a label that the framework does not know, beside others that it knows"
NO_LABELS = "rows without any label"
OTHER_CORE = "rows whose published core values are not those above their derived values"
OTHER_LEVEL = "rows whose published levels are not those above their values"
# Column of the file, level of the framework, name in `meta`; the most specific first.
_KINDS = (
    ("derived values", "derived", "values"),
    ("core values", "core", "core-values"),
    ("level", "sphere", "level"),
)
_MOST_CELLS = 50_000


@dataclass(frozen=True, slots=True)
class _Cell:
    """The labels of one cell as published, the ids of those that are known, and the others with a reason."""

    published: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    problem: str = ""


@dataclass(slots=True)
class _Reader:
    """Reads the rows of one file. What cells mean is kept, because the same labels come on every row."""

    framework: Framework
    lang: str | None
    columns: tuple[tuple[str, str], ...]
    counts: Counter[str]
    _cells: dict[tuple[str, str], _Cell] = field(default_factory=dict)
    _ancestors: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def read(self, record: Record) -> RuleRow:
        words = rule_text(record.cells, "rule")
        found = [self._cell(record.cells, column, level) for column, level in self.columns]
        values = next((cell.ids for cell in found if cell.ids), ())
        for (column, _), cell in zip(self.columns, found, strict=True):
            if cell.unknown and not values:
                raise RowError(cell.problem, column)
        self._count(*found)
        return RuleRow(words, self.lang or language_of(words), _published(found), values)

    def _cell(self, cells: Cells, column: str, level: str) -> _Cell:
        raw = optional(cells, column)
        if raw is None:
            return _Cell()
        found = self._cells.get((level, raw))
        if found is None:
            try:
                found = _labels(raw, self.framework, level)
            except RowError as bad:
                raise RowError(bad.reason, column) from bad
            if len(self._cells) < _MOST_CELLS:
                self._cells[level, raw] = found
        return found

    def _count(self, derived: _Cell, core: _Cell, sphere: _Cell) -> None:
        if not (derived.published or core.published or sphere.published):
            self.counts[NO_LABELS] += 1
        if derived.unknown or core.unknown or sphere.unknown:
            self.counts[UNKNOWN_LABELS] += 1
        if derived.ids and core.ids and self._above(derived.ids, "core") != set(core.ids):
            self.counts[OTHER_CORE] += 1
        if sphere.ids and (derived.ids or core.ids):
            self.counts[OTHER_LEVEL] += self._above((*derived.ids, *core.ids), "sphere") != set(sphere.ids)

    def _above(self, ids: Iterable[str], level: str) -> set[str]:
        """The values of a level above these; none where the framework has no such level."""
        above: set[str] = set()
        for value in ids:
            known = self._ancestors.get((value, level))
            if known is None:
                known = self.framework.ancestors(value).get(level, frozenset())
                self._ancestors[value, level] = known
            above |= known
        return above


def _read(path: Path, options: ImportOptions) -> Imported:
    source = stream_source(path)
    columns = _columns(source)
    framework = load_framework(options.framework or "core-socialist-values")
    book = RuleBook(source, NAME, framework.id, told={"imported.accepted": "yes"})
    return book.each(_Reader(framework, options.lang, columns, book.counts).read)


def _columns(source: SourceStream) -> tuple[tuple[str, str], ...]:
    """Column and level of each kind of label; releases write the names with spaces or underscores."""
    spelling = {name.replace("_", " ").strip().lower(): name for name in source.columns}
    require_columns(source, "rule", *(name for name, _, _ in _KINDS if name not in spelling))
    return tuple((spelling[name], level) for name, level, _ in _KINDS)


def _labels(cell: str, framework: Framework, level: str) -> _Cell:
    own = level if level in {known.id for known in framework.levels} else None
    ids: list[str] = []
    unknown: list[str] = []
    problem = ""
    published = labels(cell)
    for name in published:
        try:
            ids.append(resolve(framework, name, level=own))
        except RowError as bad:
            unknown.append(name)
            problem = problem or bad.reason
    return _Cell(tuple(map(intern, published)), tuple(dict.fromkeys(ids)), tuple(unknown), problem)


def _published(found: list[_Cell]) -> tuple[Label, ...]:
    known = ((name, label) for (_, _, name), cell in zip(_KINDS, found, strict=True) for label in cell.published)
    return (*known, *(("unknown", label) for cell in found for label in cell.unknown))


cvc_rules = FileFormat(
    NAME,
    {
        "en": "CVC / C-VARC rules JSONL (also GBK): rules with levels, core values and derived values",
        "zh": "CVC / C-VARC 规则 JSONL（可为 GBK）：规则及其层面、核心价值与衍生价值",
    },
    _read,
)
