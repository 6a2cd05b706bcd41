"""How presentations ended: chosen, refused and so on, for all items and where each value is at stake.

Single rates with the score interval of Wilson (1927) on the cluster-effective n: the number of independent
presentations that would have the variance with every shared source counted once. At 0 and 100 % that variance
cannot be seen; there the groups of items with presentations count as the sample, as if a group always ended in one
way.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from axiometer.analyze.arrays import Floats, Integers, cells, counted
from axiometer.analyze.catalogue import Catalogue
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.intervals import wilson
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.presentations import OUTCOMES, Presentations
from axiometer.analyze.shares import languages_in, tabulated
from axiometer.analyze.sources import Sources
from axiometer.analyze.value_index import Level
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
    low, high = rate_intervals(counts, np.repeat(total[:, None], len(OUTCOMES), axis=1), catalogue.sources, options)
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


def rate_intervals(counts: Floats, totals: Floats, sources: Sources, options: AnalysisOptions) -> tuple[Floats, Floats]:
    """Wilson intervals of the rates sum(counts) / sum(totals), both groups x k."""
    return wilson(
        counts.sum(axis=0) / _some(totals.sum(axis=0)), effective_n(counts, totals, sources), options.confidence
    )


def effective_n(counts: Floats, totals: Floats, sources: Sources) -> Floats:
    """share (1 - share) over the variance of the rate with every shared source counted once, at most the number of
    presentations; at 0 and 100 % the number of groups with presentations."""
    total = totals.sum(axis=0)
    share = counts.sum(axis=0) / _some(total)
    hat = totals / _some(total)
    influence = (counts - share * totals) / _some(total)
    variance = sources.spread(influence, hat, hat).once
    groups: Integers = (totals > 0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = np.minimum(share * (1 - share) / variance, total)
    return np.where((share > 0) & (share < 1) & (variance > 0), seen, groups.astype(np.float64))


def _some(total: Floats) -> Floats:
    return np.where(total > 0, total, np.nan)
