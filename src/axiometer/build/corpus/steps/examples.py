"""Labels by people, from a file: shown to a model as examples when it labels a rule of the same value."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from axiometer.build.corpus.steps.framework_text import most_specific
from axiometer.build.corpus.steps.rule_texts import same_words
from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.measure.asking.languages import prompt_language
from axiometer.records.corpus_rows import Rule, RuleLabel
from axiometer.records.ids import content_id
from axiometer.records.importers.accounting import RowError
from axiometer.records.importers.cells import Cells, labels, language_of, optional, resolve
from axiometer.records.spreadsheets import SourceTable, read_source

_TEXT_COLUMNS = ("text", "rule")
_VALUE_COLUMNS = ("value", "values")
_LABELS = {"-1": RuleLabel.REWRITE, "−1": RuleLabel.REWRITE, "0": RuleLabel.IRRELEVANT, "1": RuleLabel.KEEP}
_ORDER = (RuleLabel.KEEP, RuleLabel.REWRITE, RuleLabel.IRRELEVANT)


@dataclass(frozen=True, slots=True)
class Example:
    """A rule that a person labelled. `values`: the most specific ones that the person named."""

    text: str
    lang: str
    values: tuple[str, ...]
    label: int
    rewrite: str = ""

    def shown(self) -> dict[str, str]:
        """Rule and answer for a prompt, each on one line: whatever they contain, they end where they end."""
        answer = {"label": self.label, "rewrite": self.rewrite}
        return {"rule": json.dumps(self.text, ensure_ascii=False), "answer": json.dumps(answer, ensure_ascii=False)}


@dataclass(frozen=True)
class Examples:
    """Examples of one file, by value and label."""

    rows: tuple[Example, ...]

    @cached_property
    def digest(self) -> str:
        """The hash of all of them: other examples are another prompt."""
        return content_id("examples", [[e.text, e.lang, list(e.values), e.label, e.rewrite] for e in self.rows])

    @cached_property
    def _by_value(self) -> Mapping[str, Mapping[int, Sequence[int]]]:
        found: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index, example in enumerate(self.rows):
            for value_id in example.values:
                found[value_id][example.label].append(index)
        return found

    def draw(self, rule: Rule, seed: int, most: int = 5, above: Iterable[str] = ()) -> tuple[Example, ...]:
        """Up to `most` examples that share a value with the rule, by hash of the rule's id and the seed.

        As many of each label as there are, in turn; those in the rule's prompt language before all others; never the
        rule itself. Where no example shares a value, those of the values `above` the rule's are drawn from.
        """
        values = [value_id for value_id in rule.values if value_id in self._by_value] or list(above)
        generator = random.Random(content_id("draw", seed, rule.id))
        lang = prompt_language(rule.lang)
        queues = []
        for label in _ORDER:
            indexes = sorted({index for value_id in values for index in self._of(value_id, label)})
            own = [index for index in indexes if prompt_language(self.rows[index].lang) == lang]
            rest = [index for index in indexes if prompt_language(self.rows[index].lang) != lang]
            drawn = [*generator.sample(own, min(most + 1, len(own))), *generator.sample(rest, min(most, len(rest)))]
            queues.append([index for index in drawn if not same_words(self.rows[index].text, rule.text)])
        chosen: list[int] = []
        while len(chosen) < most and any(queues):
            for queue in queues:
                if queue and len(chosen) < most:
                    chosen.append(queue.pop(0))
        generator.shuffle(chosen)  # else the last example would always have the same label
        return tuple(self.rows[index] for index in chosen)

    def of_value(self, value_id: str) -> tuple[Example, ...]:
        """All examples of a value, in the file's order."""
        found = self._by_value.get(value_id, {})
        return tuple(self.rows[index] for index in sorted(index for each in found.values() for index in each))

    def _of(self, value_id: str, label: int) -> Sequence[int]:
        return self._by_value.get(value_id, {}).get(label, ())


def read_examples(path: Path, framework: Framework) -> Examples:
    """The labels in a table (CSV, XLSX, JSONL, Parquet) with the columns `text` (or `rule`), `value` (or `values`),
    `label` (-1, 0 or 1) and, where there are any, `rewrite` and `lang`. Raises `InputError` with row and column."""
    table = read_source(path)
    text, value = _column(table, _TEXT_COLUMNS), _column(table, _VALUE_COLUMNS)
    _column(table, ("label",))
    rows = []
    for record in table.records:
        try:
            if record.problem is not None:
                raise RowError(record.problem)
            rows.append(_example(record.cells, framework, text, value))
        except RowError as error:
            raise InputError("{problem}", file=path, row=record.row, column=error.column, problem=str(error)) from error
    return Examples(tuple(dict.fromkeys(rows)))


def _example(cells: Cells, framework: Framework, text_column: str, value_column: str) -> Example:
    text = optional(cells, text_column)
    if text is None:
        raise RowError("empty", text_column)
    named = labels(optional(cells, value_column))
    if not named:
        raise RowError("empty", value_column)
    values = most_specific(framework, [resolve(framework, label, value_column) for label in named])
    return Example(
        text=" ".join(text.split()),
        lang=optional(cells, "lang") or language_of(text),
        values=values,
        label=int(_label(optional(cells, "label"))),
        rewrite=" ".join((optional(cells, "rewrite") or "").split()),
    )


def _label(cell: str | None) -> RuleLabel:
    said = (cell or "").strip().removeprefix("+").removesuffix(".0")
    if said not in _LABELS:
        raise RowError(f"{cell!r} is no label: -1 conflicts, 0 is irrelevant, 1 fits" if cell else "empty", "label")
    return _LABELS[said]


def _column(table: SourceTable, names: Iterable[str]) -> str:
    """The first of these columns that the table has."""
    listed = tuple(names)
    for name in listed:
        if name in table.columns:
            return name
    raise InputError(
        "there is no column {wanted}",
        file=table.file,
        mend="the file has: {found}",
        wanted=" / ".join(listed),
        found=", ".join(table.columns[:12]),
    )
