"""Half-widths and power of estimates, by first-order effects: what an analysis would print, without its resampling.

Standard errors are the roots of `Spread.once` (inference/sources.py), to which an analysis scales its resamples, with
the same degrees of freedom, intervals (on the log-odds scale for shares) and reasons for having none. So thousands of
simulated studies take seconds. `tests/analyze/planning` compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats, totals
from axiometer.analyze.inference.intervals import logit_interval, t_critical
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import EDGE, Statistic, ratios
from axiometer.analyze.options import AnalysisOptions

_PLAIN = AnalysisOptions()


@dataclass(frozen=True, slots=True)
class Precision:
    """k estimates with their variances and degrees of freedom. `given`: whether enough sources stand behind each for an
    interval; `sources`: how many do."""

    estimate: Floats
    variance: Floats
    df: Floats
    given: Booleans
    sources: Floats

    def share_half_widths(self, confidence: float) -> Floats:
        """Of shares; NaN where an analysis would print no interval."""
        inside = self.given & (self.estimate > EDGE) & (self.estimate < 1 - EDGE) & (self.variance > 0)
        low, high = logit_interval(self.estimate, np.sqrt(self.variance), self.df, confidence)
        return np.where(inside, (high - low) / 2, np.nan)

    def half_widths(self, confidence: float) -> Floats:
        """Of differences and coefficients."""
        inside = self.given & np.isfinite(self.estimate) & (self.variance > 0)
        return np.where(inside, t_critical(self.df, confidence) * np.sqrt(self.variance), np.nan)

    def rejected(self, level: float) -> Floats:
        """1 where a difference is told from zero at this level (two-sided), else 0, also where no interval is given."""
        with np.errstate(divide="ignore", invalid="ignore"):
            size = np.abs(self.estimate) / np.sqrt(self.variance)
        seen = self.given & (self.variance > 0) & (size > t_critical(self.df, 1 - level))
        return np.asarray(seen, dtype=np.float64)


def precision_of(statistic: Statistic, sources: Sources, min_sources: int) -> Precision:
    spread = sources.spread(statistic.influence, statistic.leverage, statistic.hat)
    count, largest = sources.behind(statistic.exposure)
    given = (totals(statistic.exposure) > 0) & (count >= min_sources) & (largest <= 0.5)
    return Precision(
        statistic.estimate, np.maximum(spread.once, 0.0), spread.df, given, np.asarray(count, dtype=np.float64)
    )


def share_statistic(chosen: Floats, asked: Floats, sources: Sources) -> Statistic:
    """Shares (groups x k over groups x k) as a `Statistic` without resamples."""
    return ratios(chosen, asked, sources, _PLAIN, drawn=np.zeros((0, 2 * chosen.shape[1])))


def paired_statistic(one: tuple[Floats, Floats], other: tuple[Floats, Floats], sources: Sources) -> Statistic:
    """Differences of the shares of two respondents, on the groups on which both chose."""
    both = ((one[1] > 0) & (other[1] > 0)).astype(np.float64)
    k = both.shape[1]
    chosen, asked = (np.hstack([one[place] * both, other[place] * both]) for place in (0, 1))
    found = share_statistic(chosen, asked, sources)
    return found.take(slice(0, k)).minus(found.take(slice(k, 2 * k)))


def power_of(difference: float, variance: Floats, df: Floats, level: float) -> Floats:
    """The chance that a two-sided t-test at `level` tells `difference` from zero (noncentral t)."""
    from scipy.special import nctdtr, ndtr

    critical = t_critical(df, 1 - level)
    moved = abs(difference) / np.sqrt(variance)
    with np.errstate(all="ignore"):
        power = 1 - nctdtr(df, moved, critical) + nctdtr(df, moved, -critical)
    # Far from zero the noncentral t cannot be computed; the normal is then as good.
    return np.asarray(np.where(np.isfinite(power), power, ndtr(moved - critical)), dtype=np.float64)
