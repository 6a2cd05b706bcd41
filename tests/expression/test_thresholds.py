"""Probabilities are calibrated on what was not fitted, and thresholds make the expected F1 greatest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, multilabel_confusion_matrix

from axiometer.expression.metrics import Counts, confusion, expressed_by, f1_scores, over_seeds
from axiometer.expression.thresholds import best_thresholds, calibrate

probability = st.floats(0.001, 0.999)


@given(arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 3)), elements=probability))
def test_no_other_threshold_expects_a_greater_f1(probabilities: np.ndarray) -> None:
    def expected(column: np.ndarray, cut: float) -> float:
        taken = column >= cut
        return 2 * float(column[taken].sum()) / (taken.sum() + float(column.sum()))

    cuts = best_thresholds(probabilities)
    for column, cut in zip(probabilities.T, cuts, strict=True):
        assert expected(column, cut) >= max(expected(column, other) for other in column) - 1e-12


def test_a_line_is_that_of_logistic_regression_with_smoothed_labels() -> None:
    draw = np.random.default_rng(1)
    scores = draw.normal(size=(4_000, 1))
    targets = (draw.random((4_000, 1)) < 1 / (1 + np.exp(-(2 * scores - 1)))).astype(np.int8)
    found = calibrate(scores, targets)
    free = LogisticRegression(C=1e6).fit(scores, targets[:, 0])
    assert found.slope[0] == pytest.approx(free.coef_[0, 0], abs=0.02)
    assert found.offset[0] == pytest.approx(free.intercept_[0], abs=0.02)
    assert found.slope[0] == pytest.approx(2, abs=0.2)


def test_a_value_told_apart_perfectly_is_not_certain() -> None:
    scores = np.linspace(-1, 1, 40)[:, None]
    targets = (scores > 0).astype(np.int8)
    probabilities = calibrate(scores, targets).probabilities(scores)
    assert 0.0 < probabilities.min() < 0.1 and 0.9 < probabilities.max() < 1.0


@pytest.mark.parametrize("label", [0, 1])
def test_labels_that_are_all_equal_give_their_share_and_no_slope(label: int) -> None:
    found = calibrate(np.linspace(0, 1, 8)[:, None], np.full((8, 1), label, np.int8))
    assert found.slope[0] == 0.0
    assert found.probabilities(np.zeros((1, 1)))[0, 0] == pytest.approx((8 * label + 1) / 10)


@given(st.integers(0, 2**32 - 1))
def test_averages_are_those_of_scikit_learn(seed: int) -> None:
    draw = np.random.default_rng(seed)
    targets = draw.integers(0, 2, (30, 4)).astype(np.int8)
    expressed = draw.integers(0, 2, (30, 4)).astype(bool)
    found = f1_scores(targets, expressed, ("a", "b", "c", "d"))
    for name in ("micro", "macro", "weighted"):
        assert getattr(found, name) == pytest.approx(f1_score(targets, expressed, average=name, zero_division=0))
    assert [row.f1 for row in found.values] == pytest.approx(f1_score(targets, expressed, average=None))
    counts = confusion(targets, expressed, ("a", "b", "c", "d"))
    theirs = multilabel_confusion_matrix(targets, expressed)
    assert list(counts.values()) == [Counts(tp, fp, fn, tn) for (tn, fp), (fn, tp) in theirs.tolist()]


def test_a_value_that_nobody_expresses_nor_is_said_to_has_no_f1_and_no_part_in_the_mean() -> None:
    found = f1_scores(np.array([[1, 0], [1, 0]], np.int8), np.array([[True, False], [True, False]]), ("a", "b"))
    assert (found.values[1].f1, found.macro) == (None, 1.0)


def test_a_threshold_is_reached_by_its_own_probability() -> None:
    probabilities = np.array([[0.3], [0.2999]], np.float32)
    assert expressed_by(probabilities, {"a": float(np.float32(0.3))}).tolist() == [[True], [False]]


def test_the_interval_over_seeds_is_that_of_students_t() -> None:
    found = over_seeds([0.6, 0.7, 0.8])
    assert found.mean == pytest.approx(0.7)
    assert (found.high or 0) - found.mean == pytest.approx(4.3027 * 0.1 / 3**0.5, rel=1e-4)
    assert over_seeds([0.6]).low is None
