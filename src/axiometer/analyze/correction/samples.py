"""What goes into a correction: the machine's verdicts, people's labels, and the shares that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers
from axiometer.analyze.inference.sources import Sources
from axiometer.errors import InputError

Categories = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a machine said of N units in K categories. `said`: N x K, rows add to 1; where a unit was judged several
    times (in both orders) the mean of its verdicts. `group`: each unit's group in `sources`, whose groups may be
    dependent. Raises `InputError` where the arrays do not fit."""

    categories: Categories
    said: Floats
    group: Integers
    sources: Sources

    def __post_init__(self) -> None:
        _refuse_unfit(self.said, len(self.categories), "verdicts")


@dataclass(frozen=True, slots=True)
class Labels:
    """People's labels of n units. `said`: what the machine said of the same units; `truth`: what people said; both
    n x K, rows add to 1 (raters averaged: raters.py). `inclusion`: the probability with which each unit was drawn.
    `group` is each unit's group in the verdicts' own `sources`, or in `sources` where the labels come from elsewhere.
    """

    said: Floats
    truth: Floats
    inclusion: Floats
    group: Integers
    sources: Sources | None = None

    def __post_init__(self) -> None:
        for what, rows in (("verdicts", self.said), ("labels", self.truth)):
            _refuse_unfit(rows, self.said.shape[1], what)
        if self.said.shape != self.truth.shape or len(self.inclusion) != len(self.said):
            raise InputError("labels and verdicts on the same units differ in size")
        if len(self) and not ((self.inclusion > 0) & (self.inclusion <= 1)).all():
            raise InputError("the probability that a unit was drawn for labels must be above 0 and at most 1")

    def __len__(self) -> int:
        return len(self.said)

    @property
    def weights(self) -> Floats:
        """One over the probability of being drawn, adding to 1 (Hajek 1971)."""
        inverse = 1.0 / self.inclusion
        return np.asarray(inverse / inverse.sum(), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of each unit beside verdicts and labels, as a number: how its item is answered in another mode.
    `verdicts`: of the units of the run, `labels`: of the labelled ones."""

    verdicts: Floats
    labels: Floats


@dataclass(frozen=True, slots=True)
class Target:
    """A share: that of the categories `hits` among those of `base` (indices of categories; hits are in the base)."""

    name: str
    hits: tuple[int, ...]
    base: tuple[int, ...]

    def vectors(self, categories: int) -> tuple[Floats, Floats]:
        """1 for the categories that count, and for those among which they count."""
        hits, base = np.zeros(categories), np.zeros(categories)
        hits[list(self.hits)] = 1.0
        base[list(self.base)] = 1.0
        return hits, base


def every_share(categories: Sequence[str]) -> tuple[Target, ...]:
    """The share of each category among all."""
    everything = tuple(range(len(categories)))
    return tuple(Target(name, (place,), everything) for place, name in enumerate(categories))


def among(categories: Sequence[str], one: str, other: str) -> Target:
    """The share of the category `one` among it and the `other`: what is asked of two sides."""
    first, second = categories.index(one), categories.index(other)
    return Target(f"{one} among {one} and {other}", (first,), (first, second))


def labels_from_counts(tp: int, fp: int, fn: int, tn: int, sources: Sources) -> Labels:
    """Labels of units elsewhere in two categories, from how many the machine put into the first one rightly and
    wrongly, and how many it left out of it wrongly and rightly. `sources`: as many groups as there are units."""
    sizes = (tp, fp, fn, tn)
    said, truth = (np.repeat(np.array(column), sizes) for column in ((1.0, 1.0, 0.0, 0.0), (1.0, 0.0, 1.0, 0.0)))
    group = np.arange(sum(sizes), dtype=np.int64)
    return Labels(in_two(said), in_two(truth), np.ones(len(group)), group, sources)


def each_its_own(units: int) -> Sources:
    """Units that share nothing."""
    places = np.arange(units, dtype=np.int64)
    return Sources.coded(places, places, units, units)


def in_two(share: Floats) -> Floats:
    """A share and what is left of it, as two columns."""
    return np.column_stack([share, 1.0 - share])


def _refuse_unfit(rows: Floats, categories: int, what: str) -> None:
    if rows.ndim != 2 or rows.shape[1] != categories or categories < 2:
        raise InputError(f"{what} must be a table of units by at least two categories")
    if len(rows) and not np.allclose(rows.sum(axis=1), 1.0):
        raise InputError(f"{what} of a unit must add to 1")
