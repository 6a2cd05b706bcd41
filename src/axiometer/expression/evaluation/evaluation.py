"""Labels and classifiers' probabilities in, tables out: how well each tells values, and by how much they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from axiometer.analyze.files import read_tables, write_tables
from axiometer.analyze.frames import Columns, Record, framed, number
from axiometer.analyze.inference.intervals import adjust_holm
from axiometer.errors import InputError
from axiometer.expression.evaluation import tables
from axiometer.expression.evaluation.curves import GRID, at_thresholds, precision_recall
from axiometer.expression.evaluation.judged import Gold, Judged
from axiometer.expression.evaluation.measures import OVERALL, Sums, by_cluster, by_value, overall, rarest
from axiometer.expression.evaluation.mistakes import confusion, worst
from axiometer.expression.evaluation.reliability import POOLED_BINS, Reliability, reliability
from axiometer.expression.evaluation.resampling import (
    CONFIDENCE,
    LEAST_CASES,
    LEAST_CLUSTERS,
    METHOD,
    PAIRED,
    Draws,
    limits,
    resampled,
    two_sided,
)

FORMAT: Final = 1
COMPARED: Final = ("micro_f1", "macro_f1", "weighted_f1", "tail_f1", "subset_accuracy", "brier")


@dataclass(frozen=True, slots=True)
class Options:
    """resamples: of the bootstrap; seed: of their draws."""

    resamples: int = 2_000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The tables of an evaluation's folder (columns: `tables`) and `summary`, JSON values only."""

    measures: pl.DataFrame
    values: pl.DataFrame
    differences: pl.DataFrame
    reliability: pl.DataFrame
    thresholds: pl.DataFrame
    precision_recall: pl.DataFrame
    confusion: pl.DataFrame
    mistakes: pl.DataFrame
    summary: dict[str, object]

    def write(self, folder: Path) -> None:
        """One Parquet file per table and `summary.json`, each written whole or not at all."""
        write_tables({name: getattr(self, name) for name in TABLES}, self.summary, folder)

    @classmethod
    def read(cls, folder: Path) -> Evaluation:
        """What `write` wrote. Raises `InputError` where something is missing, damaged, or no evaluation."""
        found, summary = read_tables(TABLES, folder)
        if summary.get("kind") != "evaluation" or summary.get("format") != FORMAT:
            raise InputError("no evaluation that this version can read", file=folder)
        return cls(**found, summary=summary)

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(self.measures["model"].unique(maintain_order=True).to_list())

    @property
    def value_ids(self) -> tuple[str, ...]:
        return tuple(self.values["value"].unique(maintain_order=True).to_list())

    def of(self, measure: str, model: str) -> dict[str, object]:
        """The row of `measures` asked for; `KeyError` where there is none."""
        found = self.measures.filter((pl.col("measure") == measure) & (pl.col("model") == model))
        if found.is_empty():
            raise KeyError((measure, model))
        return found.row(0, named=True)


TABLES: Final = tuple(field.name for field in fields(Evaluation) if field.name != "summary")


@dataclass(frozen=True, slots=True)
class _Measured:
    """One classifier with all that tables are made from."""

    judged: Judged
    overall: Mapping[str, float]
    values: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]
    draws: Draws
    cases: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.int64]]]
    pooled: Reliability
    reliability: tuple[Reliability, ...]


def evaluate(
    gold: Gold, judged: Sequence[Judged], options: Options | None = None, about: Mapping[str, object] | None = None
) -> Evaluation:
    """How well each classifier tells the values of these texts, and paired differences where there are several.

    Intervals and differences resample clusters of texts (`Gold.clusters`) with the classifiers as they are: they say
    how much other texts of the same kind would move a number, not how much training anew would. about: what `summary`
    says of the data. Raises `InputError` for no text, no classifier, or two of one name.
    """
    options = options or Options()
    if not len(gold):
        raise InputError("no text to evaluate on")
    names = [each.name for each in judged]
    if not names or len(set(names)) < len(names):
        raise InputError("no classifier to evaluate" if not names else "two classifiers have one name")
    tail = rarest(gold.support)
    measured = list(_measured(gold, judged, tail, options))
    return Evaluation(
        measures=framed(_measure_rows(gold, measured), tables.MEASURES),
        values=framed(_value_rows(gold, measured), tables.VALUES),
        differences=framed(_difference_rows(gold, measured), tables.DIFFERENCES),
        reliability=framed(_reliability_rows(gold, measured), tables.RELIABILITY),
        thresholds=framed(_threshold_rows(gold, measured), tables.THRESHOLDS),
        precision_recall=framed(_curve_rows(gold, measured), tables.PRECISION_RECALL),
        confusion=framed(_confusion_rows(gold, measured), tables.CONFUSION),
        mistakes=_of_each(measured, tables.MISTAKES, lambda one: (asdict(each) for each in worst(gold, one.judged))),
        summary=_summary(gold, measured, tail, options, about or {}),
    )
