"""Precision and recall at every threshold, and what F1 another threshold would have given on these texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID: Final = np.round(np.linspace(0.01, 0.99, 99), 2)
POINTS: Final = 200  # of a precision-recall curve that are kept


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """From the highest threshold to the lowest, one point for each probability that occurs. average: the average
    precision, sum of (recall - recall before) * precision over points; NaN where no text expresses the value."""

    thresholds: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    average: float

    def thinned(self, most: int = POINTS) -> PrecisionRecall:
        """At most so many points, evenly spaced by rank, the first and the last among them."""
        if len(self.thresholds) <= most:
            return self
        kept = np.unique(np.round(np.linspace(0, len(self.thresholds) - 1, most)).astype(np.int64))
        return PrecisionRecall(self.thresholds[kept], self.precision[kept], self.recall[kept], self.average)


@dataclass(frozen=True, slots=True)
class AtThresholds:
    """Of one value, or of all with one threshold for all (micro): at each threshold of `GRID`. NaN: nothing divided."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]


def precision_recall(probabilities: NDArray[np.float64], labels: NDArray[np.int8]) -> PrecisionRecall:
    """The curve of one value. probabilities, labels: (texts,)."""
    order = np.argsort(-probabilities, kind="stable")
    falling, there = probabilities[order], labels[order] == 1
    last = np.flatnonzero(np.r_[falling[1:] != falling[:-1], True]) if len(falling) else np.zeros(0, np.intp)
    right = np.cumsum(there)[last].astype(np.float64)
    support = float(there.sum())
    precision = right / (last + 1)
    recall = right / support if support else np.full(len(last), np.nan)
    average = float(np.sum(np.diff(recall, prepend=0.0) * precision)) if support else float("nan")
    return PrecisionRecall(falling[last], precision, recall, average)


def at_thresholds(probabilities: NDArray[np.float64], labels: NDArray[np.int8]) -> AtThresholds:
    """At each threshold of `GRID`, a decision being positive where its probability reaches it. One or two axes: over
    all decisions given."""
    flat, there = probabilities.ravel(), labels.ravel() == 1
    predicted = len(flat) - np.searchsorted(np.sort(flat), GRID, side="left")
    right = int(there.sum()) - np.searchsorted(np.sort(flat[there]), GRID, side="left")
    support = np.full(len(GRID), int(there.sum()))
    with np.errstate(divide="ignore", invalid="ignore"):
        return AtThresholds(right / predicted, right / support, 2 * right / (support + predicted))
