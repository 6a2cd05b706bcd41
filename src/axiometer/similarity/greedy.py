"""Near-duplicates of a large set in one go: the same vectors stay as by `keep_best` on all pairs, in less time.

Vectors are taken best first, a part at a time. A part is compared with what was kept so far: first with what lies near
in the arrangement, where most likenesses are, then what is left of it with everything; what is then left is compared
among itself. What is like one that was kept goes at once and is compared with nothing more, since a vector that went
can drop nobody. So nothing is missed, and where a share d of all vectors goes, between (1 - d)^2 and 1 - d of the
comparisons are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.arrangement import arrangement
from axiometer.similarity.blocks import ROWS, Block, blocks, rectangle
from axiometer.similarity.duplicates import Kept, check_order, keep_best
from axiometer.similarity.kernel import DEFAULT, Searching, check_threshold, chosen_k, limited, search_blocks
from axiometer.similarity.pairs import Pairs
from axiometer.similarity.vectors import Vectors, unit_vectors

_PARTS = 8
_SMALLEST = 8_192
_NEAR = 2_048  # places, about a cluster of the arrangement


def deduplicated(
    vectors: NDArray[np.floating],
    threshold: float,
    order: NDArray[np.integer],
    fixed: NDArray[np.bool_] | None = None,
    searching: Searching = DEFAULT,
) -> Kept:
    """Which vectors stay: the same as by `keep_best(n, pairs_above(vectors, threshold), order, fixed)`, in less time.

    `kept_by` names one that was kept, comes before in the order and reaches the threshold, but where there are several
    not always the earliest. Takes at most one more copy of the vectors. Raises as `keep_best` and `pairs_above` do.
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
        left = part
        for near in (True, False):
            if len(self._kept) and len(left):
                self._drop(left, self._with_kept(left, near=near))
                left = left[self.kept_by[left] < 0]
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

    def _with_kept(self, part: NDArray[np.int64], *, near: bool) -> Pairs:
        kept, new = np.argsort(self._place[self._kept]), np.argsort(self._place[part])
        left, right = self._rows[self._kept[kept]], self._rows[part[new]]
        if near:
            grid = _near(self._place[self._kept[kept]], self._place[part[new]])
        else:
            grid = list(rectangle(len(left), len(right)))
        found = search_blocks(left, right, grid, self._threshold, self._searching, same=False)
        return limited(found, self._searching.most).renamed(kept, new)

    def _among(self, part: NDArray[np.int64]) -> Pairs:
        near = np.argsort(self._place[part])
        rows = self._rows[part[near]]
        found = search_blocks(rows, rows, list(blocks(len(rows))), self._threshold, self._searching, same=True)
        return limited(found, self._searching.most).renamed(near, near).upward()


def _near(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> list[Block]:
    """Blocks of those columns whose places lie among those of the rows, or little outside. Both ascend."""
    found = []
    for start in range(0, len(rows), ROWS):
        end = min(start + ROWS, len(rows))
        first = int(np.searchsorted(columns, rows[start] - _NEAR))
        last = int(np.searchsorted(columns, rows[end - 1] + _NEAR))
        if last > first:
            found.append(Block(start, end, first, last))
    return found
