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
def test_no_other_threshold_of_a_value_expects_a_greater_sum_of_micro_and_macro_f1(probabilities: np.ndarray) -> None:
    def expected(cuts: np.ndarray) -> float:
        taken = probabilities >= cuts
        hits, sizes = (probabilities * taken).sum(axis=0), taken.sum(axis=0) + probabilities.sum(axis=0)
        return float(2 * hits.sum() / sizes.sum() + (2 * hits / sizes).mean())

    cuts = best_thresholds(probabilities)
    for value, column in enumerate(probabilities.T):
        others = [np.where(np.arange(len(cuts)) == value, other, cuts) for other in column]
        assert expected(cuts) >= max(expected(each) for each in others) - 1e-12


def test_for_a_single_value_the_threshold_is_that_of_its_own_expected_f1() -> None:
    column = np.array([0.9, 0.6, 0.5, 0.2, 0.1])[:, None]
    hits = np.cumsum(column[:, 0])
    expected = 2 * hits / (np.arange(1, 6) + hits[-1])
    assert best_thresholds(column) == pytest.approx([column[np.argmax(expected), 0]])


def test_where_labels_drift_the_line_is_that_of_the_last_texts() -> None:
    draw = np.random.default_rng(2)
    n = 6_000
    scores, place = draw.normal(size=(n, 1)), np.arange(n)
    missed = place < n // 4  # of the first texts, half of the labels are missing
    targets = (draw.random(n) < 1 / (1 + np.exp(-(2 * scores[:, 0] - 0.5)))) & ~(missed & (draw.random(n) < 0.5))
    told = targets.astype(np.int8)[:, None]
    plain, last, first = (calibrate(scores, told, order) for order in (None, place, place[::-1]))
    share = (1 / (1 + np.exp(-(2 * scores[:, 0] - 0.5)))).mean()
    off = [abs(each.probabilities(scores).mean() - share) for each in (last, plain, first)]
    assert off[0] < off[1] / 2 and off[1] < off[2]


def test_where_labels_do_not_drift_the_order_changes_little() -> None:
    draw = np.random.default_rng(3)
    scores = draw.normal(size=(3_000, 1))
    targets = (draw.random((3_000, 1)) < 1 / (1 + np.exp(-scores))).astype(np.int8)
    plain, last = calibrate(scores, targets), calibrate(scores, targets, np.arange(3_000))
    assert np.abs(plain.probabilities(scores) - last.probabilities(scores)).max() < 0.05


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
