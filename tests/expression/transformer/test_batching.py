"""Batches hold texts of like length, each once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from axiometer.expression.transformer.batching import buckets, padding_share, training_batches

lengths = st.lists(st.integers(1, 512), max_size=200)


@given(lengths, st.integers(1, 4_096), st.integers(1, 64))
def test_every_text_is_in_one_bucket_and_no_bucket_is_too_large(sizes: list[int], tokens: int, most: int) -> None:
    found = list(buckets(sizes, tokens, most))
    assert sorted(place for places in found for place in places) == list(range(len(sizes)))
    for places in found:
        assert len(places) <= most
        assert len(places) == 1 or len(places) * max(sizes[place] for place in places) <= tokens


@given(lengths, st.integers(1, 40), st.integers(0, 5), st.integers(0, 5))
def test_every_text_is_trained_on_once_an_epoch(sizes: list[int], batch: int, seed: int, epoch: int) -> None:
    found = training_batches(sizes, batch, seed, epoch)
    assert sorted(place for places in found for place in places) == list(range(len(sizes)))
    assert all(len(places) <= batch for places in found)
    assert found == training_batches(sizes, batch, seed, epoch)


def test_epochs_and_seeds_have_other_orders() -> None:
    sizes = list(range(1, 301))
    orders = {str(training_batches(sizes, 8, seed, epoch)) for seed in range(3) for epoch in range(3)}
    assert len(orders) == 9


def test_little_is_padding() -> None:
    sizes = [5, 300, 7, 280, 6, 310, 8, 290] * 40
    assert padding_share(sizes, list(buckets(sizes))) < 0.05
    assert padding_share(sizes, training_batches(sizes, 8, 0, 0)) < 0.05
    assert padding_share(sizes, [list(range(len(sizes)))]) > 0.4
    assert padding_share([], []) == 0.0
