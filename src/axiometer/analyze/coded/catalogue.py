"""The items of an analysis as arrays: options, groups of parallel items, sources, and what each side expresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from axiometer.analyze.coded.arrays import Booleans, Integers, counted
from axiometer.analyze.coded.value_index import FrameworkLike, Level, levels_of
from axiometer.analyze.inference.sources import Sources
from axiometer.errors import InputError
from axiometer.records import Item, Role


@dataclass(frozen=True, slots=True)
class Contests:
    """Where a level's targets are at stake: one entry per (target, option). In choices a target is at stake in an item
    when exactly one side carries it; put forward alone (agree mode), in every side that carries it."""

    target: Integers
    option: Integers


@dataclass(frozen=True)
class Catalogue:
    """Items in the order of their ids, options numbered through. `group` is the item's place among the groups, a group
    being the items with the same `parallel_id`. `side` says which options are sides, `first_side` is the item's
    first."""

    items: tuple[Item, ...]
    index: Mapping[str, int]
    lang: NDArray[np.str_]
    group: Integers
    group_keys: tuple[str, ...]
    start: Integers
    option_item: Integers
    side: Booleans
    sources: Sources
    levels: tuple[Level, ...]
    _contests: dict[tuple[str, int, bool], Contests] = field(default_factory=dict, repr=False)

    @property
    def options_of(self) -> Integers:
        """How many options each item has."""
        return counted(self.option_item, len(self.items)).astype(np.int64)

    @property
    def option_group(self) -> Integers:
        return self.group[self.option_item]

    @property
    def sides_of(self) -> Integers:
        """How many sides each item has."""
        return counted(self.option_item[self.side], len(self.items)).astype(np.int64)

    def contests(self, level: Level, polarity: int, alone: bool) -> Contests:
        """Where the targets of `level` are endorsed (+1) or opposed (-1) by exactly one side, or (`alone`) by any."""
        key = (level.name, polarity, alone)
        if key not in self._contests:
            self._contests[key] = _contests(self, level, polarity, alone)
        return self._contests[key]

    def signed(self, level: Level) -> NDArray[np.int8]:
        """Options x targets: +1 endorses, -1 opposes, 0 neither (or both)."""
        table = np.zeros((len(self.option_item), len(level.targets)), dtype=np.int8)
        for polarity in (1, -1):
            for option, target in _expressed(self, level, polarity):
                table[option, target] += polarity
        return table


def catalogue_of(items: Sequence[Item], frameworks: Mapping[str, FrameworkLike]) -> Catalogue:
    """Raises `InputError` where there are no items or two have the same id."""
    if not items:
        raise InputError("there are no items to analyse")
    ordered = tuple(sorted(items, key=lambda item: item.id))
    index = {item.id: position for position, item in enumerate(ordered)}
    if len(index) < len(ordered):
        raise InputError("two items have the same id", mend="each item may be in the table once")
    keys = tuple(sorted({_group_key(item) for item in ordered}))
    place = {key: position for position, key in enumerate(keys)}
    group = np.array([place[_group_key(item)] for item in ordered], dtype=np.int64)
    clusters: list[dict[str, None]] = [{} for _ in keys]
    for item, position in zip(ordered, group, strict=True):
        clusters[position].update(dict.fromkeys(item.clusters))
    counts = np.array([len(item.options) for item in ordered], dtype=np.int64)
    return Catalogue(
        items=ordered,
        index=index,
        lang=np.array([item.lang for item in ordered]),
        group=group,
        group_keys=keys,
        start=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
        option_item=np.repeat(np.arange(len(ordered)), counts),
        side=np.array([option.role is Role.SIDE for item in ordered for option in item.options], dtype=bool),
        sources=Sources.of([tuple(own) for own in clusters], keys),
        levels=levels_of(ordered, frameworks),
    )


def _group_key(item: Item) -> str:
    return f"parallel {item.parallel_id}" if item.parallel_id is not None else f"item {item.id}"


def _expressed(catalogue: Catalogue, level: Level, polarity: int) -> list[tuple[int, int]]:
    """(option, target) wherever a side endorses or opposes a target of `level`, each once, in order."""
    place = {target: position for position, target in enumerate(level.targets)}
    found: dict[tuple[int, int], None] = {}
    option = 0
    for item in catalogue.items:
        fits = level.framework is None or item.framework == level.framework
        for written in item.options:
            if fits and written.role is Role.SIDE:
                for expression in written.expresses:
                    if expression.kind is level.kind and expression.polarity == polarity:
                        for above in level.above.get(expression.target, ()):
                            found[option, place[above]] = None
            option += 1
    return list(found)


def _contests(catalogue: Catalogue, level: Level, polarity: int, alone: bool) -> Contests:
    pairs = np.array(_expressed(catalogue, level, polarity), dtype=np.int64).reshape(-1, 2)
    option, target = pairs[:, 0], pairs[:, 1]
    if not alone:
        together = catalogue.option_item[option] * len(level.targets) + target
        _, where, times = np.unique(together, return_inverse=True, return_counts=True)
        single = times[where] == 1
        # An item with one side only puts nothing against the value: no choice can be made.
        single &= catalogue.sides_of[catalogue.option_item[option]] > 1
        option, target = option[single], target[single]
    return Contests(target=target, option=option)
