"""How presentations ended: chosen, refused and so on, for all items and where each value is at stake.

Single rates with the score interval of Wilson (1927) on the cluster-effective n: the number of independent
presentations that would have the variance with every shared source counted once. At 0 and 100 % that variance
cannot be seen; there the groups of items with presentations count as the sample, as if a group always ended in one
way. Overall rates are those of this set's mix of values: how rates differ between the values at stake is known, and
taken out of the variance by least squares.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, Integers, cells, counted
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
    groups = len(catalogue.group_keys)
    group = catalogue.group[part.item]
    total = counted(group, groups)
    counts = cells(group * len(OUTCOMES) + part.outcome, (groups, len(OUTCOMES)))
    totals = np.repeat(total[:, None], len(OUTCOMES), axis=1)
    strata = values_at_stake(catalogue, int((total > 0).sum()), part.mode is Mode.AGREE)
    low, high = rate_intervals(counts, totals, catalogue.sources, options, strata)
    for code, outcome in enumerate(OUTCOMES):
        yield _row("all", None, None, outcome, counts[:, code], total, low[code], high[code])


def _by_value(part: Presentations, catalogue: Catalogue, level: Level, options: AnalysisOptions) -> Iterator[Record]:
    contests = catalogue.contests(level, 1, part.mode is Mode.AGREE)
    subject, owner = part.item, catalogue.option_item[contests.option]
    if part.mode is Mode.AGREE:
        subject, owner = part.shown, contests.option
    size = int(max(subject.max(initial=0), owner.max(initial=0))) + 1
    groups, targets = len(catalogue.group_keys), len(level.targets)
    cell = catalogue.option_group[contests.option] * targets + contests.target

    def at_stake(kept: np.ndarray) -> Floats:
        per_subject = counted(subject[kept], size)
        return cells(cell, (groups, targets), per_subject[owner])

    total = at_stake(part.outcome >= 0)
    for code in np.unique(part.outcome):
        counts = at_stake(part.outcome == code)
        low, high = rate_intervals(counts, total, catalogue.sources, options)
        for i, value in enumerate(level.targets):
            if total[:, i].any() and counts[:, i].any():
                yield _row("value", level.name, value, OUTCOMES[code], counts[:, i], total[:, i], low[i], high[i])


def _row(
    by: str, level: str | None, value: str | None, outcome: str, count: Floats, total: Floats, low: float, high: float
) -> Record:
    n, of = round(float(count.sum())), round(float(total.sum()))
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


def values_at_stake(catalogue: Catalogue, answered: int, alone: bool) -> Floats | None:
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
    table = np.zeros((len(catalogue.group_keys), len(level.targets)))
    table[catalogue.option_group[contests.option], contests.target] = 1.0
    return table


def rate_intervals(
    counts: Floats, totals: Floats, sources: Sources, options: AnalysisOptions, strata: Floats | None = None
) -> tuple[Floats, Floats]:
    """Wilson intervals of the rates sum(counts) / sum(totals), both groups x k."""
    share = counts.sum(axis=0) / _some(totals.sum(axis=0))
    return wilson(share, effective_n(counts, totals, sources, strata), options.confidence)


def effective_n(counts: Floats, totals: Floats, sources: Sources, strata: Floats | None = None) -> Floats:
    """share (1 - share) over the variance of the rate with every shared source counted once, at most the number of
    presentations; at 0 and 100 % the number of groups with presentations.

    With `strata` (groups x j) the variance is that about the rates fitted to them by least squares.
    """
    total = totals.sum(axis=0)
    share = counts.sum(axis=0) / _some(total)
    explaining = np.ones((len(totals), 1)) if strata is None else np.hstack([np.ones((len(totals), 1)), strata])
    influence, hat = np.zeros_like(counts), np.zeros_like(counts)
    for i in np.flatnonzero(total > 0):
        weighted = totals[:, i : i + 1] * explaining
        inverse = np.linalg.pinv(explaining.T @ weighted, hermitian=True)
        fitted = explaining @ (inverse @ (explaining.T @ counts[:, i]))
        influence[:, i] = (counts[:, i] - totals[:, i] * fitted) / total[i]
        hat[:, i] = ((explaining @ inverse) * weighted).sum(axis=1)
    variance = sources.spread(influence, totals / _some(total), hat).once
    groups: Integers = (totals > 0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = np.minimum(share * (1 - share) / variance, total)
    return np.where((share > 0) & (share < 1) & (variance > 0), seen, groups.astype(np.float64))


def _some(total: Floats) -> Floats:
    return np.where(total > 0, total, np.nan)
