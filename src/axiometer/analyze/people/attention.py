"""Attention checks: units whose label is known beforehand, and raters who miss too many of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from axiometer.analyze.frames import Record, framed
from axiometer.analyze.people.ratings import COLUMNS
from axiometer.errors import InputError

CHECKS: dict[str, type[pl.DataType]] = {
    "rater": pl.String,
    "checks": pl.Int64,
    "passed": pl.Int64,
    "share": pl.Float64,
    "failed": pl.Boolean,
}


@dataclass(frozen=True, slots=True)
class AttentionTable:
    """`raters`: a row per rater, in the order of their pseudonyms: checks answered, passed, the share, and whether the
    rater `failed` (null where it was put no check)."""

    raters: pl.DataFrame

    @property
    def failing(self) -> tuple[str, ...]:
        """The raters that failed, by pseudonym."""
        return tuple(self.raters.filter(pl.col("failed"))["rater"].to_list())


def attention(
    labels: pl.DataFrame, expected: Mapping[str, Collection[str]], *, least_passed: float = 0.75
) -> AttentionTable:
    """Of all raters in `labels` (columns `subject`, `rater`, `value`), how many checks they passed.

    `expected`: the labels that are right for each check. A rater fails where the share of passed checks is below
    `least_passed`. Raises `InputError` for missing columns.
    """
    missing = [name for name in COLUMNS if name not in labels.columns]
    if missing:
        raise InputError("columns missing: {missing}", missing=", ".join(missing))
    passed: dict[str, list[bool]] = {rater: [] for rater in sorted(labels["rater"].unique().to_list())}
    for subject, rater, value in labels.select(COLUMNS).iter_rows():
        if subject in expected and value is not None:
            passed[rater].append(str(value) in expected[subject])
    rows: list[Record] = [
        {
            "rater": rater,
            "checks": len(found),
            "passed": sum(found),
            "share": sum(found) / len(found) if found else None,
            "failed": sum(found) < least_passed * len(found) if found else None,
        }
        for rater, found in passed.items()
    ]
    return AttentionTable(framed(rows, CHECKS))
