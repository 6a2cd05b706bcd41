"""Which texts copy another: wire stories that several outlets print, cut, with another lead or a word changed.

Likely pairs share word sequences, and are found through an index of them; a pair is decided by the share of the one's
sequences that stand in the other. Vectors would not do for the search: the first third of an article has a cosine of
0.43 to 0.9 with the whole, and articles on one issue by different authors reach 0.82 (starter news).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from axiometer.build.statements.preparing.shingles import Shingles, share_in

COPIED: Final = 0.4
"""The share of a text's word sequences from which it is a copy. Measured (docs/methodology.md): between 6 %, the most
that two texts of different authors share in the starter news, and 49 %, the least that is left of a copy cut to half
under two new leads."""
FEW: Final = 20
"""A sequence that stands in more texts than this proposes no longer all their pairs: each is paired with the first
ones that have it, and with the one before. So a story in a thousand outlets is found, and a line that stands below
every text of an agency does not make work that grows with the square of their number."""
_FIRST = 3


@dataclass(frozen=True, slots=True)
class Copies:
    """of: for each text the place of the one that it copies, -1 for one that stays. share: of its word sequences that
    stand there, NaN for one that stays."""

    of: NDArray[np.int64]
    share: NDArray[np.float64]


def likely_pairs(samples: Sequence[Shingles]) -> NDArray[np.int64]:
    """Pairs (i, j), i < j, of texts that share enough sampled sequences to be looked at, in order. One row per pair.

    samples: those of the texts, in the order in which one stays before another. Takes time in proportion to the
    sequences of all texts.
    """
    counts = np.fromiter(map(len, samples), np.int64, len(samples))
    if not counts.sum():
        return np.empty((0, 2), np.int64)
    keys = np.concatenate(list(samples))
    owners = np.repeat(np.arange(len(samples)), counts)
    order = np.argsort(keys, kind="stable")  # owners ascend within a key
    keys, owners = keys[order], owners[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    sizes = np.diff(np.r_[starts, len(keys)])
    proposed = [_all_of(owners, starts[sizes == size], size) for size in range(2, FEW + 1)]
    proposed += [_first_of(owners, start, size) for start, size in _large(starts, sizes)]
    pairs = np.concatenate(proposed)
    codes, shared = np.unique(pairs[:, 0] * len(samples) + pairs[:, 1], return_counts=True)
    i, j = np.divmod(codes, len(samples))
    # A pair is decided by all sequences; a quarter of the bar, in the sample, leaves room for chance.
    enough = shared >= np.maximum(1, COPIED / 4 * np.minimum(counts[i], counts[j]))
    return np.stack([i[enough], j[enough]], axis=1)


def find_copies(pairs: NDArray[np.int64], of: Callable[[int], Shingles], count: int) -> Copies:
    """Which texts are copies, by likely pairs. of: all sequences of a text; count: how many texts there are.

    In order, a text is a copy when enough of it stands in an earlier one that stayed; then, of those that stayed, when
    enough of it stands in a later one, which says more: what appeared in short first goes for the whole. A copy names
    a text that stays.
    """
    shares: dict[tuple[int, int], float] = {}
    near: dict[int, list[int]] = {}
    for i, j in pairs.tolist():
        shares[j, i], shares[i, j] = share_in(of(j), of(i)), share_in(of(i), of(j))
        near.setdefault(j, []).append(i)
        near.setdefault(i, []).append(j)
    keeper: dict[int, int] = {}
    for later in (False, True):
        for text in sorted(near, reverse=later):
            others = [o for o in near[text] if (o > text) is later and o not in keeper and shares[text, o] >= COPIED]
            if text not in keeper and others:
                keeper[text] = max(others, key=lambda other: (shares[text, other], -other))
    copied, share = np.full(count, -1, np.int64), np.full(count, np.nan)
    for text in keeper:
        copied[text] = _root(text, keeper)
        share[text] = shares.get((text, int(copied[text])), shares[text, keeper[text]])
    return Copies(copied, share)


def _root(text: int, keeper: Mapping[int, int]) -> int:
    while text in keeper:  # ends: within each pass, keepers stay until it is over, and the second goes one way
        text = keeper[text]
    return text


def _all_of(owners: NDArray[np.int64], starts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """All pairs of the texts of each sequence that stands in `size` texts."""
    i, j = np.triu_indices(size, 1)
    texts = owners[starts[:, None] + np.arange(size)]
    return np.stack([texts[:, i].ravel(), texts[:, j].ravel()], axis=1)


def _large(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> list[tuple[int, int]]:
    taken = sizes > FEW
    return list(zip(starts[taken].tolist(), sizes[taken].tolist(), strict=True))


def _first_of(owners: NDArray[np.int64], start: int, size: int) -> NDArray[np.int64]:
    texts = owners[start : start + size]
    parts = [np.stack([np.full(size - place - 1, texts[place]), texts[place + 1 :]], axis=1) for place in range(_FIRST)]
    parts.append(np.stack([texts[:-1], texts[1:]], axis=1))
    return np.concatenate(parts)
