"""Items as a sheet for people to answer, the options in an order that does not depend on what they express."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from axiometer.measure.design import LETTERS, Orders, permutations
from axiometer.records.rows import Item


def answer_sheet(items: Iterable[Item]) -> pl.DataFrame:
    """One row per item with options: number, id, `order` (option numbers, as shown), scene, a column per letter, and an
    empty column `answer` for a letter. `axiometer import people` reads it back.

    The order is the first of `--orders swap`, drawn by a hash of the item: over a set, every order is about equally
    frequent.
    """
    rows = []
    for number, item in enumerate(items, 1):
        if len(item.options) < 2:
            continue
        order = permutations(item, Orders.ONE)[0]
        row: dict[str, object] = {
            "number": number,
            "item": item.id,
            "order": ",".join(str(index + 1) for index in order),
            "scene": item.prompt,
        }
        rows.append(row | {letter: item.options[index].text for letter, index in zip(LETTERS, order, strict=False)})
    widest = max((len(row) for row in rows), default=4) - 4
    names = ["number", "item", "order", "scene", *LETTERS[:widest], "answer"]
    schema = {name: pl.Int64 if name == "number" else pl.String for name in names}
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, schema=schema)
