"""Items with the map that was found, and answers that follow them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from axiometer.build.mapping.assignments import WAYS
from axiometer.build.mapping.puzzles import VALUES, rule_ids
from axiometer.errors import InputError
from axiometer.records import recovered as fields
from axiometer.records.ids import content_id
from axiometer.records.rows import Answer, Expression, ExpressionKind, Item, Option, Role, make_item
from axiometer.records.schemas import to_frame, to_rows
from axiometer.records.tables import read_table

UNMAPPED_ID = "unmapped_id"
SIDES = "map_sides"


def mapped_item(
    item: Item,
    way: int,
    *,
    told: Mapping[str, str],
    positions: tuple[str, str] | None = None,
) -> Item:
    """The item with its sides' rules, their values and (if they have names) positions; options stay in their order, so
    answers by option stay what they are. told: what is said of the map, for `meta`."""
    first, second, _ = WAYS[way]
    rules = rule_ids(item)
    options = []
    for place, option in enumerate(item.options):
        if place not in (first, second):
            options.append(Option(option.text, Role.DISTRACTOR))
            continue
        rule = 0 if place == first else 1
        expresses = [Expression(ExpressionKind.RULE, rules[rule], 1)]
        if item.framework is not None:
            values = [value.strip() for value in item.meta.get(VALUES[rule], "").split(",") if value.strip()]
            expresses += [Expression(ExpressionKind.VALUE, value, 1) for value in dict.fromkeys(values)]
        if positions is not None:
            expresses.append(Expression(ExpressionKind.POSITION, positions[rule], 1))
        options.append(Option(option.text, Role.SIDE, tuple(expresses)))
    return make_item(
        kind=item.kind,
        lang=item.lang,
        prompt=item.prompt,
        options=tuple(options),
        clusters=item.clusters or rules,
        source=item.source,
        framework=item.framework,
        parallel_id=item.parallel_id,
        parent_ids=(item.id, *item.parent_ids),
        meta={**item.meta, UNMAPPED_ID: item.id, **told},
    )


def meta_of(
    method: str, calibrated: str, order: float, sides: float, ends: tuple[float, float] | None
) -> dict[str, str]:
    """What `meta` says of a recovered map; probabilities with six digits."""
    told = {
        fields.METHOD: method,
        fields.CALIBRATED: calibrated,
        fields.CONFIDENCE: f"{order:.6f}",
        SIDES: f"{sides:.6f}",
    }
    if ends is not None:
        told |= {fields.LOW: f"{ends[0]:.6f}", fields.HIGH: f"{ends[1]:.6f}"}
    return told


def check_answers(path: Path, items: Sequence[str]) -> None:
    """Raises `InputError` for what is no table of answers, and where none is to any of these items: before a judge is
    asked."""
    asked = read_table(path, Answer, ["item"])["item"]
    if not asked.is_in(list(items)).any():
        raise InputError("none of these answers is to an item that can be mapped", file=path)


def carried_over(path: Path, ids: Mapping[str, str]) -> tuple[pl.DataFrame, int]:
    """Answers to unmapped items as answers to the mapped ones, and how many are to items that have no map.

    ids: of the mapped item by that of the unmapped one. Answers name options by their place in the item, which stays;
    an answer's id holds its item's and is made again. Raises `InputError` where no answer is to any of these items.
    """
    table = read_table(path, Answer)
    kept = table.filter(pl.col("item").is_in(list(ids)))
    if table.height and not kept.height:
        raise InputError("none of these answers is to an item that was mapped", file=path)
    return to_frame([_carried(answer, ids[answer.item]) for answer in to_rows(kept, Answer)], Answer), (
        table.height - kept.height
    )


def _carried(answer: Answer, item: str) -> Answer:
    parents = tuple(item if parent == answer.item else parent for parent in answer.parent_ids)
    return replace(answer, id=content_id("answer of a mapped item", answer.id, item), item=item, parent_ids=parents)
