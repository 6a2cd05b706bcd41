"""A judge with planted errors: intervals of corrected shares hold the truth, those of raw ones do not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.selftest import Part, run_selftest
from axiometer.analyze.selftest.judging import (
    EVENLY,
    LEANING,
    PATTERNS,
    SETTINGS,
    UNEVENLY,
    Judged,
    judge_recovered,
    simulated_verdicts,
)

FEW = AnalysisOptions(resamples=100)


def coverage(estimates) -> float:
    low, high = np.stack(estimates.low), np.stack(estimates.high)
    given = ~np.isnan(low)
    return float(((low <= estimates.planted) & (estimates.planted <= high))[given].mean())


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_the_planted_errors_and_shares_are_those_of_a_very_large_simulation(pattern):
    assert pattern.errors.sum(axis=1) == pytest.approx(1.0)
    setting = Judged(200_000, 2, 30, 0.65, pattern)
    _, truth, said = simulated_verdicts(setting, np.random.default_rng(1))
    sides = truth < 2
    assert (truth[sides] == 0).mean() == pytest.approx(setting.truth, abs=0.003)
    language = np.arange(len(truth)) % 2
    for category in range(4):
        for lang in range(2):
            found = said[(truth == category) & (language == lang)].mean(axis=0)
            kinds = pattern.errors[lang::2] if len(pattern.errors) > 1 else pattern.errors
            low, high = (end(kinds[:, :, category], axis=0) for end in (np.min, np.max))
            assert ((low - 0.02 <= found) & (found <= high + 0.02)).all()


def test_the_three_patterns_err_in_ways_of_their_own():
    """Evenly: both sides are lost alike. Leaning: one more. Unevenly: which one depends on language and issue."""
    lost = {pattern.name: pattern.errors[:, [1, 0], [0, 1]] for pattern in PATTERNS}
    assert (lost[EVENLY.name][:, 0] == lost[EVENLY.name][:, 1]).all()
    assert (lost[LEANING.name][:, 0] > lost[LEANING.name][:, 1]).all()
    leans = np.sign((lost[UNEVENLY.name][:, 0] - lost[UNEVENLY.name][:, 1]).round(9))
    assert sorted(leans.tolist()) == [-1.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize("place", [4, 9, 14])
def test_corrected_intervals_hold_the_truth_and_raw_ones_do_not(place):
    found = {each.family: each for each in judge_recovered(SETTINGS[place], 60, [5], FEW)}
    assert coverage(found["corrected, prediction-powered"]) >= 0.87
    assert coverage(found["corrected, confusion"]) >= 0.87
    assert coverage(found["raw"]) < 0.5


@pytest.mark.slow
def test_in_two_hundred_simulations_of_each_pattern_and_size_coverage_is_from_90_to_99_percent():
    report = run_selftest(0, 200, workers=2, parts=(Part.JUDGE,))
    powered = report.quantities.filter(pl.col("family") == "corrected, prediction-powered")
    assert powered.height == len(SETTINGS) == 15
    assert powered["coverage"].is_between(0.90, 0.99).all()
    assert powered["without_interval"].sum() == 0
    raw = report.quantities.filter(pl.col("family") == "raw")
    # Errors that are alike both ways cancel out where both sides are as frequent; nowhere else.
    assert (
        raw.filter(raw["scenario"].str.contains("evenly") & raw["scenario"].str.contains("50%"))["coverage"] > 0.8
    ).all()
    assert raw.filter(~raw["scenario"].str.contains("50%"))["coverage"].max() < 0.75
    assert report.passed
    assert report.power.is_empty()
