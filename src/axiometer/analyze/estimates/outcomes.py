"""How presentations ended: chosen, refused and so on, for all items and where each value is at stake.

Single rates with the score interval of Wilson (1927) on the cluster-effective n: the number of independent
presentations that would have the variance with every shared source counted once. At 0 and 100 % that variance
cannot be seen; there the sample is the groups of items with presentations, or the sources behind them where these are
fewer, as if all of a source always ended in one way. Overall rates are those of this set's mix of values: how rates
differ between the values at stake is known, and taken out of the variance by least squares.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import (
    MOST_CELLS,
    Floats,
    Table,
    added,
    beside,
    cells,
    counted,
    dense,
    positive,
    scaled,
    table_of,
    totals,
)
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import OUTCOMES, Presentations
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.estimates.shares import languages_in, tabulated
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.intervals import wilson
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import ExpressionKind, Mode

COLUMNS: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "by": pl.String,
    "level": pl.String,
    "value": pl.String,
    "outcome": pl.String,
    "n": pl.Int64,
    "total": pl.Int64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
}

METHOD = "wilson on effective n"
GROUPS_PER_VALUE = 10


def outcomes(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """One row per respondent, mode, language and outcome that occurs (for `by` = `all`, every outcome), then per value
    at stake (`by` = `value`)."""
    rows: list[Record] = []
    levels = [level for level in tabulated(catalogue, options) if level.kind is not ExpressionKind.RULE]
    for presentations in everyone:
        for lang, kept in languages_in(presentations, catalogue):
            part = presentations if kept is None else presentations.where(kept)
            head = {"model": part.model, "mode": part.mode.value, "lang": lang}
            rows.extend({**head, **row} for row in _overall(part, catalogue, options))
            for level in levels:
                rows.extend({**head, **row} for row in _by_value(part, catalogue, level, options))
    return framed(rows, COLUMNS)


def _overall(part: Presentations, catalogue: Catalogue, options: AnalysisOptions) -> Iterator[Record]:
    groups = catalogue.groups
    group = catalogue.group[part.item]
    counts = cells(group * len(OUTCOMES) + part.outcome, (groups, len(OUTCOMES)))
    asked = counts.sum(axis=1, keepdims=True)
    strata = values_at_stake(catalogue, int((asked > 0).sum()), part.mode is Mode.AGREE)
    low, high = rate_intervals(counts, asked, catalogue.sources, options, strata)
    for code, outcome in enumerate(OUTCOMES):
        yield _row("all", None, None, outcome, counts[:, code].sum(), asked.sum(), low[code], high[code])


def _by_value(part: Presentations, catalogue: Catalogue, level: Level, options: AnalysisOptions) -> Iterator[Record]:
    contests = catalogue.contests(level, 1, part.mode is Mode.AGREE)
    subject, owner = part.item, catalogue.option_item[contests.option]
    if part.mode is Mode.AGREE:
        subject, owner = part.shown, contests.option
    size = int(max(subject.max(initial=0), owner.max(initial=0))) + 1
    shape = (catalogue.groups, len(level.targets))

    def at_stake(kept: np.ndarray) -> Table:
        per_subject = counted(subject[kept], size)
        return table_of(catalogue.option_group[contests.option], contests.target, shape, per_subject[owner])

    asked = at_stake(part.outcome >= 0)
    of = totals(asked)
    for code in np.unique(part.outcome):
        counts = at_stake(part.outcome == code)
        n = totals(counts)
        low, high = rate_intervals(counts, asked, catalogue.sources, options)
        for i in np.flatnonzero(n):
            yield _row("value", level.name, level.targets[i], OUTCOMES[code], n[i], of[i], low[i], high[i])


def _row(
    by: str, level: str | None, value: str | None, outcome: str, count: float, total: float, low: float, high: float
) -> Record:
    n, of = round(float(count)), round(float(total))
    return {
        "by": by,
        "level": level,
        "value": value,
        "outcome": str(outcome),
        "n": n,
        "total": of,
        "share": n / of if of else None,
        "low": number(low),
        "high": number(high),
        "interval": METHOD if of else None,
        "why_not": None if of else "no presentation bears on it",
    }


def values_at_stake(catalogue: Catalogue, answered: int, alone: bool) -> Table | None:
    """Groups x values: 1 where a value of the finest level with at least ten answered groups per value is at stake."""
    fitting = [
        level
        for level in catalogue.levels
        if level.kind is ExpressionKind.VALUE and 1 < len(level.targets) <= answered / GROUPS_PER_VALUE
    ]
    if not fitting:
        return None
    level = max(fitting, key=lambda each: len(each.targets))
    contests = catalogue.contests(level, 1, alone)
    shape = (catalogue.groups, len(level.targets))
    return positive(table_of(catalogue.option_group[contests.option], contests.target, shape))


def rate_intervals(
    counts: Table, asked: Table, sources: Sources, options: AnalysisOptions, strata: Table | None = None
) -> tuple[Floats, Floats]:
    """Wilson intervals of the rates sum(counts) / sum(asked), both groups x k (or `asked` groups x 1)."""
    share = totals(counts) / _some(totals(asked))
    return wilson(share, effective_n(counts, asked, sources, strata), options.confidence)


def effective_n(counts: Table, asked: Table, sources: Sources, strata: Table | None = None) -> Floats:
    """share (1 - share) over the variance of the rate with every shared source counted once, at most the number of
    presentations; at 0 and 100 % the number of groups with presentations, or of sources where these are fewer.

    With `strata` (groups x j; `asked` is then groups x 1) the variance is that about the rates fitted to them by least
    squares.
    """
    total = totals(asked)
    share = totals(counts) / _some(total)
    per_one = 1.0 / np.where(total > 0, total, 1.0)
    if strata is None:
        expected = scaled(asked, np.nan_to_num(share))
        variance = sources.variance(scaled(added(counts, expected, -1.0), per_one), scaled(asked, per_one))
    else:
        expected, hat = _fitted(dense(counts), dense(asked), strata)
        variance = sources.variance((dense(counts) - expected) * per_one, hat)
    independent = np.minimum(totals(positive(asked)), sources.behind(asked)[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = np.minimum(share * (1 - share) / variance, total)
    return np.where((share > 0) & (share < 1) & (variance > 0), seen, independent)


def _fitted(counts: Floats, asked: Floats, strata: Table) -> tuple[Floats, Floats]:
    """The counts (groups x k) expected from rates that are linear in `strata`, and each group's weight in its own rate
    (groups x 1)."""
    explaining = beside([np.ones((len(asked), 1)), strata])
    gram = np.zeros((explaining.shape[1], explaining.shape[1]))
    for rows, part in _dense_rows(explaining):
        gram += part.T @ (asked[rows] * part)
    inverse = np.linalg.pinv(gram, hermitian=True)
    expected = asked * np.asarray(explaining @ (inverse @ np.asarray(explaining.T @ counts)))
    hat = np.empty_like(asked)
    for rows, part in _dense_rows(explaining):
        hat[rows, 0] = asked[rows, 0] * ((part @ inverse) * part).sum(axis=1)
    return expected, hat


def _dense_rows(table: Table) -> Iterator[tuple[slice, Floats]]:
    step = max(1, MOST_CELLS // table.shape[1])
    for begin in range(0, table.shape[0], step):
        rows = slice(begin, begin + step)
        part = table[rows]
        yield rows, dense(part)


def _some(total: Floats) -> Floats:
    return np.where(total > 0, total, np.nan)
