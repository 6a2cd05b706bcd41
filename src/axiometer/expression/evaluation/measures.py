"""The measures, computed from sums over texts: the same code for the texts themselves and for every resample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.expression.evaluation.judged import Gold, Judged

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERALL: Final = (
    "micro_f1",
    "macro_f1",
    "weighted_f1",
    "tail_f1",
    "micro_precision",
    "micro_recall",
    "macro_precision",
    "macro_recall",
    "subset_accuracy",
    "brier",
)
BY_VALUE: Final = ("f1", "precision", "recall", "brier")
FIELDS: Final = ("right", "support", "predicted", "squared")


@dataclass(frozen=True, slots=True)
class Sums:
    """What is counted over texts. The last axis of `right`, `support`, `predicted` and `squared` is the values, those
    before it (resamples) are those of `exact` and `texts`. right: texts that express the value and were said to;
    support: that express it; predicted: that were said to; squared: (probability - label)²; exact: texts of which every
    value was told rightly."""

    right: NDArray[np.float64]
    support: NDArray[np.float64]
    predicted: NDArray[np.float64]
    squared: NDArray[np.float64]
    exact: NDArray[np.float64]
    texts: NDArray[np.float64]

    @classmethod
    def of(cls, columns: NDArray[np.float64], values: int) -> Sums:
        """From columns as `by_cluster` makes them, summed."""
        right, support, predicted, squared = (
            columns[..., place * values : (place + 1) * values] for place in range(len(FIELDS))
        )
        return cls(right, support, predicted, squared, columns[..., -2], columns[..., -1])


def by_cluster(gold: Gold, judged: Judged) -> NDArray[np.float64]:
    """(clusters, 4 * values + 2): the sums of each cluster's texts, in the order of `Sums`."""
    expressed, there = judged.expressed, gold.targets == 1
    squared = (judged.probabilities - gold.targets) ** 2
    exact = (expressed == there).all(axis=1)
    columns = np.column_stack([expressed & there, there, expressed, squared, exact, np.ones(len(gold))])
    summed = np.zeros((int(gold.clusters.max(initial=-1)) + 1, columns.shape[1]))
    np.add.at(summed, gold.clusters, columns.astype(np.float64))
    return summed


def rarest(support: NDArray[np.int64]) -> NDArray[np.intp]:
    """The places of the rarest third of the values (rounded up) among those that any text expresses."""
    there = np.flatnonzero(support > 0)
    ordered = there[np.argsort(support[there], kind="stable")]
    return np.sort(ordered[: -(-len(there) // 3)])


def overall(sums: Sums, tail: NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
    """Every measure of `OVERALL`; NaN where nothing is divided.

    micro: over all decisions at once. macro: the mean over values, each weighing the same; weighted: by support; tail:
    over the values of `tail`. Means are over values that a text expresses or was said to; of these, precision where
    none was said to and recall where none expresses it count 0 (as scikit-learn's `zero_division=0`). brier: the mean
    over values of the mean squared difference between probability and label (Brier 1950).
    """
    there = sums.support + sums.predicted > 0
    f1 = _over(2 * sums.right, sums.support + sums.predicted)
    ones = np.ones_like(sums.support)
    right, support, predicted = (each.sum(axis=-1) for each in (sums.right, sums.support, sums.predicted))
    return {
        "micro_f1": _over(2 * right, support + predicted),
        "macro_f1": _mean(f1, ones, there),
        "weighted_f1": _mean(f1, sums.support, there),
        "tail_f1": _mean(f1[..., tail], ones[..., tail], there[..., tail]),
        "micro_precision": _over(right, predicted),
        "micro_recall": _over(right, support),
        "macro_precision": _mean(_over(sums.right, sums.predicted), ones, there),
        "macro_recall": _mean(_over(sums.right, sums.support), ones, there),
        "subset_accuracy": _over(sums.exact, sums.texts),
        "brier": _over(sums.squared, sums.texts[..., None]).mean(axis=-1),
    }


def by_value(sums: Sums) -> dict[str, NDArray[np.float64]]:
    """Every measure of `BY_VALUE`, the last axis being the values; NaN where nothing is divided."""
    return {
        "f1": _over(2 * sums.right, sums.support + sums.predicted),
        "precision": _over(sums.right, sums.predicted),
        "recall": _over(sums.right, sums.support),
        "brier": _over(sums.squared, sums.texts[..., None]),
    }


def _over(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan), dtype=np.float64)


def _mean(numbers: NDArray[np.float64], weights: NDArray[np.float64], there: NDArray[np.bool_]) -> NDArray[np.float64]:
    weight = np.where(there, weights, 0.0)
    return _over((np.nan_to_num(numbers) * weight).sum(axis=-1), weight.sum(axis=-1))
