"""Answers under steerings as arrays: the same presentation under two steerings side by side, and which way it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, counted
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations, presentations_of
from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.measure.steering import at_stake, touched
from axiometer.records import Item

PRESENTATION = ("item", "wording", "repeat")


@dataclass(frozen=True, slots=True)
class Stakes:
    """Which values of one level are at stake in which items: one entry per (item, value), sorted by item.

    `value` indexes `values`; `option` is the number in the catalogue of the option that decides; `sign` +1: taking it
    is the choice towards the value, -1: leaving it. An item's entries are those from `start` on, `count` of them.
    `touches`: items x values, where some side endorses or opposes the value.
    """

    level: str
    values: tuple[str, ...]
    item: Integers
    value: Integers
    option: Integers
    sign: Integers
    start: Integers
    count: Integers
    touches: Booleans

    @classmethod
    def of(cls, items: Sequence[Item], catalogue: Catalogue, framework: Framework, level: str) -> Stakes:
        """`items`: those of the catalogue, in its order.

        Raises `InputError` where no value of the level is at stake in any item.
        """
        found = [at_stake(item, framework, level) for item in items]
        staked = frozenset(value for own in found for value in own)
        values = tuple(value.id for value in framework.values_at(level) if value.id in staked)
        if not values:
            raise InputError(f"no value of level {level!r} is at stake in any item")
        place = {value: number for number, value in enumerate(values)}
        entries = np.array(
            [
                (number, place[value], catalogue.start[number] + toward.option, toward.sign)
                for number, own in enumerate(found)
                for value, toward in own.items()
            ],
            dtype=np.int64,
        )
        count = counted(entries[:, 0], catalogue.size).astype(np.int64)
        touches = np.zeros((catalogue.size, len(values)), dtype=np.bool_)
        for number, item in enumerate(items):
            for value in touched(item, framework, level) & staked:
                touches[number, place[value]] = True
        start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
        owner, value, option, sign = entries.T
        return cls(level, values, owner, value, option, sign, start, count, touches)

    def expand(self, items: Integers) -> tuple[Integers, Integers]:
        """Every entry of each of `items`: positions in `items`, and positions among the entries."""
        repeats = self.count[items]
        position = np.repeat(np.arange(len(items)), repeats)
        first = np.repeat(np.cumsum(repeats) - repeats, repeats)
        return position, self.start[items[position]] + np.arange(len(position)) - first


@dataclass(frozen=True, slots=True)
class Steered:
    """One respondent's presentations under one steering (or none), in the order of `keys`: equal keys are the same
    item in the same order and wording, and the same repeat. `answered`: a side was chosen."""

    keys: Integers
    rows: Presentations
    answered: Booleans


@dataclass(frozen=True, slots=True)
class Pair:
    """The presentations that were answered under both of two steerings, row by row; `put`: the items of all that were
    put under both, answered or not."""

    one: Presentations
    other: Presentations
    put: Integers

    def within(self, kept_items: Booleans) -> Pair:
        """The part that concerns these items."""
        kept = kept_items[self.one.item]
        return Pair(self.one.where(kept), self.other.where(kept), self.put[kept_items[self.put]])


def by_respondent(
    baseline: pl.DataFrame, steered: Mapping[str, pl.DataFrame], catalogue: Catalogue
) -> dict[str, dict[str | None, Steered]]:
    """Respondent to steering (None: the baseline) to presentations, respondents in alphabetical order.

    Raises `InputError` where a respondent was not asked under every steering, or in several modes.
    """
    if baseline.is_empty():
        raise InputError("there are no answers to analyse")
    named: list[tuple[str | None, pl.DataFrame]] = [(None, baseline), *steered.items()]
    order = pl.col("order").list.eval(pl.element().cast(pl.String)).list.join(",")
    everything = pl.concat([frame.with_columns(steering=pl.lit(name, dtype=pl.String)) for name, frame in named])
    everything = everything.with_columns(
        key=pl.concat_str(order, *PRESENTATION, separator="|").rank("dense").cast(pl.Int64)
    ).sort("key")
    found: dict[str, dict[str | None, Steered]] = {}
    for model in sorted(baseline["model"].unique()):
        own = everything.filter(pl.col("model") == model)
        found[model] = {
            name: _steered(own.filter(pl.col("steering").eq_missing(pl.lit(name, dtype=pl.String))), model, catalogue)
            for name, _ in named
        }
    return found


def _steered(frame: pl.DataFrame, model: str, catalogue: Catalogue) -> Steered:
    read = list(presentations_of(frame, catalogue)) if not frame.is_empty() else []
    if len(read) != 1:
        raise InputError(f"{model} was asked in {len(read)} modes under one steering; one is needed")
    (rows,) = read
    answered = rows.chosen
    if rows.weights is not None:
        answered = answered & (np.nansum(_on_sides(rows, catalogue), axis=1) > 0)
    return Steered(frame["key"].to_numpy().astype(np.int64), rows, answered)


def pair(one: Steered, other: Steered) -> Pair:
    """The same presentations under two steerings."""
    put = np.intersect1d(one.keys, other.keys, assume_unique=True)
    both = np.intersect1d(one.keys[one.answered], other.keys[other.answered], assume_unique=True)
    return Pair(
        one=one.rows.where(np.isin(one.keys, both)),
        other=other.rows.where(np.isin(other.keys, both)),
        put=one.rows.item[np.isin(one.keys, put)],
    )


def towards(rows: Presentations, catalogue: Catalogue, stakes: Stakes, position: Integers, entry: Integers) -> Floats:
    """Per (presentation, entry): 1 where the choice went towards the entry's value, else 0; in logprob mode the part
    of the sides' probability that did."""
    option = stakes.option[entry]
    if rows.weights is None:
        taken = (rows.option[position] == option).astype(np.float64)
    else:
        on_sides = _on_sides(rows, catalogue)
        share = on_sides / on_sides.sum(axis=1, keepdims=True)
        taken = np.asarray(share[position, option - catalogue.start[rows.item[position]]], dtype=np.float64)
    return np.asarray(np.where(stakes.sign[entry] > 0, taken, 1.0 - taken), dtype=np.float64)


def _on_sides(rows: Presentations, catalogue: Catalogue) -> Floats:
    """The probabilities of options that are sides, 0 elsewhere (logprob mode)."""
    assert rows.weights is not None
    inside = ~np.isnan(rows.weights)
    own = np.arange(rows.weights.shape[1])[None, :]
    option = np.where(inside, catalogue.start[rows.item][:, None] + own, 0)
    return np.where(inside & catalogue.side[option], rows.weights, 0.0)
