"""What several raters said of the same units: the one form that agreement, consensus and the alt-test take."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, cells, counted
from axiometer.analyze.inference.sources import Sources
from axiometer.errors import InputError

COLUMNS = ("subject", "rater", "value")
SEPARATOR = ","
_SEPARATORS = re.compile(r"[,|]")


class LabelScale(StrEnum):
    """`NOMINAL`: one of several categories; `ORDINAL`: one of several in an order; `SETS`: any number of them."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    SETS = "sets"


@dataclass(frozen=True, slots=True)
class Ratings:
    """Labels in long form: entry j says that `raters[rater[j]]` gave `units[unit[j]]` the label `kinds[kind[j]]`.

    `kinds` are the distinct labels as sets of `categories`: of nominal and ordinal labels the sets of one category, in
    the order of `categories`. `clusters`: the sources of each unit, the units of resampling (none: the unit itself).
    No rater has two labels of one unit. Make one with `Ratings.of`.
    """

    scale: LabelScale
    units: tuple[str, ...]
    raters: tuple[str, ...]
    categories: tuple[str, ...]
    kinds: tuple[frozenset[str], ...]
    unit: Integers
    rater: Integers
    kind: Integers
    clusters: tuple[tuple[str, ...], ...]

    @classmethod
    def of(
        cls,
        labels: pl.DataFrame,
        scale: LabelScale = LabelScale.NOMINAL,
        *,
        categories: Sequence[str] | None = None,
        clusters: Mapping[str, Sequence[str]] | None = None,
    ) -> Ratings:
        """From a table with the columns `subject`, `rater` and `value`, in any order of rows.

        `value` null is no label. Of nominal and ordinal labels so is an empty text; of sets it is the empty set, and
        others are lists, JSON lists or texts with `,` or `|` between (as `annotate` writes). `categories`: all that
        could be said, for ordinal labels in their order; by default what was said, in alphabetical order, numbers by
        size. Raises `InputError` for missing columns, two labels by one rater, a value that is no category, ordinal
        labels whose order is unknown.
        """
        missing = [name for name in COLUMNS if name not in labels.columns]
        if missing:
            raise InputError("columns missing: {missing}", missing=", ".join(missing))
        said = labels.select(COLUMNS).filter(pl.col("value").is_not_null())
        if scale is not LabelScale.SETS:
            said = said.cast({"value": pl.String}).filter(pl.col("value").str.strip_chars() != "")
        twice = said.filter(pl.struct("subject", "rater").is_duplicated())
        if not twice.is_empty():
            raise InputError(
                "{rater!r} has two labels of {subject!r}", rater=twice["rater"][0], subject=twice["subject"][0]
            )
        sets = [_set_of(value, scale) for value in said["value"].to_list()]
        known = _categories(sets, categories, scale)
        if scale is LabelScale.SETS:
            place = {name: number for number, name in enumerate(known)}
            kinds = tuple(sorted(set(sets), key=lambda own: (len(own), sorted(place[name] for name in own))))
        else:
            kinds = tuple(frozenset((name,)) for name in known)
        code = {own: number for number, own in enumerate(kinds)}
        units, unit = _coded(said["subject"])
        raters, rater = _coded(said["rater"])
        return cls(
            scale=scale,
            units=units,
            raters=raters,
            categories=known,
            kinds=kinds,
            unit=unit,
            rater=rater,
            kind=np.array([code[own] for own in sets], dtype=np.int64),
            clusters=tuple(tuple((clusters or {}).get(name, ())) for name in units),
        )

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def sources(self) -> Sources:
        """What is resampled, one group per unit."""
        return Sources.of(self.clusters, self.units)

    @property
    def clustered(self) -> bool:
        """Whether units share sources."""
        names = [name for own in self.clusters for name in set(own)]
        return len(set(names)) < len(names)

    @property
    def counts(self) -> Floats:
        """Units x kinds: how many raters gave each label."""
        size = len(self.kinds)
        return cells(self.unit * size + self.kind, (len(self.units), size))

    @property
    def table(self) -> Integers:
        """Raters x units: the label's place in `kinds`, -1 where there is none."""
        found = np.full((len(self.raters), len(self.units)), -1, dtype=np.int64)
        found[self.rater, self.unit] = self.kind
        return found

    @property
    def numbers(self) -> Floats:
        """Each kind as a number: what the categories say where all are numbers, else (ordinal) their rank from 0.

        Raises `InputError` for sets, and nominal labels that are not numbers.
        """
        parsed = [_number(name) for name in self.categories]
        if self.scale is not LabelScale.SETS:
            if None not in parsed:
                return np.array(parsed, dtype=np.float64)
            if self.scale is LabelScale.ORDINAL:
                return np.arange(len(self.categories), dtype=np.float64)
        raise InputError("these labels are no numbers", mend="give ordinal labels with their order")

    def where(self, kept: Booleans) -> Ratings:
        """Some of the labels; units, raters and kinds keep their places."""
        return replace(self, unit=self.unit[kept], rater=self.rater[kept], kind=self.kind[kept])

    def naming(self, category: str) -> Ratings:
        """Whether each label names `category`: nominal, `no` and `yes`."""
        names = np.array([category in own for own in self.kinds], dtype=np.int64)
        return replace(
            self,
            scale=LabelScale.NOMINAL,
            categories=("no", "yes"),
            kinds=(frozenset(("no",)), frozenset(("yes",))),
            kind=names[self.kind],
        )

    def written(self, kind: int) -> str:
        """A kind as a text: its categories with commas between them."""
        return SEPARATOR.join(sorted(self.kinds[kind], key=self.categories.index))

    def labels_of(self, unit: Integers) -> Floats:
        """How many labels each of `unit` has."""
        return counted(self.unit, len(self.units))[unit]


def kind_in(ratings: Ratings, value: object) -> frozenset[str]:
    """Another's label (a judge's) as a set of categories. Raises `InputError` where it is no label."""
    return _set_of(value, ratings.scale)


def _set_of(value: object, scale: LabelScale) -> frozenset[str]:
    if scale is not LabelScale.SETS:
        return frozenset((str(value).strip(),))
    if isinstance(value, str):
        text = value.strip()
        try:
            parts: object = json.loads(text) if text.startswith("[") else _SEPARATORS.split(text)
        except ValueError:
            parts = None
    else:
        parts = value
    if not isinstance(parts, (list, tuple, set, frozenset)):
        raise InputError("{value!r} is no set of labels", value=value)
    return frozenset(name for name in (str(part).strip() for part in parts if part is not None) if name)


def _categories(sets: Sequence[frozenset[str]], given: Sequence[str] | None, scale: LabelScale) -> tuple[str, ...]:
    found = {name for own in sets for name in own}
    if given is not None:
        strange = sorted(found - set(given))
        if strange:
            raise InputError(
                "{value!r} is not one of the labels: {known}", value=strange[0], known=", ".join(map(str, given))
            )
        return tuple(given)
    numbers = {name: _number(name) for name in found}
    if None not in numbers.values():
        return tuple(sorted(found, key=lambda name: (numbers[name], name)))
    if scale is LabelScale.ORDINAL:
        raise InputError("the order of these labels is not known", mend="give the categories in their order")
    return tuple(sorted(found))


@cache
def _number(name: str) -> float | None:
    try:
        value = float(name)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _coded(column: pl.Series) -> tuple[tuple[str, ...], Integers]:
    text = column.cast(pl.String)
    names = tuple(text.unique().sort().to_list())
    code = text.replace_strict(list(names), list(range(len(names))), return_dtype=pl.Int64) if names else text
    return names, code.to_numpy().astype(np.int64)
