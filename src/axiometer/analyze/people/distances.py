"""How far apart two labels are: 0 where they are the same, 1 where nothing in them is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from axiometer.analyze.coded.arrays import Floats


def jaccard(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> Floats:
    """1 - |A and B| / |A or B| for every pair, one x other; two empty sets are the same."""
    shared, either, _ = _sizes(one, other)
    return 1.0 - np.where(either > 0, shared / np.maximum(either, 1.0), 1.0)


def masi(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> Floats:
    """Passonneau (2006): 1 - Jaccard's similarity times 1 for equal sets, 2/3 where one holds the other, 1/3 where both
    have what the other has not, 0 where they share nothing. An empty set shares nothing with others."""
    shared, either, smaller = _sizes(one, other)
    monotone = np.where(shared == either, 1.0, np.where(shared == smaller, 2 / 3, np.where(shared > 0, 1 / 3, 0.0)))
    return 1.0 - np.where(either > 0, shared / np.maximum(either, 1.0), 1.0) * monotone


def nominal(kinds: int) -> Floats:
    """1 between any two different labels."""
    return np.ones((kinds, kinds)) - np.eye(kinds)


def _sizes(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> tuple[Floats, Floats, Floats]:
    """For every pair: what both have, what either has, the smaller one's size."""
    names = {name: place for place, name in enumerate(sorted(set().union(*one, *other)))}
    a, b = (_members(sets, names) for sets in (one, other))
    shared = a @ b.T
    size_a, size_b = a.sum(axis=1)[:, None], b.sum(axis=1)[None, :]
    return shared, size_a + size_b - shared, np.minimum(size_a, size_b)


def _members(sets: Sequence[frozenset[str]], names: dict[str, int]) -> Floats:
    table = np.zeros((len(sets), len(names)))
    for row, own in enumerate(sets):
        table[row, [names[name] for name in own]] = 1.0
    return table
