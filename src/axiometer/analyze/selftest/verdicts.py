"""Coverage over simulations, held against what is asked of it."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from axiometer.analyze.coded.arrays import Floats
from axiometer.analyze.frames import Record, number
from axiometer.analyze.selftest.recover import Recovered

CONFIDENCE = 0.99


class Verdict(StrEnum):
    """`conservative`: passes, with coverage clearly above 0.95. `not required`: no promise is made for it."""

    PASS = "pass"
    CONSERVATIVE = "pass, conservative"
    FAIL_LOW = "fail, covers too little"
    FAIL_HIGH = "fail, covers too much"
    NOT_REQUIRED = "not required"


COLUMNS = (
    "scenario", "family", "quantity", "planted", "recovered", "bias", "width", "simulations", "without_interval",
    "coverage", "coverage_low", "coverage_high", "verdict",
)  # fmt: skip


def exact_interval(hits: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact binomial interval of a rate (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else float(betaincinv(hits, n - hits + 1, tail))
    high = 1.0 if hits == n else float(betaincinv(hits + 1, n - hits, 1 - tail))
    return low, high


def verdict_of(hits: int, n: int, required: bool = True, accepted: tuple[float, float] = (0.94, 0.985)) -> Verdict:
    """A quantity fails where the exact 99 % interval of its coverage lies wholly below or above what is `accepted`."""
    if not required or n == 0:
        return Verdict.NOT_REQUIRED
    low, high = exact_interval(hits, n)
    if high < accepted[0]:
        return Verdict.FAIL_LOW
    if low > accepted[1]:
        return Verdict.FAIL_HIGH
    return Verdict.CONSERVATIVE if low > 0.95 else Verdict.PASS


def rows_of(scenario: str, recovered: Recovered) -> list[Record]:
    """One row per name of a quantity."""
    estimate, low, high = (np.stack(part) for part in (recovered.estimate, recovered.low, recovered.high))
    return [_row(scenario, recovered, i, estimate[:, i], low[:, i], high[:, i]) for i in range(len(recovered.names))]


def _row(scenario: str, recovered: Recovered, i: int, estimate: Floats, low: Floats, high: Floats) -> Record:
    planted = float(recovered.planted[i])
    given = ~(np.isnan(low) | np.isnan(high))
    n, hits = int(given.sum()), int(((low <= planted) & (planted <= high))[given].sum())
    ends = exact_interval(hits, n) if n else (float("nan"), float("nan"))
    at_once = recovered.family.endswith(("at once", "tied"))
    mean = float(np.nanmean(estimate))
    return {
        "scenario": scenario,
        "family": recovered.family,
        "quantity": recovered.names[i],
        "planted": None if at_once else number(planted),
        "recovered": None if at_once else number(mean),
        "bias": None if at_once else number(mean - planted),
        "width": None if at_once or not n else number(float((high - low)[given].mean())),
        "simulations": len(estimate),
        "without_interval": len(estimate) - n,
        "coverage": number(hits / n) if n else None,
        "coverage_low": number(ends[0]),
        "coverage_high": number(ends[1]),
        "verdict": verdict_of(hits, n, recovered.required, recovered.accepted).value,
    }
