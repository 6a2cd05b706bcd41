"""Paired differences of shares: between models on the same items, and between languages on parallel items."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, Table, beside, positive, product, totals
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.tallies import GroupTable, Tally, group_table, tally
from axiometer.analyze.coded.units import told, units_of
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.estimates.shares import tabulated
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.intervals import adjust_benjamini_hochberg, adjust_holm
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Scale, Statistic, ratios
from axiometer.analyze.options import Adjustment, AnalysisOptions
from axiometer.records import ExpressionKind

_ESTIMATE: dict[str, type[pl.DataType]] = {
    "level": pl.String,
    "value": pl.String,
    "n_items": pl.Int64,
    "difference": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "p": pl.Float64,
    "p_adjusted": pl.Float64,
    "adjustment": pl.String,
}

DIFFERENCES: dict[str, type[pl.DataType]] = {
    "family": pl.String,
    "model_a": pl.String,
    "model_b": pl.String,
    "mode": pl.String,
    **_ESTIMATE,
}

LANGUAGES: dict[str, type[pl.DataType]] = {
    "family": pl.String,
    "model": pl.String,
    "mode": pl.String,
    "lang_a": pl.String,
    "lang_b": pl.String,
    **_ESTIMATE,
}


def between_models(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """Per pair of models in one mode, level and value: share of a minus share of b on the items that both chose on.

    A family is all values of one level for one pair of models in one mode; p-values are adjusted within it.
    """
    rows: list[Record] = []
    for first, second in pairs_in_one_mode(everyone):
        head = {"model_a": first.model, "model_b": second.model, "mode": first.mode.value}
        for level in compared_levels(catalogue, options):
            family = f"{first.model} minus {second.model}, {first.mode.value}, {level.name}"
            found = difference_rows(first, second, catalogue, level, options)
            rows.extend({"family": family, **head, **row} for row in found)
    return framed(rows, DIFFERENCES)


def between_languages(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """Per model, mode and pair of languages: share in a minus share in b on parallel items asked in both.

    A family is all values of one level for one model and pair of languages.
    """
    rows: list[Record] = []
    for presentations in everyone:
        langs = catalogue.lang[presentations.item]
        for a, b in combinations(sorted({str(lang) for lang in np.unique(langs)}), 2):
            head = {"model": presentations.model, "mode": presentations.mode.value, "lang_a": a, "lang_b": b}
            in_a = tally(presentations, catalogue, langs == a)
            in_b = tally(presentations, catalogue, langs == b)
            for level in compared_levels(catalogue, options):
                family = f"{presentations.model}, {presentations.mode.value}, {a} minus {b}, {level.name}"
                tables = (group_table(in_a, catalogue, level), group_table(in_b, catalogue, level))
                found = paired_rows(*tables, level, catalogue.sources, options)
                rows.extend({"family": family, **head, **row} for row in found)
    return framed(rows, LANGUAGES)


def pairs_in_one_mode(everyone: list[Presentations]) -> Iterator[tuple[Presentations, Presentations]]:
    """Every pair of respondents that were asked in the same mode, in alphabetical order of models."""
    for first, second in combinations(everyone, 2):
        if first.mode is second.mode:
            yield first, second


def compared_levels(catalogue: Catalogue, options: AnalysisOptions) -> list[Level]:
    return [level for level in tabulated(catalogue, options) if level.kind is not ExpressionKind.RULE]


def on_common_items(
    first: Presentations, second: Presentations, catalogue: Catalogue, level: Level
) -> tuple[GroupTable, GroupTable]:
    """What either chose on the items that both chose on."""
    a, b = tally(first, catalogue), tally(second, catalogue)
    both = ((a.asked > 0) & (b.asked > 0)).astype(np.float64)
    return tuple(group_table(_only(counts, both), catalogue, level) for counts in (a, b))  # type: ignore[return-value]


def difference_rows(
    first: Presentations, second: Presentations, catalogue: Catalogue, level: Level, options: AnalysisOptions
) -> list[Record]:
    """The differences of two respondents on the items that both chose on; people with the persons among what is
    resampled."""
    if not (first.persons or second.persons):
        tables = on_common_items(first, second, catalogue, level)
        return paired_rows(*tables, level, catalogue.sources, options)
    units = units_of([first, second], catalogue, level, chosen_by_all=True)
    k = len(level.targets)
    n, chosen = beside([table.n for table in units.endorsed]), beside([table.k for table in units.endorsed])
    together = ratios(chosen, n, units.sources, options)
    difference = together.take(slice(0, k)).minus(together.take(slice(k, 2 * k)))
    groups = on_common_items(first, second, catalogue, level)
    items = totals(_both(*groups))
    return [told(row, units.persons) for row in rows_of(difference, items, level, units.sources, options)]


def _only(counts: Tally, kept: Floats) -> Tally:
    return Tally(counts.taken * kept, counts.asked * kept, counts.open * kept, counts.alone)


def paired_rows(a: GroupTable, b: GroupTable, level: Level, sources: Sources, options: AnalysisOptions) -> list[Record]:
    """The differences of the shares of two group tables, on the groups that have presentations in both."""
    difference = paired_difference(a, b, sources, options)
    return rows_of(difference, totals(_both(a, b)), level, sources, options)


def rows_of(
    difference: Statistic, items: Floats, level: Level, sources: Sources, options: AnalysisOptions
) -> list[Record]:
    """One row per target of `level` that both have presentations of; `items`: of how many groups, per target."""
    estimates = difference.intervals(sources, options, Scale.DIFFERENCE)
    adjusted = adjust(estimates.p, options.adjustment)
    return [
        {
            "level": level.name,
            "value": value,
            "n_items": int(items[i]),
            "difference": number(estimates.estimate[i]),
            "low": number(estimates.low[i]),
            "high": number(estimates.high[i]),
            "interval": estimates.method(i),
            "why_not": estimates.why_not[i],
            "p": number(estimates.p[i]),
            "p_adjusted": number(adjusted[i]),
            "adjustment": options.adjustment.value,
        }
        for i, value in enumerate(level.targets)
        if items[i] > 0
    ]


def paired_difference(a: GroupTable, b: GroupTable, sources: Sources, options: AnalysisOptions) -> Statistic:
    """Share of a minus share of b per target, on the groups that have presentations in both."""
    both = _both(a, b)
    k = a.n.shape[1]
    numerator, denominator = ([product(table, both) for table in pair] for pair in ((a.k, b.k), (a.n, b.n)))
    together = ratios(beside(numerator), beside(denominator), sources, options)
    return together.take(slice(0, k)).minus(together.take(slice(k, 2 * k)))


def _both(a: GroupTable, b: GroupTable) -> Table:
    """1 where a group has presentations in both tables."""
    return product(positive(a.n), positive(b.n))


def adjust(p: Floats, adjustment: Adjustment) -> Floats:
    return adjust_holm(p) if adjustment is Adjustment.HOLM else adjust_benjamini_hochberg(p)
