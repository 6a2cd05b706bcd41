"""Rows of estimates to data frames."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import polars as pl

Record = dict[str, object]
Columns = Mapping[str, type[pl.DataType] | pl.DataType]


def number(value: float) -> float | None:
    """A float for a table: None where it is not a number or infinite; negative zero as zero."""
    return float(value) + 0.0 if math.isfinite(value) else None


def framed(rows: Iterable[Mapping[str, object]], columns: Columns) -> pl.DataFrame:
    """A data frame with exactly these columns; what a row leaves out is null."""
    listed = list(rows)
    return pl.DataFrame(
        {name: pl.Series(name, [row.get(name) for row in listed], dtype=dtype) for name, dtype in columns.items()}
    )
