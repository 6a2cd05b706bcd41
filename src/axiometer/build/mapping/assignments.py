"""The six ways in which three options can belong to two rules and nothing, and how probable each is.

A way is scored by what was found of every option and rule: its utility is a weighted sum of features, and its
probability the exponential of its utility over the sum of all six (conditional logit: McFadden 1974, Frontiers in
Econometrics, ch. 4). The weights are fitted on items whose maps are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WAYS: Final[tuple[tuple[int, int, int], ...]] = tuple((a, b, c) for a, b, c in permutations(range(3)))
"""(option of the first rule, option of the second rule, option of neither)."""

SWAPPED: Final[tuple[int, ...]] = tuple(WAYS.index((second, first, third)) for first, second, third in WAYS)
"""For each way, the one in which its two sides are the other way round."""

FEATURES: Final = ("own", "crossed", "left")
_RIDGE = 0.1
_STEPS = 60
_EQUAL = 1e-12


def features_of(fit: Floats) -> Floats:
    """Items x ways x features from how well each option fits each rule (items x 3 x 2).

    `own`: the sides with their own rules; `crossed`: with each other's; `left`: the option that is left over with the
    rule that it fits best.
    """
    found = np.empty((len(fit), len(WAYS), len(FEATURES)))
    for number, (first, second, third) in enumerate(WAYS):
        found[:, number, 0] = fit[:, first, 0] + fit[:, second, 1]
        found[:, number, 1] = fit[:, first, 1] + fit[:, second, 0]
        found[:, number, 2] = fit[:, third].max(axis=1)
    return found


def probabilities(features: Floats, weights: Sequence[float] | Floats) -> Floats:
    """Items x ways: the probability of each."""
    utility = features @ np.asarray(weights, dtype=np.float64)
    raised = np.exp(utility - utility.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)


def fitted(features: Floats, truth: Integers, ridge: float = _RIDGE) -> Floats:
    """The weights of the features under which the true ways are most probable, less `ridge` / 2 times their squares, on
    features divided by their spread over all items and ways."""
    spread = np.maximum(features.reshape(-1, features.shape[2]).std(axis=0), 1e-9)
    scaled = features / spread
    weights = np.zeros(features.shape[2])
    own = scaled[np.arange(len(truth)), truth]
    for _ in range(_STEPS):
        p = probabilities(scaled, weights)
        mean = np.einsum("iw,iwf->if", p, scaled)
        gradient = (own - mean).sum(axis=0) - ridge * weights
        apart = scaled - mean[:, None, :]
        information = np.einsum("iw,iwf,iwg->fg", p, apart, apart) + ridge * np.eye(len(weights))
        step = np.linalg.solve(information, gradient)
        weights = weights + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return np.asarray(weights / spread, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Recovered:
    """The most probable way of every item. `way` indexes `WAYS`; `sides`: the probability that the option left over is
    the one of neither rule; `order`: that, this being so, the two sides are this way round."""

    way: Integers
    sides: Floats
    order: Floats

    @property
    def whole(self) -> Floats:
        """The probability that all of it is right."""
        return self.sides * self.order


def recovered(chances: Floats, turn: Floats | None = None) -> Recovered:
    """The most probable way from the probabilities of all (items x ways); of equal ones the first, or the one of the
    least `turn` (items x ways)."""
    at = np.arange(len(chances))
    way = chances.argmax(axis=1).astype(np.int64)
    if turn is not None:
        equal = chances >= chances.max(axis=1, keepdims=True) - _EQUAL
        way = np.where(equal, turn, np.inf).argmin(axis=1).astype(np.int64)
    own, swapped = chances[at, way], chances[at, np.array(SWAPPED)[way]]
    return Recovered(way, own + swapped, own / (own + swapped))
