"""The tables `ranking` and `ranking_fit`: strengths, ranks, tiers, bounds for ranks, and diagnostics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.positions import positions_of
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Intervals, Scale, Statistic
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.ranking.bradley_terry import (
    BLOCK,
    Fit,
    fit_and_refits,
    newton,
    strengths_statistic,
)
from axiometer.analyze.ranking.comparisons import Comparisons, comparisons_of
from axiometer.analyze.ranking.diagnostics import (
    Identification,
    accuracy,
    cyclic_triad_rate,
    held_by_penalty,
    identification,
    mcfadden_r2,
    slot_effects,
)
from axiometer.analyze.ranking.ranks import Separation, rank_sets, ranks_of, separate, tiers_of
from axiometer.records import ExpressionKind, Mode

MOST_HELD = 0.1
"""Where the penalty holds more of a strength than this, its interval, ranks and tier are withheld."""

RANKING: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "level": pl.String,
    "value": pl.String,
    "n": pl.Int64,
    "strength": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "rank": pl.Int64,
    "rank_low": pl.Int64,
    "rank_high": pl.Int64,
    "rank_bound_low": pl.Int64,
    "rank_bound_high": pl.Int64,
    "tier": pl.Int64,
    "identified": pl.String,
}

RANKING_FIT: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "level": pl.String,
    "quantity": pl.String,
    "n": pl.Int64,
    "estimate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
}

NO_SPREAD = "a diagnostic, not an estimate"


def ranked_levels(catalogue: Catalogue, options: AnalysisOptions) -> list[Level]:
    """The levels that are ranked: values and positions, not rules, and not more than `max_ranked` of them. Positions
    that are only held against their own reverse (statements of corpora) never met, so that there is nothing to rank."""
    return [
        level
        for level in catalogue.levels
        if level.kind is not ExpressionKind.RULE
        and 2 <= len(level.targets) <= options.max_ranked
        and (level.kind is not ExpressionKind.POSITION or positions_of(catalogue, level).met)
    ]


def rankings(
    everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tables `ranking` and `ranking_fit`. Agree mode compares nothing and is not ranked."""
    rows: list[Record] = []
    fits: list[Record] = []
    for presentations in everyone:
        if presentations.mode is Mode.AGREE:
            continue
        for level in ranked_levels(catalogue, options):
            comparisons = comparisons_of(presentations, catalogue, level)
            if comparisons.trials.sum() == 0:
                continue
            head = {"model": presentations.model, "mode": presentations.mode.value, "level": level.name}
            ranked, fitted = _ranked(comparisons, catalogue.sources, options)
            rows.extend({**head, **row} for row in ranked)
            fits.extend({**head, **row} for row in fitted)
    return framed(rows, RANKING), framed(fits, RANKING_FIT)


def _ranked(comparisons: Comparisons, sources: Sources, options: AnalysisOptions) -> tuple[list[Record], list[Record]]:
    fit, draws = fit_and_refits(comparisons, sources, options)
    statistic = strengths_statistic(comparisons, fit, draws)
    known = identification(comparisons)
    estimates = statistic.intervals(sources, options, Scale.DIFFERENCE)
    uninformed = held_by_penalty(comparisons, fit, options.ridge) > MOST_HELD
    separation = separate(statistic, sources, options)
    strengths = statistic.estimate
    del statistic  # of many items it is large, and bounds need room
    ranked = list(_rank_rows(comparisons, strengths, separation, estimates, known, uninformed, options.ridge))
    fitted = list(_fit_rows(comparisons, fit, draws, known, sources, options))
    return ranked, fitted


def _rank_rows(
    comparisons: Comparisons,
    strengths: Floats,
    separation: Separation,
    estimates: Intervals,
    known: Identification,
    uninformed: Booleans,
    ridge: float,
) -> Iterator[Record]:
    withheld = np.array([reason is not None for reason in estimates.why_not], dtype=bool) | uninformed
    separation.above[withheld, :] = False
    separation.above[:, withheld] = False
    # Between parts that were never set against each other only the penalty sets a distance.
    separation.above[known.component[:, None] != known.component[None, :]] = False
    rank, tier, kept = ranks_of(strengths), np.zeros(len(withheld), dtype=np.int64), np.flatnonzero(~withheld)
    tier[kept] = tiers_of(strengths[kept], separation.above[np.ix_(kept, kept)])
    rank_low, rank_high = rank_sets(separation)
    bound_low, bound_high = rank_bounds(comparisons, rank, ridge)
    n = comparisons.totals()[1] @ (comparisons.value_part != 0)
    for i, value in enumerate(comparisons.values):
        by_penalty = not known.identified[i] or bool(uninformed[i])
        why_not = estimates.why_not[i] or _why_penalty(known, uninformed, i)
        yield {
            "value": value,
            "n": int(n[i]),
            "strength": number(strengths[i]),
            "low": None if why_not else number(estimates.low[i]),
            "high": None if why_not else number(estimates.high[i]),
            "interval": None if why_not else estimates.method(i),
            "why_not": why_not,
            "rank": int(rank[i]),
            "rank_low": None if withheld[i] else int(rank_low[i]),
            "rank_high": None if withheld[i] else int(rank_high[i]),
            "rank_bound_low": int(bound_low[i]),
            "rank_bound_high": int(bound_high[i]),
            "tier": None if withheld[i] else int(tier[i]),
            "identified": "penalty" if by_penalty else "data",
        }


def _why_penalty(known: Identification, uninformed: Booleans, i: int) -> str | None:
    if not known.identified[i]:
        return "held by the penalty alone"
    return "the choices say next to nothing about it" if uninformed[i] else None


def rank_bounds(comparisons: Comparisons, rank: Integers, ridge: float) -> tuple[Integers, Integers]:
    """The best and the worst rank of each value that non-answers allow.

    For every ordered pair (v, w) the model is refitted with all non-answers that bear on v against w given to v's
    side and away from w's. The best rank of v counts the values that stay ahead even so; the worst those that can
    get ahead.
    """
    values = len(comparisons.values)
    wins, trials, unsettled = comparisons.totals()
    if not unsettled.any() or values < 2:
        return rank, rank
    favoured, against = np.nonzero(~np.eye(values, dtype=bool))
    ahead = np.zeros((values, values), dtype=bool)
    block = max(1, BLOCK // len(trials))
    for begin in range(0, len(favoured), block):
        v, w = favoured[begin : begin + block], against[begin : begin + block]
        sign = np.sign(comparisons.value_part[:, v] - comparisons.value_part[:, w]).T
        given = unsettled * (sign > 0)
        start = np.zeros((len(v), comparisons.predictors.shape[1]))
        found = newton(
            comparisons.predictors,
            wins + given,
            trials + unsettled * (sign != 0),
            start,
            ridge,
            mixture=comparisons.mixture,
        )
        at = np.arange(len(v))
        ahead[v, w] = found[at, v] > found[at, w]
    best = 1 + (~ahead).sum(axis=1) - 1
    worst = 1 + ahead.sum(axis=0)
    return np.minimum(best, rank), np.maximum(worst, rank)


def _fit_rows(
    comparisons: Comparisons,
    fit: Fit,
    draws: Floats,
    known: Identification,
    sources: Sources,
    options: AnalysisOptions,
) -> Iterator[Record]:
    n = round(float(comparisons.trials.sum()))
    yield from _slot_rows(comparisons, fit, draws, sources, options, n)
    cycles, triads = cyclic_triad_rate(comparisons)
    plain = {
        "rank_of_design": (n, float(known.rank)),
        "parameters": (n, float(known.parameters)),
        "connected_components": (n, float(known.components)),
        "cyclic_triad_rate": (triads, cycles),
        "mcfadden_r2": (n, mcfadden_r2(comparisons, fit)),
        "accuracy": (n, accuracy(comparisons, fit)),
        "penalty": (n, options.ridge),
    }
    for quantity, (count, estimate) in plain.items():
        yield {"quantity": quantity, "n": count, "estimate": number(estimate), "why_not": NO_SPREAD}


def slot_statistic(comparisons: Comparisons, fit: Fit, draws: Floats) -> Statistic:
    """The slots' log-odds, each against the mean of all slots. `draws`: refits, resamples x coefficients."""
    values, slots = len(comparisons.values), comparisons.slots
    turn = np.vstack([-np.ones(slots - 1), np.eye(slots - 1)])
    per_row = fit.towards @ fit.inverse[:, values:] @ turn.T
    leverage = np.asarray(comparisons.trials @ np.abs(per_row))
    information = leverage**2
    return Statistic(
        estimate=slot_effects(fit, values, slots),
        influence=np.asarray(comparisons.residuals(fit.probabilities) @ per_row),
        leverage=leverage,
        hat=information / np.maximum(information.sum(axis=0), 1e-300),
        exposure=np.asarray(comparisons.trials.sum(axis=1)) * np.ones((1, slots)),
        draws=draws[:, values:] @ turn.T,
    )


def _slot_rows(
    comparisons: Comparisons, fit: Fit, draws: Floats, sources: Sources, options: AnalysisOptions, n: int
) -> Iterator[Record]:
    if comparisons.slots < 2:
        return
    estimates = slot_statistic(comparisons, fit, draws).intervals(sources, options, Scale.DIFFERENCE)
    for slot in range(comparisons.slots):
        yield {
            "quantity": f"slot_{slot + 1}",
            "n": n,
            "estimate": number(estimates.estimate[slot]),
            "low": number(estimates.low[slot]),
            "high": number(estimates.high[slot]),
            "interval": estimates.method(slot),
            "why_not": estimates.why_not[slot],
        }
