"""Each row's pairs of the largest cosines, told apart by exact ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.blocks import cosines
from axiometer.similarity.drawing import Entries, arranged, largest_first, rank_in_group
from axiometer.similarity.tail import Tail, margin
from axiometer.similarity.vectors import Vectors

_CHECKED_AT_ONCE = 8_192


def nearest(tail: Tail, sampled: Entries, vectors: Vectors, k: int, bands: int) -> Entries:
    """Entries whose k smallest keys of each owner and band are its pairs of the largest exact cosines; those that
    float32 shows to be none of them are left out.

    tail: the pairs; sampled: each of them twice, first as its lower row sees it (owner i), then as the other does, with
    keys that decide between equal cosines.
    """
    near = np.concatenate([tail.cosine, tail.cosine])
    rough = Entries(sampled.owner, sampled.partner, sampled.band, largest_first(near, sampled.key))
    order, group = arranged(rough, bands)
    if not len(order):
        return rough
    starts = np.flatnonzero(rank_in_group(group[order]) == 0)
    sizes = np.diff(np.append(starts, len(order)))
    last = near[order][starts + np.minimum(sizes, k) - 1]
    possible = order[near[order] >= np.repeat(last, sizes) - 2 * margin(vectors.shape[1])]
    pairs, places = np.unique(possible % len(tail), return_inverse=True)
    exact = exact_cosines(vectors, tail.i[pairs], tail.j[pairs])
    kept = sampled.where(possible)
    return Entries(kept.owner, kept.partner, kept.band, largest_first(exact[places], kept.key))


def exact_cosines(vectors: Vectors, i: NDArray[np.integer], j: NDArray[np.integer]) -> NDArray[np.float32]:
    """Cosines of unit rows in float64, given as float32 and at most 1."""
    found = np.empty(len(i), np.float32)
    for start in range(0, len(i), _CHECKED_AT_ONCE):
        part = slice(start, start + _CHECKED_AT_ONCE)
        found[part] = np.minimum(cosines(np.asarray(vectors[i[part]]), np.asarray(vectors[j[part]])), 1.0)
    return found
