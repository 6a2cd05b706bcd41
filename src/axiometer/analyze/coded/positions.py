"""Which position each side takes.

A side takes a position where it endorses it alone. Of a statement and its reverse (two sides that endorse and oppose
one position) the categories are with it and against it: were each corpus a pair of categories of its own, two
respondents that draw lots would seem to agree, since an item could end in two of many categories only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, counted
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.value_index import Level

WITH, AGAINST = "with", "against"


@dataclass(frozen=True, slots=True)
class Positions:
    """`of_option`: each option's category in `names`, -1 where it has none or several. `met`: whether some item holds
    one position against another."""

    names: tuple[str, ...]
    of_option: Integers
    met: bool


def positions_of(catalogue: Catalogue, level: Level) -> Positions:
    """The positions of `level`; `WITH` and `AGAINST` where items hold a statement against its reverse."""
    signed = catalogue.signed(level)
    endorsed, opposed = (signed > 0).sum(axis=1), (signed < 0).sum(axis=1)
    target = np.where(endorsed == 1, (signed > 0).argmax(axis=1), (signed < 0).argmax(axis=1))
    alone = catalogue.side & (endorsed + opposed == 1)
    item, items = catalogue.option_item, catalogue.size

    def of_sides(kept: Booleans) -> Floats:
        return counted(item[kept], items)

    both = (of_sides(alone & (endorsed == 1)) == 1) & (of_sides(alone & (opposed == 1)) >= 1)
    first, last = np.full(items, len(level.targets)), np.full(items, -1)
    np.minimum.at(first, item[alone], target[alone])
    np.maximum.at(last, item[alone], target[alone])
    reversed_ = both & (of_sides(alone) == catalogue.sides_of) & (first == last)
    found = np.where(endorsed == 1, target, -1)
    k = len(level.targets)
    of_one = reversed_[item] & catalogue.side
    found[of_one] = np.where(endorsed[of_one] == 1, k, k + 1)
    used = np.unique(found[found >= 0])
    names = (*level.targets, WITH, AGAINST)
    place = np.full(k + 3, -1, dtype=np.int64)
    # Of two sets of rules both count, also where one of them was never endorsed alone.
    kept = used if reversed_.any() else np.arange(k)
    place[kept] = np.arange(len(kept))
    return Positions(tuple(names[each] for each in kept), place[found], met=bool((used < k).any()))
