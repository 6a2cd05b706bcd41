"""A one-sided test of a mean of -1, 0 and 1 for few units, that keeps its level.

With few units Student's t is not exact for such values. Calderon et al. (2025) name a non-parametric test, such as
Wilcoxon's signed ranks, in its place; but that takes differences to lie evenly about their middle, and of values less
`epsilon` all ties count against H0: at the edge of H0 it rejects in 10 to 85 of 100 samples of 10 to 29 units
(docs/methodology.md). Here the chance of a sum this small is worked out, with the share of ties unknown:

    p = max over ties in C of P(sum of n draws <= s; P(1) - P(-1) = epsilon, P(0) = ties) + BEYOND

where C holds all shares of ties that the sample leaves possible with confidence 1 - BEYOND (Clopper and Pearson 1934;
Berger and Boos 1994, Journal of the American Statistical Association 89:1012). It rejects a true H0 at most as often as
it says.
"""

from __future__ import annotations

import numpy as np

from axiometer.analyze.coded.arrays import Floats

BEYOND = 0.002
_STEPS = 101


def exact_below(differences: Floats, epsilon: float) -> float:
    """The p-value of H0: mean >= epsilon, against a smaller mean. `differences`: each -1, 0 or 1; 0 <= epsilon <= 1."""
    n, total = len(differences), round(float(differences.sum()))
    low, high = _ties_possible(int((differences == 0).sum()), n)
    ties = np.linspace(min(low, 1 - epsilon), min(high, 1 - epsilon), _STEPS)
    return min(float(chances_of_sums(n, ties, epsilon)[:, : total + n + 1].sum(axis=1).max()) + BEYOND, 1.0)


def chances_of_sums(n: int, ties: Floats, mean: float) -> Floats:
    """Of sums of n draws of -1, 0, 1 with this mean: ties x (-n .. n), their chances."""
    one = np.stack([(1 - ties - mean) / 2, ties, (1 - ties + mean) / 2], axis=1)
    found = np.ones((len(ties), 1))
    for _ in range(n):
        wider = np.zeros((len(ties), found.shape[1] + 2))
        for place in range(3):
            wider[:, place : place + found.shape[1]] += one[:, place, None] * found
        found = wider
    return found


def _ties_possible(ties: int, n: int) -> tuple[float, float]:
    from scipy.special import betaincinv

    tail = BEYOND / 2
    low = 0.0 if ties == 0 else float(betaincinv(ties, n - ties + 1, tail))
    high = 1.0 if ties == n else float(betaincinv(ties + 1, n - ties, 1 - tail))
    return low, high
