"""Standard errors by leaving sources out, one at a time.

Distances between scenes are averages over pairs, so scenes are no independent rows; and scenes after one rule, or from
one call, are alike. Each source is left out in turn with all of its scenes and every number computed again: the
jackknife for U-statistics (Arvesen 1969, Annals of Mathematical Statistics 40:2076), within strata, since values are
fixed and each has its own sources:

    V = sum over values h of (G_h - 1) / G_h * sum over sources u of h of (theta_without_u - mean_h)^2

A rule that counts for several values is left out of each in turn; what it does to them is then added up before it is
squared (to first order, leaving it out of all of them at once), and the larger of the two variances is taken.

It errs, if at all, to the large side (Efron and Stein 1981, Annals of Statistics 9:586). Degrees of freedom are
Satterthwaite's: V^2 / sum V_h^2 / (G_h - 1).

A classifier is not fitted again without each source: its answers about that source's scenes, which it had not seen, are
left out. A bootstrap would draw a source twice and set its scenes against themselves, at distance 0; with a handful of
rules per value that bias is larger than what is to be estimated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers
from axiometer.analyze.inference.intervals import logit_interval, t_interval
from axiometer.analyze.inference.statistic import Scale, reason_against
from axiometer.analyze.scenes.options import SceneOptions
from axiometer.analyze.scenes.sets import ConditionSet

METHOD = "jackknife over sources"
UNDEFINED = "not defined without one of its sources"


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one condition. estimate: one entry per value and last that of all, which is their mean.

    without: units x the same, each with a unit left out; None where the measure allows no interval, for `reason`.
    n: scenes that each entry rests on. positive: a distance or a ratio, whose logarithm is what intervals are made of,
    since distances are skewed where sources differ much. chance: what no structure at all would give, where that is a
    fixed number.
    """

    name: str
    condition: ConditionSet
    estimate: Floats
    n: Integers
    without: Floats | None = None
    reason: str | None = None
    scale: Scale = Scale.DIFFERENCE
    positive: bool = False
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """Standard errors, degrees of freedom and intervals of a measure, one per entry; NaN where `why_not` says why."""

    se: Floats
    df: Floats
    low: Floats
    high: Floats
    sources: Integers
    why_not: tuple[str | None, ...]


def with_all(by_value: Floats) -> Floats:
    """The entries of values (last axis) and behind them their mean: each value weighs the same."""
    return np.concatenate([by_value, by_value.mean(axis=-1, keepdims=True)], axis=-1)


def jackknife(without: Floats, strata: Integers, source: Integers) -> tuple[Floats, Floats]:
    """Standard errors and degrees of freedom (see above). without: units x k; strata: the value of each unit; source:
    equal for units of one source under several values. NaN where a number is not defined without some source."""
    variances, second = np.zeros(without.shape[1]), np.zeros(without.shape[1])
    moved = np.zeros_like(without)
    for stratum in np.unique(strata):
        own = without[strata == stratum]
        size = len(own)
        if size == 1:
            variances += np.where(np.isfinite(own[0]), 0.0, np.nan)
            continue
        moves = np.sqrt((size - 1) / size) * (own - own.mean(axis=0))
        variance = (moves**2).sum(axis=0)
        variances += variance
        second += variance**2 / (size - 1)
        moved[strata == stratum] = moves
    names, code = np.unique(source, return_inverse=True)
    together = np.zeros((len(names), without.shape[1]))
    np.add.at(together, code, moved)
    shared = (together**2).sum(axis=0) if len(names) < len(source) else variances
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(np.maximum(variances, shared)), np.where(second > 0, variances**2 / second, np.nan)


def bounds(measured: Measured, options: SceneOptions) -> Bounds:
    """The intervals of a measure with Student's t, for shares on the log-odds scale, for distances on the log scale."""
    condition, entries = measured.condition, len(measured.estimate)
    sources = condition.sources(entries - 1)
    if measured.without is None:
        none = np.full(entries, np.nan)
        return Bounds(none, none, none, none, sources, tuple([measured.reason] * entries))
    se, df, low, high = _limits(measured, measured.without, options.confidence)
    largest = _largest(condition, entries)
    why_not = tuple(
        reason_against(
            exposed=float(measured.n[entry]),
            sources=int(sources[entry]),
            largest=float(largest[entry]),
            at_edge=measured.scale is Scale.SHARE and not 0 < measured.estimate[entry] < 1,
            se=float(se[entry]) if np.isfinite(se[entry]) else 1.0,
            min_sources=options.min_sources,
        )
        or (None if np.isfinite(se[entry]) else UNDEFINED)
        for entry in range(entries)
    )
    none = np.array([reason is not None for reason in why_not])
    return Bounds(se, df, np.where(none, np.nan, low), np.where(none, np.nan, high), sources, why_not)


def _limits(measured: Measured, without: Floats, confidence: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Standard errors, degrees of freedom and both ends of the intervals, on the scale that fits the measure."""
    strata, source, estimate = measured.condition.unit_value, measured.condition.unit_source(), measured.estimate
    if measured.positive and (estimate > 0).all() and not (without <= 0).any():
        relative, df = jackknife(np.log(without), strata, source)
        low, high = t_interval(np.log(estimate), relative, df, confidence)
        return estimate * relative, df, np.exp(low), np.exp(high)
    se, df = jackknife(without, strata, source)
    if measured.scale is Scale.SHARE:
        return se, df, *logit_interval(estimate, se, df, confidence)
    return se, df, *t_interval(estimate, se, df, confidence)


def _largest(condition: ConditionSet, entries: int) -> Floats:
    """The largest source's share of the scenes, per value and in all."""
    sizes = condition.sizes()
    of_value = np.zeros(entries - 1)
    np.maximum.at(of_value, condition.unit_value, sizes)
    counts = condition.counts(entries - 1)
    return np.append(of_value / np.maximum(counts, 1), sizes.max() / sizes.sum())
