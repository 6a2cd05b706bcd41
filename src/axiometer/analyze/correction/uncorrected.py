"""Which estimates rest on a machine's word alone: every table of an analysis is asked by one function.

Shares siding with corpora, their differences and gaps between modes pass through `corrected`; where that gave nothing,
and in all other tables about respondents, what a judge said of free answers stands as it is. What is about the judge
itself (its errors, its pull to a place, its consistency) is not an estimate about a respondent.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

MACHINE_READ = ("judged", "open")
"""The modes in which a judge says what an answer is."""

ABOUT_THE_JUDGE = frozenset({"judge", "raters", "slots", "consistency", "variance", "letters"})
_MODES = ("mode", "mode_a", "mode_b")
_MODELS = ("model", "model_a", "model_b")
_ESTIMATES = ("share", "strength", "estimate", "difference", "gap", "share_a")


def uncorrected_in(name: str, table: pl.DataFrame) -> tuple[str, ...]:
    """The respondents with an estimate in the table `name` of an analysis that rests on a machine's word alone."""
    modes = [column for column in _MODES if column in table.columns]
    if name in ABOUT_THE_JUDGE or not modes:
        return ()
    rows = table.filter(pl.any_horizontal([pl.col(column).is_in(MACHINE_READ) for column in modes]))
    given = [pl.col(column).is_not_null() for column in _ESTIMATES if column in table.columns]
    if given:
        rows = rows.filter(pl.any_horizontal(given))
    if "corrected" in table.columns:
        rows = rows.filter(pl.col("corrected").is_null())
    models = {str(model) for column in _MODELS if column in rows.columns for model in rows[column].drop_nulls()}
    return tuple(sorted(models))


def uncorrected(tables: Mapping[str, pl.DataFrame]) -> dict[str, list[str]]:
    """The same of all tables: those that have such estimates, by name."""
    found = {name: uncorrected_in(name, table) for name, table in tables.items()}
    return {name: list(models) for name, models in found.items() if models}
