"""Items whose map was recovered after the fact: how probable it is that their sides are the right way round.

`build map` says of an item which side expresses which rule, and how sure that is (`meta`: `map_confidence`, with
`map_low` and `map_high` where people checked a sample). With probability 1 - p the sides are the other way round, and
every answer to the item means the reverse. What is counted for a side is then not what was chosen but, in expectation,
p times its own count and 1 - p times the other side's; `unmixed` solves that for the side's own count (Warner 1965,
Journal of the American Statistical Association 60:63, whose randomised response is the same mixture; Buonaccorsi 2010,
Measurement Error, ch. 2). The corrected counts are unbiased and vary more, and it is they that are resampled, so that
intervals hold what the maps leave open. Choices of the distractor, slots, orders and outcomes know nothing of maps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers
from axiometer.errors import InputError
from axiometer.records.recovered import CALIBRATED, COLUMN, CONFIDENCE, HIGH, LOW, METHOD

CERTAIN: Final = 0.999
"""From this probability on a map is taken as known: a share would move by about a thousandth at most."""

NOT_CORRECTED: Final = "not corrected for recovered maps"

_MEND = "make the table again with `axiometer build map`"


class MapEnd(StrEnum):
    """Which probabilities are used: as estimated, or the ends of their intervals."""

    POINT = "point"
    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class RecoveredMaps:
    """Per item: the probability that its sides are the right way round (1 where that is known), at the point and at
    both ends; `recovered`: whether its map was recovered at all. `methods`, `calibrated`: how many items by word."""

    point: Floats
    low: Floats
    high: Floats
    recovered: Booleans
    methods: Mapping[str, int]
    calibrated: Mapping[str, int]
    end: MapEnd = MapEnd.POINT

    def at(self, end: MapEnd) -> RecoveredMaps:
        """The same, with other probabilities in use."""
        return replace(self, end=end)

    def only(self, kept: Booleans) -> RecoveredMaps:
        """Those of the items `kept`; how many there are by method stays that of all."""
        arrays = {name: getattr(self, name)[kept] for name in ("point", "low", "high", "recovered")}
        return replace(self, **arrays)

    @property
    def used(self) -> Floats:
        """The probabilities in use, 1 from `CERTAIN` on."""
        p = {MapEnd.POINT: self.point, MapEnd.LOW: self.low, MapEnd.HIGH: self.high}[self.end]
        return np.where(p >= CERTAIN, 1.0, p)

    @property
    def uncertain(self) -> Booleans:
        """The items whose answers are corrected, the same at every end."""
        return np.asarray(np.minimum(self.low, self.point) < CERTAIN, dtype=np.bool_)

    @property
    def ranged(self) -> bool:
        """Whether some probability has an interval of its own."""
        return bool((self.uncertain & ((self.low < self.point) | (self.high > self.point))).any())


def maps_of(items: pl.DataFrame, sides_of: Integers) -> RecoveredMaps | None:
    """What is said of recovered maps (the columns `id` and `recovered`); None where nothing is.

    sides_of: how many sides each item has. Raises `InputError` for a probability that is none or says nothing (one half
    or less), and for an uncertain item that has not two sides.
    """
    told = items.select("id", pl.col(COLUMN).struct.unnest())
    recovered = told[CONFIDENCE].is_not_null().to_numpy()
    if not recovered.any():
        return None
    point = _probabilities(told, CONFIDENCE, np.ones(told.height))
    found = RecoveredMaps(
        point=point,
        low=np.minimum(_probabilities(told, LOW, point), point),
        high=np.maximum(_probabilities(told, HIGH, point), point),
        recovered=recovered,
        methods=_counts(told, METHOD),
        calibrated=_counts(told, CALIBRATED),
    )
    odd = np.flatnonzero(found.uncertain & (sides_of != 2))
    if len(odd):
        what = "item {id} has {n} sides: an uncertain map needs two"
        raise InputError(what, mend=_MEND, id=told["id"][int(odd[0])], n=int(sides_of[odd[0]]))
    return found


def _probabilities(told: pl.DataFrame, name: str, otherwise: Floats) -> Floats:
    column = told[name].cast(pl.Float64, strict=False)
    said = column.fill_null(np.nan).to_numpy()
    missing = told[name].is_null().to_numpy()
    wrong = np.flatnonzero(~missing & ~((said > 0.5) & (said <= 1.0)))
    if len(wrong):
        row = int(wrong[0])
        what = "item {id}: {name} is {value}, which is no probability above one half"
        raise InputError(what, mend=_MEND, id=told["id"][row], name=name, value=told[name][row])
    return np.where(missing, otherwise, said)


def _counts(told: pl.DataFrame, name: str) -> dict[str, int]:
    words = told.filter(pl.col(CONFIDENCE).is_not_null())[name].fill_null("not said").to_list()
    return dict(sorted(Counter[str](words).items()))


def unmixed(own: Floats, other: Floats, p: Floats) -> Floats:
    """The unbiased count of a side from its `own` and the `other` side's, where maps are right with probability p.

    With own + other = n it is (own - n (1 - p)) / (2 p - 1). It may be below 0 or above n.
    """
    return np.asarray((p * own - (1 - p) * other) / (2 * p - 1), dtype=np.float64)


def other_sides(option_item: Integers, side: Booleans) -> Integers:
    """Per option that is one of two sides of its item, the other one; -1 for all others."""
    found = np.full(len(option_item), -1, dtype=np.int64)
    sides = np.flatnonzero(side)
    owner, first, count = np.unique(option_item[sides], return_index=True, return_counts=True)
    del owner
    one = first[count == 2]
    found[sides[one]], found[sides[one + 1]] = sides[one + 1], sides[one]
    return found


def note_of(maps: RecoveredMaps) -> dict[str, object]:
    """What a summary says of recovered maps. JSON values only."""
    known = maps.point[maps.recovered]
    return {
        "recovered": int(maps.recovered.sum()),
        "of": len(maps.recovered),
        "corrected": int(maps.uncertain.sum()),
        "methods": dict(maps.methods),
        "calibrated": dict(maps.calibrated),
        "confidence_mean": round(float(known.mean()), 6),
        "confidence_least": round(float(known.min()), 6),
        "range": maps.ranged,
    }


def said_of(maps: RecoveredMaps) -> str:
    """The same in one line."""
    told = note_of(maps)
    methods, calibrated = (", ".join(words) for words in (maps.methods, maps.calibrated))
    line = (
        f"which side expresses which rule was recovered for {told['recovered']} of {told['of']} items by {methods}; "
        f"probability that a map is right {told['confidence_mean']:.3f} on average (calibrated: {calibrated}); "
        f"{told['corrected']} items corrected for it"
    )
    return f"{line}; intervals hold at both ends of these probabilities" if told["range"] else line
