"""Rules of two sides put together in pairs: each at most once, as many as can be, at the smallest total distance.

The distance of rules a and b with cosine s, lengths l and caliper c:

    d(a, b) = (1 - s) + 1/2 |ln(l_a / l_b)| / ln c + [forms differ] + 1/4 [polarities differ]

It is that of likeness in topic and of style; a differing form weighs more than everything else together mostly does, so
that pairs of one form are taken where there are any. The weights are set, not measured. Only pairs within the calipers
are allowed (Rosenbaum and Rubin 1985: a caliper, then nearest in distance); among the largest sets of allowed pairs the
one of the smallest sum is taken (optimal assignment: Rosenbaum 1989; Crouse 2016, as scipy has it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from axiometer.build.themes.style import Form, Style
from axiometer.similarity.vectors import Vectors

NOT_NEAR: Final = "no rule of the other set within the range of cosines"
NOT_ALIKE: Final = "none of the rules that are near has a like length"
TAKEN: Final = "the rules that are near and alike go with others"

LENGTH_WEIGHT: Final = 0.5
FORM_WEIGHT: Final = 1.0
POLARITY_WEIGHT: Final = 0.25
_DIGITS: Final = 6  # of a cosine: what lies below differs between machines

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Calipers:
    """Which pairs are allowed. low: least cosine; high: cosine from which rules of one polarity say the same; ratio:
    how many times longer than the other a rule may be (above 1)."""

    low: float
    high: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Side:
    """Rules of one set: unit vectors, one row for each; styles; words as they are compared: equal ones say the same."""

    vectors: Vectors
    styles: Sequence[Style]
    words: Sequence[str]

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, slots=True)
class Assigned:
    """Pairs (first[k], second[k]), by distance; why each of the other rules of either side has none (None: it has)."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    cosines: Floats
    distances: Floats
    first_reasons: list[str | None]
    second_reasons: list[str | None]


def assign(one: Side, other: Side, calipers: Calipers) -> Assigned:
    """The optimal assignment. Takes memory and time as the product of the sides, times the smaller one for time."""
    from scipy.optimize import linear_sum_assignment

    if not len(one) or not len(other):
        return _nothing(one, other)
    cosines = np.round(one.vectors.astype(np.float64) @ other.vectors.astype(np.float64).T, _DIGITS)
    near = _near(cosines, one, other, calipers)
    lengths = _log_ratios(one, other)
    allowed = near & (lengths <= math.log(calipers.ratio) + 1e-9)
    distances = _distances(cosines, lengths, one, other, calipers)
    rows, columns = np.flatnonzero(allowed.any(axis=1)), np.flatnonzero(allowed.any(axis=0))
    among = np.ix_(rows, columns)
    costs, open_ = distances[among], allowed[among]
    # More than all allowed pairs together, so that no pair is given up for a smaller sum.
    costs[~open_] = (min(costs.shape) + 1) * (float(costs[open_].max()) + 1.0) if open_.any() else 1.0
    i, j = linear_sum_assignment(costs)
    kept = open_[i, j]
    first, second = rows[i[kept]], columns[j[kept]]
    order = np.lexsort((second, first, distances[first, second]))
    first, second = first[order], second[order]
    return Assigned(
        first,
        second,
        cosines[first, second],
        distances[first, second],
        _reasons(near, allowed, first),
        _reasons(near.T, allowed.T, second),
    )


def _near(cosines: Floats, one: Side, other: Side, calipers: Calipers) -> Flags:
    """Near in topic, and not the same said twice."""
    polarity = _opposed(one)[:, None] == _opposed(other)[None, :]
    codes = {words: number for number, words in enumerate(dict.fromkeys((*one.words, *other.words)))}
    left, right = (np.array([codes[words] for words in side.words]) for side in (one, other))
    said_twice = ((cosines >= calipers.high) & polarity) | (left[:, None] == right[None, :])
    return np.asarray((cosines >= calipers.low) & ~said_twice)


def _log_ratios(one: Side, other: Side) -> Floats:
    left, right = (np.log([max(style.length, 1) for style in side.styles]) for side in (one, other))
    return np.asarray(np.abs(left[:, None] - right[None, :]))


def _distances(cosines: Floats, lengths: Floats, one: Side, other: Side, calipers: Calipers) -> Floats:
    left, right = (np.array([_FORMS[style.form] for style in side.styles]) for side in (one, other))
    forms = left[:, None] != right[None, :]
    polarities = _opposed(one)[:, None] != _opposed(other)[None, :]
    return np.asarray(
        (1.0 - cosines)
        + LENGTH_WEIGHT * lengths / math.log(calipers.ratio)
        + FORM_WEIGHT * forms
        + POLARITY_WEIGHT * polarities
    )


def _opposed(side: Side) -> Flags:
    return np.array([style.opposed for style in side.styles], np.bool_)


def _reasons(near: Flags, allowed: Flags, matched: NDArray[np.int64]) -> list[str | None]:
    """For each row of the tables, why it is not among the matched ones."""
    found: list[str | None] = []
    has = set(matched.tolist())
    for row in range(len(near)):
        if row in has:
            found.append(None)
        elif allowed[row].any():
            found.append(TAKEN)
        else:
            found.append(NOT_ALIKE if near[row].any() else NOT_NEAR)
    return found


def _nothing(one: Side, other: Side) -> Assigned:
    none, nothing = np.empty(0, np.int64), np.empty(0, np.float64)
    return Assigned(none, none, nothing, nothing, [NOT_NEAR] * len(one), [NOT_NEAR] * len(other))


_FORMS: Final = {form: number for number, form in enumerate(Form)}
