"""The columns of an evaluation's tables, and what their names mean."""

from __future__ import annotations

from typing import Final

import polars as pl

_INTERVAL: Final = {"estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64, "why_not": pl.String}

MEASURES: Final = {"model": pl.String, "measure": pl.String, **_INTERVAL}
VALUES: Final = {
    "model": pl.String,
    "value": pl.String,
    "support": pl.Int64,
    "predicted": pl.Int64,
    "threshold": pl.Float64,
    **{f"{measure}{end}": pl.Float64 for measure in ("f1", "precision", "recall") for end in ("", "_low", "_high")},
    "average_precision": pl.Float64,
    "brier": pl.Float64,
    "ece": pl.Float64,
    "ece_by_chance": pl.Float64,
    "mean_probability": pl.Float64,
    "share": pl.Float64,
    "why_not": pl.String,
}
DIFFERENCES: Final = {
    "measure": pl.String,
    "value": pl.String,
    "first": pl.String,
    "second": pl.String,
    "difference": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "p": pl.Float64,
    "p_adjusted": pl.Float64,
    "family": pl.String,
    "why_not": pl.String,
}
RELIABILITY: Final = {
    "model": pl.String,
    "value": pl.String,
    "bin": pl.Int64,
    "from": pl.Float64,
    "to": pl.Float64,
    "n": pl.Int64,
    "probability": pl.Float64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
THRESHOLDS: Final = {
    "model": pl.String,
    "value": pl.String,
    "threshold": pl.Float64,
    "precision": pl.Float64,
    "recall": pl.Float64,
    "f1": pl.Float64,
}
PRECISION_RECALL: Final = {name: kind for name, kind in THRESHOLDS.items() if name != "f1"}
CONFUSION: Final = {
    "model": pl.String,
    "value": pl.String,
    "taken_for": pl.String,
    "missed": pl.Int64,
    "n": pl.Int64,
    "share": pl.Float64,
}
MISTAKES: Final = {
    "model": pl.String,
    "kind": pl.String,
    "row": pl.Int64,
    "value": pl.String,
    "probability": pl.Float64,
    "threshold": pl.Float64,
    "text": pl.String,
}

ALL: Final = "all"
FAMILIES: Final = {
    "overall": "pairs of classifiers and measures over all values",
    "values": "pairs of classifiers and the F1 of each value",
}
DEFINITIONS: Final = {
    "micro": "over all decisions (a text and a value) at once",
    "macro": "the mean over values, each weighing the same; weighted: by support",
    "tail_f1": "the mean F1 of the rarest third of the values among these texts",
    "subset_accuracy": "share of texts of which every value was told rightly",
    "brier": "mean squared difference of probability and label, the mean over values (Brier 1950)",
    "ece": "mean over values of the calibration error with bins of equal mass (10 a value)",
    "ece_pooled": "the same over all decisions at once (15 bins)",
    "by_chance": "the calibration error to expect if every probability were right",
    "average_precision": "sum over thresholds of the gain in recall times precision, the mean over values",
    "difference": "first minus second, on the same resamples of the same texts",
    "p_adjusted": "Holm 1979, within the family",
    "confusion": "of the texts in which a value was missed, how many were said to express another that they do not",
}
