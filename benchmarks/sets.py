"""Synthetic items for benchmarks: realistic lengths, values and shared rules, any number of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from axiometer.frameworks import load_framework
from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item
from axiometer.records.tables import write_rows

RULES_PER_VALUE = 40
BATCH = 20_000


def make_items(count: int, seed: int = 0) -> list[Item]:
    """`count` English dilemmas over the 12 core values, 40 rules a value."""
    return [item for items in draw_items(count, seed) for item in items]


def draw_items(count: int, seed: int = 0) -> Iterator[list[Item]]:
    """The same in parts of 20,000."""
    values = [value.id for value in load_framework("core-socialist-values").values_at("core")]
    draw = random.Random(seed)
    for start in range(0, count, BATCH):
        yield [_item(number, values, draw) for number in range(start, min(start + BATCH, count))]


def write_items(folder: Path, count: int, seed: int = 0) -> Path:
    """`count` English dilemmas over the 12 core values, 40 rules a value, as a table in parts of 20,000."""
    for part, items in enumerate(draw_items(count, seed)):
        write_rows(items, Item, folder / f"items-{part * BATCH:08d}.parquet")
    return folder


def _item(number: int, values: list[str], draw: random.Random) -> Item:
    first, second = draw.sample(values, 2)
    rules = [f"{value}-r{draw.randrange(RULES_PER_VALUE)}" for value in (first, second)]
    sides = tuple(
        Option(
            f"Take the {word} course that scene {number} leaves open, whatever the others may say about it",
            Role.SIDE,
            (
                Expression(ExpressionKind.VALUE, value, 1),
                Expression(ExpressionKind.RULE, rule, 1),
            ),
        )
        for word, value, rule in zip(("first", "other"), (first, second), rules, strict=True)
    )
    return make_item(
        kind=ItemKind.DILEMMA,
        lang="en",
        prompt=f"Scene {number}. A town council has one plot of land left and two groups that ask for it. "
        f"Both have waited for {draw.randrange(2, 30)} years, both have collected signatures, and the land cannot be "
        "divided. The clerk has to prepare the decision by Friday and knows people on either side.",
        options=(
            *sides,
            Option(f"Have the windows of the council hall cleaned before meeting {number} begins", Role.DISTRACTOR),
        ),
        clusters=tuple(rules),
        source="benchmark",
        framework="core-socialist-values",
    )
