"""A classifier with everything that the tables are made from, computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axiometer.expression.evaluation.curves import PrecisionRecall, precision_recall
from axiometer.expression.evaluation.judged import Gold, Judged
from axiometer.expression.evaluation.measures import Sums, by_cluster, by_value, overall
from axiometer.expression.evaluation.reliability import POOLED_BINS, Reliability, reliability
from axiometer.expression.evaluation.resampling import LEAST_CASES, LEAST_CLUSTERS, Draws, limits, resampled

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Measured:
    """overall: a number per measure; values: (values,) per measure, as `sums`; draws: their resamples; clusters: how
    many there are; cases: clusters with a text that expresses the value, or was said to; curves, reliability: by value;
    pooled: reliability over all decisions."""

    judged: Judged
    sums: Sums
    overall: Mapping[str, float]
    values: Mapping[str, NDArray[np.float64]]
    draws: Draws
    clusters: int
    cases: NDArray[np.int64]
    curves: tuple[PrecisionRecall, ...]
    reliability: tuple[Reliability, ...]
    pooled: Reliability

    @property
    def name(self) -> str:
        return self.judged.name

    def interval(self, measure: str) -> tuple[float, float, str | None]:
        """Low, high, and why there are none."""
        if measure not in self.draws.overall:
            return float("nan"), float("nan"), "it grows by resampling alone, so the level by chance goes with it"
        return _interval(self.draws.overall[measure], self.why_not())

    def value_interval(self, measure: str, value: int) -> tuple[float, float, str | None]:
        """The same for one value."""
        return _interval(self.draws.values[measure][:, value], self.why_not(value))

    def why_not(self, value: int | None = None) -> str | None:
        """Why there are too few texts to resample, for all values or for one; None where there are enough."""
        if self.clusters < LEAST_CLUSTERS:
            return f"{self.clusters} texts, fewer than {LEAST_CLUSTERS}"
        if value is not None and self.cases[value] < LEAST_CASES:
            return f"{int(self.cases[value])} texts, fewer than {LEAST_CASES}"
        return None


def measured(gold: Gold, judged: Sequence[Judged], tail: NDArray[np.intp], resamples: int, seed: int) -> list[Measured]:
    """Each classifier, resampled together."""
    clusters = [by_cluster(gold, each) for each in judged]
    draws = resampled(clusters, len(gold.values), tail, resamples, seed)
    return [_one(gold, *each, tail) for each in zip(judged, clusters, draws, strict=True)]


def _one(gold: Gold, judged: Judged, clusters: NDArray[np.float64], draws: Draws, tail: NDArray[np.intp]) -> Measured:
    n = len(gold.values)
    sums, each = Sums.of(clusters.sum(axis=0), n), Sums.of(clusters, n)
    columns = range(n)
    p, labels = judged.probabilities, gold.targets
    curves = tuple(precision_recall(p[:, column], labels[:, column]) for column in columns)
    by = tuple(reliability(p[:, column], labels[:, column], gold.clusters) for column in columns)
    pooled = reliability(p.ravel(), labels.ravel(), np.repeat(gold.clusters, n), POOLED_BINS)
    numbers = {name: float(found) for name, found in overall(sums, tail).items()}
    numbers["average_precision"] = _mean([curve.average for curve in curves])
    numbers["ece"] = _mean([found.ece for found in by])
    numbers["ece_pooled"] = pooled.ece
    return Measured(
        judged=judged,
        sums=sums,
        overall=numbers,
        values=by_value(sums),
        draws=draws,
        clusters=len(clusters),
        cases=np.asarray((each.support + each.predicted > 0).sum(axis=0), dtype=np.int64),
        curves=curves,
        reliability=by,
        pooled=pooled,
    )


def _mean(numbers: Sequence[float]) -> float:
    known = [each for each in numbers if each == each]
    return float(np.mean(known)) if known else float("nan")


def _interval(draws: NDArray[np.float64], why_not: str | None) -> tuple[float, float, str | None]:
    low, high = limits(draws)
    if why_not is None and not low < high:
        why_not = "all resamples are alike"
    return (low, high, None) if why_not is None else (float("nan"), float("nan"), why_not)
