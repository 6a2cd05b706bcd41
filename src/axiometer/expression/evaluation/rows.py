"""The rows of an evaluation's tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.analyze.frames import Record, number
from axiometer.analyze.inference.intervals import adjust_holm
from axiometer.expression.evaluation.curves import GRID, at_thresholds
from axiometer.expression.evaluation.judged import Gold
from axiometer.expression.evaluation.measured import Measured
from axiometer.expression.evaluation.mistakes import confusion, worst
from axiometer.expression.evaluation.reliability import Reliability
from axiometer.expression.evaluation.resampling import limits, two_sided
from axiometer.expression.evaluation.tables import ALL

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMPARED: Final = ("micro_f1", "macro_f1", "weighted_f1", "tail_f1", "subset_accuracy", "brier")
Rows = Iterator[Record]


def measure_rows(models: Sequence[Measured]) -> Rows:
    for model in models:
        for measure, estimate in model.overall.items():
            low, high, why_not = model.interval(measure)
            yield {
                "model": model.name,
                "measure": measure,
                "estimate": number(estimate),
                "low": number(low),
                "high": number(high),
                "why_not": why_not,
            }


def value_rows(gold: Gold, models: Sequence[Measured]) -> Rows:
    for model in models:
        for place, value in enumerate(gold.values):
            row: Record = {
                "model": model.name,
                "value": value,
                "support": int(model.sums.support[place]),
                "predicted": int(model.sums.predicted[place]),
                "threshold": number(float(model.judged.thresholds[place])),
                "average_precision": number(model.curves[place].average),
                "brier": number(float(model.values["brier"][place])),
                "ece": number(model.reliability[place].ece),
                "ece_by_chance": number(model.reliability[place].by_chance),
                "mean_probability": number(float(model.judged.probabilities[:, place].mean())),
                "share": number(float(gold.targets[:, place].mean())),
            }
            for measure in ("recall", "precision", "f1"):  # the last one's reason is the row's
                low, high, why_not = model.value_interval(measure, place)
                row |= {
                    measure: number(float(model.values[measure][place])),
                    f"{measure}_low": number(low),
                    f"{measure}_high": number(high),
                    "why_not": why_not,
                }
            yield row


def difference_rows(gold: Gold, models: Sequence[Measured]) -> Rows:
    """Pairs of classifiers, first minus second, in two families: over all values, and the F1 of each value."""
    pairs = list(combinations(models, 2))
    overall = [_overall_difference(one, other, measure) for one, other in pairs for measure in COMPARED]
    values = [_value_difference(one, other, gold, at) for one, other in pairs for at in range(len(gold.values))]
    for family, rows in (("overall", overall), ("values", values)):
        p = np.array([np.nan if row["p"] is None else row["p"] for row in rows], dtype=np.float64)
        for row, adjusted in zip(rows, adjust_holm(p).tolist(), strict=True):
            yield row | {"p_adjusted": number(adjusted), "family": family}


def reliability_rows(gold: Gold, models: Sequence[Measured]) -> Rows:
    for model in models:
        for value, found in ((ALL, model.pooled), *zip(gold.values, model.reliability, strict=True)):
            yield from _bins(model.name, value, found)


def threshold_rows(gold: Gold, models: Sequence[Measured]) -> Rows:
    for model in models:
        p, labels = model.judged.probabilities, gold.targets
        for place, value in enumerate((ALL, *gold.values)):
            column = slice(None) if value == ALL else place - 1
            found = at_thresholds(p[:, column], labels[:, column])
            points = zip(GRID.tolist(), found.precision.tolist(), found.recall.tolist(), strict=True)
            for point, f1 in zip(points, found.f1.tolist(), strict=True):
                yield _point(model.name, value, *point) | {"f1": number(f1)}


def curve_rows(gold: Gold, models: Sequence[Measured]) -> Rows:
    for model in models:
        for value, curve in zip(gold.values, model.curves, strict=True):
            thin = curve.thinned()
            for point in zip(thin.thresholds.tolist(), thin.precision.tolist(), thin.recall.tolist(), strict=True):
                yield _point(model.name, value, *point)


def confusion_rows(gold: Gold, models: Sequence[Measured]) -> Rows:
    for model in models:
        for found in confusion(gold, model.judged):
            share = found.n / found.missed if found.missed else None
            yield {"model": model.name, **asdict(found), "share": share}


def mistake_rows(gold: Gold, models: Sequence[Measured]) -> Rows:
    for model in models:
        for found in worst(gold, model.judged):
            yield {"model": model.name, **asdict(found)}


def _point(model: str, value: str, threshold: float, precision: float, recall: float) -> Record:
    return {
        "model": model,
        "value": value,
        "threshold": number(threshold),
        "precision": number(precision),
        "recall": number(recall),
    }


def _bins(model: str, value: str, found: Reliability) -> Rows:
    for place, part in enumerate(found.bins):
        yield {
            "model": model,
            "value": value,
            "bin": place + 1,
            "from": part.low,
            "to": part.high,
            "n": part.n,
            "probability": part.probability,
            "share": part.share,
            "low": part.share_low,
            "high": part.share_high,
        }


def _overall_difference(one: Measured, other: Measured, measure: str) -> Record:
    draws = one.draws.overall[measure] - other.draws.overall[measure]
    return _difference(measure, None, one, other, one.overall[measure] - other.overall[measure], draws, one.why_not())


def _value_difference(one: Measured, other: Measured, gold: Gold, at: int) -> Record:
    draws = one.draws.values["f1"][:, at] - other.draws.values["f1"][:, at]
    difference = float(one.values["f1"][at] - other.values["f1"][at])
    return _difference("f1", gold.values[at], one, other, difference, draws, one.why_not(at) or other.why_not(at))


def _difference(
    measure: str,
    value: str | None,
    one: Measured,
    other: Measured,
    difference: float,
    draws: NDArray[np.float64],
    why_not: str | None,
) -> Record:
    low, high = (float("nan"), float("nan")) if why_not else limits(draws)
    return {
        "measure": measure,
        "value": value,
        "first": one.name,
        "second": other.name,
        "difference": number(difference),
        "low": number(low),
        "high": number(high),
        "p": None if why_not else number(two_sided(draws)),
        "why_not": why_not,
    }
