"""Near-duplicates of a large set in one go: the same result as `keep_best` on all pairs, without finding all of them.

Vectors are taken best first, a part at a time. A part is compared with what was kept so far; what is like one of those
goes at once and is compared with nothing more; the rest of the part is compared among itself. A vector that went can
drop nobody, so nothing is missed. Where a share d of all vectors goes, about 1 - d of the comparisons are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.arrangement import arrangement
from axiometer.similarity.blocks import blocks, rectangle
from axiometer.similarity.duplicates import Kept, check_order, keep_best
from axiometer.similarity.kernel import DEFAULT, Searching, check_threshold, chosen_k, limited, search_blocks
from axiometer.similarity.pairs import Pairs
from axiometer.similarity.vectors import Vectors, unit_vectors

_PARTS = 12
_SMALLEST = 8_192


def deduplicated(
    vectors: NDArray[np.floating],
    threshold: float,
    order: NDArray[np.integer],
    fixed: NDArray[np.bool_] | None = None,
    searching: Searching = DEFAULT,
) -> Kept:
    """Which vectors stay, as `keep_best(n, pairs_above(vectors, threshold), order, fixed)` says it, in less time.

    Takes one more copy of the vectors than the caller has, at most. Raises as `keep_best` and `pairs_above` do.
    """
    rows = unit_vectors(vectors)
    check_threshold(threshold)
    held = np.zeros(len(rows), bool) if fixed is None else np.asarray(fixed, bool)
    order = check_order(len(rows), order)
    near = arrangement(rows)
    place = np.empty(len(rows), np.int64)
    place[near] = np.arange(len(rows))
    if searching.backend == "numpy" and searching.k is None and len(rows):
        searching = replace(searching, k=chosen_k(rows, rows, threshold, near))
    state = _State(rows, place, threshold, searching, order[held[order]])
    for part in _parts(order[~held[order]]):
        state.take(part)
    return Kept(state.kept_by < 0, state.kept_by, state.likeness)


def _parts(order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    size = max(_SMALLEST, -(-len(order) // _PARTS))
    return (order[start : start + size] for start in range(0, len(order), size))


class _State:
    """What was kept so far, and who went for whom."""

    def __init__(
        self, rows: Vectors, place: NDArray[np.int64], threshold: float, searching: Searching, kept: NDArray[np.int64]
    ) -> None:
        self._rows, self._place = rows, place
        self._threshold, self._searching = threshold, searching
        self._kept = kept  # best first
        self.kept_by = np.full(len(rows), -1, np.int64)
        self.likeness = np.full(len(rows), np.nan, np.float32)

    def take(self, part: NDArray[np.int64]) -> None:
        """part: the next best vectors, best first."""
        if len(self._kept):
            self._drop(part, self._with_kept(part))
        left = part[self.kept_by[part] < 0]
        among = self._among(left)
        chosen = keep_best(len(left), among, np.arange(len(left)))
        gone = chosen.dropped
        self.kept_by[left[gone]] = left[chosen.kept_by[gone]]
        self.likeness[left[gone]] = chosen.similarity[gone]
        self._kept = np.concatenate([self._kept, left[chosen.kept]])

    def _drop(self, part: NDArray[np.int64], pairs: Pairs) -> None:
        """pairs: i counts in what was kept, j in the part. The earliest keeper counts."""
        arranged = np.lexsort((pairs.i, pairs.j))
        j, first = np.unique(pairs.j[arranged], return_index=True)
        chosen = arranged[first]
        self.kept_by[part[j]] = self._kept[pairs.i[chosen]]
        self.likeness[part[j]] = pairs.similarity[chosen]

    def _with_kept(self, part: NDArray[np.int64]) -> Pairs:
        kept, new = np.argsort(self._place[self._kept]), np.argsort(self._place[part])
        left, right = self._rows[self._kept[kept]], self._rows[part[new]]
        found = search_blocks(
            left, right, list(rectangle(len(left), len(right))), self._threshold, self._searching, same=False
        )
        return limited(found, self._searching.most).renamed(kept, new)

    def _among(self, part: NDArray[np.int64]) -> Pairs:
        near = np.argsort(self._place[part])
        rows = self._rows[part[near]]
        found = search_blocks(rows, rows, list(blocks(len(rows))), self._threshold, self._searching, same=True)
        return limited(found, self._searching.most).renamed(near, near).upward()
