"""What the benchmarks run on is what they say it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.dedup_vectors import WANTED, profile, write_vectors
from benchmarks.sentences import sentences


def test_drawn_vectors_are_alike_as_sentences_are(tmp_path: Path) -> None:
    vectors = np.load(write_vectors(tmp_path / "vectors.npy", 12_000))
    assert vectors.dtype == np.float32 and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    found = profile(vectors, tuple(WANTED))
    for level, share in WANTED.items():
        assert 0.7 < found[level] / share < 1.5, level


def test_duplicates_are_planted(tmp_path: Path) -> None:
    vectors = np.load(write_vectors(tmp_path / "vectors.npy", 12_000))
    cosines = vectors[:1_000] @ vectors.T
    cosines[np.arange(1_000), np.arange(1_000)] = 0
    assert np.mean(cosines.max(axis=1) > 0.95) > 0.02


@pytest.mark.parametrize("seed", [0, 1])
def test_sentences_are_short_different_and_the_same_for_a_seed(seed: int) -> None:
    drawn = sentences(3_000, seed)
    assert len(set(drawn)) == 3_000 and drawn == sentences(3_000, seed) != sentences(3_000, seed + 1)
    assert min(map(len, drawn)) >= 8 and max(map(len, drawn)) <= 40
