"""A family of estimates with its resamples: from it come standard errors, intervals and the reasons for having none.

How an interval is made ("multiway bootstrap"). The resamples give a standard error (their central 95 % range over
3.92, which a few degenerate resamples cannot upset). Product weights count what belongs to a group alone several
times, so that standard error is multiplied by the root of `once / product` (sources.py): the variance with every
shared source counted once over the variance that product weights give in the linear approximation. The critical
value is Student's t with Satterthwaite's degrees of freedom, since a value often rests on a handful of its own
rules. `axiometer selftest` checks the coverage of what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, Table, added, beside, scaled, totals
from axiometer.analyze.inference.intervals import cut_interval, logit_interval, t_interval, t_p_value
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.options import AnalysisOptions

METHOD = "multiway bootstrap"
NO_VARIATION = "at 0 or 100 % resampling shows no variation"
OUTSIDE = "corrected for its maps it lies below 0 or above 100 %, with all of its interval"
EDGE = 1e-6  # shares of probabilities come this near to 0 and 1 without being either
Z_RANGE = 3.919927969080108  # from the 2.5 % to the 97.5 % quantile of a standard normal


class Scale(StrEnum):
    """`CORRECTED`: shares of counts that were corrected (coded/recovered.py), which may lie outside 0 to 1."""

    SHARE = "share"
    CORRECTED = "corrected share"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Intervals:
    """Estimates and what is known about them, one entry per statistic; `why_not` is None where there is an interval."""

    estimate: Floats
    se: Floats
    df: Floats
    low: Floats
    high: Floats
    p: Floats
    sources: list[int]
    why_not: list[str | None]

    def where(self, kept: Booleans, other: Intervals) -> Intervals:
        """These where `kept`, the `other` ones elsewhere."""

        def one(name: str) -> Floats:
            return np.asarray(np.where(kept, getattr(self, name), getattr(other, name)), dtype=np.float64)

        return Intervals(
            **{name: one(name) for name in ("estimate", "se", "df", "low", "high", "p")},
            sources=[a if own else b for own, a, b in zip(kept, self.sources, other.sources, strict=True)],
            why_not=[a if own else b for own, a, b in zip(kept, self.why_not, other.why_not, strict=True)],
        )

    def method(self, index: int) -> str | None:
        return METHOD if self.why_not[index] is None else None


@dataclass(frozen=True, slots=True)
class Statistic:
    """k estimates. `influence`: groups x k, the first-order effect of each group, columns add to zero. `leverage` and
    `hat`: see `Sources.spread`. `exposure`: groups x k, how many presentations of a group enter each estimate.
    `draws`: resamples x k. Tables of groups x k are sparse where they are large."""

    estimate: Floats
    influence: Table
    leverage: Table
    hat: Table
    exposure: Table
    draws: Floats

    def minus(self, other: Statistic) -> Statistic:
        """The differences self - other, paired on groups and on resamples."""
        return Statistic(
            estimate=self.estimate - other.estimate,
            influence=added(self.influence, other.influence, -1.0),
            leverage=added(0.5 * self.leverage, other.leverage, 0.5),
            hat=added(0.5 * self.hat, other.hat, 0.5),
            exposure=added(self.exposure, other.exposure),
            draws=self.draws - other.draws,
        )

    def combined(self, weights: Floats) -> Statistic:
        """Fixed weighted sums of the statistics: `weights` is k x j, columns that stay empty weigh nothing."""
        used = weights.any(axis=1)
        size = np.abs(weights)
        return Statistic(
            estimate=np.where(used, self.estimate, 0.0) @ weights,
            influence=np.asarray(self.influence @ weights),
            leverage=np.asarray(self.leverage @ size),
            hat=np.asarray(self.hat @ size),
            exposure=np.asarray(self.exposure @ (size > 0).astype(np.float64)),
            draws=np.where(used, self.draws, 0.0) @ weights,
        )

    def take(self, columns: slice) -> Statistic:
        return Statistic(
            self.estimate[columns],
            self.influence[:, columns],
            self.leverage[:, columns],
            self.hat[:, columns],
            self.exposure[:, columns],
            self.draws[:, columns],
        )

    def standard_errors(self, sources: Sources) -> tuple[Floats, Floats]:
        """Standard errors and degrees of freedom, whether or not an interval may be printed."""
        spread = sources.spread(self.influence, self.leverage, self.hat)
        with np.errstate(divide="ignore", invalid="ignore"):
            shrink = np.where(spread.product > 0, np.sqrt(spread.once / spread.product), 0.0)
        return resampled_error(self.draws) * shrink, spread.df

    def intervals(self, sources: Sources, options: AnalysisOptions, scale: Scale = Scale.SHARE) -> Intervals:
        """Intervals on the scale asked for, NaN where `why_not` says why there is none."""
        se, df = self.standard_errors(sources)
        outside = np.zeros(len(se), dtype=np.bool_)
        if scale is Scale.SHARE:
            low, high = logit_interval(self.estimate, se, df, options.confidence)
        elif scale is Scale.CORRECTED:
            low, high = cut_interval(self.estimate, se, df, options.confidence)
            outside = low == high  # nothing is left of it between 0 and 1, which would look like certainty
        else:
            low, high = t_interval(self.estimate, se, df, options.confidence)
        count, largest = sources.behind(self.exposure)
        why_not = [
            reason_against(
                exposed=float(exposed),
                sources=int(number),
                largest=float(share),
                at_edge=scale is Scale.SHARE and (estimate <= EDGE or estimate >= 1 - EDGE),
                se=float(error),
                min_sources=options.min_sources,
            )
            or (OUTSIDE if beyond else None)
            for exposed, number, share, estimate, error, beyond in zip(
                totals(self.exposure), count, largest, self.estimate, se, outside, strict=True
            )
        ]
        none = np.array([reason is not None for reason in why_not], dtype=bool)
        p = t_p_value(self.estimate, se, df)
        return Intervals(
            estimate=np.clip(self.estimate, 0.0, 1.0) if scale is Scale.CORRECTED else self.estimate,
            se=se,
            df=df,
            low=np.where(none, np.nan, low),
            high=np.where(none, np.nan, high),
            p=np.where(none, np.nan, p),
            sources=[int(number) for number in count],
            why_not=why_not,
        )


def resampled_error(draws: Floats) -> Floats:
    """The standard error that resamples show: their central 95 % range over that of a standard normal.

    Undefined resamples (NaN) are left out; NaN where they are more than a tenth.
    """
    if draws.shape[0] == 0:
        return np.full(draws.shape[1], np.nan)
    ordered = np.sort(draws, axis=0)  # NaN comes last
    known = len(draws) - np.isnan(draws).sum(axis=0)
    width = _at(ordered, known, 0.975) - _at(ordered, known, 0.025)
    return np.where(known >= 0.9 * len(draws), width / Z_RANGE, np.nan)


def _at(ordered: Floats, known: Integers, level: float) -> Floats:
    """The quantile of each column's first `known` entries, between neighbours linearly."""
    place = level * np.maximum(known - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    column = np.arange(ordered.shape[1])
    low, high = ordered[below, column], ordered[above, column]
    return np.asarray(low + (place - below) * (high - low), dtype=np.float64)


def reason_against(
    *, exposed: float, sources: int, largest: float, at_edge: bool, se: float, min_sources: int
) -> str | None:
    """Why no bootstrap interval is given, or None where one is."""
    if exposed <= 0:
        return "no presentation bears on it"
    if at_edge:
        return NO_VARIATION
    if sources < min_sources:
        return f"{sources} sources, fewer than {min_sources}"
    if largest > 0.5:
        return "one source stands behind more than half of the presentations"
    if not np.isfinite(se):
        return "undefined in more than a tenth of the resamples"
    if se <= 0:
        return "no variation between resamples"
    return None


def ratios(
    numerator: Table, denominator: Table, sources: Sources, options: AnalysisOptions, drawn: Floats | None = None
) -> Statistic:
    """Ratios of totals: sum over groups of `numerator` over that of `denominator` (both groups x k).

    `drawn`: both totals in every resample (resamples x 2k), where they are known already.
    """
    total = totals(denominator)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.where(total > 0, totals(numerator) / total, np.nan)
    per_one = 1.0 / np.where(total > 0, total, 1.0)
    influence = scaled(added(numerator, scaled(denominator, np.nan_to_num(estimate)), -1.0), per_one)
    hat = scaled(denominator, per_one)
    if drawn is None:
        drawn = sources.totals(beside([numerator, denominator]), options.resamples, options.seed)
    upper, lower = np.hsplit(drawn, 2)
    draws = np.where(lower > 0, upper / np.where(lower > 0, lower, 1.0), np.nan)
    return Statistic(estimate, influence, hat, hat, denominator, draws)
