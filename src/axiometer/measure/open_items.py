"""Items as mode `open` asks them: those without options get one for each of their values.

Such an option is never shown to a respondent: it is where the judge's word is kept, `option` 0 for `value_1` of the
item's `meta`, 1 for `value_2`, and so on. With it the item says what it measures, and is analysed like any other.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import polars as pl

from axiometer.errors import InputError
from axiometer.measure.design import LETTERS
from axiometer.measure.judging.questions import meaning_of, values_at_stake
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, make_item
from axiometer.records.schemas import to_frame, to_rows


def as_asked(frame: pl.DataFrame, file: Path) -> pl.DataFrame:
    """The items of a table as mode `open` asks them. Raises `InputError` for an item whose values are not known, are
    the same on all sides, or are more than can be judged at once."""
    return to_frame([open_item(item, file) for item in to_rows(frame, Item)], Item)


def open_item(item: Item, file: Path) -> Item:
    """The item itself where its sides endorse values; one without options with an option for each of its values."""
    if item.kind is not ItemKind.OPEN or item.options:
        _check_values(item, file)
        return item
    values = _values(item)
    if len(values) < 2:
        raise InputError(
            "item {item} has no options and does not say which values it sets against each other",
            file=file,
            mend="its meta needs value_1 and value_2, as `axiometer import conflictscope` writes them",
            item=item.id,
        )
    options = tuple(
        Option(meaning_of(item, value), expresses=(Expression(ExpressionKind.VALUE, value, 1),)) for value in values
    )
    made = make_item(
        kind=ItemKind.OPEN,
        lang=item.lang,
        prompt=item.prompt,
        options=options,
        clusters=item.clusters,
        source=item.source,
        framework=item.framework,
        parallel_id=item.parallel_id,
        parent_ids=(item.id, *item.parent_ids),
        meta=item.meta,
    )
    _check_values(made, file)
    return made


def _values(item: Item) -> list[str]:
    found: list[str] = []
    for number in count(1):
        value = item.meta.get(f"value_{number}")
        if value is None:
            return list(dict.fromkeys(found))
        found.append(value)
    return found


def _check_values(item: Item, file: Path) -> None:
    at_stake = values_at_stake(item)
    sides = {owner for owner in at_stake.values() if owner >= 0}
    if len(sides) < 2:
        raise InputError(
            "item {item}: its sides do not endorse different values, so a free answer cannot be told by values",
            file=file,
            mend="ask it with --mode judged",
            item=item.id,
        )
    if len(at_stake) > len(LETTERS):
        raise InputError(
            "item {item} has {n} values, more than the {most} that a judge is shown at once",
            file=file,
            item=item.id,
            n=len(at_stake),
            most=len(LETTERS),
        )
