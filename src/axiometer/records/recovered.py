"""What `meta` says of an item whose map from options to rules was recovered after the fact, by `build map`."""

from __future__ import annotations

from typing import Final

import polars as pl

CONFIDENCE: Final = "map_confidence"
LOW: Final = "map_low"
HIGH: Final = "map_high"
METHOD: Final = "map_method"
CALIBRATED: Final = "map_calibrated"
FIELDS: Final = (CONFIDENCE, LOW, HIGH, METHOD, CALIBRATED)

COLUMN: Final = "recovered"
_TYPE: Final = pl.Struct({name: pl.String() for name in FIELDS})


def recovered_in(items: pl.DataFrame) -> pl.Series:
    """The column `recovered`: `FIELDS` as texts, null where an item's map was not recovered. `items` has it already, or
    has `meta`; without both it is null throughout."""
    if COLUMN in items.columns:
        return items[COLUMN]
    none = pl.Series(COLUMN, [None], _TYPE).new_from_index(0, items.height)
    if "meta" not in items.columns:
        return none
    there = items["meta"].str.contains(f'"{CONFIDENCE}"', literal=True).fill_null(False)
    if not there.any():
        return none
    found = pl.struct(*(pl.col("meta").str.json_path_match(f"$.{name}").alias(name) for name in FIELDS))
    return items.select(pl.when(there).then(found).alias(COLUMN))[COLUMN]
