"""How well expressed values were told: precision, recall and F1 by value, and their averages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ValueF1:
    """Of one value: texts that express it (`support`), texts that were said to (`predicted`), and what follows. None
    where nothing is divided: no text expresses the value, or none was said to."""

    value: str
    support: int
    predicted: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class F1s:
    """Of all values. micro: over all decisions at once; macro: the mean over values; weighted: the mean weighted by
    support. A value that no text expresses and none was said to has no F1 and no part in the means."""

    texts: int
    micro: float
    macro: float
    weighted: float
    values: tuple[ValueF1, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Texts by whether they express a value and whether they were said to: `tp` both, `fp` said to alone, `fn` express
    it alone, `tn` neither."""

    tp: int
    fp: int
    fn: int
    tn: int


@dataclass(frozen=True, slots=True)
class OverSeeds:
    """What several seeds gave, one number each, with the mean and its 95 % t interval (None for a single seed)."""

    each: tuple[float, ...]
    mean: float
    low: float | None
    high: float | None


def f1_scores(targets: NDArray[np.int8], expressed: NDArray[np.bool_], values: Sequence[str]) -> F1s:
    """The F1 of these decisions. targets, expressed: (texts, values)."""
    right = ((targets == 1) & expressed).sum(axis=0)
    support, predicted = (targets == 1).sum(axis=0), expressed.sum(axis=0)
    rows = tuple(
        _value(value, int(hits), int(there), int(said))
        for value, hits, there, said in zip(values, right, support, predicted, strict=True)
    )
    defined = [row for row in rows if row.f1 is not None]
    found = [row.f1 or 0.0 for row in defined]
    weights = [row.support for row in defined]
    return F1s(
        texts=len(targets),
        micro=_ratio(2 * int(right.sum()), int(support.sum() + predicted.sum())) or 0.0,
        macro=float(np.mean(found)) if found else 0.0,
        weighted=float(np.average(found, weights=weights)) if sum(weights) else 0.0,
        values=rows,
    )


def confusion(targets: NDArray[np.int8], expressed: NDArray[np.bool_], values: Sequence[str]) -> dict[str, Counts]:
    """The counts of each value. targets, expressed: (texts, values)."""
    there = targets == 1
    counted = [(a & b).sum(axis=0).tolist() for a in (there, ~there) for b in (expressed, ~expressed)]
    tp, fn, fp, tn = counted
    return {value: Counts(tp[at], fp[at], fn[at], tn[at]) for at, value in enumerate(values)}


def expressed_by(probabilities: NDArray[np.floating], thresholds: Mapping[str, float]) -> NDArray[np.bool_]:
    """Which values count as expressed: those whose probability reaches their threshold; columns in their order."""
    return np.asarray(probabilities >= np.array(list(thresholds.values()), probabilities.dtype), dtype=np.bool_)


def over_seeds(numbers: Sequence[float]) -> OverSeeds:
    """The mean of what the seeds gave, and a t interval with n - 1 degrees of freedom for the mean over all seeds. It
    says how much the seeds move a number, not how much another sample of texts would."""
    mean = math.fsum(numbers) / len(numbers)
    if len(numbers) < 2:
        return OverSeeds(tuple(numbers), mean, None, None)
    from axiometer.analyze.inference.intervals import t_critical

    error = float(np.std(numbers, ddof=1)) / math.sqrt(len(numbers))
    half = float(t_critical(np.array(len(numbers) - 1.0), 0.95)) * error
    return OverSeeds(tuple(numbers), mean, mean - half, mean + half)


def _value(value: str, right: int, support: int, predicted: int) -> ValueF1:
    f1 = _ratio(2 * right, support + predicted)
    return ValueF1(value, support, predicted, _ratio(right, predicted), _ratio(right, support), f1)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
