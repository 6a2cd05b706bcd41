"""Studies of another size drawn from a pilot: fewer items as a sample of its own, more by drawing its sources anew.

Up to as many groups of items as the pilot has, a random sample without replacement: what `--limit` would ask. Beyond,
new sources are taken to be like the pilot's, in a balanced bootstrap (Davison, Hinkley and Schechtman 1986): every
source is drawn equally often, each draw a source of its own, and every item stands once with each draw of each of its
sources. Where items have several sources, which draws meet is shuffled item by item, so that every drawn source meets
the same others as the pilot's, in draws of their own: nothing is in a source twice, which would look like more
variation between sources than there is. What is left of the number that is wanted is a random sample of the pilot's
items, with draws of its sources of its own.
"""

from __future__ import annotations

import numpy as np

from axiometer.analyze.coded.arrays import Integers
from axiometer.analyze.inference.sources import Sources


def draw(table: Integers, wanted: int, generator: np.random.Generator) -> tuple[Integers, Sources]:
    """Rows of the pilot for a study of `wanted` groups, and the sources of those groups. `table`: the sources of each
    group of the pilot, groups x columns, -1 where there are no more."""
    groups, names = len(table), int(table.max()) + 1
    times, rest = divmod(wanted, groups)
    rows = [np.tile(np.arange(groups), times)]
    sets = [_anew(table, times, names, generator)]
    if rest:
        sample = np.sort(generator.choice(groups, rest, replace=False))
        rows.append(sample)
        sets.append(np.where(table[sample] >= 0, table[sample] + times * names, -1))
    return np.concatenate(rows), sources_of(np.concatenate(sets))


def sources_of(table: Integers) -> Sources:
    """From the sources of each group; every group has at least one."""
    group = np.repeat(np.arange(len(table)), table.shape[1])
    flat = table.ravel()
    pairs = np.unique(np.stack([group[flat >= 0], flat[flat >= 0]], axis=1), axis=0)
    names, code = np.unique(pairs[:, 1], return_inverse=True)
    return Sources.coded(pairs[:, 0], code.ravel().astype(np.int64), len(table), len(names))


def _anew(table: Integers, times: int, names: int, generator: np.random.Generator) -> Integers:
    """The sources of all groups, `times` over: every draw of a source has each of its groups once."""
    groups, columns = table.shape
    if not times:
        return np.zeros((0, columns), dtype=np.int64)
    drawn = np.zeros((times, groups, columns), dtype=np.int64)
    drawn[:, :, 0] = np.arange(times)[:, None]
    for column in range(1, columns):
        drawn[:, :, column] = np.argsort(generator.random((times, groups)), axis=0)
    found = np.where(table[None] >= 0, table[None] + drawn * names, -1)
    return found.reshape(times * groups, columns)
