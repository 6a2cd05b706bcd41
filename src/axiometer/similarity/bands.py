"""What the likeness of a set of texts looks like: how many pairs lie in each band of cosines, and examples of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.histogram import Band, Histogram, histogram
from axiometer.similarity.kernel import DEFAULT, Searching, pairs_above
from axiometer.similarity.pairs import Pairs
from axiometer.similarity.vectors import unit_vectors

EDGES = (-1.0, 0.0, 0.2, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
MOST_VECTORS = 20_000
SHOWN_FROM = 0.6


@dataclass(frozen=True, slots=True)
class Example:
    """Two texts by their number in the set, and their cosine."""

    i: int
    j: int
    similarity: float


@dataclass(frozen=True, slots=True)
class BandShown:
    """A band, how many pairs of the looked-at vectors it holds, their share of all pairs, and some of them."""

    band: Band
    pairs: int
    share: float
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class BandReport:
    """exact: every pair of the set was counted; else the pairs among `vectors` texts drawn from `n` with a seed."""

    bands: tuple[BandShown, ...]
    exact: bool
    vectors: int
    n: int


def banded(
    vectors: NDArray[np.floating],
    *,
    edges: Sequence[float] = EDGES,
    examples: int = 5,
    shown_from: float = SHOWN_FROM,
    most: int = MOST_VECTORS,
    seed: int = 0,
    searching: Searching = DEFAULT,
) -> BandReport:
    """Counts by band and, from `shown_from` up, seeded examples: of all vectors, or of `most` drawn from more.

    edges: ascending; a band takes its low edge and not its high one, the last takes everything from its low edge up.
    """
    rows = unit_vectors(vectors)
    numbers = np.arange(len(rows))
    if len(rows) > most:
        numbers = np.sort(np.random.default_rng(seed).choice(len(rows), most, replace=False))
        rows = rows[numbers]
    counts = histogram(rows, edges)
    lowest = min((edge for edge in edges[:-1] if edge >= shown_from), default=edges[-1])
    alike = pairs_above(rows, lowest, searching).renamed(numbers, numbers)
    drawn = drawn_from(alike, counts.bands, examples, seed)
    return BandReport(
        tuple(
            BandShown(band, count, count / max(counts.pairs, 1), _examples(pairs))
            for band, count, pairs in zip(counts.bands, counts.counts, drawn, strict=True)
        ),
        exact=len(rows) == len(vectors),
        vectors=len(rows),
        n=len(vectors),
    )


def drawn_from(pairs: Pairs, bands: Sequence[Band], count: int, seed: int = 0) -> list[Pairs]:
    """Up to `count` pairs of each band, drawn without replacement; the same for the same pairs and seed."""
    drawn = []
    for number, band in enumerate(bands):
        last = number == len(bands) - 1
        inside = np.flatnonzero((pairs.similarity >= band.low) & ((pairs.similarity < band.high) | last))
        draw = np.random.default_rng([seed, number])
        taken = np.sort(draw.choice(inside, min(count, len(inside)), replace=False))
        drawn.append(Pairs(pairs.i[taken], pairs.j[taken], pairs.similarity[taken], pairs.exact))
    return drawn


def _examples(pairs: Pairs) -> tuple[Example, ...]:
    triples = zip(pairs.i.tolist(), pairs.j.tolist(), pairs.similarity.tolist(), strict=True)
    return tuple(Example(i, j, similarity) for i, j, similarity in triples)


__all__ = ["Band", "BandReport", "BandShown", "Example", "Histogram", "banded", "drawn_from"]
