"""Ranks and tiers from simultaneous intervals of all pairwise differences.

A bootstrap of ranks fails where strengths are tied, so ranks come from the differences: a value ranks below every
value that is separated from it upwards (Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies
91:476, section 3.2). The intervals of all differences hold together with the stated confidence: their common level
is the one at which jointly normal standardised differences, with the resamples' correlations, all stay within; each
difference's critical value is the quantile of Student's t at that level with its own degrees of freedom.

Tiers, from the top: the first value heads the first tier; each next value joins unless the tier's head is separated
from it, and then it heads a new tier. Values of one tier are thus not separated from its head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Statistic, resampled_error
from axiometer.analyze.options import AnalysisOptions

SIMULATED = 4_000


@dataclass(frozen=True, slots=True)
class Separation:
    """All pairwise differences, k x k: `difference[i, j]` = i minus j, its standard error `se`, its simultaneous
    critical value `critical`; `above[i, j]`: i is separated from j upwards."""

    difference: Floats
    se: Floats
    critical: Floats
    above: Booleans


def separate(statistic: Statistic, sources: Sources, options: AnalysisOptions) -> Separation:
    """Which of the estimates are separated, all comparisons taken together."""
    k = len(statistic.estimate)
    difference = statistic.estimate[:, None] - statistic.estimate[None, :]
    if k < 2:
        return Separation(difference, np.zeros((k, k)), np.full((k, k), np.nan), np.zeros((k, k), dtype=bool))
    once, alone, product = sources.covariance(statistic.influence, statistic.hat)
    shrink = np.sqrt(np.maximum(_of_differences(once), _of_differences(alone)) / _positive(_of_differences(product)))
    first, second = np.triu_indices(k, 1)
    resampled = np.zeros((k, k))
    resampled[first, second] = resampled_error(statistic.draws[:, first] - statistic.draws[:, second])
    se = (resampled + resampled.T) * shrink
    df = sources.spread(statistic.influence, statistic.leverage, statistic.hat).df
    critical = _critical_values(statistic.draws, _degrees(np.diag(once), np.diag(alone), df), options)
    with np.errstate(invalid="ignore"):
        above = (difference > critical * se) & (se > 0)
    return Separation(difference, se, critical, above)


def _of_differences(covariance: Floats) -> Floats:
    variance = np.diag(covariance)
    return np.asarray(variance[:, None] + variance[None, :] - covariance - covariance.T, dtype=np.float64)


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, np.inf)


def _degrees(once: Floats, alone: Floats, df: Floats) -> Floats:
    """Satterthwaite's degrees of freedom of all differences, from those of the values and their variances."""
    variance = np.maximum(np.maximum(once, alone), 1e-100)
    part = variance**2 / df
    return np.asarray((variance[:, None] + variance[None, :]) ** 2 / (part[:, None] + part[None, :]), dtype=np.float64)


def _critical_values(draws: Floats, df: Floats, options: AnalysisOptions) -> Floats:
    """The simultaneous critical value of every difference (k x k).

    Outer draws are pulled in to their 1 % and 99 % quantiles first, since a few degenerate resamples would decide the
    correlations.
    """
    from scipy.special import ndtr, stdtrit

    known = draws[~np.isnan(draws).any(axis=1)]
    if len(known) < 20:
        return np.full(df.shape, np.inf)
    low, high = np.quantile(known, [0.01, 0.99], axis=0)
    covariance = np.cov(np.clip(known, low, high).T)
    k = len(covariance)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    normal = np.random.default_rng(options.seed).normal(size=(SIMULATED, k))
    first, second = np.triu_indices(k, 1)
    scale = np.sqrt(np.maximum(_of_differences(covariance)[first, second], 1e-300))
    largest = np.zeros(SIMULATED)
    for begin in range(0, len(first), 2_000):
        here = slice(begin, begin + 2_000)
        contrasts = ((root[first[here]] - root[second[here]]) / scale[here, None]).T
        largest = np.maximum(largest, np.abs(normal @ contrasts).max(axis=1))
    tail = float(ndtr(-np.quantile(largest, options.confidence)))
    return np.asarray(-stdtrit(df, tail), dtype=np.float64)


def rank_sets(separation: Separation) -> tuple[Integers, Integers]:
    """The lowest and the highest rank (1 = most chosen) that each value may have, simultaneously."""
    k = len(separation.above)
    return 1 + separation.above.sum(axis=0), k - separation.above.sum(axis=1)


def ranks_of(estimate: Floats) -> Integers:
    """Ranks, 1 for the largest; ties go by position."""
    ranks = np.empty(len(estimate), dtype=np.int64)
    ranks[np.argsort(-np.round(estimate, 9), kind="stable")] = np.arange(1, len(estimate) + 1)
    return ranks


def tiers_of(estimate: Floats, above: Booleans) -> Integers:
    """The tier of each value, 1 at the top."""
    order = np.argsort(ranks_of(estimate))
    tiers = np.zeros(len(estimate), dtype=np.int64)
    head, tier = -1, 0
    for value in order:
        if head < 0 or above[head, value]:
            head, tier = int(value), tier + 1
        tiers[value] = tier
    return tiers
