"""A pilot run, ready to draw studies from: counts of one or two respondents, by how much of it was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.analysis import refuse_unmapped
from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, dense, joined
from axiometer.analyze.coded.catalogue import Catalogue, catalogue_of
from axiometer.analyze.coded.part import part_of
from axiometer.analyze.coded.presentations import Presentations, presentations_of
from axiometer.analyze.coded.tallies import group_table, tally
from axiometer.analyze.coded.value_index import FrameworkLike, Level
from axiometer.errors import InputError
from axiometer.measure.design import Orders
from axiometer.records import ExpressionKind, Mode

MOST_GROUPS = 4_000
VARIANTS = (50, 8)
MANY_GROUPS = 1_000
READABLE = 30

Counts = tuple[Floats, Floats]
"""How often each value was chosen and was at stake with a choice, both groups x values."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """`table`: the sources of each group, -1 where there are no more. `orders`, `repeats`: the most that the pilot has.
    `variants`: for each number of orders and repeats some ways of leaving the rest out, each with the counts of every
    respondent; `per_item`: presentations of a group in those orders, once. `groups`: how many the run has (at most
    `MOST_GROUPS` are drawn from)."""

    respondents: tuple[str, ...]
    mode: Mode
    level: str
    values: tuple[str, ...]
    table: Integers
    orders: Orders
    repeats: int
    variants: Mapping[tuple[Orders, int], tuple[tuple[Counts, ...], ...]]
    per_item: Mapping[Orders, float]
    groups: int


def pilot_of(
    items: pl.DataFrame,
    answers: pl.DataFrame,
    frameworks: Mapping[str, FrameworkLike],
    *,
    models: Sequence[str] = (),
    mode: Mode | None = None,
    level: str | None = None,
    values: Sequence[str] = (),
    seed: int = 0,
) -> Pilot:
    """The pilot of one or two respondents. `models`: which (default: all, where there are no more than two); `level`:
    by default the finest one that is not too long; `values`: only these of it.

    Raises `InputError` where it is not clear who or what is meant, and for people, whose spread is of another kind.
    """
    refuse_unmapped(items)
    catalogue = catalogue_of(items, frameworks)
    everyone = _chosen(list(presentations_of(answers, catalogue)), models, mode)
    found = level_of(catalogue, level)
    kept = _kept_values(found, values)
    asked = np.unique(np.concatenate([catalogue.group[each.item] for each in everyone]))
    if len(asked) > MOST_GROUPS:
        sample = np.random.default_rng(seed).choice(asked, MOST_GROUPS, replace=False)
    else:
        sample = asked
    part = part_of(catalogue, np.isin(catalogue.group, sample))
    parts = [part.of(each) for each in everyone]
    most, repeats = _most_orders(parts), max(_most_repeats(each) for each in parts)
    generator = np.random.default_rng([seed, 1])
    variants: dict[tuple[Orders, int], tuple[tuple[Counts, ...], ...]] = {}
    per_item: dict[Orders, float] = {}
    for orders in list(Orders)[: list(Orders).index(most) + 1]:
        for times in range(1, repeats + 1):
            several = 1 if orders is most and times == repeats else VARIANTS[part.catalogue.groups > MANY_GROUPS]
            made = [_variant(parts, part.catalogue, found, kept, (orders, times), generator) for _ in range(several)]
            variants[orders, times] = tuple(counts for counts, _ in made)
            if times == 1:
                per_item[orders] = float(np.mean([size for _, size in made])) / part.catalogue.groups
    return Pilot(
        respondents=tuple(each.model for each in everyone),
        mode=everyone[0].mode,
        level=found.name,
        values=tuple(found.targets[place] for place in kept),
        table=sources_table(part.catalogue),
        orders=most,
        repeats=repeats,
        variants=variants,
        per_item=per_item,
        groups=len(asked),
    )


def level_of(catalogue: Catalogue, name: str | None) -> Level:
    """The level that is meant. Raises `InputError` where there is none."""
    if name is not None:
        for level in catalogue.levels:
            if level.name == name:
                return level
        known = ", ".join(level.name for level in catalogue.levels)
        raise InputError("the items express nothing at level {level!r}", mend="one of {known}", level=name, known=known)
    readable = [each for each in catalogue.levels if each.kind is not ExpressionKind.RULE]
    if not readable:
        raise InputError("the items express no values and no positions")
    short = [each for each in readable if len(each.targets) <= READABLE]
    return max(short, key=lambda each: len(each.targets)) if short else min(readable, key=lambda e: len(e.targets))


def sources_table(catalogue: Catalogue) -> Integers:
    """The sources of each group, groups x columns, -1 where there are no more."""
    padded = catalogue.sources.kinds[catalogue.sources.kind]
    return np.where(padded < catalogue.sources.count, padded, -1)


def _chosen(everyone: list[Presentations], models: Sequence[str], mode: Mode | None) -> list[Presentations]:
    known = sorted({each.model for each in everyone})
    missing = [name for name in models if name not in known]
    if missing:
        raise InputError(
            "{name} is not among the respondents of the pilot", mend="one of {known}", name=missing[0],
            known=", ".join(known),
        )  # fmt: skip
    wanted = [each for each in everyone if (not models or each.model in models) and mode in (None, each.mode)]
    if mode is None and len({each.mode for each in wanted}) > 1:
        raise InputError("the pilot has several modes", mend="say which with --mode")
    if not wanted or len(wanted) > 2:
        raise InputError("the pilot has {n} respondents", mend="name one or two with -m", n=len(wanted))
    if any(each.persons for each in wanted):
        raise InputError(
            "the pilot's respondents are people", mend="plan raters with --agreement, or models with a run of theirs"
        )
    return wanted


def _kept_values(level: Level, values: Sequence[str]) -> list[int]:
    missing = [value for value in values if value not in level.targets]
    if missing:
        raise InputError(
            "{value!r} is not among the values of level {level!r}", mend="one of {known}",
            value=missing[0], level=level.name, known=", ".join(level.targets),
        )  # fmt: skip
    return [place for place, target in enumerate(level.targets) if not values or target in values]


def _most_orders(parts: Sequence[Presentations]) -> Orders:
    if any(each.mode in (Mode.AGREE, Mode.LIKELIHOOD) for each in parts):
        return Orders.ONE
    most = 1
    for each in parts:
        pairs = np.unique(np.stack([each.item, each.order_code], axis=1), axis=0)
        most = max(most, int(np.bincount(pairs[:, 0]).max(initial=1)))
    return Orders.ONE if most == 1 else Orders.SWAP if most == 2 else Orders.ALL


def _most_repeats(rows: Presentations) -> int:
    return len(np.unique(rows.repeat))


def _variant(
    parts: Sequence[Presentations],
    catalogue: Catalogue,
    level: Level,
    kept: Sequence[int],
    design: tuple[Orders, int],
    generator: np.random.Generator,
) -> tuple[tuple[Counts, ...], int]:
    """The counts with some orders and repeats left out at random, the same ones for all respondents; how many
    presentations the first then has."""
    orders, repeats = design
    draws = generator.random((catalogue.size, 1))
    times = generator.random(max(_most_repeats(each) for each in parts))
    made: list[Counts] = []
    size = 0
    for number, each in enumerate(parts):
        rows = each.where(_in_orders(each, orders, draws) & _in_repeats(each, repeats, times))
        table = group_table(tally(rows, catalogue), catalogue, level)
        made.append((dense(table.k)[:, kept], dense(table.n)[:, kept]))
        size = size if number else len(rows)
    return tuple(made), size


def _in_orders(rows: Presentations, orders: Orders, draws: Floats) -> Booleans:
    """The rows in one order of each item drawn at random, for `swap` in its reverse, too."""
    if orders is Orders.ALL or rows.mode is Mode.AGREE:
        return np.ones(len(rows), dtype=np.bool_)
    both = joined(*np.concatenate([rows.slots, _reversed(rows.slots)]).T)
    code, back = both[: len(rows)], both[len(rows) :]
    pairs, first = np.unique(np.stack([rows.item, code], axis=1), axis=0, return_index=True)
    item = pairs[:, 0]
    many = np.bincount(item, minlength=len(draws))
    begins = np.cumsum(many) - many
    taken = begins + np.minimum((draws[:, 0] * many).astype(np.int64), np.maximum(many - 1, 0))
    own = first[np.minimum(taken, len(first) - 1)]  # a row of each item in its drawn order
    same = code == code[own][rows.item]
    kept = same if orders is Orders.ONE else same | (code == back[own][rows.item])
    return np.asarray(kept, dtype=np.bool_)


def _reversed(slots: Integers) -> Integers:
    place = (slots >= 0).sum(axis=1)[:, None] - 1 - np.arange(slots.shape[1])[None, :]
    return np.where(place >= 0, np.take_along_axis(slots, np.maximum(place, 0), axis=1), -1)


def _in_repeats(rows: Presentations, repeats: int, times: Floats) -> Booleans:
    names = np.unique(rows.repeat)
    kept = names[np.argsort(times[: len(names)], kind="stable")[:repeats]]
    return np.asarray(np.isin(rows.repeat, kept), dtype=np.bool_)
