from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import OUTCOMES, presentations_of
from axiometer.analyze.estimates.outcomes import effective_n, outcomes, rate_intervals
from axiometer.analyze.inference.sources import Sources
from axiometer.records import Outcome

FEW = AnalysisOptions(resamples=50)


def table_of(kit, items, answers):
    catalogue = catalogue_of(items, {})
    return outcomes(list(presentations_of(kit.frame(answers), catalogue)), catalogue, FEW)


def test_every_outcome_is_listed_and_they_add_up(kit, eight):
    items = kit.dilemmas(eight, 3, 6)
    table = table_of(kit, items, kit.Respondent(refuse=0.1, distract=0.2).answers(items))
    overall = table.filter(pl.col("by") == "all")
    assert overall["outcome"].to_list() == list(OUTCOMES)
    assert overall["n"].sum() == overall["total"][0] == 2 * len(items)
    assert overall["share"].sum() == pytest.approx(1)
    refused = overall.row(OUTCOMES.index("refused"), named=True)
    assert refused["low"] < refused["share"] < refused["high"]
    assert refused["interval"] == "wilson on effective n"
    never = overall.row(OUTCOMES.index("error"), named=True)
    assert (never["share"], never["low"]) == (0.0, 0.0)
    rules = len({rule for item in items for rule in item.clusters})
    assert never["high"] == pytest.approx(1.96**2 / (rules + 1.96**2), abs=1e-3)


def test_refusals_are_seen_where_their_value_is_at_stake(kit):
    items = kit.dilemmas("abc", 10, 5)
    answers = []
    for item in items:
        about_a = "a" in {o.expresses[0].target for o in item.options[:2]}
        outcome = Outcome.REFUSED if about_a else Outcome.CHOSEN
        answers.append(kit.answer("m", item, (0, 1, 2), None if about_a else 0, outcome=outcome))
    by_value = table_of(kit, items, answers).filter((pl.col("by") == "value") & (pl.col("outcome") == "refused"))
    assert dict(zip(by_value["value"], by_value["share"], strict=True)) == {"a": 1.0, "b": 0.5, "c": 0.5}


def test_shared_sources_shrink_the_effective_n():
    generator = np.random.default_rng(0)
    groups = 300
    totals = np.full((groups, 1), 2.0)
    of_source = generator.random(15) < 0.4
    counts = np.array([[2.0 * of_source[i % 15]] for i in range(groups)])
    shared = Sources.of([(f"s{i % 15}",) for i in range(groups)], [str(i) for i in range(groups)])
    alone = Sources.of([()] * groups, [str(i) for i in range(groups)])
    assert 8 < effective_n(counts, totals, shared)[0] < 25
    assert 250 < effective_n(counts, totals, alone)[0] < 320


def test_a_rate_of_nothing_seen_allows_for_refusals_that_follow_rules():
    """Each of 60 rules is refused with 2 %, in all of its items: where nothing was refused, the true rate of 2 % must
    be within the interval nearly always. With groups as the sample it would be left out."""
    groups, rules = 400, 60
    sources = Sources.of([(f"r{i % rules}",) for i in range(groups)], [str(i) for i in range(groups)])
    none, asked = np.zeros((groups, 1)), np.full((groups, 1), 2.0)
    _, high = rate_intervals(none, asked, sources, AnalysisOptions())
    assert 0.02 < high[0] < 0.1
    alone = Sources.of([() for _ in range(groups)], [str(i) for i in range(groups)])
    _, high = rate_intervals(none, asked, alone, AnalysisOptions())
    assert high[0] < 0.02


def test_strata_give_the_same_whether_dense_or_sparse():
    generator = np.random.default_rng(5)
    sources = Sources.of([(f"r{i % 15}",) for i in range(120)], [str(i) for i in range(120)])
    strata = (generator.random((120, 4)) < 0.4).astype(float)
    asked = generator.integers(1, 4, (120, 1)).astype(float)
    counts = generator.binomial(asked.astype(int), 0.1 + 0.5 * strata[:, :1]).astype(float)
    dense = effective_n(counts, asked, sources, strata)
    np.testing.assert_allclose(dense, effective_n(counts, asked, sources, sparse.csr_matrix(strata)))
    assert dense[0] > effective_n(counts, asked, sources)[0]
