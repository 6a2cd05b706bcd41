"""Small sets of vectors that are alike as sentences are, and the slow way to find their pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.pairs import TIE, Pairs


def sentence_like(n: int, seed: int = 0, dimensions: int = 64, families: int = 40) -> NDArray[np.float32]:
    """Unit rows with a common direction, a falling spectrum and families; one in ten is a copy or nearly one."""
    draw = np.random.default_rng(seed)
    spread = np.arange(1, dimensions + 1) ** -0.5
    centres = draw.standard_normal((families, dimensions)) * spread
    share = draw.uniform(0.2, 0.95, size=(n, 1))
    own = draw.standard_normal((n, dimensions)) * spread
    rows = np.sqrt(share) * centres[draw.integers(families, size=n)] + np.sqrt(1 - share) * own
    rows[:, 0] += 1.0
    for twin in np.flatnonzero(draw.random(n) < 0.1):
        rows[twin] = rows[draw.integers(n)] * draw.uniform(0.5, 2) + draw.choice([0.0, 0.02]) * own[twin]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def isotropic(n: int, seed: int = 0, dimensions: int = 64) -> NDArray[np.float32]:
    """Unit rows in all directions alike: nothing for a screen to hold on to."""
    rows = np.random.default_rng(seed).standard_normal((n, dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def all_cosines(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    return first.astype(np.float64) @ second.astype(np.float64).T


def slow_pairs(vectors: NDArray[np.float32], threshold: float) -> set[tuple[int, int]]:
    i, j = np.nonzero(np.triu(all_cosines(vectors, vectors) >= threshold - TIE, 1))
    return set(zip(i.tolist(), j.tolist(), strict=True))


def as_set(pairs: Pairs) -> set[tuple[int, int]]:
    return set(zip(pairs.i.tolist(), pairs.j.tolist(), strict=True))
