from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import ratios
from axiometer.analyze.options import AnalysisOptions

clusters = st.lists(st.sets(st.sampled_from("pqrstu"), max_size=4), min_size=2, max_size=12)


def sources_of(sets) -> Sources:
    return Sources.of([tuple(sorted(own)) for own in sets], [f"g{i}" for i in range(len(sets))])


def named(sets) -> list[set[str]]:
    return [set(own) or {f"group g{i}"} for i, own in enumerate(sets)]


@given(clusters, st.integers(0, 10_000))
def test_variances_count_shared_sources_as_their_definitions_say(sets, seed):
    effect = np.random.default_rng(seed).normal(size=(len(sets), 3))
    own = named(sets)
    shared = np.array([[len(a & b) for b in own] for a in own])
    spread = sources_of(sets).spread(effect, np.abs(effect), np.zeros_like(effect))
    once = np.einsum("ik,ij,jk->k", effect, (shared > 0).astype(float), effect)
    product = np.einsum("ik,ij,jk->k", effect, 2.0**shared - 1, effect)
    np.testing.assert_allclose(spread.product, product, atol=1e-9)
    np.testing.assert_allclose(spread.once, np.maximum(once, (effect**2).sum(axis=0)), atol=1e-9)


@given(clusters, st.integers(0, 10_000))
def test_covariance_has_the_variances_on_its_diagonal(sets, seed):
    effect = np.random.default_rng(seed).normal(size=(len(sets), 3))
    hat = np.full_like(effect, 1 / len(sets))
    sources = sources_of(sets)
    once, alone, product = sources.covariance(effect, hat)
    spread = sources.spread(effect, np.abs(effect), hat)
    np.testing.assert_allclose(np.maximum(np.diag(once), np.diag(alone)), spread.once, atol=1e-9)
    np.testing.assert_allclose(np.diag(product), spread.product, atol=1e-9)


def test_product_weights_have_the_variance_that_the_formula_gives():
    generator = np.random.default_rng(3)
    sets = [{f"s{a}", f"s{b}"} for a, b in generator.integers(0, 25, (80, 2))]
    effect = generator.normal(size=(80, 2))
    sources = sources_of(sets)
    totals = sources.totals(effect, 20_000, seed=5)
    expected = sources.spread(effect, np.abs(effect), np.zeros_like(effect)).product
    np.testing.assert_allclose(totals.var(axis=0), expected, rtol=0.1)
    np.testing.assert_allclose(totals.mean(axis=0), effect.sum(axis=0), atol=4 * np.sqrt(expected.max() / 20_000))


@settings(max_examples=25)
@given(clusters, st.randoms(use_true_random=False))
def test_the_order_of_groups_changes_no_resample(sets, random):
    names = [f"g{i}" for i in range(len(sets))]
    effect = np.arange(len(sets), dtype=float)[:, None] ** 2
    before = Sources.of([tuple(own) for own in sets], names).totals(effect, 40, seed=1)
    order = list(range(len(sets)))
    random.shuffle(order)
    again = Sources.of([tuple(sets[i]) for i in order], [names[i] for i in order])
    np.testing.assert_allclose(again.totals(effect[order], 40, seed=1), before)


def test_a_group_without_a_source_is_a_source_of_its_own():
    sources = sources_of([set(), set(), {"p"}, {"p"}])
    assert sources.count == 3
    weights = np.concatenate(list(sources.weights(50, seed=2)))
    assert (weights[:, 2] == weights[:, 3]).all()
    assert not (weights[:, 0] == weights[:, 1]).all()


def test_many_sources_per_group_are_exact_where_groups_share_one_or_all():
    eight = [f"s{i}" for i in range(8)]
    sets = [set(eight), set(eight), {"s0", "other"}, {"third"}]
    effect = np.array([[1.0], [2.0], [4.0], [8.0]])
    shared = np.array([[len(a & b) for b in sets] for a in sets])
    spread = sources_of(sets).spread(effect, effect, np.zeros_like(effect))
    assert np.isclose(spread.once[0], (effect.T @ (shared > 0) @ effect).item())
    assert np.isclose(spread.product[0], (effect.T @ (2.0**shared - 1) @ effect).item())


def test_how_many_sources_stand_behind_an_estimate():
    sources = sources_of([{"p", "q"}, {"p", "r"}, {"s"}])
    count, largest = sources.behind(np.array([[2.0, 0.0], [1.0, 0.0], [1.0, 5.0]]))
    assert count.tolist() == [4, 1]
    np.testing.assert_allclose(largest, [0.75, 1.0])


def test_degrees_of_freedom_follow_the_number_of_sources_where_sources_matter():
    generator = np.random.default_rng(0)
    sets = [{f"s{i % 8}"} for i in range(400)]
    pull = generator.normal(size=8)
    effect = np.array([[pull[i % 8]] for i in range(400)])
    effect -= effect.mean()
    even = np.full_like(effect, 1 / 400)
    spread = sources_of(sets).spread(effect / 400, even, even)
    assert 5 < spread.df[0] < 9
    noise = generator.normal(size=(400, 1))
    assert sources_of(sets).spread((noise - noise.mean()) / 400, even, even).df[0] > 50


def test_of_independent_groups_the_variance_is_that_of_a_mean_and_the_degrees_one_less_than_the_groups():
    y = np.random.default_rng(1).normal(size=(12, 1))
    even = np.full_like(y, 1 / 12)
    spread = sources_of([set() for _ in range(12)]).spread((y - y.mean()) / 12, even, even)
    np.testing.assert_allclose(spread.once, y.var(ddof=1) / 12)
    np.testing.assert_allclose(spread.df, 11)


@settings(max_examples=25)
@given(clusters, st.integers(0, 10_000))
def test_large_sparse_tables_give_what_small_dense_ones_give(sets, seed):
    generator = np.random.default_rng(seed)
    sources = sources_of(sets)
    n = generator.integers(0, 3, (len(sets), 3)).astype(float)
    k = generator.binomial(n.astype(int), 0.5).astype(float)
    options = AnalysisOptions(resamples=60, min_sources=1)
    dense = ratios(k, n, sources, options)
    thin = ratios(sparse.csr_matrix(k), sparse.csr_matrix(n), sources, options)
    np.testing.assert_allclose(thin.draws, dense.draws)
    for one, other in (
        (dense, thin),
        tuple(each.take(slice(0, 2)).minus(each.take(slice(1, 3))) for each in (dense, thin)),
    ):
        for a, b in zip(one.standard_errors(sources), other.standard_errors(sources), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)
        assert one.intervals(sources, options).why_not == other.intervals(sources, options).why_not
    weights = generator.normal(size=(3, 2))
    np.testing.assert_allclose(thin.combined(weights).influence, dense.combined(weights).influence, atol=1e-12)


def test_work_in_blocks_gives_what_work_in_one_piece_gives(monkeypatch):
    generator = np.random.default_rng(4)
    sets = [{f"s{a}", f"s{b}"} for a, b in generator.integers(0, 9, (50, 2))]
    effect, hat = generator.normal(size=(50, 3)), np.full((50, 3), 0.02)
    sources = sources_of(sets)

    def everything():
        spread = sources.spread(effect, np.abs(effect), hat)
        drawn = sources.totals(effect, 30, seed=1)
        return [spread.once, spread.product, spread.df, *sources.covariance(effect, hat), drawn]

    whole = everything()
    for name in ("CHUNK_CELLS", "CHUNK_WEIGHTS", "CACHED_WEIGHTS"):
        monkeypatch.setattr(f"axiometer.analyze.inference.sources.{name}", 40)
    sources._cache.clear()
    for one, other in zip(whole, everything(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)
