"""Which of a set of near-duplicates stay: greedily the best first, never by chains of likeness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from axiometer.errors import InputError
from axiometer.similarity.pairs import Pairs


@dataclass(frozen=True, slots=True)
class Kept:
    """kept: one bool per vector. kept_by: for a dropped vector the one that is kept in its place (the earliest in the
    order that reaches the threshold with it), -1 for a kept one. similarity: of those two, NaN for a kept one."""

    kept: NDArray[np.bool_]
    kept_by: NDArray[np.int64]
    similarity: NDArray[np.float32]

    @property
    def dropped(self) -> NDArray[np.int64]:
        return np.flatnonzero(~self.kept)


def keep_best(n: int, pairs: Pairs, order: NDArray[np.integer], fixed: NDArray[np.bool_] | None = None) -> Kept:
    """Goes through the vectors, best first; one is dropped if and only if an earlier one that was kept is its pair.

    n: how many vectors there are. pairs: all that reach the threshold, i < j. order: a permutation of the n, best
    first. fixed: vectors that stay whatever they are like (an existing corpus); they come before all others.
    So no two kept ones are a pair (unless both are fixed), and each dropped one is a pair with a kept one: in a chain
    a - b - c where a and c are unlike, c stays. Depends on the set of pairs alone, not on their order.
    Raises `InputError` for an order that is no permutation.
    """
    order = check_order(n, order)
    held = np.zeros(n, bool) if fixed is None else np.asarray(fixed, bool)
    order = np.concatenate([order[held[order]], order[~held[order]]])
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n)
    i, j = np.asarray(pairs.i, np.int64), np.asarray(pairs.j, np.int64)
    forward = rank[i] < rank[j]
    early, late = np.where(forward, i, j), np.where(forward, j, i)
    matters = ~held[late]
    early, late, similarity = early[matters], late[matters], pairs.similarity[matters]
    arranged = np.argsort(rank[early], kind="stable")
    early, late, similarity = early[arranged], late[arranged], similarity[arranged]
    kept_by = np.full(n, -1, np.int64)
    likeness = np.full(n, np.nan, np.float32)
    keepers, starts = np.unique(rank[early], return_index=True)
    ends = np.append(starts, len(early))[1:]
    for place, start, end in zip(keepers.tolist(), starts.tolist(), ends.tolist(), strict=True):
        keeper = order[place]
        if kept_by[keeper] >= 0:  # it was dropped itself, so it drops nobody
            continue
        theirs = late[start:end]
        fresh = kept_by[theirs] < 0
        kept_by[theirs[fresh]] = keeper
        likeness[theirs[fresh]] = similarity[start:end][fresh]
    return Kept(kept_by < 0, kept_by, likeness)


def check_order(n: int, order: NDArray[np.integer]) -> NDArray[np.int64]:
    """The order as int64. Raises `InputError` where it is no permutation of n rows."""
    if len(order) != n or not np.array_equal(np.sort(order), np.arange(n)):
        raise InputError("the order of what to keep is no permutation of {n} rows", n=n)
    return np.asarray(order, np.int64)
