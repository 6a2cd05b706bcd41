"""Several raters of one answer: averaged, by majority, and how far they agree."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from axiometer.analyze.correction import Raters, agreement_of_raters, truth_of


def test_raters_are_averaged_or_the_most_named_category_is_taken():
    unit, category = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 2])
    assert truth_of(unit, category, 3).tolist() == [[pytest.approx(2 / 3), pytest.approx(1 / 3), 0], [0, 0.5, 0.5]]
    assert truth_of(unit, category, 3, Raters.MAJORITY).tolist() == [[1, 0, 0], [0, 0.5, 0.5]]


def test_alpha_is_that_of_the_package_krippendorff():
    generator = np.random.default_rng(3)
    truth = generator.integers(0, 4, 60)
    table = np.where(generator.random((3, 60)) < 0.7, truth, generator.integers(0, 4, (3, 60))).astype(float)
    table[generator.random((3, 60)) < 0.3] = np.nan
    rater, unit = np.nonzero(~np.isnan(table))
    found = agreement_of_raters(unit, rater, table[rater, unit].astype(np.int64))
    expected = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
    assert found.alpha == pytest.approx(expected)
    assert found.raters == 3
    assert 0 < found.units < 60


def test_answers_that_one_person_rated_say_nothing_of_agreement():
    found = agreement_of_raters(np.arange(5), np.zeros(5, dtype=np.int64), np.arange(5) % 2)
    assert found.units == 0
    assert found.alpha is None
