"""How far raters agree: all of them, pair by pair, each with the others, and on each category.

| measure | for | what |
|---|---|---|
| `raw` | all | share of pairs of labels of one unit that are the same (sets: exactly the same) |
| `cohen_kappa` | nominal, ordinal | Cohen 1960, of each pair of raters; over all the mean of pairs (Light 1971) |
| `fleiss_kappa`, `ac1`, `alpha` | nominal, ordinal | see coefficients.py |
| `alpha_ordinal` | ordinal | Krippendorff's alpha with the ordinal difference |
| `similarity`, `alpha_masi` | sets | mean of 1 - MASI distance, and alpha with it (Passonneau 2006) |

Units without a second label say nothing of agreement but enter what chance is made of in `fleiss_kappa` and `ac1`, as
in Gwet (2014). Intervals resample the units' sources; with more than 100 pairs of raters those of pairs are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, dense
from axiometer.analyze.frames import Record, framed
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Scale, Statistic
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.people.coefficients import (
    Measured,
    beside_commonest,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    observed,
    ordinal_alpha,
    raw,
    similarity,
    specific,
)
from axiometer.analyze.people.distances import masi
from axiometer.analyze.people.ratings import LabelScale, Ratings
from axiometer.analyze.people.resampled import estimated, row_of, statistic_of

SHARES = frozenset({"raw", "similarity", "specific"})
MOST_ORDINAL = 50
MOST_PAIRS = 100
TOO_MANY_PAIRS = "more than 100 pairs of raters"
TOO_MANY = "more than 50 ordered categories"

_ESTIMATE: dict[str, type[pl.DataType]] = {
    "measure": pl.String,
    "units": pl.Int64,
    "estimate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
}
OVERALL = _ESTIMATE
PAIRS: dict[str, type[pl.DataType]] = {"rater_a": pl.String, "rater_b": pl.String, **_ESTIMATE}
RATERS: dict[str, type[pl.DataType]] = {"rater": pl.String, "labels": pl.Int64, **_ESTIMATE}
VALUES: dict[str, type[pl.DataType]] = {"value": pl.String, "labels": pl.Int64, "share": pl.Float64, **_ESTIMATE}


@dataclass(frozen=True, slots=True)
class AgreementTable:
    """`overall`: a row per measure. `pairs`: per pair of raters and measure. `by_rater`: each rater with all others
    (`raw` or `similarity`, `cohen_kappa`), and the alpha of the others without it (`alpha_without`). `by_value`: of
    each category the share of labels that name it, and agreement on naming it (`specific`, `ac1`, `alpha`).
    `units`, `raters`, `labels`: how many there are."""

    scale: LabelScale
    units: int
    raters: int
    labels: int
    overall: pl.DataFrame
    pairs: pl.DataFrame
    by_rater: pl.DataFrame
    by_value: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        return {
            "overall": self.overall,
            "pairs": self.pairs,
            "by_rater": self.by_rater,
            "by_value": self.by_value,
        }

    def estimate(self, measure: str) -> float | None:
        """The overall estimate of a measure, None where there is none."""
        found = self.overall.filter(pl.col("measure") == measure)["estimate"].to_list()
        return found[0] if found else None


def agreement(ratings: Ratings, options: AnalysisOptions | None = None) -> AgreementTable:
    """Every coefficient of `ratings`, with intervals over the units' sources."""
    chosen = options or AnalysisOptions()
    sources = ratings.sources if ratings.units else None
    distance = masi(ratings.kinds, ratings.kinds) if ratings.scale is LabelScale.SETS else None
    overall: list[Record] = []
    pairs: list[Record] = []
    raters: list[Record] = []
    values: list[Record] = []
    if sources is not None:
        overall = list(_overall(ratings, distance, sources, chosen))
        pairs = list(_pairs(ratings, distance, sources, chosen))
        raters = list(_raters(ratings, distance, sources, chosen))
        values = list(_values(ratings, sources, chosen))
    return AgreementTable(
        scale=ratings.scale,
        units=len(ratings.units),
        raters=len(ratings.raters),
        labels=len(ratings),
        overall=framed(overall, OVERALL),
        pairs=framed(pairs, PAIRS),
        by_rater=framed(raters, RATERS),
        by_value=framed(values, VALUES),
    )


def _measures(counts: Floats, scale: LabelScale, distance: Floats | None) -> dict[str, Measured]:
    """What can be had from counts, whoever gave the labels."""
    if distance is not None:
        counts, apart = _only_given(counts, distance)
        return {
            "raw": raw(counts),
            "similarity": similarity(counts, apart),
            "alpha_masi": krippendorff_alpha(counts, apart),
        }
    found = {
        "raw": raw(counts),
        "fleiss_kappa": fleiss_kappa(counts),
        "ac1": gwet_ac1(counts),
        "alpha": krippendorff_alpha(counts),
    }
    if scale is LabelScale.ORDINAL and counts.shape[1] <= MOST_ORDINAL:
        found["alpha_ordinal"] = ordinal_alpha(counts)
    return found


def _only_given(counts: Floats, distance: Floats) -> tuple[Floats, Floats]:
    """Without the kinds that nobody gave here: there may be a thousand sets, and two raters use few of them."""
    given = np.flatnonzero(counts.any(axis=0))
    return counts[:, given], distance[np.ix_(given, given)]


def _overall(ratings: Ratings, distance: Floats | None, sources: Sources, options: AnalysisOptions) -> Iterator[Record]:
    counts = ratings.counts
    for name, measured in _measures(counts, ratings.scale, distance).items():
        yield {"measure": name, **row_of(measured, sources, options, share=name in SHARES)}
        if name == "raw" and distance is None:
            yield {"measure": "cohen_kappa", **_mean_of_pairs(ratings, sources, options)}
    if ratings.scale is LabelScale.ORDINAL and counts.shape[1] > MOST_ORDINAL:
        yield {"measure": "alpha_ordinal", "why_not": TOO_MANY}


def _voices(ratings: Ratings) -> list[Floats]:
    """Each rater's labels as units x kinds, rows of zeros where there is none."""
    size = len(ratings.kinds)
    voices = [np.zeros((len(ratings.units), size)) for _ in ratings.raters]
    for unit, rater, kind in zip(ratings.unit, ratings.rater, ratings.kind, strict=True):
        voices[int(rater)][int(unit), int(kind)] = 1.0
    return voices


def _mean_of_pairs(ratings: Ratings, sources: Sources, options: AnalysisOptions) -> Record:
    """The mean of Cohen's kappa over pairs of raters for which it is defined (Light 1971)."""
    voices = _voices(ratings)
    every = [cohen_kappa(one, other) for one, other in combinations(voices, 2)]
    found = [each for each in every if each.units and np.isfinite(each.estimate())]
    units = int((np.sum([each.bears for each in every], axis=0) > 0).sum()) if every else 0
    if not found:
        return estimated(_nothing(), units, sources, options, Scale.DIFFERENCE)
    if len(every) > MOST_PAIRS:
        mean = float(np.mean([each.estimate() for each in found]))
        return {"units": units, "estimate": mean, "why_not": TOO_MANY_PAIRS}
    parts = [statistic_of(each, sources, options) for each in found]
    counts = ratings.counts
    varied = beside_commonest(counts, counts.sum(axis=1) >= 2)
    return estimated(_mean(parts), units, sources, options, Scale.DIFFERENCE, varied=varied)


def _mean(parts: list[Statistic]) -> Statistic:
    weight = 1.0 / len(parts)

    def summed(name: str, factor: float = weight) -> Floats:
        return np.asarray(factor * np.sum([dense(getattr(part, name)) for part in parts], axis=0), dtype=np.float64)

    names = ("estimate", "influence", "leverage", "hat", "draws")
    return Statistic(**{name: summed(name) for name in names}, exposure=summed("exposure", 1.0))


def _nothing() -> Statistic:
    none = np.zeros((0, 1))
    return Statistic(np.array([np.nan]), none, none, none, none, none)


def _pairs(ratings: Ratings, distance: Floats | None, sources: Sources, options: AnalysisOptions) -> Iterator[Record]:
    voices = _voices(ratings)
    without = TOO_MANY_PAIRS if len(voices) * (len(voices) - 1) // 2 > MOST_PAIRS else None
    for (a, one), (b, other) in combinations(enumerate(voices), 2):
        both = ((one.sum(axis=1) > 0) & (other.sum(axis=1) > 0))[:, None]
        if not both.any():
            continue
        measures = _measures(np.where(both, one + other, 0.0), ratings.scale, distance)
        measures.pop("fleiss_kappa", None)  # of two raters Scott's pi, which nobody asks for beside Cohen's kappa
        if distance is None:
            measures["cohen_kappa"] = cohen_kappa(one, other)
        head = {"rater_a": ratings.raters[a], "rater_b": ratings.raters[b]}
        for name, measured in measures.items():
            row = row_of(measured, sources, options, share=name in SHARES, without=without)
            yield {**head, "measure": name, **row}


def _raters(ratings: Ratings, distance: Floats | None, sources: Sources, options: AnalysisOptions) -> Iterator[Record]:
    counts = ratings.counts
    for number, own in enumerate(_voices(ratings)):
        others = counts - own
        many = others.sum(axis=1, keepdims=True)
        voice = np.where(many > 0, others / np.maximum(many, 1.0), 0.0)
        name = "raw" if distance is None else "similarity"
        measures = {name: observed(own, voice, distance)}
        if distance is None:
            measures["cohen_kappa"] = cohen_kappa(own, voice)
        without = (others, None) if distance is None else _only_given(others, distance)
        measures["alpha_without"] = krippendorff_alpha(*without)
        head = {"rater": ratings.raters[number], "labels": int(own.sum())}
        for measure, measured in measures.items():
            yield {**head, "measure": measure, **row_of(measured, sources, options, share=measure in SHARES)}


def _values(ratings: Ratings, sources: Sources, options: AnalysisOptions) -> Iterator[Record]:
    for category in ratings.categories:
        counts = ratings.naming(category).counts
        labels = int(counts[:, 1].sum())
        head = {"value": category, "labels": labels, "share": labels / max(len(ratings), 1)}
        measures = {"specific": specific(counts), "ac1": gwet_ac1(counts), "alpha": krippendorff_alpha(counts)}
        for name, measured in measures.items():
            yield {**head, "measure": name, **row_of(measured, sources, options, share=name in SHARES)}
