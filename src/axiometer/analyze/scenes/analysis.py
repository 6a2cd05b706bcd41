"""Scenes and their vectors in, tables of measures out: each condition by itself, and the one against the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import polars as pl

from axiometer.analyze.files import read_tables, write_tables
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.intervals import adjust_holm
from axiometer.analyze.scenes.distances import cosine_sums, euclidean_sums, ratio, within
from axiometer.analyze.scenes.diversity import equal_counts, near_duplicates, vendi_scores
from axiometer.analyze.scenes.leaving_out import METHOD, Bounds, Measured, bounds
from axiometer.analyze.scenes.options import SceneOptions
from axiometer.analyze.scenes.paired import Difference, mean_difference, value_differences
from axiometer.analyze.scenes.picture import picture
from axiometer.analyze.scenes.separability import Separability, separability
from axiometer.analyze.scenes.sets import CONDITIONS, ConditionSet, SceneSet, scene_set
from axiometer.analyze.scenes.silhouette import silhouette
from axiometer.similarity.vectors import Vectors

ALL = "all"
FAMILY = "scenes: measures, with rules against without"

MEASURES = {
    "condition": pl.String,
    "measure": pl.String,
    "value": pl.String,
    "n": pl.Int64,
    "sources": pl.Int64,
    "source_kind": pl.String,
    "estimate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "chance": pl.Float64,
}
COMPARISON = {
    "measure": pl.String,
    "value": pl.String,
    "n_with": pl.Int64,
    "n_without": pl.Int64,
    "values": pl.Int64,
    "with_rules": pl.Float64,
    "without_rules": pl.Float64,
    "difference": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "df": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "p_t": pl.Float64,
    "p": pl.Float64,
    "test": pl.String,
    "p_adjusted": pl.Float64,
    "family": pl.String,
}
CONFUSION = {
    "condition": pl.String,
    "value": pl.String,
    "taken_for": pl.String,
    "n": pl.Int64,
    "share": pl.Float64,
}

DEFINITIONS = {
    "distance_cosine": "mean of 1 - cosine over all pairs of scenes of one value",
    "distance_euclidean": "mean distance of unit vectors over the same pairs",
    "ratio_cosine": "mean cosine distance to scenes of other values over that within the value",
    "ratio_euclidean": "the same with distances of unit vectors",
    "silhouette": "mean over scenes of (b - a) / max(a, b), cosine distances (Rousseeuw 1987)",
    "vendi": "exp of the entropy of the eigenvalues of K / n, K cosines (Friedman and Dieng 2023), at equal numbers",
    "near_duplicates": "share of scenes with another of the same value at or above the threshold, at equal numbers",
    "macro_f1": "F1 of a logistic regression on scenes whose source it has not seen (all: mean of the values)",
    "assigned": "share of scenes that it assigns to their value",
    "all": "the mean of the values, each weighing the same",
    "interval": "jackknife over sources within values, Student's t; of differences of all: paired t over values",
}


@dataclass(frozen=True, slots=True)
class SceneAnalysis:
    """The tables of a scenes folder's `analysis/` (columns: docs/architecture.md) and `summary`, JSON values only."""

    measures: pl.DataFrame
    comparison: pl.DataFrame
    confusion: pl.DataFrame
    picture: pl.DataFrame
    summary: dict[str, object]

    def write(self, folder: Path) -> None:
        """One Parquet file per table and `summary.json`, each written whole or not at all."""
        write_tables({name: getattr(self, name) for name in SCENE_TABLES}, self.summary, folder)

    @classmethod
    def read(cls, folder: Path) -> SceneAnalysis:
        """What `write` wrote. Raises `InputError` where something is missing."""
        tables, summary = read_tables(SCENE_TABLES, folder)
        return cls(**tables, summary=summary)

    def of(self, measure: str, condition: str, value: str = ALL) -> dict[str, object]:
        """The row of `measures` asked for; `KeyError` where there is none."""
        found = self.measures.filter(
            (pl.col("measure") == measure) & (pl.col("condition") == condition) & (pl.col("value") == value)
        )
        if found.is_empty():
            raise KeyError((measure, condition, value))
        return found.row(0, named=True)


SCENE_TABLES: tuple[str, ...] = tuple(field.name for field in fields(SceneAnalysis) if field.name != "summary")


def analyze_scenes(
    scenes: pl.DataFrame,
    vectors: Vectors,
    order: Sequence[str] = (),
    options: SceneOptions | None = None,
    *,
    file: Path | None = None,
) -> SceneAnalysis:
    """Every measure of the scenes. scenes: schema_of(GeneratedScene), read from `file`; vectors: a row for each; order:
    the framework's values in its order. The result does not depend on the order of rows. Raises `InputError`
    (`scene_set`)."""
    from threadpoolctl import threadpool_limits

    chosen = options or SceneOptions()
    coded = scene_set(scenes, vectors, order, chosen.seed, file)
    with threadpool_limits(1, user_api="blas"):  # sums do not depend on how many cores there are
        return _analysed(coded, scenes, chosen)


def _analysed(coded: SceneSet, scenes: pl.DataFrame, chosen: SceneOptions) -> SceneAnalysis:
    counts = equal_counts(coded)
    measured: dict[str, dict[str, Measured]] = {}
    classified: dict[str, Separability] = {}
    for condition in coded.conditions:
        classified[condition.name] = separability(condition, counts, chosen)
        measured[condition.name] = {
            each.name: each for each in _measures(condition, coded, classified[condition.name], chosen)
        }
    bounded = {
        condition: {name: bounds(each, chosen) for name, each in own.items()} for condition, own in measured.items()
    }
    rows = [
        row
        for condition, own in measured.items()
        for name, each in own.items()
        for row in _rows(each, bounded[condition][name], coded.values)
    ]
    tables = {
        "measures": framed(rows, MEASURES),
        "comparison": _comparison(measured, bounded, coded.values, chosen),
        "confusion": framed(_confusion(classified, coded.values), CONFUSION),
        "picture": picture(coded, scenes, chosen),
    }
    return SceneAnalysis(**tables, summary=_summary(coded, tables, classified, chosen))


def _measures(
    condition: ConditionSet, scenes: SceneSet, classified: Separability, options: SceneOptions
) -> list[Measured]:
    counts, equal = condition.counts(len(scenes.values)), equal_counts(scenes)
    cosine = cosine_sums(condition, len(scenes.values))
    euclidean = euclidean_sums(condition, len(scenes.values))
    return [
        within(condition, cosine, "distance_cosine", counts),
        within(condition, euclidean, "distance_euclidean", counts),
        ratio(condition, cosine, "ratio_cosine", counts),
        ratio(condition, euclidean, "ratio_euclidean", counts),
        silhouette(condition, "silhouette", counts),
        vendi_scores(condition, equal, options),
        near_duplicates(condition, equal, options),
        classified.f1,
        classified.assigned,
    ]


def _rows(measured: Measured, limits: Bounds, values: tuple[str, ...]) -> list[Record]:
    return [
        {
            "condition": measured.condition.name,
            "measure": measured.name,
            "value": value,
            "n": int(measured.n[entry]),
            "sources": int(limits.sources[entry]),
            "source_kind": measured.condition.kind.value,
            "estimate": number(measured.estimate[entry]),
            "low": number(limits.low[entry]),
            "high": number(limits.high[entry]),
            "interval": METHOD if limits.why_not[entry] is None else None,
            "why_not": limits.why_not[entry],
            "chance": measured.chance,
        }
        for entry, value in enumerate((*values, ALL))
    ]


def _comparison(
    measured: Mapping[str, Mapping[str, Measured]],
    bounded: Mapping[str, Mapping[str, Bounds]],
    values: tuple[str, ...],
    options: SceneOptions,
) -> pl.DataFrame:
    """With rules minus without; empty where there is one condition only. Adjusted p: over the measures, Holm."""
    if len(measured) < 2:
        return framed([], COMPARISON)
    one, other = (measured[name] for name in CONDITIONS)
    rows, overall = [], []
    for name, first in one.items():
        second = other[name]
        limits = [bounded[each][name] for each in CONDITIONS]
        differences = value_differences(first, second, limits[0], limits[1], options)
        mean = mean_difference(first.estimate[:-1] - second.estimate[:-1], options)
        if second.reason is not None and np.isnan(mean.difference):
            mean = Difference(np.nan, np.nan, np.nan, np.nan, None, second.reason)
        rows += [_compared(first, second, entry, each, values) for entry, each in enumerate((*differences, mean))]
        overall.append(mean.p)
    adjusted = iter(adjust_holm(np.array(overall)))
    for row in rows:
        if row["value"] == ALL:
            row |= {"p_adjusted": number(next(adjusted)), "family": FAMILY}
    return framed(rows, COMPARISON)


def _compared(first: Measured, second: Measured, entry: int, found: Difference, values: tuple[str, ...]) -> Record:
    of_all = entry == len(values)
    return {
        "measure": first.name,
        "value": ALL if of_all else values[entry],
        "n_with": int(first.n[entry]),
        "n_without": int(second.n[entry]),
        "values": int(np.isfinite(first.estimate[:-1] - second.estimate[:-1]).sum()) if of_all else 1,
        "with_rules": number(first.estimate[entry]),
        "without_rules": number(second.estimate[entry]),
        "difference": number(found.difference),
        "low": number(found.low),
        "high": number(found.high),
        "df": number(found.df),
        "interval": found.interval,
        "why_not": found.why_not,
        "p_t": number(found.p_t),
        "p": number(found.p),
        "test": found.test,
    }


def _confusion(classified: Mapping[str, Separability], values: tuple[str, ...]) -> list[Record]:
    return [
        {
            "condition": condition,
            "value": value,
            "taken_for": other,
            "n": int(found.confusion[row, column]),
            "share": float(found.confusion[row, column] / found.confusion[row].sum()),
        }
        for condition, found in classified.items()
        if found.folds
        for row, value in enumerate(values)
        for column, other in enumerate(values)
    ]


def _summary(
    scenes: SceneSet,
    tables: Mapping[str, pl.DataFrame],
    classified: Mapping[str, Separability],
    options: SceneOptions,
) -> dict[str, object]:
    """Options, counts, definitions and the numbers over all values. JSON values only."""
    overall = {name: tables[name].filter(pl.col("value") == ALL) for name in ("measures", "comparison")}
    return {
        "options": asdict(options),
        "values": list(scenes.values),
        "left_out": dict(scenes.left_out),
        "conditions": [
            {
                "condition": each.name,
                "scenes": len(each.value),
                "sources": int(each.sources(len(scenes.values))[-1]),
                "sources_of_several_values": each.of_several_values(),
                "source_kind": each.kind.value,
                "folds": classified[each.name].folds,
                "converged": classified[each.name].converged,
            }
            for each in scenes.conditions
        ],
        "pictured": tables["picture"].height,
        "estimates": {name: table.drop("value").to_dicts() for name, table in overall.items()},
        "definitions": DEFINITIONS,
    }
