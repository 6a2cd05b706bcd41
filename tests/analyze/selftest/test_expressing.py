"""A classifier with planted errors: intervals of corrected shares hold the truth; its own do not, nor those that are
corrected by errors from where it errs otherwise."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.selftest import Part, run_selftest
from axiometer.analyze.selftest.expressing import (
    ALIKE,
    EXPRESSING,
    LABELLED,
    OTHER,
    SENSITIVITY,
    SPECIFICITY,
    Expressing,
    expressing_recovered,
    simulated_answers,
)
from axiometer.analyze.selftest.recover import Recovered


def test_planted_shares_and_errors_are_those_of_a_very_large_simulation() -> None:
    setting = Expressing(200_000, 30, (0.65, 0.3))
    _, truth, said = simulated_answers(setting, np.random.default_rng(1))
    assert truth.mean(axis=1) == pytest.approx([setting.truth(0), setting.truth(1)], abs=0.003)
    assert said[truth].mean() == pytest.approx(SENSITIVITY, abs=0.004)
    assert said[~truth].mean() == pytest.approx(1 - SPECIFICITY, abs=0.004)


@pytest.mark.slow
def test_in_two_hundred_runs_corrected_intervals_hold_the_truth_in_90_to_99_percent_and_others_do_not() -> None:
    report = run_selftest(0, 200, workers=2, parts=(Part.EXPRESSED,), resamples=100)
    table = report.quantities
    for family in (LABELLED, ALIKE):
        own = table.filter(pl.col("family") == family)
        assert own.height == 2 * len(EXPRESSING) and own["without_interval"].sum() == 0
        assert own["coverage"].is_between(0.90, 0.995).all()
    assert table.filter(pl.col("family") == "as the classifier says")["coverage"].max() < 0.85
    assert table.filter((pl.col("family") == OTHER) & (pl.col("quantity") == "share"))["coverage"].max() < 0.6
    assert report.passed


def test_forty_runs_already_show_which_intervals_hold_the_truth() -> None:
    found = expressing_recovered(EXPRESSING[1], 40, [7], AnalysisOptions(resamples=100))
    coverage = {(each.family, name): part for each in found for name, part in held(each).items()}
    assert coverage[LABELLED, "share"] >= 0.85 and coverage[LABELLED, "difference"] >= 0.85
    assert coverage[ALIKE, "share"] >= 0.85
    assert coverage[OTHER, "share"] < 0.5 and coverage["as the classifier says", "share"] < 0.75


def held(recovered: Recovered) -> dict[str, float]:
    low, high = np.stack(recovered.low), np.stack(recovered.high)
    covered = ((low <= recovered.planted) & (recovered.planted <= high)).mean(axis=0)
    return dict(zip(recovered.names, covered.tolist(), strict=True))
