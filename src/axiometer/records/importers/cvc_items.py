"""Scenes with lettered options as CVC / C-VARC publishes them (Wu et al. 2025): one row, for both of its formats.

Which option stands for which rule is not published, so the items are unmapped: letters and their order are kept, the
two rules go to `clusters` and `meta`. One `index` may hold several scenes (one per scene drawn from a pair of rules),
so rows are duplicates only when scene and options are equal.
"""

from __future__ import annotations

import re
import unicodedata

from axiometer.frameworks import Framework
from axiometer.records.ids import content_id
from axiometer.records.importers.accounting import RowError, row_id
from axiometer.records.importers.cells import Cells, labels, language_of, optional, resolve, text
from axiometer.records.importers.recorded import read_letter, recorded_answer
from axiometer.records.rows import Answer, Item, ItemKind, Option, make_item
from axiometer.records.spreadsheets import Record, SourceTable

SOURCE = "CVC (Wu et al. 2025), rows may not be redistributed"
OPTIONS = 3
_LETTERED = re.compile(r"\s*[(（【\[]?([A-Za-zＡ-Ｚａ-ｚ])[)）】\]]?\s*[：:．.、)）]\s*(.*)", re.DOTALL)
_NEXT_ON_THE_LINE = re.compile(r"(?<=\S)\s+(?=[B-ZＢ-Ｚ]\s*[：:])")
_RULE_COLUMNS = ("translate{}", "rule{}", "rot{}")


def scene_item(
    record: Record, table: SourceTable, kind: ItemKind, lang: str | None, framework: Framework | None = None
) -> Item:
    """The unmapped item of one row. With a framework, the values of both rules are resolved into `meta`."""
    cells = record.cells
    prompt = text(cells, "scene")
    sides = tuple(Option(side) for side in lettered_options(text(cells, "options"), "options"))
    meta = {"index": index} if (index := optional(cells, "index")) else {}
    if kind is ItemKind.THEME:
        meta["theme"] = table.file.stem
    clusters = []
    for place in ("1", "2"):
        rule = rule_text(cells, place)
        if rule is not None:
            meta[f"rule_{place}"] = rule
            clusters.append(f"cvc/rule:{content_id('rule', rule)[:16]}")
        values = _values(cells, place, framework) if framework else ()
        if values:
            meta[f"values_{place}"] = ",".join(values)
    return make_item(
        kind=kind,
        lang=lang or language_of(prompt),
        prompt=prompt,
        options=sides,
        clusters=tuple(dict.fromkeys(clusters)),
        source=SOURCE,
        framework=framework.id if framework else None,
        mapped=False,
        parent_ids=(row_id(table, record),),
        meta=meta,
    )


def rule_text(cells: Cells, place: str) -> str | None:
    """The first (`1`) or second (`2`) rule behind a scene: its translation where there is one."""
    return next((rule for column in _RULE_COLUMNS if (rule := optional(cells, column.format(place)))), None)


def _values(cells: Cells, place: str, framework: Framework) -> tuple[str, ...]:
    """The values of a rule at the most specific level known."""
    for level in ("derived", "core"):
        column = f"{level}_values_{place}"
        found = labels(optional(cells, column))
        if found:
            own = level if level in {known.id for known in framework.levels} else None
            return tuple(dict.fromkeys(resolve(framework, label, column, level=own) for label in found))
    return ()


def lettered_options(cell: str, column: str | None = None) -> tuple[str, ...]:
    """The texts of three options written as lines `A：…`, half or full width. A line without a letter continues the
    option before it. Raises `RowError` for other letters, another number of options, empty or equal ones."""
    lines = [line for line in cell.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = _NEXT_ON_THE_LINE.split(lines[0])
    texts: list[str] = []
    for line in lines:
        match = _LETTERED.match(line)
        if match is None:
            if not texts:
                raise RowError("the options do not begin with the letter A", column)
            texts[-1] = f"{texts[-1]}\n{line.strip()}"
            continue
        letter = unicodedata.normalize("NFKC", match[1]).upper()
        if letter != chr(ord("A") + len(texts)):
            raise RowError(f"option letters out of order: {letter} at place {len(texts) + 1}", column)
        texts.append(match[2].strip())
    if len(texts) != OPTIONS:
        raise RowError(f"{len(texts)} options where {OPTIONS} are expected", column)
    if not all(texts):
        raise RowError("an option without text", column)
    if len(set(texts)) < len(texts):
        raise RowError("two options with the same text", column)
    return tuple(texts)


def letter_answer(
    item: Item, table: SourceTable, record: Record, column: str, *, model: str, repeat: int, seq: int
) -> Answer:
    """The recorded answer in one cell, counted for the option that has the letter in the file."""
    raw = record.cells.get(column)
    outcome, option, reason = read_letter(raw, len(item.options))
    return recorded_answer(
        item,
        model=model,
        raw=raw or "",
        outcome=outcome,
        option=option,
        letter=chr(ord("A") + option) if option is not None else None,
        repeat=repeat,
        reason=reason,
        parent_ids=(row_id(table, record),),
        seq=seq,
    )
