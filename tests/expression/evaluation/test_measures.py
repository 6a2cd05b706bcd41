"""Every formula against scikit-learn's, and numbers that can be counted by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from axiometer.expression.copies import cluster_numbers
from axiometer.expression.evaluation.curves import GRID, at_thresholds, precision_recall
from axiometer.expression.evaluation.judged import Gold, Judged
from axiometer.expression.evaluation.measures import Sums, by_cluster, by_value, overall, rarest
from axiometer.expression.evaluation.mistakes import NONE, confusion, worst
from axiometer.expression.evaluation.reliability import reliability

from .made import judged, made


def numbers(gold: Gold, one: Judged) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    sums = Sums.of(by_cluster(gold, one).sum(axis=0), len(gold.values))
    return {name: float(each) for name, each in overall(sums, rarest(gold.support)).items()}, by_value(sums)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.floats(0.3, 4.0))
def test_measures_are_those_of_scikit_learn(seed: int, texts: int, noise: float) -> None:
    gold, one = made(texts, seed=seed, noise=noise)
    found, by = numbers(gold, one)
    y, said = gold.targets, one.expressed.astype(int)
    there = (y.sum(axis=0) + said.sum(axis=0)) > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for average in ("micro", "macro", "weighted") if there.any() else ():  # scikit-learn wants a column
            known = metrics.precision_recall_fscore_support(
                y[:, there], said[:, there], average=average, zero_division=0
            )
            undefined = average == "weighted" and y.sum() == 0
            for name, expected in zip(("precision", "recall", "f1"), known, strict=False):
                key = f"{average}_{name}"
                if key in found and not undefined and not np.isnan(found[key]):
                    assert found[key] == pytest.approx(expected)
        expected_by = metrics.precision_recall_fscore_support(y, said, zero_division=np.nan)
    for name, expected in zip(("precision", "recall", "f1"), expected_by, strict=False):
        np.testing.assert_allclose(by[name], expected)
    assert found["subset_accuracy"] == pytest.approx(metrics.accuracy_score(y, said))
    each = [np.mean((one.probabilities[:, place] - y[:, place]) ** 2) for place in range(5)]
    assert found["brier"] == pytest.approx(np.mean(each))


def test_a_value_that_nobody_expresses_and_nothing_was_said_to_express_has_no_part_in_means() -> None:
    gold, one = made(50)
    silent = gold.targets.copy()
    silent[:, 4] = 0
    p = one.probabilities.copy()
    p[:, 4] = 0.0
    whole = Gold(gold.texts, gold.values, silent, gold.rows, gold.clusters)
    found, by = numbers(whole, judged(whole, "one", p))
    assert np.isnan(by["f1"][4]) and found["macro_f1"] == pytest.approx(float(np.nanmean(by["f1"])))
    assert rarest(whole.support).tolist() == sorted(np.argsort(whole.support[:4], kind="stable")[:2].tolist())


def test_the_tail_is_the_rarest_third() -> None:
    gold, one = made(500)
    assert rarest(np.array([9, 1, 5, 3, 7, 2])).tolist() == [1, 5]
    found, by = numbers(gold, one)
    assert found["tail_f1"] == pytest.approx(np.mean(by["f1"][rarest(gold.support)]))


@pytest.mark.parametrize("digits", [1, 6])  # one digit: many equal probabilities
def test_curves_are_those_of_scikit_learn(digits: int) -> None:
    gold, one = made(300)
    p, y = np.round(one.probabilities[:, 1], digits), gold.targets[:, 1]
    curve = precision_recall(p, y)
    precision, recall, thresholds = metrics.precision_recall_curve(y, p)
    np.testing.assert_allclose(curve.precision[::-1], precision[:-1])
    np.testing.assert_allclose(curve.recall[::-1], recall[:-1])
    np.testing.assert_allclose(curve.thresholds[::-1], thresholds)
    assert curve.average == pytest.approx(metrics.average_precision_score(y, p))
    thin = curve.thinned(20)
    assert len(thin.recall) <= 20 and thin.recall[-1] == 1.0 and thin.average == curve.average


def test_f1_at_thresholds_is_scikit_learn_s_at_each() -> None:
    gold, one = made(200)
    found = at_thresholds(one.probabilities, gold.targets)
    for place in (4, 29, 80):
        said = one.probabilities >= GRID[place]
        assert found.f1[place] == pytest.approx(metrics.f1_score(gold.targets, said, average="micro"))
        assert found.recall[place] == pytest.approx(metrics.recall_score(gold.targets, said, average="micro"))


def test_calibration_error_of_known_bins() -> None:
    p = np.repeat([0.1, 0.6], 50)
    labels = np.concatenate([np.repeat([0, 1], [40, 10]), np.repeat([0, 1], [20, 30])]).astype(np.int8)
    found = reliability(p, labels, np.arange(100), bins=2)
    assert found.ece == pytest.approx(0.5 * 0.1 + 0.5 * 0.0)
    assert [(part.n, part.share) for part in found.bins] == [(50, 0.2), (50, 0.6)]
    assert found.bins[0].share_low < 0.2 < found.bins[0].share_high


def test_calibration_error_by_chance_is_what_right_probabilities_give() -> None:
    random = np.random.default_rng(5)
    p = random.beta(1, 3, size=600)
    drawn = [reliability(p, (random.random(600) < p).astype(np.int8), np.arange(600)).ece for _ in range(150)]
    by_chance = reliability(p, np.zeros(600, np.int8), np.arange(600)).by_chance
    assert np.mean(drawn) == pytest.approx(by_chance, rel=0.06)


def test_equal_probabilities_stay_in_one_bin() -> None:
    found = reliability(np.full(40, 0.25), np.tile([0, 0, 0, 1], 10).astype(np.int8), np.arange(40))
    assert len(found.bins) == 1 and found.ece == pytest.approx(0.0)


def test_copies_make_the_interval_of_a_bin_as_wide_as_their_originals() -> None:
    p, labels = np.full(40, 0.25), np.tile([0, 0, 0, 1], 10).astype(np.int8)
    alone = reliability(p, labels, np.arange(40)).bins[0]
    doubled = reliability(np.repeat(p, 3), np.repeat(labels, 3), np.repeat(np.arange(40), 3)).bins[0]
    assert doubled.share_low == pytest.approx(alone.share_low, abs=0.005)


def test_confusion_counts_what_was_said_where_a_value_was_missed() -> None:
    targets = np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0], [1, 0, 0]], np.int8)
    said = np.array([[0, 1, 0], [0, 1, 1], [0, 1, 0], [0, 0, 0]], float)
    gold = Gold(("a", "b", "c", "d"), ("x", "y", "z"), targets, (2, 3, 4, 5), np.arange(4))
    found = {(one.value, one.taken_for): one for one in confusion(gold, judged(gold, "one", said))}
    assert (found["x", "y"].n, found["x", "z"].n, found["x", NONE].n, found["x", "y"].missed) == (2, 0, 1, 3)
    assert found["y", NONE].missed == 0 and len(found) == 9


def test_the_surest_mistakes_come_first_from_both_sides() -> None:
    targets = np.array([[1], [1], [0], [0], [1]], np.int8)
    p = np.array([[0.01], [0.3], [0.99], [0.6], [0.9]])
    gold = Gold(tuple("abcde"), ("x",), targets, (2, 3, 4, 5, 6), np.arange(5))
    found = worst(gold, judged(gold, "one", p, 0.5))
    assert [(one.kind, one.row) for one in found] == [("missed", 2), ("missed", 3), ("added", 4), ("added", 5)]
    assert [one.row for one in worst(gold, judged(gold, "one", p, 0.5), most=2)] == [2, 4]


def test_texts_that_hang_together_by_copies_and_groups_are_one_cluster() -> None:
    found = cluster_numbers(("A", "B", "A", "C", "D"), ("a", "b", "c", "c", "d"))
    assert found[0] == found[2] == found[3] and len(set(found.tolist())) == 3
    assert cluster_numbers(("A", "B", "A"), None).tolist() == [0, 1, 0]
