"""Which words have been seen, in eight bytes a text."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]


def key_of(identifier: str) -> int:
    """The first 64 of the 128 bits of a content id."""
    return int(identifier[:16], 16)


class SeenKeys:
    """A set of 64-bit keys of texts: sorted arrays, each at least twice as long as the next, so that adding n keys in
    parts costs O(n log n) and looking one up O(log² n).

    Two different texts have the same key with a probability of n² / 2⁶⁵ (birthday bound): 3 in a million for ten
    million texts, in which case one of them is dropped as a duplicate.
    """

    def __init__(self) -> None:
        self._sorted: list[Keys] = []

    def __len__(self) -> int:
        return sum(map(len, self._sorted))

    def add(self, keys: Iterable[int]) -> None:
        """Adds keys that are not there yet."""
        added = np.unique(np.fromiter(keys, dtype=np.uint64))
        if not len(added):
            return
        self._sorted.append(added)
        while len(self._sorted) > 1 and len(self._sorted[-2]) < 2 * len(self._sorted[-1]):
            last, before = self._sorted.pop(), self._sorted.pop()
            merged = np.concatenate([before, last])
            merged.sort(kind="stable")  # merges two sorted runs in one pass
            self._sorted.append(merged)

    def known(self, keys: Iterable[int]) -> set[int]:
        """Those of `keys` that are there."""
        asked = np.unique(np.fromiter(keys, dtype=np.uint64))
        found: set[int] = set()
        for stored in self._sorted:
            places = np.minimum(np.searchsorted(stored, asked), len(stored) - 1)
            found.update(asked[stored[places] == asked].tolist())
        return found
