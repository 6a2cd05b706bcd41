"""A judge with planted errors: intervals of corrected shares hold the truth, those of raw ones do not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.selftest import Part, run_selftest
from axiometer.analyze.selftest.judging import ERRORS, SETTINGS, Judged, judge_recovered, simulated_verdicts

FEW = AnalysisOptions(resamples=100)


def coverage(estimates) -> float:
    low, high = np.stack(estimates.low), np.stack(estimates.high)
    given = ~np.isnan(low)
    return float(((low <= estimates.planted) & (estimates.planted <= high))[given].mean())


def test_the_planted_errors_and_shares_are_those_of_a_very_large_simulation():
    setting = Judged(200_000, 2, 30, 0.65)
    _, truth, said = simulated_verdicts(setting, np.random.default_rng(1))
    sides = truth < 2
    assert (truth[sides] == 0).mean() == pytest.approx(setting.truth, abs=0.003)
    for category in range(4):
        assert said[truth == category].mean(axis=0) == pytest.approx(ERRORS[:, category], abs=0.006)


def test_corrected_intervals_hold_the_truth_and_raw_ones_do_not():
    found = {each.family: each for each in judge_recovered(SETTINGS[3], 60, [5], FEW)}
    assert coverage(found["corrected, prediction-powered"]) >= 0.87
    assert coverage(found["corrected, confusion"]) >= 0.87
    assert coverage(found["raw"]) < 0.5


@pytest.mark.slow
def test_in_two_hundred_simulations_of_each_size_coverage_is_from_90_to_99_percent():
    report = run_selftest(0, 200, workers=2, parts=(Part.JUDGE,))
    powered = report.quantities.filter(pl.col("family") == "corrected, prediction-powered")
    assert powered.height == len(SETTINGS)
    assert powered["coverage"].is_between(0.90, 0.99).all()
    assert powered["without_interval"].sum() == 0
    assert report.quantities.filter(pl.col("family") == "raw")["coverage"].max() < 0.85
    assert report.passed
    assert report.power.is_empty()
