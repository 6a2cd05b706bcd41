"""Labels and classifiers' probabilities in, tables out: how well each tells values, and by how much they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from axiometer.analyze.files import SUMMARY, read_tables, write_tables
from axiometer.analyze.frames import framed, number
from axiometer.errors import InputError
from axiometer.expression.evaluation import rows, tables
from axiometer.expression.evaluation.judged import Gold, Judged
from axiometer.expression.evaluation.measured import Measured, measured
from axiometer.expression.evaluation.measures import rarest
from axiometer.expression.evaluation.resampling import CONFIDENCE, METHOD, PAIRED

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT: Final = 1
KIND: Final = "classifiers"


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
        """What `write` wrote. Raises `InputError` where something is missing or damaged."""
        found, summary = read_tables(TABLES, folder)
        if summary.get("kind") != KIND or summary.get("format") != FORMAT:
            raise InputError("no evaluation of classifiers that this version can read", file=folder / SUMMARY)
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


def evaluate(
    gold: Gold, judged: Sequence[Judged], options: Options | None = None, about: Mapping[str, object] | None = None
) -> Evaluation:
    """How well each classifier tells the values of these texts, and paired differences where there are several.

    Intervals and differences resample clusters of texts (`Gold.clusters`) with the classifiers as they are: they say
    how much other texts of the same kind would move a number, not how much training anew would. about: what `summary`
    says of the data. Raises `InputError` for no text, no classifier, or two of one name.
    """
    options = options or Options()
    names = [each.name for each in judged]
    if not len(gold):
        raise InputError("no text to evaluate on")
    if not names:
        raise InputError("no classifier to evaluate")
    check_names(names)
    tail = rarest(gold.support)
    models = measured(gold, judged, tail, options.resamples, options.seed)
    return Evaluation(
        measures=framed(rows.measure_rows(models), tables.MEASURES),
        values=framed(rows.value_rows(gold, models), tables.VALUES),
        differences=framed(rows.difference_rows(gold, models), tables.DIFFERENCES),
        reliability=framed(rows.reliability_rows(gold, models), tables.RELIABILITY),
        thresholds=framed(rows.threshold_rows(gold, models), tables.THRESHOLDS),
        precision_recall=framed(rows.curve_rows(gold, models), tables.PRECISION_RECALL),
        confusion=framed(rows.confusion_rows(gold, models), tables.CONFUSION),
        mistakes=framed(rows.mistake_rows(gold, models), tables.MISTAKES),
        summary=_summary(gold, models, tail, options, about or {}),
    )


def check_names(names: Sequence[str]) -> None:
    """Raises `InputError` where two classifiers have one name."""
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError("two classifiers are called {name!r}", mend="rename one of the folders", name=twice[0])


def holds_evaluation(folder: Path) -> bool:
    """Whether a folder is one that `Evaluation.write` wrote."""
    return all((folder / name).is_file() for name in (SUMMARY, "precision_recall.parquet", "mistakes.parquet"))


def _summary(
    gold: Gold, models: Sequence[Measured], tail: NDArray[np.intp], options: Options, about: Mapping[str, object]
) -> dict[str, object]:
    return {
        "kind": KIND,
        "format": FORMAT,
        "data": dict(about),
        "texts": len(gold),
        "clusters": int(gold.clusters.max()) + 1,
        "values": list(gold.values),
        "tail": [gold.values[place] for place in tail.tolist()],
        "unexpressed": [value for value, n in zip(gold.values, gold.support.tolist(), strict=True) if n == 0],
        "models": {model.name: _model(model) for model in models},
        "bootstrap": {
            "resamples": options.resamples,
            "seed": options.seed,
            "confidence": CONFIDENCE,
            "interval": METHOD,
            "p": PAIRED,
            "resampled": "clusters of texts: near-copies and texts of one group stay together",
        },
        "families": tables.FAMILIES,
        "definitions": tables.DEFINITIONS,
    }


def _model(model: Measured) -> dict[str, object]:
    seen = model.judged.seen
    return {
        **dict(model.judged.about),
        "seen": None if seen is None else int(seen.sum()),
        "ece_pooled_by_chance": number(model.pooled.by_chance),
        "ece_by_chance": number(float(np.mean([found.by_chance for found in model.reliability]))),
        "measures": {name: number(estimate) for name, estimate in model.overall.items()},
    }
