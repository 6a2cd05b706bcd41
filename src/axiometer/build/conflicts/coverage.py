"""How many pairs each value meets each other value in: where a ranking of values would rest on too little."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from axiometer.build.conflicts.rules import values_on
from axiometer.frameworks import Framework

AS_GIVEN = "value"
SCHEMA = pl.Schema(
    {
        "level": pl.String(),
        "value_a": pl.String(),
        "value_b": pl.String(),
        "candidates": pl.Int64(),
        "estimated": pl.Float64(),
        "contradictions": pl.Int64(),
        "tensions": pl.Int64(),
    }
)


class Coverage:
    """Counts pairs by the two values that meet in them, on every level of the framework (`value`: as rules have them).

    A pair counts once in every cell of one rule's values against the other's; cells have no order of a and b.
    `estimated`: pairs of the whole set in the range, from the sample (Horvitz-Thompson); null where none was drawn.
    """

    def __init__(self, framework: Framework | None) -> None:
        self._framework = framework
        self._levels = [] if framework is None else [level.id for level in framework.levels]
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}
        self._frames: list[pl.DataFrame] = []

    def add(self, pairs: pl.DataFrame) -> None:
        """Counts selected pairs (frame of `RulePair` with `reason`)."""
        for level in (AS_GIVEN, *self._levels):
            frame = pairs.select(
                a=pl.Series(self._on(pairs["values_a"], level), dtype=pl.List(pl.String())),
                b=pl.Series(self._on(pairs["values_b"], level), dtype=pl.List(pl.String())),
                weight=1 / pl.col("inclusion"),
                kind=pl.when(pl.col("reason").is_null()).then(pl.col("kind")),
            )
            cells = frame.explode("a").explode("b").drop_nulls(["a", "b"])
            self._frames.append(
                cells.group_by(
                    value_a=pl.min_horizontal("a", "b"), value_b=pl.max_horizontal("a", "b"), level=pl.lit(level)
                ).agg(
                    candidates=pl.len().cast(pl.Int64()),
                    weight=pl.col("weight").sum(),
                    weighed=pl.col("weight").count(),
                    contradictions=(pl.col("kind") == "contradiction").sum().cast(pl.Int64()),
                    tensions=(pl.col("kind") == "tension").sum().cast(pl.Int64()),
                )
            )

    def table(self) -> pl.DataFrame:
        """The counts, by level and values, every pair of values that meets in a candidate."""
        if not self._frames:
            return pl.DataFrame(schema=SCHEMA)
        summed = (
            pl.concat(self._frames)
            .sort("level", "value_a", "value_b", "weight")
            .group_by("level", "value_a", "value_b", maintain_order=True)
            .agg(pl.col("candidates", "weight", "weighed", "contradictions", "tensions").sum())
        )
        estimated = pl.when(pl.col("weighed") > 0).then(pl.col("weight")).alias("estimated")
        return summed.with_columns(estimated).select(list(SCHEMA)).cast(SCHEMA)

    def _on(self, column: pl.Series, level: str) -> list[list[str]]:
        return [list(self._at(tuple(values or ()), level)) for values in column.to_list()]

    def _at(self, values: Sequence[str], level: str) -> Sequence[str]:
        if level == AS_GIVEN or self._framework is None:
            return values
        key = (level, "\x00".join(values))
        if key not in self._known:
            self._known[key] = values_on(values, level, self._framework)
        return self._known[key]
