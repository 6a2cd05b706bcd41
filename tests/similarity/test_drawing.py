"""Samples of pairs: reproducible, of the right size, and with the probabilities that are written beside them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from axiometer.similarity.drawing import (
    KEY_BITS,
    Entries,
    inclusion,
    largest_first,
    names_of,
    random_keys,
    smallest,
    thinned,
    together,
)

N, K = 30, 3


def graph() -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pairs of 30 rows, some rows with many and some with one."""
    i, j = np.triu_indices(N, 1)
    taken = (i * 7 + j * 3) % (i + 2) == 0
    return i[taken].astype(np.int32), j[taken].astype(np.int32)


def drawn(seed: int) -> tuple[set[tuple[int, int]], NDArray[np.float64]]:
    """The pairs that a seed draws, and the probability of every pair of the graph."""
    i, j = graph()
    names = names_of([f"rule {n}" for n in range(N)])
    band = np.zeros(len(i), np.int8)
    both = together(
        [
            Entries(i, j, band, random_keys(names[i], names[j], seed)),
            Entries(j, i, band, random_keys(names[j], names[i], seed)),
        ]
    )
    kept = both.where(smallest(both, K, 1))
    degree = np.bincount(np.concatenate([i, j]), minlength=N)
    pairs = {(min(a, b), max(a, b)) for a, b in zip(kept.owner.tolist(), kept.partner.tolist(), strict=True)}
    return pairs, inclusion(degree[i], degree[j], K)


def test_pairs_are_drawn_as_often_as_their_probability_says() -> None:
    i, j = graph()
    draws = 4_000
    times = dict.fromkeys(zip(i.tolist(), j.tolist(), strict=True), 0)
    for seed in range(draws):
        pairs, probability = drawn(seed)
        for pair in pairs:
            times[pair] += 1
    share = np.array(list(times.values())) / draws
    error = np.sqrt(np.maximum(probability * (1 - probability), 1e-12) / draws)
    assert np.all(share[probability == 1] == 1)
    uncertain = probability < 1
    assert uncertain.sum() > 20
    assert np.all(np.abs(share - probability)[uncertain] < 4.5 * error[uncertain])


def test_a_total_over_all_pairs_is_estimated_without_bias() -> None:
    i, j = graph()
    value = (i * 3 + j).astype(np.float64) ** 1.5
    index = {pair: n for n, pair in enumerate(zip(i.tolist(), j.tolist(), strict=True))}
    estimates = []
    for seed in range(2_000):
        pairs, probability = drawn(seed)
        places = [index[pair] for pair in pairs]
        estimates.append(float(np.sum(value[places] / probability[places])))
    spread = float(np.std(estimates) / np.sqrt(len(estimates)))
    assert spread > 0
    assert abs(float(np.mean(estimates)) - float(value.sum())) < 4 * spread


def test_owner_and_partner_give_independent_keys_and_seeds_other_ones() -> None:
    names = names_of([f"r{n}" for n in range(20_000)])
    one = random_keys(names[:-1], names[1:], 0) / 2.0**KEY_BITS
    back = random_keys(names[1:], names[:-1], 0) / 2.0**KEY_BITS
    other = random_keys(names[:-1], names[1:], 1) / 2.0**KEY_BITS
    for keys in (one, back, other):
        assert abs(float(keys.mean()) - 0.5) < 0.01 and abs(float(keys.var()) - 1 / 12) < 0.002
        assert float(keys.min()) >= 0 and float(keys.max()) < 1
    assert abs(float(np.corrcoef(one, back)[0, 1])) < 0.03
    assert abs(float(np.corrcoef(one, other)[0, 1])) < 0.03


def test_largest_cosines_come_first_and_ties_are_settled_by_the_key() -> None:
    cosine = np.array([0.5, 0.9, 0.9, 0.7, 1.0, 0.0], np.float32)
    tie = random_keys(np.arange(6, dtype=np.uint64), np.arange(6, dtype=np.uint64), 1)
    order = np.argsort(largest_first(cosine, tie), kind="stable")
    assert order[0] == 4 and set(order[1:3].tolist()) == {1, 2} and order[3:].tolist() == [3, 0, 5]


@pytest.mark.parametrize("owners", [50, 40_000_000])
def test_the_smallest_of_each_owner_and_band_are_found_with_equal_keys_too(owners: int) -> None:
    draw = np.random.default_rng(0)
    n = 600
    entries = Entries(
        (draw.integers(0, 50, n) * (owners // 50)).astype(np.int32),
        np.arange(n, dtype=np.int32)[::-1].copy(),
        draw.integers(0, 3, n).astype(np.int8),
        draw.integers(0, 6, n).astype(np.uint64),
    )
    listed = zip(
        entries.owner.tolist(), entries.band.tolist(), entries.key.tolist(), entries.partner.tolist(), strict=True
    )
    wanted: list[tuple[int, int, int, int]] = []
    for entry in sorted(listed):
        if sum(entry[:2] == other[:2] for other in wanted) < 2:
            wanted.append(entry)
    kept = entries.where(smallest(entries, 2, 3))
    got = zip(kept.owner.tolist(), kept.band.tolist(), kept.key.tolist(), kept.partner.tolist(), strict=True)
    assert list(got) == wanted


def test_thinning_keeps_so_many_and_all_where_they_fit() -> None:
    keys = random_keys(np.arange(100, dtype=np.uint64), np.arange(100, dtype=np.uint64), 5)
    kept = thinned(keys, 30)
    assert len(kept) == 30 and keys[kept].max() < np.delete(keys, kept).min() and list(kept) == sorted(kept)
    assert thinned(keys, 100).tolist() == list(range(100))
