"""Some pairs of each row and band: a seeded random sample with known probabilities, or those of the largest cosines.

Each row ("owner") orders its pairs by a key, and the k smallest keys of each band stay. For a random sample the key is
a hash of (seed, owner, partner): random numbers that belong to the pair for good (Ohlsson 1995, Coordination of samples
using permanent random numbers), so what is drawn depends neither on the order in which pairs are met nor on how they
are cut into blocks. Keys as if independent and uniform make the k smallest of N a simple random sample without
replacement (Sunter 1977, Applied Statistics 26, draws it in one pass likewise). A pair has two owners with keys of
their own, that is two independent chances, and is drawn if either draws it:

    p = 1 - (1 - min(1, k/N_i)) (1 - min(1, k/N_j))

with N the number of pairs of each owner in that band. Sums over all pairs are then estimated without bias by the sum
over drawn ones of value / p (Horvitz and Thompson 1952, JASA 47).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KEY_BITS = 40
_TIE_BITS = 8
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Entries:
    """Pairs as their owners see them. key: what they are ordered by, under 2^40; a pair stands here once per owner."""

    owner: NDArray[np.int32]
    partner: NDArray[np.int32]
    band: NDArray[np.int8]
    key: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.owner)

    def where(self, taken: NDArray[np.bool_] | NDArray[np.intp]) -> Entries:
        """Some of them, in the order of `taken` where it counts."""
        return Entries(self.owner[taken], self.partner[taken], self.band[taken], self.key[taken])


def together(parts: Sequence[Entries]) -> Entries:
    """All of them, one after another."""
    if not parts:
        empty = np.empty(0, np.int32)
        return Entries(empty, empty, np.empty(0, np.int8), np.empty(0, np.uint64))
    return Entries(
        np.concatenate([part.owner for part in parts]),
        np.concatenate([part.partner for part in parts]),
        np.concatenate([part.band for part in parts]),
        np.concatenate([part.key for part in parts]),
    )


def names_of(ids: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each id, the same on every machine and whatever stands beside it."""
    digests = b"".join(hashlib.sha256(each.encode("utf-8", "surrogatepass")).digest()[:8] for each in ids)
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def random_keys(owner: NDArray[np.uint64], partner: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Keys as if uniform in [0, 2^40), of names of rows (`names_of`). Owner and partner the other way round give
    another key, independent of this one."""
    start = _mixed(np.asarray([seed], np.uint64) + _GOLDEN)
    return _mixed(_mixed(owner ^ start) + partner) >> np.uint64(64 - KEY_BITS)


def largest_first(cosine: NDArray[np.float32], tie: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Keys under which larger cosines (0 to 1) come first, and equal ones in the order of `tie` (keys themselves)."""
    bits = np.maximum(cosine, np.float32(0)).astype(np.float32).view(np.uint32)  # of positive floats: ascending
    rest = tie >> np.uint64(KEY_BITS - _TIE_BITS)
    return ((np.uint64(0xFFFFFFFF) - bits.astype(np.uint64)) << np.uint64(_TIE_BITS)) | rest


def smallest(entries: Entries, k: int, bands: int) -> NDArray[np.intp]:
    """Which entries are among the k smallest of their owner and band; in the order of owner, band, key, partner."""
    order, group = arranged(entries, bands)
    return order[rank_in_group(group[order]) < k]


def arranged(entries: Entries, bands: int) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
    """The order of owner, band, key, partner; and a number for each entry's owner and band."""
    group = entries.owner.astype(np.uint64) * np.uint64(bands) + entries.band.astype(np.uint64)
    if not len(group):
        return np.empty(0, np.intp), group
    lowest = group.min()
    if int(group.max() - lowest) < 2 ** (64 - KEY_BITS):
        whole = ((group - lowest) << np.uint64(KEY_BITS)) | entries.key
        order = np.argsort(whole)
        sorted_keys = whole[order]
        if not np.any(sorted_keys[1:] == sorted_keys[:-1]):
            return order, group
    return np.lexsort((entries.partner, entries.key, group)), group


def rank_in_group(group: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The place of each entry among those of its group, from 0; `group` ascends."""
    places = np.arange(len(group))
    first = np.ones(len(group), np.bool_)
    first[1:] = group[1:] != group[:-1]
    return places - np.maximum.accumulate(np.where(first, places, 0))


def inclusion(count_i: NDArray[np.int64], count_j: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """The probability with which a pair is drawn whose owners have so many pairs in its band (at least this one)."""
    missed = (1 - np.minimum(1.0, k / count_i)) * (1 - np.minimum(1.0, k / count_j))
    return np.asarray(1 - missed, np.float64)


def thinned(keys: NDArray[np.uint64], most: int) -> NDArray[np.intp]:
    """Which `most` of the pairs stay, by the smallest of their own keys: a simple random sample of those drawn, so that
    p is multiplied by most / drawn. In their order."""
    if len(keys) <= most:
        return np.arange(len(keys))
    return np.sort(np.argsort(keys, kind="stable")[:most])


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014, OOPSLA, fig. 15)."""
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return x ^ (x >> np.uint64(31))
