from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import binomtest, kendalltau

from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.selftest import Verdict, run_selftest, simulated_design, starter_design
from axiometer.analyze.selftest.design import repeated
from axiometer.analyze.selftest.power import kendall_tau
from axiometer.analyze.selftest.recover import recover
from axiometer.analyze.selftest.scenarios import agreement_of, scenarios, simulate, truth_of
from axiometer.analyze.selftest.verdicts import exact_interval, rows_of, verdict_of
from axiometer.errors import InputError


@pytest.fixture(scope="module")
def design():
    return starter_design()


@pytest.fixture(scope="module")
def report(design):
    return run_selftest(3, 60, resamples=80, design=design, workers=2)


def test_the_design_is_the_starter_set_in_balanced_orders(design):
    assert len(design.values) == 12
    assert design.groups * 2 == design.items
    assert len(design.group) == 2 * design.items
    assert design.langs == ("en", "zh")
    assert np.bincount(design.slot[:, 0]).tolist() == pytest.approx([design.items * 2 / 3] * 3, rel=0.05)
    # an item's two cells are one order and its reverse
    assert (design.slot[0::2] + design.slot[1::2] == 2).all()
    assert (design.item[0::2] == design.item[1::2]).all()


def test_truths_are_those_of_a_very_large_simulation(design):
    for scenario in scenarios(12):
        truth = truth_of(scenario.first, design)
        simulated = simulate(scenario, design, 3_000, 1, [99])
        first = simulated.first[:, :, 0]
        np.testing.assert_allclose(first.mean(axis=0), truth.first, atol=0.05)
        assert abs(first.mean() - truth.first.mean()) < 0.003
        flips = first[:, 0::2] != first[:, 1::2]
        assert flips.mean() == pytest.approx(truth.order_flip, abs=0.003)
        assert 1 - simulated.answered.mean() == pytest.approx(truth.refusal, abs=0.001)
        if simulated.second is not None:
            again = simulated.second[:, :, 0]
            same = [first[:, a::2] == again[:, b::2] for a in (0, 1) for b in (0, 1)]
            assert np.mean(same) == pytest.approx(agreement_of(scenario, design), abs=0.003)


def test_planted_numbers_come_back_and_every_family_is_there(report):
    families = set(report.quantities["family"])
    assert families == {
        "share", "share of the answered", "bounds of the share", "refusal rate", "strength", "slot bias",
        "slot log-odds", "order flip", "difference of models", "difference of languages", "raw agreement",
        "cyclic triads", "all differences of strengths at once", "rank sets, all values tied",
        "corrected, prediction-powered", "corrected, confusion", "raw",
        "labelled", "transported, errors alike", "transported, other errors", "as the classifier says",
    }  # fmt: skip
    required = report.quantities.filter(pl.col("verdict") != Verdict.NOT_REQUIRED.value)
    shares = required.filter(pl.col("family").is_in(["share", "slot bias", "order flip", "raw agreement"]))
    assert shares["bias"].abs().max() < 0.05
    assert report.passed
    assert report.failures().is_empty()
    assert report.families().height == report.quantities.select("scenario", "family").n_unique()


def test_refusals_that_depend_on_the_choice_bias_the_share_and_not_the_bounds(report):
    refusals = report.quantities.filter(pl.col("scenario") == "refusals")
    answered = refusals.filter(pl.col("family") == "share of the answered").sort("bias").row(0, named=True)
    assert answered["bias"] < -0.08
    assert answered["coverage"] < 0.8
    bounds = refusals.filter((pl.col("family") == "bounds of the share") & (pl.col("quantity") == answered["quantity"]))
    assert bounds["coverage"][0] > 0.85


def test_counting_letters_finds_a_preference_where_none_was_planted(report):
    flat = report.letters.filter(pl.col("scenario") == "flat values")
    share, declared = flat["concluded"].to_list()
    assert flat["planted"][0] == pytest.approx(0.5, abs=0.01)
    assert share > 0.58
    assert declared > 0.9


def test_more_items_and_repeats_bring_the_order_back_better(report):
    tau = {(row["dilemmas"], row["repeats"]): row["tau"] for row in report.power.iter_rows(named=True)}
    sizes = sorted({size for size, _ in tau})
    assert tau[sizes[0], 1] < tau[sizes[2], 1] < tau[sizes[-1], 10]
    assert all(row["tau_low"] <= row["tau"] <= row["tau_high"] for row in report.power.iter_rows(named=True))


def test_the_same_seed_gives_the_same_report_in_one_process_or_two(design):
    small = repeated(design, 1)
    one, two, other = (
        run_selftest(seed, 4, resamples=30, design=small, workers=workers) for seed, workers in ((3, 1), (3, 2), (4, 1))
    )
    assert_frame_equal(one.quantities, two.quantities)
    assert not other.quantities.equals(one.quantities)


def test_the_selftest_fails_an_analysis_that_ignores_shared_rules(design):
    """Told that every item is a source of its own, the analysis covers too little, and the verdict says so."""
    from axiometer.analyze.selftest.scenarios import Profile, Scenario, ladder

    heavy = Scenario("heavy rules", Profile(ladder(12, 1.0), (0.0, 0.0, 0.0), rule_sd=1.8, item_sd=0.1, lang_sd=0.0))
    blind = replace(design, sources=Sources.of([()] * design.groups, [str(i) for i in range(design.groups)]))
    simulated = simulate(heavy, design, 70, 1, [5])
    verdicts = {}
    for name, told in (("blind", blind), ("ours", design)):
        found = recover(heavy, simulated, told, AnalysisOptions(resamples=80))
        rows = [row for each in found if each.family == "strength" for row in rows_of("heavy rules", each)]
        verdicts[name] = [row["verdict"] for row in rows]
    assert verdicts["blind"].count(Verdict.FAIL_LOW.value) >= 4
    assert Verdict.FAIL_LOW.value not in verdicts["ours"]


def test_exact_intervals_and_verdicts():
    for hits, n in ((0, 40), (950, 1000), (40, 40)):
        theirs = binomtest(hits, n).proportion_ci(0.99)
        assert exact_interval(hits, n) == pytest.approx((theirs.low, theirs.high))
    assert verdict_of(950, 1000) is Verdict.PASS
    assert verdict_of(975, 1000) is Verdict.CONSERVATIVE
    assert verdict_of(910, 1000) is Verdict.FAIL_LOW
    assert verdict_of(998, 1000) is Verdict.FAIL_HIGH
    assert verdict_of(100, 1000, required=False) is Verdict.NOT_REQUIRED


def test_tau_is_that_of_scipy():
    generator = np.random.default_rng(0)
    planted = generator.normal(size=9)
    found = np.round(generator.normal(size=(20, 9)), 1)
    expected = [kendalltau(planted, row).statistic for row in found]
    np.testing.assert_allclose(kendall_tau(planted, found), expected)


def test_larger_and_smaller_designs_keep_pairs_even(design):
    small, large = repeated(design, 1), repeated(design, 3, 2)
    assert small.groups == 66
    assert large.groups == 2 * design.groups
    assert large.rules == 2 * design.rules
    assert large.sources.count == large.rules


def test_items_without_values_at_the_level_are_refused(kit):
    items = kit.dilemmas("ab", 3, 2)
    with pytest.raises(InputError, match="no-such-level"):
        simulated_design(items, {}, level="no-such-level")
    assert simulated_design(items, {}, level="value").groups == 3
