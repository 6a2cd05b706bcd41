"""A text as the set of its word sequences: what tells a copy from a text about the same thing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Shingles = NDArray[np.uint64]
"""Hashes of word sequences, sorted, each once."""

WORDS: Final = 4
"""Words (characters, in scripts without spaces) of a sequence. Measured on the starter news: with 4, of a copy at least
76 % of the sequences stand in the text that it copies, of any other text at most 6 %."""
SAMPLED: Final = 4
"""One sequence in so many serves the search for pairs; which ones is decided by their hashes, the same in all texts."""
SHORT: Final = 64
"""Texts of fewer sequences are searched by all of them."""

# Chinese, Japanese, Thai, Lao, Burmese and Khmer are written without spaces between words.
_UNIT = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\\W_]+")
_FACTOR = 0x9E3779B97F4A7C15  # odd, its bits are even: 2^64 over the golden ratio (Knuth, TAOCP 3, 6.4)
_ALL = (1 << 64) - 1
_POWERS = np.array([pow(_FACTOR, power, 1 << 64) for power in range(1, WORDS + 1)], np.uint64)


def shingles(text: str) -> Shingles:
    """All sequences of `WORDS` words that follow each other, by their hashes; of a shorter text its words as one.

    Case, marks and white space do not count. Two different sequences have one hash with a probability of 2^-64.
    """
    words = np.array([_hash(word) for word in _UNIT.findall(text.casefold())], np.uint64)
    if len(words) < WORDS:
        words = np.pad(words, (0, WORDS - len(words)))
    count = len(words) - WORDS + 1
    sums = np.zeros(count, np.uint64)
    for place, power in enumerate(_POWERS):
        sums += words[place : place + count] * power  # modulo 2^64
    return np.unique(_mixed(sums))


def sample(found: Shingles) -> Shingles:
    """The sequences by which pairs are looked for."""
    return found if len(found) < SHORT else found[found % np.uint64(SAMPLED) == 0]


def share_in(one: Shingles, other: Shingles) -> float:
    """The share of the sequences of `one` that stand in `other`."""
    return len(np.intersect1d(one, other, assume_unique=True)) / len(one)


def joined(pieces: Iterable[str]) -> Shingles:
    """The sequences of a text that was cut into pieces. Sequences across a cut are those of no other text."""
    return np.unique(np.concatenate([shingles(piece) for piece in pieces]))


def _mixed(values: Shingles) -> Shingles:
    """Values whose low bits depend on all bits: sampling looks at the lowest (finaliser of SplitMix64, Steele 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)), np.uint64)


@lru_cache(maxsize=1_000_000)
def _hash(word: str) -> int:
    """The same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest()) & _ALL
