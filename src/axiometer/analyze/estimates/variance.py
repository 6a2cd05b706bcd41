"""Where the variation of choices comes from: variance components with random items, on the scale of choices.

y is 1 where the first side was chosen and 0 where the second was, taken against one half, so that the numbering of
sides does not matter. Total: 1/4. The mean product of two presentations of one item estimates what they share
(method of moments):
    another order, another wording             item
    the same order, another wording            item + item:order
    another order, the same wording            item + item:wording
    the same order and wording, another repeat item + item:order + item:wording + item:order:wording
and `residual` is the total less the last. `item` is a preference that holds in every order and wording (those of
values and rules among them). `source` is the part of it that items with a common rule share: the mean product over
pairs of items in which a side expresses the same rule, each y turned towards that side. Where a design lacks a kind
of pair, components that can not be told apart are given together (`item:order + residual`) and the rest say so.
Components are not forced to be positive: a small negative one is zero within its error. Slots, languages and
wordings have fewer than five levels: their effects are fixed contrasts (tables slots, languages, consistency), not
components.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, Integers, counted, joined
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.frames import Record, framed, number
from axiometer.records import ExpressionKind, Mode

COLUMNS: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "component": pl.String,
    "n": pl.Int64,
    "estimate": pl.Float64,
    "share": pl.Float64,
    "why_not": pl.String,
}

TOTAL = 0.25
NOT_ESTIMABLE = "not estimable with this design"
FIXED = "fewer than five levels: a fixed contrast, see the table "
FIXED_IN = {"slot": "slots", "language": "languages", "wording": "consistency"}


def variance(everyone: list[Presentations], catalogue: Catalogue) -> pl.DataFrame:
    """One row per respondent in choice mode and component; `n` counts pairs of presentations (of items, for `source`),
    `share` is the part of the total."""
    rows: list[Record] = []
    for presentations in everyone:
        if presentations.mode is not Mode.CHOICE:
            continue
        head = {"model": presentations.model, "mode": presentations.mode.value}
        rows.extend({**head, **row} for row in _rows(presentations, catalogue))
    return framed(rows, COLUMNS)


def _rows(presentations: Presentations, catalogue: Catalogue) -> Iterator[Record]:
    two = catalogue.sides_of[presentations.item] == 2
    part = presentations.where(presentations.chosen & two)
    first_side = catalogue.first_side
    y = np.where(part.option == first_side[part.item], 0.5, -0.5)
    for name, n, estimate in components(part.item, part.order_code, part.wording, y):
        yield _row(name, n, estimate)
    n, estimate = source_component(part.item, y, first_side, catalogue)
    yield _row("source", n, estimate)
    for factor, table in FIXED_IN.items():
        yield {"component": factor, "n": 0, "why_not": FIXED + table}


def _row(name: str, n: int, estimate: float | None) -> Record:
    known = estimate is not None and np.isfinite(estimate)
    return {
        "component": name,
        "n": n,
        "estimate": number(estimate) if estimate is not None else None,
        "share": number(estimate / TOTAL) if estimate is not None else None,
        "why_not": None if known else NOT_ESTIMABLE,
    }


def components(item: Integers, order: Integers, wording: Integers, y: Floats) -> list[tuple[str, int, float | None]]:
    """(component, pairs, estimate) from centred choices (plus or minus one half) with their item, order and wording."""
    apart, n_apart = _mean_product([item], [[order], [wording]], y)
    same_order, n_order = _mean_product([item, order], [[wording]], y)
    same_wording, n_wording = _mean_product([item, wording], [[order]], y)
    again, n_again = _mean_product([item, order, wording], [[np.arange(len(y))]], y)
    several_orders, several_wordings = n_wording > 0, n_order > 0
    if several_orders and several_wordings:
        of_item, n_item = apart, n_apart
    elif several_orders:
        of_item, n_item = same_wording, n_wording
    elif several_wordings:
        of_item, n_item = same_order, n_order
    else:
        of_item, n_item = (again, n_again) if n_again else (None, 0)
    name = "item" + ("" if several_orders else " + item:order") + ("" if several_wordings else " + item:wording")
    found: list[tuple[str, int, float | None]] = [(name, n_item, of_item)]
    explained = of_item
    with_order = with_wording = None
    if several_orders and several_wordings and of_item is not None:
        with_order = None if same_order is None else same_order - of_item
        with_wording = None if same_wording is None else same_wording - of_item
        found += [("item:order", n_order, with_order), ("item:wording", n_wording, with_wording)]
    elif several_orders:
        between = None if again is None or of_item is None else again - of_item
        found.append(("item:order", n_again, between))
    elif several_wordings:
        between = None if again is None or of_item is None else again - of_item
        found.append(("item:wording", n_again, between))
    if again is not None:
        if with_order is not None and with_wording is not None and of_item is not None:
            found.append(("item:order:wording", n_again, again - of_item - with_order - with_wording))
        found.append(("residual", n_again, TOTAL - again))
    elif explained is not None:
        rest = TOTAL - explained - (with_order or 0.0) - (with_wording or 0.0)
        found += [("all else + residual", n_item, rest), ("residual", 0, None)]
    return found


def _mean_product(within: list[Integers], apart: list[list[Integers]], y: Floats) -> tuple[float | None, int]:
    """The mean of y y' over pairs of rows equal in `within` and different in every one of `apart`.

    From sums over cells (inclusion and exclusion over `apart`), each cell of `within` weighing as many as its pairs.
    """
    total = count = 0.0
    for subset in range(2 ** len(apart)):
        keys = [key for bit, keys in enumerate(apart) if subset >> bit & 1 for key in keys]
        sign = -1.0 if bin(subset).count("1") % 2 else 1.0
        code = joined(*within, *keys)
        size = int(code.max(initial=-1)) + 1
        total += sign * float((counted(code, size, y) ** 2).sum())
        count += sign * float((counted(code, size) ** 2).sum())
    pairs = round(count / 2)
    return (total / count if pairs > 0 else None), pairs


def source_component(item: Integers, y: Floats, first_side: Integers, catalogue: Catalogue) -> tuple[int, float | None]:
    """What two items of different groups share when a side of each expresses the same rule: (pairs of items,
    estimate)."""
    rules = catalogue.expressed.get((ExpressionKind.RULE, None))
    if rules is None:
        return 0, None
    asked = counted(item, catalogue.size)
    mean = counted(item, catalogue.size, y) / np.maximum(asked, 1.0)
    owner = catalogue.option_item[rules.option]
    kept = (asked[owner] > 0) & (first_side[owner] >= 0)
    if not kept.any():
        return 0, None
    owner, option, rule = owner[kept], rules.option[kept], rules.target[kept]
    group, value = catalogue.group[owner], np.where(option == first_side[owner], 1.0, -1.0) * mean[owner]
    value = value * rules.polarity[kept]
    right = catalogue.map_right
    if right is not None:  # a side that is turned round with probability 1 - p keeps 2 p - 1 of its mean
        value = value / (2 * right[owner] - 1)
    cell = joined(rule, group)
    lead = np.unique(cell, return_index=True)[1]
    value = np.bincount(cell, value) / np.bincount(cell)
    estimate, pairs = _mean_product([rule[lead]], [[group[lead]]], value)
    return pairs, estimate
