"""Which texts are computed together: those of like length, so that little is spent on padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from axiometer.models.draws import uniform

TOKENS: Final = 16_384
MOST: Final = 128
_ENOUGH: Final = 8  # texts: below that, what a batch costs by itself outweighs padding
_ALIKE: Final = 0.75
_POOL: Final = 50  # batches that are sorted by length together


def buckets(lengths: Sequence[int], tokens: int = TOKENS, most: int = MOST) -> Iterator[list[int]]:
    """Places by falling length, so that a batch that does not fit shows at once. Padded to its longest a batch holds at
    most `tokens` tokens (a longer text is alone) and `most` texts; from 8 texts on it takes none that is shorter than
    three quarters of its longest."""
    order = sorted(range(len(lengths)), key=lambda place: (-lengths[place], place))
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        end = start + 1
        while end < min(len(order), start + most, start + tokens // longest):
            if end - start >= _ENOUGH and lengths[order[end]] < _ALIKE * longest:
                break
            end += 1
        yield order[start:end]
        start = end


def training_batches(lengths: Sequence[int], batch: int, seed: int, epoch: int) -> list[list[int]]:
    """All places once, `batch` at a time (the last batch may be smaller): shuffled, sorted by length within pools of
    50 batches, and the batches shuffled again. Equal for equal lengths, seed and epoch, whatever ran before."""
    draw = np.random.default_rng(int(uniform(seed, "batches", str(epoch)) * 2**53))
    order = draw.permutation(len(lengths))
    found: list[list[int]] = []
    for start in range(0, len(order), batch * _POOL):
        pool = sorted(order[start : start + batch * _POOL].tolist(), key=lambda place: lengths[place])
        found += [pool[at : at + batch] for at in range(0, len(pool), batch)]
    return [found[place] for place in draw.permutation(len(found))]


def padding_share(lengths: Sequence[int], batches: Sequence[Sequence[int]]) -> float:
    """The share of computed tokens that are padding."""
    computed = sum(len(batch) * max(lengths[place] for place in batch) for batch in batches)
    return 1.0 - sum(lengths[place] for batch in batches for place in batch) / computed if computed else 0.0
