"""Intervals and adjusted p-values from estimates and standard errors. All functions take and give arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from axiometer.analyze.coded.arrays import Floats


def t_critical(df: Floats, confidence: float) -> Floats:
    """The two-sided critical value of Student's t with `df` degrees of freedom."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.maximum(df, 1.0), 0.5 + confidence / 2), dtype=np.float64)


def t_interval(estimate: Floats, se: Floats, df: Floats, confidence: float) -> tuple[Floats, Floats]:
    """`estimate` plus and minus the critical value of t times `se`."""
    half = t_critical(df, confidence) * se
    return estimate - half, estimate + half


def logit(share: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(share) - np.log1p(-share), dtype=np.float64)


def expit(log_odds: Floats) -> Floats:
    from scipy.special import expit as scipy_expit

    return np.asarray(scipy_expit(log_odds), dtype=np.float64)


def logit_interval(share: Floats, se: Floats, df: Floats, confidence: float) -> tuple[Floats, Floats]:
    """A t interval on the log-odds scale, carried back: it stays within (0, 1). NaN at shares of 0 and 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = t_interval(logit(share), se / (share * (1 - share)), df, confidence)
        inside = (share > 0) & (share < 1)
        return np.where(inside, expit(low), np.nan), np.where(inside, expit(high), np.nan)


def cut_interval(share: Floats, se: Floats, df: Floats, confidence: float) -> tuple[Floats, Floats]:
    """The interval of a share whose estimate may lie outside 0 to 1: on the log-odds scale as `logit_interval` where
    that scale says something (its standard error is at most 1), else a t interval; both cut to [0, 1]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        told = (share > 0) & (share < 1) & (se / (share * (1 - share)) <= 1)
        bent, plain = logit_interval(share, se, df, confidence), t_interval(share, se, df, confidence)
        low, high = (np.clip(np.where(told, one, other), 0.0, 1.0) for one, other in zip(bent, plain, strict=True))
    return low, high


def t_p_value(estimate: Floats, se: Floats, df: Floats) -> Floats:
    """Two-sided p-value of `estimate` against zero; NaN where `se` is not positive."""
    from scipy.special import stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(se > 0, 2 * stdtr(np.maximum(df, 1.0), -np.abs(estimate) / se), np.nan)


def wilson(share: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    """The score interval of a single rate (Wilson 1927, eq. 1) for an effective sample size `n`, which may be
    fractional."""
    from scipy.special import ndtri

    z2 = float(ndtri(0.5 + confidence / 2)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2) / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
        low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
        return np.where(share <= 0, 0.0, low), np.where(share >= 1, 1.0, high)


def imbens_manski_critical(width: Floats, se: Floats, df: Floats, confidence: float) -> Floats:
    """c that solves F(c + width / se) - F(-c) = confidence (Imbens and Manski 2004, eq. 6 and 7).

    F is the distribution function of Student's t with `df` degrees of freedom instead of the normal, since the
    standard errors rest on few sources; `se` is the larger of the two ends' standard errors. Solved by bisection.
    """
    from scipy.special import stdtr

    df = np.maximum(df, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(width > 0, width / se, 0.0)
    low, high = np.zeros_like(shift), t_critical(df, confidence)
    for _ in range(60):
        middle = (low + high) / 2
        short = stdtr(df, middle + shift) - stdtr(df, -middle) < confidence
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return high


def bounded_interval(
    lower: Floats, upper: Floats, se_lower: Floats, se_upper: Floats, df: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """The Imbens-Manski interval of a share that is only known to lie in [`lower`, `upper`].

    It covers the share itself (not the whole range) with probability `confidence`. Computed on the log-odds scale;
    an end that is 0 or 1 has no standard error and stays where it is.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        at_zero, at_one = lower <= 0, upper >= 1
        spread_low = np.where(at_zero, 0.0, se_lower / (lower * (1 - lower)))
        spread_high = np.where(at_one, 0.0, se_upper / (upper * (1 - upper)))
        spread_low = np.where(np.isfinite(spread_low), spread_low, 0.0)
        spread_high = np.where(np.isfinite(spread_high), spread_high, 0.0)
        width = np.where(at_zero | at_one, np.inf, logit(upper) - logit(lower))
        width = np.where(np.isnan(width), 0.0, width)
        c = imbens_manski_critical(width, np.maximum(spread_low, spread_high), df, confidence)
        low = np.where(at_zero, 0.0, expit(logit(lower) - c * spread_low))
        high = np.where(at_one, 1.0, expit(logit(upper) + c * spread_high))
    return low, high


def adjust_holm(p: Floats) -> Floats:
    """Step-down adjusted p-values (Holm 1979); NaN entries stay NaN and do not count as tests."""
    adjusted, order, tests = _ordered(p)
    stepped = np.maximum.accumulate(p[order] * (tests - np.arange(tests)))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def adjust_benjamini_hochberg(p: Floats) -> Floats:
    """Step-up adjusted p-values (Benjamini and Hochberg 1995); NaN entries stay NaN and do not count as tests."""
    return _step_up(p, 1.0)


def adjust_benjamini_yekutieli(p: Floats) -> Floats:
    """The same under any dependence of the tests (Benjamini and Yekutieli 2001): times the sum of 1/i over tests."""
    tests = int((~np.isnan(p)).sum())
    return _step_up(p, float((1.0 / np.arange(1, tests + 1)).sum()))


def _step_up(p: Floats, factor: float) -> Floats:
    adjusted, order, tests = _ordered(p)
    scaled = factor * p[order] * tests / np.arange(1, tests + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def _ordered(p: Floats) -> tuple[Floats, NDArray[np.intp], int]:
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    return np.full(p.shape, np.nan), order, len(order)
