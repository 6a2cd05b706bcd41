from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.analyze import AnalysisOptions, analyze
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import ratios
from axiometer.analyze.ranking.ranks import Separation, rank_sets, ranks_of, separate, tiers_of

strengths = st.lists(st.floats(-5, 5).map(lambda x: round(x, 3)), min_size=1, max_size=12)


def separation(estimate: np.ndarray, least: float) -> Separation:
    difference = estimate[:, None] - estimate[None, :]
    one = np.ones_like(difference)
    return Separation(difference, one, one * least, difference > least)


@given(strengths, st.floats(0.1, 5))
def test_a_rank_lies_in_its_rank_set_and_sets_keep_the_order(values, least):
    estimate = np.array(values)
    low, high = rank_sets(separation(estimate, least))
    rank = ranks_of(estimate)
    assert (low <= rank).all() and (rank <= high).all()
    order = np.argsort(rank)
    assert (np.diff(low[order]) >= 0).all() and (np.diff(high[order]) >= 0).all()


@given(strengths, st.floats(0.1, 5))
def test_values_of_one_tier_are_not_separated_from_its_head(values, least):
    estimate = np.array(values)
    above = separation(estimate, least).above
    tiers = tiers_of(estimate, above)
    order = np.argsort(ranks_of(estimate))
    assert tiers[order[0]] == 1
    assert set(np.diff(tiers[order])) <= {0, 1}
    for tier in range(1, tiers.max() + 1):
        head, *rest = [i for i in order if tiers[i] == tier]
        assert not above[head, rest].any()
        if tier < tiers.max():
            assert above[head, next(i for i in order if tiers[i] == tier + 1)]


def test_equal_strengths_share_all_ranks():
    low, high = rank_sets(separation(np.zeros(5), 1.0))
    assert low.tolist() == [1] * 5
    assert high.tolist() == [5] * 5


def test_all_differences_hold_together_as_often_as_stated():
    generator = np.random.default_rng(6)
    groups, k, options = 240, 6, AnalysisOptions(resamples=200)
    sources = Sources.of([(f"s{i % 60}",) for i in range(groups)], [str(i) for i in range(groups)])
    n = np.ones((groups, k))
    together = 0
    for _ in range(150):
        pull = generator.normal(0, 0.1, (60, k))
        y = (generator.random((groups, k)) < 0.5 + np.clip(np.tile(pull, (4, 1)), -0.45, 0.45)).astype(float)
        found = separate(ratios(y, n, sources, options), sources, options)
        together += not found.above.any()
    assert 0.9 <= together / 150 <= 1.0
    assert together < 150


def test_clear_values_fall_into_tiers_of_their_own(kit):
    items = kit.dilemmas("abcdef", 12, 8)
    strengths = {"a": 4.0, "b": 4.0, "c": 0.0, "d": 0.0, "e": -4.0, "f": -4.0}
    answers = kit.Respondent("sim/m", strengths).answers(items, repeats=4)
    found = analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=AnalysisOptions(resamples=300))
    assert [sorted(tier) for tier in found.tiers("sim/m", "value")] == [["a", "b"], ["c", "d"], ["e", "f"]]
    ranking = {row["value"]: row for row in found.ranking.iter_rows(named=True)}
    assert (ranking["c"]["rank_low"], ranking["c"]["rank_high"]) == (3, 4)
    assert found.ranking["strength"].sum() == pytest.approx(0, abs=1e-9)


def test_ranks_without_enough_sources_are_not_given(kit):
    items = kit.dilemmas("abc", 12, 2)
    found = analyze(
        kit.items_frame(items),
        kit.frame(kit.Respondent(strengths={"a": 3.0}).answers(items)),
        frameworks={},
        options=AnalysisOptions(resamples=100),
    )
    assert found.ranking.select(pl.col("rank_low", "rank_high", "tier", "low").is_null().all()).row(0) == (True,) * 4
    assert found.tiers("sim/test", "value") == []
    assert found.ranking["rank"].sort().to_list() == [1, 2, 3]


def test_a_value_without_a_tier_leaves_the_others_theirs(kit):
    """z won its one meeting: it stands at the top by strength, and nothing can be said of it."""
    items = kit.dilemmas("abcdef", 12, 8)
    strengths = {"a": 4.0, "b": 4.0, "c": 0.0, "d": 0.0, "e": -4.0, "f": -4.0}
    answers = kit.Respondent("sim/m", strengths).answers(items, repeats=4)
    lone = kit.dilemma("z/a", [kit.option("z", "z", rule="z-0"), kit.option("a", "a", rule="a-0")], clusters=["z-0"])
    answers += [kit.answer("sim/m", lone, (0, 1, 2), 0)]
    options = AnalysisOptions(resamples=300)
    found = analyze(kit.items_frame([*items, lone]), kit.frame(answers), frameworks={}, options=options)
    top = found.ranking.filter(pl.col("rank") == 1)
    assert (top["value"][0], top["tier"][0], top["rank_low"][0]) == ("z", None, None)
    assert [sorted(tier) for tier in found.tiers("sim/m", "value")] == [["a", "b"], ["c", "d"], ["e", "f"]]


def test_values_that_were_never_set_against_each_other_are_not_separated(kit):
    first, second = "abcdefghij", "klmnopqrst"
    items = kit.dilemmas(first, 3, 8) + kit.dilemmas(second, 3, 8)
    strengths = {value: 0.8 * place - 4 for part in (first, second) for place, value in enumerate(part)}
    answers = kit.Respondent("sim/m", strengths).answers(items, repeats=3)
    options = AnalysisOptions(resamples=100)
    found = analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=options)
    given_sets = found.ranking.filter(pl.col("rank_low").is_not_null())
    assert given_sets.height > 10
    parts = found.ranking_fit.filter(pl.col("quantity") == "connected_components")
    assert parts["estimate"].to_list() == [2.0]
    assert (given_sets["rank_high"] - given_sets["rank_low"] >= 10).all()
    assert (given_sets["rank_high"] - given_sets["rank_low"] < 19).any()


def test_a_side_that_expresses_nothing_is_a_common_measure(kit):
    """Every item sets one value against a side without any: strengths can be compared through it."""
    items = [
        kit.dilemma(f"n{i}", [kit.option("l", "abc"[i % 3], rule=f"r{i % 30}"), kit.option("r")], clusters=[f"r{i}"])
        for i in range(90)
    ]
    answers = kit.Respondent("sim/m", {"a": 1.5, "c": -1.5}).answers(items, repeats=2)
    options = AnalysisOptions(resamples=100)
    found = analyze(kit.items_frame(items), kit.frame(answers), frameworks={}, options=options)
    assert found.ranking["identified"].to_list() == ["data"] * 3
    assert found.ranking["rank"].to_list() == [1, 2, 3]
    assert found.ranking["why_not"].null_count() == 3
