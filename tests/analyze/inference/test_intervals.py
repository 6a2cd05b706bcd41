from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm, t
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from axiometer.analyze.inference.intervals import (
    adjust_benjamini_hochberg,
    adjust_holm,
    bounded_interval,
    imbens_manski_critical,
    logit_interval,
    wilson,
)

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@settings(max_examples=20)  # statsmodels collects garbage at every call: a tenth of a second in a process full of tests
@given(p_values)
def test_adjusted_p_values_are_those_of_statsmodels(p):
    array = np.array(p)
    np.testing.assert_allclose(adjust_holm(array), multipletests(array, method="holm")[1], atol=1e-12)
    np.testing.assert_allclose(adjust_benjamini_hochberg(array), multipletests(array, method="fdr_bh")[1], atol=1e-12)


def test_unknown_p_values_are_no_tests():
    adjusted = adjust_holm(np.array([0.01, np.nan, 0.04]))
    np.testing.assert_allclose(adjusted, [0.02, np.nan, 0.04])


@given(st.integers(0, 40), st.integers(1, 40))
def test_wilson_is_that_of_statsmodels(k, more):
    n = k + more
    low, high = wilson(np.array([k / n]), np.array([float(n)]), 0.95)
    expected = proportion_confint(k, n, alpha=0.05, method="wilson")
    np.testing.assert_allclose([low[0], high[0]], expected, atol=1e-9)


@given(st.floats(0.0, 5.0), st.floats(0.01, 2.0))
def test_imbens_manski_solves_its_equation(width, se):
    for df, distribution in ((1e9, norm), (7.0, t(7))):
        found = imbens_manski_critical(np.array([width]), np.array([se]), np.array([df]), 0.95)[0]
        direct = brentq(
            lambda c, d=distribution: d.cdf(c + width / se) - d.cdf(-c) - 0.95,
            0,
            60,
        )
        assert found == pytest.approx(direct, abs=1e-6)


def test_imbens_manski_goes_from_two_sided_to_one_sided():
    many = np.array([1e9])
    assert imbens_manski_critical(np.array([0.0]), np.array([1.0]), many, 0.95)[0] == pytest.approx(1.95996, abs=1e-4)
    assert imbens_manski_critical(np.array([50.0]), np.array([1.0]), many, 0.95)[0] == pytest.approx(1.64485, abs=1e-4)


@given(st.floats(0.02, 0.5), st.floats(0.0, 0.45), st.floats(0.001, 0.1))
def test_the_interval_around_bounds_holds_the_bounds(lower, width, se):
    args = [np.array([x]) for x in (lower, lower + width, se, se, 20.0)]
    low, high = bounded_interval(*args, 0.95)
    assert 0 <= low[0] < lower
    assert lower + width < high[0] <= 1


def test_an_end_at_zero_or_one_stays():
    low, high = bounded_interval(*(np.array([x]) for x in (0.0, 1.0, 0.0, 0.0, 10.0)), 0.95)
    assert (low[0], high[0]) == (0.0, 1.0)


def test_log_odds_intervals_stay_within_zero_and_one():
    low, high = logit_interval(np.array([0.02, 0.98, 1.0]), np.array([0.05, 0.05, 0.0]), np.array([5.0, 5, 5]), 0.95)
    assert 0 < low[0] < 0.02 < high[0] < 1
    assert np.isclose(low[1], 1 - high[0])
    assert np.isnan(low[2]) and np.isnan(high[2])
