"""Probabilities from scores, and the probability from which a value counts as expressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DRIFT: Final = 1.0  # the penalty that keeps a line where it is unless labels say otherwise
_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Calibration:
    """A line per value: probability = 1 / (1 + exp(-(slope * score + offset))) (Platt 1999). Shapes: (values,)."""

    slope: NDArray[np.float64]
    offset: NDArray[np.float64]

    def probabilities(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """(texts, values) in [0, 1]."""
        from scipy.special import expit

        return np.asarray(expit(scores * self.slope + self.offset), dtype=np.float64)


def calibrate(
    scores: NDArray[np.floating], targets: NDArray[np.int8], order: NDArray[np.floating] | None = None
) -> Calibration:
    """Fitted by maximum likelihood with Platt's targets ((n+ + 1) / (n+ + 2) and 1 / (n- + 2)), which keep a value that
    is told apart perfectly from certainty. A value whose labels are all equal gets slope 0 and its smoothed share.

    scores, targets: (texts, values); the scores must be of texts that the scorer was not trained on. order: where each
    text stands in its table, ascending; then slope and offset may move with the logarithm of the place (`_DRIFT`), and
    those of the last place are given: what will be scored follows the last texts, and labels may not have been given
    alike from the first to the last.
    """
    drift = None if order is None else np.log((1 + np.argsort(np.argsort(order, kind="stable"))) / len(order))
    slopes, offsets = np.zeros(targets.shape[1]), np.zeros(targets.shape[1])
    for column in range(targets.shape[1]):
        slopes[column], offsets[column] = _line(scores[:, column].astype(np.float64), targets[:, column], drift)
    return Calibration(slopes, offsets)


def _line(
    score: NDArray[np.float64], target: NDArray[np.int8], drift: NDArray[np.float64] | None
) -> tuple[float, float]:
    """Slope and offset; drift: 0 at the place that they are wanted for."""
    from scipy.optimize import minimize

    positive, n = int(target.sum()), len(target)
    prior = float(np.log((positive + 1) / (n - positive + 1)))
    if positive in (0, n) or float(score.std()) == 0.0:
        return 0.0, prior
    told = np.where(target == 1, (positive + 1) / (positive + 2), 1 / (n - positive + 2))
    spread, centre = float(score.std()), float(score.mean())
    standard = (score - centre) / spread
    moving = [] if drift is None else [standard * drift, drift]
    columns = np.stack([standard, np.ones(n), *moving], axis=1)
    penalty = np.array([0.0, 0.0, *(_DRIFT for _ in moving)])

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = columns @ at
        off = 1 / (1 + np.exp(-z)) - told
        value = float(np.sum(np.logaddexp(0, z) - told * z)) + float(penalty @ at**2) / 2
        return value, columns.T @ off + penalty * at

    start = np.array([1.0, prior, *(0.0 for _ in moving)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return float(found[0] / spread), float(found[1] - found[0] * centre / spread)


def best_thresholds(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Per value a threshold, together those at which the sum of micro- and macro-F1 is expected to be greatest, if the
    probabilities are right: with texts by falling probability p, taking the first k expects an F1 of
    2 (p1 + ... + pk) / (k + sum p) (Ye, Chai, Lee and Chieu 2012, ICML, section 3: the decision-theoretic way), and
    over all values the same of sums. It does not chase chance as the best threshold on labels does. The threshold of
    macro-F1 alone would be a little lower for rare values: near its top macro-F1 is flat, and micro-F1 is not.

    Values are moved one after another until none moves. probabilities: (texts, values), of texts like those that will
    be scored.
    """
    ordered = -np.sort(-probabilities.astype(np.float64), axis=0)
    texts, values = ordered.shape
    taken = np.arange(1, texts + 1)
    hits, there = np.cumsum(ordered, axis=0), ordered.sum(axis=0)
    apart = 2 * hits / (taken[:, None] + there)
    best = np.argmax(apart, axis=0)
    for _ in range(_ROUNDS):
        before = best.copy()
        for value in range(values):
            others = np.arange(values) != value
            more_hits, more_taken = hits[best[others], others.nonzero()[0]].sum(), taken[best[others]].sum()
            together = 2 * (more_hits + hits[:, value]) / (more_taken + taken + there.sum())
            best[value] = np.argmax(together + apart[:, value] / values)
        if (best == before).all():
            break
    return np.asarray(ordered[best, np.arange(values)], dtype=np.float64)
