"""The fields of the published NaVAB format, and what an item has beyond them, which our own exports carry along."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from axiometer.records.importers.accounting import RowError
from axiometer.records.importers.cells import Cells
from axiometer.records.rows import Expression, ExpressionKind, Item, Option

NEWS, QUESTION, REVERSED, RAW = "raw_news", "generated Q", "generated reverse statement", "generated raw data"
FIELDS = (NEWS, "statement", "filter_flag", "full_source", "source", QUESTION, REVERSED, RAW)

PUBLISHED = "published."
"""Before the name of a field in an item's `meta`: the field as it was published."""

CONSTRUCTED = "reversed"
"""`meta["constructed"]` of an item whose reverse statement was constructed: nobody said it."""

OWN = "axiometer"
"""The field of an export that holds what the published format has no place for."""

_BAD = "not what `axiometer export navab` writes there"


@dataclass(frozen=True, slots=True)
class Carried:
    """What an item has beyond the published fields; `expresses`: of the statement and of its reverse."""

    lang: str
    source: str
    framework: str | None
    parallel_id: str | None
    parent_ids: tuple[str, ...]
    clusters: tuple[str, ...]
    expresses: tuple[tuple[Expression, ...], tuple[Expression, ...]]
    meta: dict[str, str]


def carried_by(item: Item, statement: Option, reverse: Option) -> dict[str, object]:
    """What `carried_in` reads, as JSON."""
    return {
        "lang": item.lang,
        "source": item.source,
        "framework": item.framework,
        "parallel_id": item.parallel_id,
        "parent_ids": list(item.parent_ids),
        "clusters": list(item.clusters),
        "expresses": [[[e.kind.value, e.target, e.polarity] for e in side.expresses] for side in (statement, reverse)],
        "meta": {name: said for name, said in item.meta.items() if not name.startswith(PUBLISHED)},
    }


def carried_in(cells: Cells) -> Carried | None:
    """What an export of ours carried along; None in published files. Raises `RowError` where it was damaged."""
    cell = cells.get(OWN)
    if cell is None:
        return None
    try:
        held = json.loads(cell)
        statement, reverse = (tuple(_expression(each) for each in side) for side in held["expresses"])
        return Carried(
            lang=_text(held["lang"]),
            source=_text(held["source"]),
            framework=None if held["framework"] is None else _text(held["framework"]),
            parallel_id=None if held["parallel_id"] is None else _text(held["parallel_id"]),
            parent_ids=_texts(held["parent_ids"]),
            clusters=_texts(held["clusters"]),
            expresses=(statement, reverse),
            meta={_text(name): _text(said) for name, said in held["meta"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RowError(_BAD, OWN) from error


def _expression(held: Sequence[object]) -> Expression:
    kind, target, polarity = held
    if polarity not in (1, -1) or isinstance(polarity, bool):
        raise ValueError(polarity)
    return Expression(ExpressionKind(_text(kind)), _text(target), 1 if polarity == 1 else -1)


def _texts(held: object) -> tuple[str, ...]:
    if not isinstance(held, list):
        raise TypeError(held)
    return tuple(_text(each) for each in held)


def _text(held: object) -> str:
    if not isinstance(held, str):
        raise TypeError(held)
    return held
