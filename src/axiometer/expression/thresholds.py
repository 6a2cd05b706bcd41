"""Probabilities from scores, and the probability from which a value counts as expressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """A line per value: probability = 1 / (1 + exp(-(slope * score + offset))) (Platt 1999). Shapes: (values,)."""

    slope: NDArray[np.float64]
    offset: NDArray[np.float64]

    def probabilities(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """(texts, values) in [0, 1]."""
        from scipy.special import expit

        return np.asarray(expit(scores * self.slope + self.offset), dtype=np.float64)


def calibrate(scores: NDArray[np.floating], targets: NDArray[np.int8]) -> Calibration:
    """Fitted by maximum likelihood with Platt's targets ((n+ + 1) / (n+ + 2) and 1 / (n- + 2)), which keep a value that
    is told apart perfectly from certainty. A value whose labels are all equal gets slope 0 and its smoothed share.

    scores, targets: (texts, values); the scores must be of texts that the scorer was not trained on.
    """
    slopes, offsets = np.zeros(targets.shape[1]), np.zeros(targets.shape[1])
    for column in range(targets.shape[1]):
        slopes[column], offsets[column] = _line(scores[:, column].astype(np.float64), targets[:, column])
    return Calibration(slopes, offsets)


def _line(score: NDArray[np.float64], target: NDArray[np.int8]) -> tuple[float, float]:
    from scipy.optimize import minimize

    positive, n = int(target.sum()), len(target)
    prior = float(np.log((positive + 1) / (n - positive + 1)))
    if positive in (0, n) or float(score.std()) == 0.0:
        return 0.0, prior
    told = np.where(target == 1, (positive + 1) / (positive + 2), 1 / (n - positive + 2))
    spread, centre = float(score.std()), float(score.mean())
    standard = (score - centre) / spread

    def loss(line: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = line[0] * standard + line[1]
        p = 1 / (1 + np.exp(-z))
        return float(np.sum(np.logaddexp(0, z) - told * z)), np.array([(p - told) @ standard, float(np.sum(p - told))])

    found = minimize(loss, np.array([1.0, prior]), jac=True, method="L-BFGS-B").x
    return float(found[0] / spread), float(found[1] - found[0] * centre / spread)


def best_thresholds(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Per value the threshold at which the expected F1 is greatest, if the probabilities are right: with texts by
    falling probability p, taking the first k expects 2 (p1 + ... + pk) / (k + sum p) (Ye, Chai, Lee and Chieu 2012,
    ICML, section 3: the decision-theoretic way). It does not chase chance as the best threshold on labels does.

    probabilities: (texts, values), of texts like those that will be scored.
    """
    ordered = -np.sort(-probabilities, axis=0)
    taken = np.arange(1, len(ordered) + 1)[:, None]
    expected = 2 * np.cumsum(ordered, axis=0) / (taken + ordered.sum(axis=0))
    best = np.argmax(expected, axis=0)
    return np.asarray(ordered[best, np.arange(ordered.shape[1])], dtype=np.float64)
