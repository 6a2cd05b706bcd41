"""Simulated studies of one design put together: what is expected of its half-widths and of its power."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats
from axiometer.analyze.frames import Record, number
from axiometer.analyze.planning.designs import Goal, PlanOptions, Wish
from axiometer.analyze.planning.linear import Precision, power_of

Progress = Callable[[int, int], None]
"""Told how many simulated studies are done, and of how many."""

LEAST_GIVEN = 0.5
"""A value that has an interval in fewer of the simulated studies counts as one without."""


def silent(done: int, of: int) -> None:
    del done, of


@dataclass(slots=True)
class Trials:
    """Simulated studies of one design, one row of k estimates each. `distinct`: how many of them can differ, where they
    are fewer."""

    names: Sequence[str]
    distinct: int | None = None
    halves: list[Floats] = field(default_factory=list)
    variances: list[Floats] = field(default_factory=list)
    df: list[Floats] = field(default_factory=list)
    given: list[Booleans] = field(default_factory=list)

    def add(self, found: Precision, confidence: float, *, share: bool) -> None:
        self.halves.append(found.share_half_widths(confidence) if share else found.half_widths(confidence))
        self.variances.append(found.variance)
        self.df.append(found.df)
        self.given.append(found.given & (found.variance > 0))

    @property
    def _independent(self) -> int:
        return len(self.halves) if self.distinct is None else min(len(self.halves), self.distinct)

    def of_widths(self, wish: Wish) -> Record:
        """`value` (the one with the widest interval), `expected`, `error`, `mean`, `without`, `meets`."""
        table = np.stack(self.halves)
        known = np.isfinite(table)
        many = known.sum(axis=0)
        there = many >= LEAST_GIVEN * len(table)
        without = int((~there).sum())
        if not there.any():
            return {"without": without, "meets": False}
        filled = np.where(known, table, 0.0)
        mean = filled.sum(axis=0) / np.maximum(many, 1)
        spread = np.sqrt(np.where(known, (table - mean) ** 2, 0.0).sum(axis=0) / np.maximum(many - 1, 1))
        error = spread / np.sqrt(np.maximum(np.minimum(many, self._independent), 1))
        worst = int(np.argmax(np.where(there, mean, -1.0)))
        return {
            "value": self.names[worst],
            "expected": number(float(mean[worst])),
            "error": number(float(error[worst])),
            "mean": number(float(mean[there].mean())),
            "without": without,
            "meets": bool(mean[worst] + error[worst] <= wish.size) and not without,
        }

    def of_power(self, wish: Wish, level: float) -> Record:
        """The same of the chance to see a difference of `wish.size`: of the value with the least."""
        variance, df = np.stack(self.variances), np.stack(self.df)
        there = np.stack(self.given).mean(axis=0) >= LEAST_GIVEN
        without = int((~there).sum())
        if not there.any():
            return {"without": without, "meets": False}
        middle, middle_df = variance.mean(axis=0), df.mean(axis=0)
        off = variance.std(axis=0, ddof=1) / np.sqrt(self._independent) if len(variance) > 1 else np.zeros(len(middle))
        power = power_of(wish.size, np.maximum(middle, 1e-12), middle_df, level)
        ends = [power_of(wish.size, np.maximum(middle + sign * off, 1e-12), middle_df, level) for sign in (-1, 1)]
        error = np.abs(ends[0] - ends[1]) / 2
        worst = int(np.argmin(np.where(there, power, 2.0)))
        return {
            "value": self.names[worst],
            "expected": number(float(power[worst])),
            "error": number(float(error[worst])),
            "mean": number(float(power[there].mean())),
            "without": without,
            "meets": bool(power[worst] - error[worst] >= wish.power) and not without,
        }


def headed(wish: Wish, row: Record, **design: object) -> Record:
    """A row of a plan. `design`: what is tried."""
    power = wish.power if wish.goal is Goal.DIFFERENCE else None
    return {"goal": wish.goal.value, "size": wish.size, "power": power, **design, **row}


def family_level(options: PlanOptions, values: int) -> float:
    """The level of each test where this many values are looked at (Bonferroni): Holm's adjustment never asks for
    less."""
    return (1 - options.confidence) / max(values, 1)


def fewer_repeats_removed(once: Precision, most: Precision, had: int, wanted: int) -> Precision:
    """What `wanted` repeats would give, from the same study with one repeat and with all `had` of the pilot: the
    variance is A + B / repeats, B not below 0."""
    part = np.maximum(once.variance - most.variance, 0.0) / (1 - 1 / had)
    rest = np.maximum(most.variance - part / had, 0.0)
    return replace(most, variance=rest + part / wanted)


def default_sizes(groups: int) -> tuple[int, ...]:
    """A half, one, two, four, eight and sixteen times what there is, to two figures."""
    sizes = {_rounded(groups * times) for times in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)}
    return tuple(sorted(size for size in sizes if size >= 2))


def _rounded(size: float) -> int:
    digits = max(len(str(int(size))) - 2, 0)
    return int(round(size / 10**digits) * 10**digits)
