"""Intervals and paired differences by resampling clusters of texts, the same resamples for every classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.expression.evaluation.measures import Sums, by_value, overall

if TYPE_CHECKING:
    from numpy.typing import NDArray

METHOD: Final = "percentiles of resamples of clusters of texts (Efron and Tibshirani 1993, chapter 13)"
PAIRED: Final = (
    "twice the smaller share of resampled differences on one side of zero, plus one, over resamples plus one"
)
LEAST_CLUSTERS: Final = 20
LEAST_CASES: Final = 10
CONFIDENCE: Final = 0.95
_AT_ONCE: Final = 8_000_000  # weights in memory


@dataclass(frozen=True, slots=True)
class Draws:
    """Resampled measures of one classifier. overall: (resamples,) each; values: (resamples, values) each."""

    overall: Mapping[str, NDArray[np.float64]]
    values: Mapping[str, NDArray[np.float64]]


def resampled(
    clusters: Sequence[NDArray[np.float64]], values: int, tail: NDArray[np.intp], resamples: int, seed: int
) -> list[Draws]:
    """Draws for each classifier from its sums by cluster (`measures.by_cluster`). Clusters are drawn with replacement,
    as many as there are; draw k is the same set of texts for every classifier, so differences are paired."""
    side_by_side, width = np.hstack(clusters), clusters[0].shape[1]
    summed = np.concatenate([weights @ side_by_side for weights in _weights(len(side_by_side), resamples, seed)])
    found = []
    for place in range(len(clusters)):
        sums = Sums.of(summed[:, place * width : (place + 1) * width], values)
        found.append(Draws(overall(sums, tail), by_value(sums)))
    return found


def limits(draws: NDArray[np.float64], confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The percentile interval; resamples in which the measure is not defined do not count. NaN where none is left."""
    known = draws[~np.isnan(draws)]
    if len(known) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def two_sided(differences: NDArray[np.float64]) -> float:
    """The p-value against no difference that goes with the percentile interval; NaN where no difference is defined."""
    known = differences[~np.isnan(differences)]
    if len(known) == 0:
        return float("nan")
    smaller = min(int((known <= 0).sum()), int((known >= 0).sum()))
    return min(1.0, 2 * (smaller + 1) / (len(known) + 1))


def _weights(clusters: int, resamples: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How often each cluster is drawn, (some resamples, clusters) at a time."""
    random = np.random.default_rng(seed)
    chances = np.full(clusters, 1 / clusters)
    for start in range(0, resamples, step := max(1, _AT_ONCE // clusters)):
        yield random.multinomial(clusters, chances, size=min(step, resamples - start)).astype(np.float64)
