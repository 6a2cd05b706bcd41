"""Correction by a confusion matrix: known answers, labels from elsewhere, and what cannot be corrected."""

from __future__ import annotations

import numpy as np
import pytest

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.correction import Labels, Method, Target, Verdicts, among, corrected, every_share
from axiometer.analyze.correction.confusion import HARDLY, confusion_of
from axiometer.analyze.inference.sources import Sources

OPTIONS = AnalysisOptions(resamples=100)
THREE = ("with", "against", "neither")


def alone(n: int) -> Sources:
    return Sources.coded(np.arange(n), np.arange(n), n, n)


def counts(table: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Verdicts and truth of labelled units from a table of counts: rows what is said, columns what people say."""
    said, truth = [], []
    for row, cells in enumerate(table):
        for column, count in enumerate(cells):
            said += [row] * count
            truth += [column] * count
    return np.eye(len(table))[said], np.eye(len(table))[truth]


def elsewhere(table: list[list[int]]) -> Labels:
    said, truth = counts(table)
    return Labels(said, truth, np.ones(len(said)), np.arange(len(said)), alone(len(said)))


def test_two_categories_are_corrected_as_rogan_and_gladen_write():
    """Apparent prevalence 0.3, sensitivity 0.9, specificity 0.8: (0.3 + 0.8 - 1) / (0.9 + 0.8 - 1) = 1/7."""
    said = np.eye(2)[[0] * 300 + [1] * 700]
    verdicts = Verdicts(("yes", "no"), said, np.arange(1000), alone(1000))
    (found,) = corrected(
        verdicts, elsewhere([[90, 20], [10, 80]]), [Target("yes", (0,), (0, 1))], OPTIONS, Method.CONFUSION
    )
    assert found.estimate == pytest.approx(1 / 7)
    assert found.transported
    # Their equation 5: the variance of p over J^2, plus those of sensitivity and specificity, weighed by the result.
    theta, j = 1 / 7, 0.7
    variance = (0.3 * 0.7 / 1000 + theta**2 * 0.9 * 0.1 / 100 + (1 - theta) ** 2 * 0.8 * 0.2 / 100) / j**2
    assert found.se == pytest.approx(np.sqrt(variance), rel=0.02)


def test_three_categories_are_turned_round():
    matrix = np.array([[0.8, 0.05, 0.2], [0.15, 0.9, 0.2], [0.05, 0.05, 0.6]])
    theta = np.array([0.6, 0.3, 0.1])
    said = np.repeat(np.eye(3), np.round(10_000 * matrix @ theta).astype(int), axis=0)
    verdicts = Verdicts(THREE, said, np.arange(len(said)), alone(len(said)))
    labels = elsewhere((100 * matrix).round().astype(int).tolist())
    found = corrected(
        verdicts, labels, [*every_share(THREE), among(THREE, "with", "against")], OPTIONS, Method.CONFUSION
    )
    assert [each.estimate for each in found] == pytest.approx([0.6, 0.3, 0.1, 2 / 3], abs=1e-3)
    assert confusion_of(labels).said_of == pytest.approx(matrix, abs=1e-9)


def test_the_uncertainty_of_the_matrix_is_in_the_interval():
    said = np.eye(2)[[0] * 3000 + [1] * 7000]
    verdicts = Verdicts(("yes", "no"), said, np.arange(10_000), alone(10_000))
    target = [Target("yes", (0,), (0, 1))]
    few, many = (
        corrected(verdicts, elsewhere(table), target, OPTIONS, Method.CONFUSION)[0]
        for table in ([[18, 4], [2, 16]], [[900, 200], [100, 800]])
    )
    assert few.estimate == pytest.approx(many.estimate)
    assert few.se > 4 * many.se
    assert many.low > few.low or few.low == 0.0


def test_a_matrix_without_an_error_has_no_interval_of_width_zero():
    said = np.eye(2)[[0] * 100 + [1] * 100]
    verdicts = Verdicts(("yes", "no"), said, np.arange(200), alone(200))
    (found,) = corrected(
        verdicts, elsewhere([[30, 0], [0, 30]]), [Target("yes", (0,), (0, 1))], OPTIONS, Method.CONFUSION
    )
    assert found.se > np.sqrt(0.25 / 200) * 1.05


def test_a_category_that_is_never_labelled_cannot_be_turned_round_and_says_so():
    said = np.eye(3)[[0, 1, 2] * 50]
    verdicts = Verdicts(THREE, said, np.arange(150), alone(150))
    (found,) = corrected(
        verdicts, elsewhere([[30, 2, 0], [3, 30, 0], [1, 1, 0]]), [among(THREE, "with", "against")], OPTIONS,
        Method.CONFUSION,
    )  # fmt: skip
    assert found.estimate is None
    assert found.why_not == "fewer than 5 labels say neither"


def test_a_category_that_nobody_and_nothing_names_is_left_out():
    said = np.eye(3)[[0, 1] * 50]
    verdicts = Verdicts(THREE, said, np.arange(100), alone(100))
    (found,) = corrected(
        verdicts, elsewhere([[30, 3, 0], [3, 30, 0], [0, 0, 0]]), [among(THREE, "with", "against")], OPTIONS,
        Method.CONFUSION,
    )  # fmt: skip
    assert found.estimate == pytest.approx(0.5)


def test_a_judge_that_draws_lots_cannot_be_turned_round():
    said = np.eye(2)[[0, 1] * 50]
    verdicts = Verdicts(("yes", "no"), said, np.arange(100), alone(100))
    (found,) = corrected(
        verdicts, elsewhere([[15, 15], [15, 15]]), [Target("yes", (0,), (0, 1))], OPTIONS, Method.CONFUSION
    )
    assert found.why_not == HARDLY


def test_prediction_powered_inference_refuses_labels_from_elsewhere():
    said = np.eye(2)[[0, 1] * 50]
    verdicts = Verdicts(("yes", "no"), said, np.arange(100), alone(100))
    with pytest.raises(ValueError, match="own units"):
        corrected(verdicts, elsewhere([[30, 3], [3, 30]]), [Target("yes", (0,), (0, 1))], OPTIONS)
