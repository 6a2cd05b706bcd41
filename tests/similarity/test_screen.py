"""The screen's bound is an upper bound, in float32 too, and finds structure where there is some."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.similarity.screen import choose_k, full_screen, screen_for

from .sets import all_cosines, isotropic, sentence_like


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), dimensions=st.sampled_from([8, 64, 512]), k=st.integers(1, 64))
def test_no_cosine_is_above_its_bound_and_margin(seed: int, dimensions: int, k: int) -> None:
    rows = sentence_like(120, seed, dimensions, families=4)
    columns = sentence_like(90, seed + 1, dimensions, families=4)
    screen = screen_for(rows, columns, k, seed)
    bound = screen.coordinates(rows) @ screen.coordinates(columns).T
    assert np.all(all_cosines(rows, columns) <= bound.astype(np.float64) + screen.margin)


def test_the_margin_is_small() -> None:
    rows = sentence_like(500, dimensions=512)
    screen = screen_for(rows, rows, 64)
    assert screen.margin < 1e-3 and screen.slack < 2e-3


def test_rows_within_the_subspace_are_bounded_too() -> None:
    # Their rest is zero but for rounding, where a square root is at its most delicate.
    draw = np.random.default_rng(0)
    flat = np.zeros((300, 512), np.float32)
    flat[:, :8] = draw.standard_normal((300, 8))
    turn = np.linalg.qr(draw.standard_normal((512, 512)))[0]
    rows = (flat @ turn).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    screen = screen_for(rows, rows, 16)
    bound = screen.coordinates(rows) @ screen.coordinates(rows).T
    assert np.all(all_cosines(rows, rows) <= bound.astype(np.float64) + screen.margin)


def test_few_coordinates_are_chosen_for_sentences_and_all_for_noise() -> None:
    sentences, noise = sentence_like(4_000, dimensions=512), isotropic(4_000, dimensions=512)
    assert choose_k(sentences, sentences, 0.9) <= 96
    assert choose_k(noise, noise, 0.2) == 512


@pytest.mark.parametrize("dimensions", [1, 10])
def test_short_vectors_are_compared_in_full(dimensions: int) -> None:
    rows = isotropic(50, dimensions=dimensions)
    assert choose_k(rows, rows, 0.5) == dimensions
    assert full_screen(dimensions).coordinates(rows) is rows
