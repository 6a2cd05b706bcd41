"""Prediction-powered inference against published numbers, the published package's and a count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.correction import Labels, Target, Verdicts, among, corrected, every_share
from axiometer.analyze.correction.powered import NOTHING_LABELLED, powered, tuning_of
from axiometer.analyze.inference.sources import Sources

OPTIONS = AnalysisOptions(resamples=100)
SHARE = Target("yes", (0,), (0, 1))


def alone(n: int) -> Sources:
    """Every unit a source of its own."""
    return Sources.coded(np.arange(n), np.arange(n), n, n)


def binary(values: np.ndarray) -> np.ndarray:
    """Numbers as the first of two columns that add to 1; any numbers, for the formulas are linear."""
    return np.stack([values, 1 - values], axis=1)


def drawn(values: np.ndarray, truth: np.ndarray, labelled: np.ndarray) -> tuple[Verdicts, Labels]:
    n = len(values)
    chance = np.full(len(labelled), len(labelled) / n)
    verdicts = Verdicts(("yes", "no"), binary(values), np.arange(n), alone(n))
    return verdicts, Labels(binary(values)[labelled], binary(truth), chance, labelled)


class RGenerator:
    """R's default random numbers (Mersenne twister, inversion), by which R documentation can be recomputed."""

    def __init__(self, seed: int) -> None:
        state = []
        for step in range(675):
            seed = (69069 * seed + 1) % 2**32
            if step >= 50:
                state.append(seed)
        self.twister = np.random.MT19937()
        told = self.twister.state
        told["state"]["key"], told["state"]["pos"] = np.array(state[1:], dtype=np.uint32), 624
        self.twister.state = told

    def uniform(self) -> float:
        return int(self.twister.random_raw()) * 2.3283064365386963e-10

    def normal(self, n: int, mean: float = 0.0, sd: float = 1.0) -> np.ndarray:
        return np.array([mean + sd * ndtri((int(2**27 * self.uniform()) + self.uniform()) / 2**27) for _ in range(n)])


def test_the_estimate_and_the_tuning_that_the_manual_of_pppower_prints_come_out():
    """`ppi_mean_test` of the R package pppower, its example: estimate 0.5867406, lambda 0.720832."""
    r = RGenerator(123)
    y = r.normal(100, 0.5)
    assert y[:3] - 0.5 == pytest.approx([-0.56047565, -0.23017749, 1.55870831])
    f = y + r.normal(100, 0.0, 0.5)
    unlabelled = r.normal(1000, 0.5) + r.normal(1000, 0.0, 0.5)
    verdicts, labels = drawn(np.concatenate([f, unlabelled]), y, np.arange(100))
    (found,) = powered(verdicts, labels, [SHARE])
    assert not isinstance(found, str)
    assert found.tuning == pytest.approx(0.720832, abs=5e-7)
    assert found.estimate == pytest.approx(0.5867406, abs=5e-8)


def judged(seed: int = 42, n: int = 60, others: int = 400) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    truth = (generator.random(n + others) < 0.6).astype(float)
    wrong = generator.random(n + others) < np.where(truth == 1, 0.15, 0.05)
    return truth, np.where(wrong, 1 - truth, truth)


# ppi-python 0.2.3, ppi_mean_pointestimate and ppi_mean_ci (alpha 0.05, lam as given) on `judged()`.
PUBLISHED_PACKAGE = {
    1.0: (0.57916667, 0.4868775, 0.67145583),
    0.7: (0.56541667, 0.48239636, 0.64843697),
    0.0: (0.53333333, 0.40709966, 0.65956701),
}


@pytest.mark.parametrize("tuning", PUBLISHED_PACKAGE)
def test_estimates_and_intervals_are_those_of_the_published_package(tuning, monkeypatch):
    truth, said = judged()
    verdicts, labels = drawn(said, truth[:60], np.arange(60))
    monkeypatch.setattr("axiometer.analyze.correction.powered.tuning_of", lambda *_: tuning)
    (found,) = powered(verdicts, labels, [SHARE])
    estimate, low, high = PUBLISHED_PACKAGE[tuning]
    assert found.estimate == pytest.approx(estimate, abs=1e-8)
    # Its intervals are normal ones, without what is added here for errors that the labels may have missed.
    monkeypatch.setattr("axiometer.analyze.correction.powered.ADDED", 0.0)
    (plain,) = powered(verdicts, labels, [SHARE])
    published = (high - low) / 2 / 1.959964
    assert np.sqrt((plain.influence**2).sum()) == pytest.approx(published, rel=1e-3)
    assert plain.unseen == 0.0
    assert 0.98 * published < found.error(verdicts.sources)[0] < 1.1 * published


def test_a_share_among_two_is_counted_by_hand():
    """Six answers, three labelled: with, against, neither; l = 1, so m = 2."""
    said = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0], [0, 0, 1]], dtype=float)
    truth = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=float)
    sources = alone(6)
    verdicts = Verdicts(("with", "against", "neither"), said, np.arange(6), sources)
    labels = Labels(said[:3], truth, np.full(3, 0.5), np.arange(3))
    tuning = tuning_of(verdicts, labels, [among(verdicts.categories, "with", "against")])
    # Labels alone give 2/3, so g = (1/3, -2/3, 0): of labels 1/3, 1/3, -2/3, of verdicts 1/3, -2/3, -2/3.
    y, f = np.array([1, 1, -2]) / 3, np.array([1, -2, -2]) / 3
    slope = ((y - y.mean()) * (f - f.mean())).mean() / f.var()
    assert tuning == pytest.approx(slope / 2)
    (found,) = powered(verdicts, labels, [among(verdicts.categories, "with", "against")])
    m = slope
    overall = m * said.mean(axis=0) + (truth - m * said[:3]).mean(axis=0)
    assert found.estimate == pytest.approx(overall[0] / (overall[0] + overall[1]))


def test_shares_of_all_categories_add_to_one():
    generator = np.random.default_rng(5)
    said = np.eye(4)[generator.integers(0, 4, 300)]
    truth = np.where(generator.random((80, 1)) < 0.8, said[:80], np.eye(4)[generator.integers(0, 4, 80)])
    verdicts = Verdicts(tuple("abcd"), said, np.arange(300), alone(300))
    labels = Labels(said[:80], truth, np.full(80, 80 / 300), np.arange(80))
    found = corrected(verdicts, labels, every_share(verdicts.categories), OPTIONS)
    assert sum(each.estimate for each in found) == pytest.approx(1.0)
    assert len({each.tuning for each in found}) == 1


def test_unequal_chances_of_being_labelled_are_weighed():
    """One language is labelled four times as often as the other, and the judge errs in the other alone."""
    generator = np.random.default_rng(8)
    n = 40_000
    rare = np.arange(n) < n // 2
    truth = (generator.random(n) < 0.7).astype(float)
    said = np.where(rare & (generator.random(n) < 0.3), 1 - truth, truth)
    chance = np.where(rare, 0.05, 0.2)
    labelled = np.flatnonzero(generator.random(n) < chance)
    verdicts = Verdicts(("yes", "no"), binary(said), np.arange(n), alone(n))
    weighed = Labels(binary(said)[labelled], binary(truth[labelled]), chance[labelled], labelled)
    alike = Labels(weighed.said, weighed.truth, np.full(len(labelled), 0.1), labelled)
    right, wrong = (powered(verdicts, each, [SHARE])[0].estimate for each in (weighed, alike))
    assert right == pytest.approx(0.7, abs=0.012)
    assert abs(wrong - 0.7) > 0.02


def test_a_judge_that_made_no_error_in_the_sample_has_no_interval_of_width_zero():
    truth = np.concatenate([np.ones(200), np.zeros(200)])
    verdicts, labels = drawn(truth, truth[::10], np.arange(0, 400, 10))
    (found,) = corrected(verdicts, labels, [SHARE], OPTIONS)
    assert found.estimate == pytest.approx(0.5)
    assert found.high - found.low > 0.1
    everyone_says_yes, few = drawn(np.ones(400), np.ones(40), np.arange(0, 400, 10))
    (found,) = corrected(everyone_says_yes, few, [SHARE], OPTIONS)
    assert found.estimate == 1.0
    assert found.high == 1.0
    assert 0.8 < found.low < 0.97


def test_labels_that_are_in_none_of_its_categories_are_told():
    said = np.eye(3)[[0, 1, 2] * 40]
    verdicts = Verdicts(("with", "against", "neither"), said, np.arange(120), alone(120))
    labels = Labels(said[:30], np.tile([0.0, 0.0, 1.0], (30, 1)), np.full(30, 0.25), np.arange(30))
    (found,) = corrected(verdicts, labels, [among(verdicts.categories, "with", "against")], OPTIONS)
    assert found.estimate is None
    assert found.why_not == NOTHING_LABELLED
    assert found.raw.share == pytest.approx(0.5)
