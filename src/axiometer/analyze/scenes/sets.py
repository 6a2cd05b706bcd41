"""Scenes as arrays: for each condition the vectors, and the value and the source of each scene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Integers
from axiometer.errors import InputError
from axiometer.records.corpus_rows import SceneCondition
from axiometer.similarity.vectors import Vectors, unit_vectors

MOST_UNITS = 100
LEAST = 2
CONDITIONS = (SceneCondition.WITH_RULES.value, SceneCondition.WITHOUT_RULES.value)


class UnitKind(StrEnum):
    """What scenes share: the rule before them, the call that wrote them, or nothing."""

    RULE = "rule"
    CALL = "call"
    SCENE = "scene"


@dataclass(frozen=True, slots=True)
class ConditionSet:
    """The scenes of one condition, in the order of value, unit and number.

    vectors: n unit rows. value: n positions in `SceneSet.values`. unit: n numbers of units, numbered by value;
    `unit_value`: each unit's value. group: n codes of rules or calls over all values, for folds. rows: n rows of the
    table that the set was made of.
    """

    name: str
    vectors: Vectors
    value: Integers
    unit: Integers
    unit_value: Integers
    group: Integers
    kind: UnitKind
    rows: Integers

    @property
    def units(self) -> int:
        return len(self.unit_value)

    def of(self, value: int) -> slice:
        """The rows of a value."""
        start, end = np.searchsorted(self.value, [value, value + 1])
        return slice(int(start), int(end))

    def counts(self, values: int) -> Integers:
        """Scenes per value."""
        return np.bincount(self.value, minlength=values).astype(np.int64)

    def sources(self, values: int) -> Integers:
        """Rules or calls (before they are joined to units) of each value, and last in all."""
        both = np.unique(np.stack([self.value, self.group]), axis=1)
        return np.append(np.bincount(both[0], minlength=values), len(np.unique(self.group))).astype(np.int64)

    def of_several_values(self) -> int:
        """How many rules or calls stand behind scenes of more than one value."""
        both = np.unique(np.stack([self.value, self.group]), axis=1)
        return int((np.bincount(both[1]) > 1).sum())

    def unit_source(self) -> Integers:
        """Each unit's rule or call, by its code in `group`, so that those of several values are known; a number of its
        own, below 0, for a unit that was joined of several."""
        starts = np.searchsorted(self.unit, np.arange(self.units))
        least, most = np.minimum.reduceat(self.group, starts), np.maximum.reduceat(self.group, starts)
        return np.where(least == most, least, -1 - np.arange(self.units))

    def sizes(self) -> Integers:
        """Scenes per unit."""
        return np.bincount(self.unit, minlength=self.units).astype(np.int64)


@dataclass(frozen=True, slots=True)
class SceneSet:
    """All scenes: the values that are compared, in order, the conditions, and values left out with the reason."""

    values: tuple[str, ...]
    conditions: tuple[ConditionSet, ...]
    left_out: Mapping[str, str]

    def condition(self, name: str) -> ConditionSet | None:
        return next((each for each in self.conditions if each.name == name), None)


def scene_set(
    scenes: pl.DataFrame, vectors: Vectors, order: Sequence[str], seed: int, file: Path | None = None
) -> SceneSet:
    """The scenes as arrays. scenes: schema_of(GeneratedScene); vectors: a row for each; order: values as they are to be
    listed (others follow by name).

    A value is compared where every condition has two scenes of it. Raises `InputError` where a condition is not known,
    or fewer than two values are left: what sets values apart cannot be seen in one.
    """
    unknown = set(scenes["condition"].unique().to_list()) - set(CONDITIONS)
    if unknown:
        raise InputError(
            "condition {name!r} is not known",
            file=file,
            mend="known: {known}",
            name=min(unknown),
            known=", ".join(CONDITIONS),
        )
    there = [name for name in CONDITIONS if (scenes["condition"] == name).any()]
    counts = {(row[0], row[1]): row[2] for row in scenes.group_by("condition", "value").len().iter_rows()}
    named = sorted(set(scenes["value"].to_list()), key=lambda value: _place(value, order))
    left_out = {
        value: f"{counts.get((name, value), 0)} scenes {name}, fewer than {LEAST}"
        for value in named
        for name in there
        if counts.get((name, value), 0) < LEAST
    }
    values = tuple(value for value in named if value not in left_out)
    if len(values) < 2:
        raise InputError(
            "fewer than two values have two scenes in every condition, so nothing can be compared", file=file
        )
    rows = unit_vectors(vectors)
    table = scenes.with_row_index("row").filter(pl.col("value").is_in(values))
    sets = tuple(_condition(name, table.filter(pl.col("condition") == name), rows, values, seed) for name in there)
    return SceneSet(values, sets, left_out)


def _place(value: str, order: Sequence[str]) -> tuple[int, str]:
    return (order.index(value) if value in order else len(order), value)


def _condition(name: str, table: pl.DataFrame, vectors: Vectors, values: tuple[str, ...], seed: int) -> ConditionSet:
    kind, sources = _sources(table)
    position = {value: place for place, value in enumerate(values)}
    numbered = table.select("row", "number", "id").with_columns(
        value=pl.Series([position[value] for value in table["value"]], dtype=pl.Int64),
        source=pl.Series(sources, dtype=pl.String),
    )
    numbered = numbered.sort("value", "source", "number", "id")
    value = numbered["value"].to_numpy().astype(np.int64)
    unit, unit_value = _units(value, numbered["source"].to_list(), seed)
    order = np.lexsort((np.arange(len(unit)), unit))
    rows = numbered["row"].to_numpy().astype(np.int64)[order]
    group = numbered["source"].rank("dense").to_numpy().astype(np.int64)[order] - 1
    return ConditionSet(name, vectors[rows], value[order], unit[order], unit_value, group, kind, rows)


def _sources(table: pl.DataFrame) -> tuple[UnitKind, list[str]]:
    """What each scene shares with others: its rule; without rules the call (its first parent) where calls wrote several
    scenes; else the scene itself."""
    rules, ids = table["rule"].to_list(), table["id"].to_list()
    if all(rule is not None for rule in rules):
        return UnitKind.RULE, [str(rule) for rule in rules]
    parents = [own[0] if own else None for own in table["parent_ids"].to_list()]
    shared = Counter(parent for parent in parents if parent is not None)
    if any(count > 1 for count in shared.values()):
        return UnitKind.CALL, [str(own if parent is None else parent) for parent, own in zip(parents, ids, strict=True)]
    return UnitKind.SCENE, [str(own) for own in ids]


def _units(value: Integers, sources: Sequence[str], seed: int) -> tuple[Integers, Integers]:
    """Numbers of the units, by value; and each unit's value. Sources of one value beyond `MOST_UNITS` are joined to
    seeded random groups of about equal size (random groups: Wolter 2007, chapter 2), so that work stays bounded."""
    unit = np.empty(len(value), np.int64)
    unit_value: list[int] = []
    for own in range(int(value.max()) + 1):
        rows = np.flatnonzero(value == own)
        named = [sources[int(row)] for row in rows]
        names = {name: place for place, name in enumerate(dict.fromkeys(named))}
        number = np.array([names[name] for name in named], np.int64)
        if len(names) > MOST_UNITS:
            number = (np.random.default_rng([seed, own]).permutation(len(names)) % MOST_UNITS)[number]
        unit[rows] = number + len(unit_value)
        unit_value += [own] * min(len(names), MOST_UNITS)
    return unit, np.array(unit_value, np.int64)
