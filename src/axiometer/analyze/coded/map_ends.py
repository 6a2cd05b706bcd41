"""Estimates where it is uncertain how sure recovered maps are: at the estimated probabilities and at both ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.recovered import MapEnd

Tables = dict[str, pl.DataFrame]

_INTERVALS: Final = (
    ("low", "high"),
    ("bound_low", "bound_high"),
    ("bound_ci_low", "bound_ci_high"),
    ("opposed_low", "opposed_high"),
    ("corrected_low", "corrected_high"),
    ("rank_low", "rank_high"),
    ("rank_bound_low", "rank_bound_high"),
)
_P_VALUES: Final = ("p", "p_adjusted")
_REASONS: Final = ("why_not", "opposed_why_not")
_KNOW_NO_MAPS: Final = frozenset(
    {"slots", "consistency", "outcomes", "contested", "letters", "pairs", "judge", "raters"}
)


def over_maps(catalogue: Catalogue, tables: Callable[[Catalogue], Tables]) -> Tables:
    """The tables; where maps have an interval of their own, with intervals as `widened` makes them."""
    at_point = tables(catalogue)
    maps = catalogue.maps
    if maps is None or not maps.ranged:
        return at_point
    ends = [tables(replace(catalogue, maps=maps.at(end))) for end in (MapEnd.LOW, MapEnd.HIGH)]
    return {
        name: table if name in _KNOW_NO_MAPS else widened(table, [end[name] for end in ends])
        for name, table in at_point.items()
    }


def widened(point: pl.DataFrame, ends: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The table `point`, each interval the union of its own and those of `ends`, each p-value the largest.

    Where one of the tables has no interval or no p-value there is none, for its reason. Rows are the same in all.
    """
    everywhere = (point, *ends)
    assert all(end.height == point.height for end in ends), "tables at the ends have other rows"
    table = point
    for low, high in _INTERVALS:
        if {low, high} <= set(point.columns):
            none = pl.any_horizontal(*(frame[name].is_null() for frame in everywhere for name in (low, high)))
            least = pl.min_horizontal(*(frame[low] for frame in everywhere))
            most = pl.max_horizontal(*(frame[high] for frame in everywhere))
            table = table.with_columns(
                pl.when(~none).then(least).alias(low),
                pl.when(~none).then(most).alias(high),
            )
    for name in _P_VALUES:
        if name in point.columns:
            none = pl.any_horizontal(*(frame[name].is_null() for frame in everywhere))
            most = pl.max_horizontal(*(frame[name] for frame in everywhere))
            table = table.with_columns(pl.when(~none).then(most).alias(name))
    for name in _REASONS:
        if name in point.columns:
            table = table.with_columns(pl.coalesce(*(frame[name] for frame in everywhere)).alias(name))
    if {"interval", "why_not"} <= set(point.columns):
        table = table.with_columns(pl.when(pl.col("why_not").is_null()).then(pl.col("interval")).alias("interval"))
    return table
