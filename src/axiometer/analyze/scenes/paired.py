"""With rules against without: each value is its own comparison, and values are what the mean is taken over.

Values are few (the published experiment has twelve), so no bootstrap: the interval of the mean difference is Student's
t over the values' differences with one degree of freedom less than there are values, and p comes from changing signs,
which assumes only that without an effect a difference is as likely up as down: all 2^k changes for up to twelve values
(Fisher 1935, The Design of Experiments, section 21), seeded ones above (Phipson and Smyth 2010, Statistical
Applications in Genetics and Molecular Biology 9:39).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats
from axiometer.analyze.inference.intervals import t_interval, t_p_value
from axiometer.analyze.scenes.leaving_out import METHOD, Bounds, Measured
from axiometer.analyze.scenes.options import SceneOptions

OVER_VALUES = "paired t over values"
EXACT, DRAWN = "sign changes, all", "sign changes, drawn"
ONE_VALUE = "fewer than two values"
ALL_ALIKE = "the difference is the same in all values"
TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference with its interval. `interval` names the method; p and `test` are of the mean over values only."""

    difference: float
    low: float
    high: float
    df: float
    interval: str | None
    why_not: str | None
    p: float = np.nan
    p_t: float = np.nan
    test: str | None = None


def mean_difference(differences: Floats, options: SceneOptions) -> Difference:
    """The mean over values of their differences, with an interval where they differ among each other."""
    known = differences[np.isfinite(differences)]
    if len(known) < 2:
        none = float(known.mean()) if len(known) else np.nan
        return Difference(none, np.nan, np.nan, np.nan, None, ONE_VALUE)
    mean, df = known.mean(), len(known) - 1.0
    se = known.std(ddof=1) / np.sqrt(len(known))
    if se <= TIE:  # such as no near-duplicates at all: an interval without width would look like certainty
        p, test = sign_changes(known, options)
        return Difference(float(mean), np.nan, np.nan, df, None, ALL_ALIKE, p, np.nan, test)
    low, high = t_interval(np.array([mean]), np.array([se]), np.array([df]), options.confidence)
    p_t = t_p_value(np.array([mean]), np.array([se]), np.array([df]))
    p, test = sign_changes(known, options)
    return Difference(float(mean), float(low[0]), float(high[0]), df, OVER_VALUES, None, p, float(p_t[0]), test)


def sign_changes(differences: Floats, options: SceneOptions) -> tuple[float, str]:
    """Two-sided p of the mean difference, and how it was found."""
    k, size = len(differences), np.abs(differences)
    observed = abs(differences.sum()) * (1 - TIE) - TIE
    if k <= options.exact:
        signs = 1 - 2 * (np.arange(2**k)[:, None] >> np.arange(k) & 1)
        return float(np.mean(np.abs(signs @ size) >= observed)), EXACT
    generator = np.random.default_rng(options.seed)
    signs = 1 - 2 * generator.integers(0, 2, (options.permutations, k))
    extreme = int((np.abs(signs @ size) >= observed).sum())
    return (extreme + 1) / (options.permutations + 1), DRAWN


def value_differences(
    one: Measured, other: Measured, first: Bounds, second: Bounds, options: SceneOptions
) -> list[Difference]:
    """The difference of each value, with an interval where both sides have their own: the two are independent, so
    variances add (degrees of freedom: Satterthwaite)."""
    found = []
    for entry in range(len(one.estimate) - 1):
        difference = float(one.estimate[entry] - other.estimate[entry])
        why_not = first.why_not[entry] or second.why_not[entry]
        variances = np.array([first.se[entry] ** 2, second.se[entry] ** 2])
        if why_not is not None:
            found.append(Difference(difference, np.nan, np.nan, np.nan, None, why_not))
            continue
        degrees = np.array([first.df[entry], second.df[entry]])
        df = float(variances.sum() ** 2 / (variances**2 / degrees).sum())
        se = float(np.sqrt(variances.sum()))
        low, high = t_interval(np.array([difference]), np.array([se]), np.array([df]), options.confidence)
        found.append(Difference(difference, float(low[0]), float(high[0]), df, METHOD, None))
    return found
