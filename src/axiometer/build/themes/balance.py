"""How far two sets of rules differ in style, as standardized differences (Austin 2009, section 2; Stuart 2010).

    length:           (mean_a - mean_b) / sqrt((s_a^2 + s_b^2) / 2)
    share of a form:  (p_a - p_b) / sqrt((p_a (1 - p_a) + p_b (1 - p_b)) / 2)

The denominator is that before matching at every stage, so that a change is one of the difference alone (Stuart 2010, p.
11). Where neither set varies by itself but they differ (every rule of one an obligation, none of the other), it would
be 0; then it is the spread of both sets together, each weighing the same, and the difference is 2. As a rule of thumb
differences up to 0.1 in size are called negligible (Austin 2009).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from axiometer.build.themes.style import Form, Style

LENGTH: Final = "length"
SAYS_NO: Final = "says no"
NEGLIGIBLE: Final = 0.1
QUANTITIES: Final = (LENGTH, *(str(form) for form in Form), SAYS_NO)


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One quantity of style in one theme (`all`: all themes) and stage. a, b: its mean in either set (shares for forms;
    None: no rules); difference: standardized, None where nothing varied before matching."""

    theme: str
    stage: str
    quantity: str
    n_a: int
    n_b: int
    a: float | None
    b: float | None
    difference: float | None


@dataclass(frozen=True, slots=True)
class Stage:
    """The styles of both sets at one stage; a rule counts as often as it stands there."""

    name: str
    a: Sequence[Style]
    b: Sequence[Style]


def balance(theme: str, stages: Sequence[Stage]) -> list[BalanceRow]:
    """Every quantity at every stage; the first stage is that before matching."""
    found = []
    for quantity in QUANTITIES:
        before = [_numbers(side, quantity) for side in (stages[0].a, stages[0].b)]
        spread = _spread(*before, freedom=1 if quantity == LENGTH else 0)
        for stage in stages:
            one, other = _numbers(stage.a, quantity), _numbers(stage.b, quantity)
            a, b = (float(np.mean(side)) if side else None for side in (one, other))
            difference = None if a is None or b is None or spread is None else (a - b) / spread
            found.append(BalanceRow(theme, stage.name, quantity, len(one), len(other), a, b, difference))
    return found


def _numbers(styles: Sequence[Style], quantity: str) -> list[float]:
    if quantity == LENGTH:
        return [float(style.length) for style in styles]
    if quantity == SAYS_NO:
        return [float(style.opposed) for style in styles]
    return [float(style.form == quantity) for style in styles]


def _spread(one: Sequence[float], other: Sequence[float], *, freedom: int) -> float | None:
    """The denominator, None where nothing varies. freedom: 1 for the sample variance of lengths, 0 for the p (1 - p) of
    shares."""
    if min(len(one), len(other)) <= freedom:
        return None
    variances = [float(np.var(side, ddof=freedom)) for side in (one, other)]
    return math.sqrt(sum(variances) / 2) or abs(float(np.mean(one)) - float(np.mean(other))) / 2 or None
