"""Paired differences and calibration against slow computations with scikit-learn, a resample and a bin at a time."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score

from axiometer.expression.evaluation import Gold, Judged, Options, evaluate
from axiometer.expression.evaluation.measures import rarest
from axiometer.expression.evaluation.reliability import reliability

from .made import judged, made

RESAMPLES, SEED = 120, 7


def random_table() -> tuple[Gold, Judged, Judged]:
    """90 texts in 45 clusters of uneven sizes, and two classifiers that err apart from each other."""
    gold, one = made(90, seed=3)
    random = np.random.default_rng(8)
    clusters = np.concatenate([np.arange(45), random.integers(0, 45, 45)])
    gold = Gold(gold.texts, gold.values, gold.targets, gold.rows, clusters)
    noisy = np.clip(one.probabilities + random.normal(0, 0.2, one.probabilities.shape), 0, 1)
    return gold, one, judged(gold, "two", noisy)


def scikit(measure: str, gold: Gold, model: Judged, texts: NDArray[np.intp], tail: NDArray[np.intp]) -> float:
    """The measure of these texts, some of which come several times."""
    y, said = gold.targets[texts], model.expressed[texts].astype(int)
    there = np.flatnonzero(y.sum(axis=0) + said.sum(axis=0) > 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if measure == "tail_f1":
            columns = np.intersect1d(there, tail)
            return float(f1_score(y[:, columns], said[:, columns], average="macro", zero_division=0))
        if measure == "subset_accuracy":
            return float(accuracy_score(y, said))
        if measure == "brier":
            p = model.probabilities[texts]
            return float(np.mean([brier_score_loss(y[:, at], p[:, at], pos_label=1) for at in range(y.shape[1])]))
        average = measure.removesuffix("_f1")
        return float(f1_score(y[:, there], said[:, there], average=average, zero_division=0))


def test_paired_differences_are_those_of_scikit_learn_on_the_same_resamples() -> None:
    gold, one, two = random_table()
    found = evaluate(gold, [one, two], Options(RESAMPLES, SEED)).differences.filter(family="overall").to_dicts()
    clusters, tail = 45, rarest(gold.support)
    drawn = np.random.default_rng(SEED).multinomial(clusters, np.full(clusters, 1 / clusters), size=RESAMPLES)
    texts = [np.repeat(np.arange(90), weights[gold.clusters]) for weights in drawn]
    assert len(found) == 6
    for row in found:
        name = row["measure"]
        differences = np.array(
            [scikit(name, gold, one, some, tail) - scikit(name, gold, two, some, tail) for some in texts]
        )
        whole = np.arange(90)
        expected = scikit(name, gold, one, whole, tail) - scikit(name, gold, two, whole, tail)
        assert row["difference"] == pytest.approx(expected)
        assert (row["low"], row["high"]) == pytest.approx(tuple(np.quantile(differences, [0.025, 0.975])))
        smaller = min((differences <= 0).sum(), (differences >= 0).sum())
        assert row["p"] == pytest.approx(min(1.0, 2 * (smaller + 1) / (RESAMPLES + 1)))


def test_the_order_of_classifiers_turns_signs_and_nothing_else() -> None:
    gold, one, two = random_table()
    there, back = (evaluate(gold, pair, Options(200, SEED)).differences for pair in ([one, two], [two, one]))
    for name in ("difference", "p", "p_adjusted"):
        sign = -1 if name == "difference" else 1
        assert there[name].to_list() == pytest.approx((sign * back[name]).to_list(), nan_ok=True)
    assert there["low"].to_list() == pytest.approx((-back["high"]).to_list())


def test_calibration_error_is_the_one_by_hand() -> None:
    random = np.random.default_rng(2)
    p = random.permutation(np.linspace(0.01, 0.99, 200))
    labels = (random.random(200) < p**2).astype(np.int8)
    order = np.argsort(p)
    off = sum(abs(labels[part].mean() - p[part].mean()) * len(part) for part in np.array_split(order, 10)) / 200
    assert reliability(p, labels, np.arange(200)).ece == pytest.approx(off)
    # A classifier that says 0.8 of everything while half the texts express it is off by 0.3.
    assert reliability(np.full(100, 0.8), np.tile([0, 1], 50).astype(np.int8), np.arange(100)).ece == pytest.approx(0.3)
    # One that is always sure and always right is off by nothing.
    sure = np.tile([0, 1], 50).astype(np.int8)
    assert reliability(sure.astype(float), sure, np.arange(100)).ece == 0
