"""What the ranking model can and cannot know from a design: rank, components, separation, cycles and fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers
from axiometer.analyze.ranking.bradley_terry import Fit
from axiometer.analyze.ranking.comparisons import Comparisons


@dataclass(frozen=True, slots=True)
class Identification:
    """`component`: a number per value; values are linked when some comparison sets one against the other, or both
    against sides that express none; `components`: how many there are. `identified`: whether data (not the penalty
    alone) hold the value's strength against the others: it is in the largest component and, in the directed graph of
    wins, in the largest strongly connected part of it (Ford 1957), so that its estimate is finite without a penalty.
    `rank`, `parameters`: of the value part of the design."""

    component: Integers
    components: int
    identified: Booleans
    rank: int
    parameters: int


def identification(comparisons: Comparisons) -> Identification:
    won, used, _ = comparisons.totals()
    x = comparisons.value_part
    k = x.shape[1]
    rows = np.flatnonzero(used > 0)
    raised, lowered = _with_nothing(x[rows])
    # a beats b where a row raises a and lowers b and was won, or lowers a and raises b and was lost
    beats = raised.T @ (won[rows, None] * lowered) + lowered.T @ ((used - won)[rows, None] * raised)
    graph = sparse.csr_matrix(beats)
    label = sparse.csgraph.connected_components(graph, directed=False)[1]
    inside = sparse.csgraph.connected_components(graph, directed=True, connection="strong")[1]
    linked = np.bincount(inside).max() > 1
    identified = _in_largest(label[:k]) & (inside == np.bincount(inside).argmax())[:k] & linked
    rank = int(np.linalg.matrix_rank(x[rows].T @ x[rows])) if len(rows) else 0
    return Identification(label[:k].astype(np.int64), len(np.unique(label[:k])), identified, rank, k)


def _with_nothing(x: Floats) -> tuple[Floats, Floats]:
    """What each row raises and lowers, rows x (values + 1): the last stands for a side that expresses no value while
    the other does. It has no strength to estimate, and whatever stands against it has a common measure."""
    raised, lowered = np.maximum(x, 0.0), np.maximum(-x, 0.0)
    up, down = raised.any(axis=1), lowered.any(axis=1)
    return np.column_stack([raised, down & ~up]), np.column_stack([lowered, up & ~down])


def held_by_penalty(comparisons: Comparisons, fit: Fit, ridge: float) -> Floats:
    """The part of what is known of each centred strength that the penalty and not the choices contribute.

    1 is all. It is `ridge` times the posterior variance of the centred strength (its prior variance is 1 / ridge, less
    what centring takes), the complement of the effective degrees of freedom of a penalised fit (Gray 1992). It is high
    where choices follow something else, such as the position, so closely that they say next to nothing about values.
    """
    k = len(comparisons.values)
    centre = np.eye(k) - 1 / k
    variance = np.diag(centre @ fit.inverse[:k, :k] @ centre)
    return np.asarray(ridge * variance / max(1 - 1 / k, 1e-12), dtype=np.float64)


def _in_largest(label: NDArray[np.int32]) -> Booleans:
    return np.asarray(label == np.bincount(label).argmax(), dtype=np.bool_)


def mcfadden_r2(comparisons: Comparisons, fit: Fit) -> float:
    """1 - log-likelihood / log-likelihood of equal chances (McFadden 1974); NaN without comparisons."""
    wins, trials, _ = comparisons.totals()
    p = np.clip(fit.probabilities, 1e-12, 1 - 1e-12)
    fitted = float((wins * np.log(p) + (trials - wins) * np.log1p(-p)).sum())
    null = float(trials.sum() * np.log(0.5))
    return 1 - fitted / null if null else float("nan")


def accuracy(comparisons: Comparisons, fit: Fit) -> float:
    """The part of the choices that went to the side the model gives the larger chance (ties count half)."""
    wins, trials, _ = comparisons.totals()
    even = np.abs(fit.probabilities - 0.5) < 1e-9
    right = np.where(even, trials / 2, np.where(fit.probabilities > 0.5, wins, trials - wins))
    return float(right.sum() / trials.sum()) if trials.sum() else float("nan")


def majorities(comparisons: Comparisons) -> tuple[Floats, Floats]:
    """Values x values: how often a was chosen over b, and how often they stood against each other."""
    wins, trials, _ = comparisons.totals()
    x = comparisons.value_part
    raised, lowered = np.maximum(x, 0.0), np.maximum(-x, 0.0)
    over = raised.T @ (wins[:, None] * lowered) + lowered.T @ ((trials - wins)[:, None] * raised)
    return over, over + over.T


def cyclic_triad_rate(comparisons: Comparisons) -> tuple[float, int]:
    """The part of all triads of values, each pair of which has a majority, that run in a circle; and how many triads
    there are (Kendall and Babington Smith 1940). Chance alone makes cycles where preferences are near even."""
    over, met = majorities(comparisons)
    ahead = ((over > met / 2) & (met > 0)).astype(np.float64)
    decided = ahead + ahead.T
    triads = float(np.trace(decided @ decided @ decided)) / 6
    cycles = float(np.trace(ahead @ ahead @ ahead)) / 3
    return (cycles / triads if triads else float("nan")), round(triads)


def slot_effects(fit: Fit, values: int, slots: int) -> Floats:
    """The log-odds of each slot against the mean of all slots."""
    later = fit.coefficients[values : values + slots - 1]
    return np.concatenate([[-later.sum()], later])
