"""Pairs of blocks by band are those of float64 arithmetic, however the set is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from axiometer.similarity.blocks import blocks
from axiometer.similarity.pairs import TIE
from axiometer.similarity.tail import BlockTail, margin
from axiometer.similarity.vectors import unit_vectors

EDGES = (0.0, 0.2, 0.4, 0.5, 0.7, 0.9)
LOW = 0.5


def rows(n: int, seed: int, dimensions: int = 16) -> NDArray[np.float32]:
    draw = np.random.default_rng(seed)
    centres = draw.standard_normal((5, dimensions))
    return unit_vectors((centres[draw.integers(5, size=n)] + draw.standard_normal((n, dimensions))).astype(np.float32))


def dense(vectors: NDArray[np.float32]) -> tuple[list[int], dict[tuple[int, int], int]]:
    """Counts by band, and the band of every pair from LOW on, from the whole float64 matrix."""
    cosines = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    i, j = np.triu_indices(len(vectors), 1)
    places = np.searchsorted(np.array(EDGES) - TIE, cosines[i, j], side="right") - 1
    first = EDGES.index(LOW)
    pairs = {(int(a), int(b)): int(p) - first for a, b, p in zip(i, j, places, strict=True) if p >= first}
    return np.bincount(places[places >= 0], minlength=len(EDGES)).tolist(), pairs


@given(n=st.integers(2, 300), seed=st.integers(0, 10_000), height=st.integers(1, 320), width=st.integers(1, 320))
@settings(max_examples=40, deadline=None)
def test_every_cut_gives_the_pairs_and_counts_of_the_dense_matrix(n: int, seed: int, height: int, width: int) -> None:
    vectors = rows(n, seed)
    counts = np.zeros(len(EDGES), np.int64)
    found: dict[tuple[int, int], int] = {}
    for block in blocks(n, height, width):
        tails = BlockTail(vectors, block, EDGES, LOW)
        for tail in tails:
            for i, j, band in zip(tail.i.tolist(), tail.j.tolist(), tail.band.tolist(), strict=True):
                assert (i, j) not in found
                found[i, j] = band
        counts += tails.counts
    assert (counts.tolist(), found) == dense(vectors)


def test_a_cosine_at_an_edge_is_in_the_band_above_it_whatever_float32_makes_of_it() -> None:
    angles = np.arccos(np.array([0.5, 0.7, 0.9, 0.5 - 1e-5, 0.7 + 1e-5]))
    vectors = np.zeros((6, 512))
    vectors[0, :256] = 1 / 16
    other = np.zeros(512)
    other[256:] = 1 / 16
    vectors[1:] = np.cos(angles)[:, None] * vectors[0] + np.sin(angles)[:, None] * other
    (block,) = blocks(6, 8, 8)
    bands = {
        int(j): int(band)
        for tail in BlockTail(unit_vectors(vectors.astype(np.float32)), block, EDGES, LOW)
        for i, j, band in zip(tail.i, tail.j, tail.band, strict=True)
        if i == 0
    }
    assert bands == {1: 0, 2: 1, 3: 2, 5: 1}


@pytest.mark.parametrize("dimensions", [16, 512])
def test_float32_is_within_the_margin_of_float64(dimensions: int) -> None:
    vectors = rows(400, 3, dimensions)
    exact = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    assert 0 < float(np.abs((vectors @ vectors.T) - exact).max()) < margin(dimensions)
