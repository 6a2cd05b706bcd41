"""A cheap upper bound of many cosines at once, so that only few pairs need all their coordinates.

Let V have k orthonormal columns, p = Vx, q = Vy, and r, s the lengths of what V leaves of x and y. By Cauchy-Schwarz

    x.y <= p.q + r s = (p, r).(q, s)

so one matrix product of k + 1 columns bounds a block of cosines from above, and a pair whose bound is below the
threshold is out. The bound holds for any such V; it is tight when V takes up what the rows have in common, which for
sentence vectors a few dozen principal directions do. V is made for each block of rows (its own second moments and
those of the columns, mixed): some thousand rows that lie together have far fewer directions than all rows have.

Rounding. Everything is computed in float32, u = 2^-24. A dot product of d terms errs by at most g_d |a|.|b|,
g_d = d u / (1 - d u) (Higham 2002, Accuracy and Stability of Numerical Algorithms, sec. 3.1, any order of summation).
So |p^ - p| <= g_d sqrt(k) =: e for a unit row, to which the departure of V from orthonormality is added. The rest is
taken from 1 - |p^|^2 plus what that may be short of, so it is never too short, and `margin` is what the bound's own
product may be short of. A test holds the bound against float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.vectors import Vectors

CHOICES = (16, 24, 32, 40, 48, 56, 64, 80, 96, 128, 160, 192, 256)
UNIT_ROUNDOFF = 2.0**-24
_SAMPLE = 512
_ITERATIONS = 2
_OWN = 0.75  # weight of the rows' own moments beside the columns'; measured: anything from 0.5 to 0.85 does as well

# What a pair costs, in columns of the product (17 ps each, measured). They choose k and change no result.
_TOUCH = 9.0  # writing the bound and looking for the largest
_LIFT = 8.0  # finding the survivors in a part of a block that has any
_CHECK = 30_000.0  # a survivor's cosine in full


@dataclass(frozen=True, slots=True)
class Screen:
    """Coordinates whose dot product bounds the cosine. basis: (dimensions, k), None means all coordinates as they are.

    slack: added to the squared rest so that it is never too short. margin: what the product itself may be short of.
    """

    basis: Vectors | None
    slack: float
    margin: float

    def coordinates(self, rows: Vectors) -> Vectors:
        """(n, k + 1): the rows in the basis, and the length of what the basis leaves."""
        if self.basis is None:
            return rows
        width = self.basis.shape[1]
        found = np.empty((len(rows), width + 1), np.float32)
        np.matmul(rows, self.basis, out=found[:, :width])
        inside = np.einsum("ij,ij->i", found[:, :width], found[:, :width])
        np.sqrt(np.maximum(1.0 - inside, 0.0) + self.slack, out=found[:, width])
        return found


def full_screen(dimensions: int) -> Screen:
    """No bound but the cosine itself, in float32."""
    return Screen(None, 0.0, 2 * _gamma(dimensions) + 1e-6)


def screen_for(rows: Vectors, columns: Vectors, k: int, seed: int = 0) -> Screen:
    """A screen of k coordinates for cosines of `rows` with `columns`: the leading directions of their second moments.

    Found by subspace iteration (Halko, Martinsson, Tropp 2011, SIAM Review 53, algorithm 4.4) on a seeded sample.
    """
    dimensions: int = rows.shape[1]
    if k >= dimensions:
        return full_screen(dimensions)
    draw = np.random.default_rng(seed)
    moments = _moments(rows, draw)
    if rows is not columns:
        moments = _OWN * moments + (1 - _OWN) * _moments(columns, draw)
    basis = draw.standard_normal((dimensions, min(k + 8, dimensions)), dtype=np.float32)
    for _ in range(_ITERATIONS):
        basis = np.linalg.qr(moments @ basis)[0]
    # Leading directions within the subspace: the best k of it.
    _, turned = np.linalg.eigh(basis.T @ moments @ basis)
    return _screen(np.ascontiguousarray((basis @ turned)[:, ::-1][:, :k]))


def choose_k(rows: Vectors, columns: Vectors, threshold: float, seed: int = 0) -> int:
    """How many coordinates make a block cheapest, estimated on a sample; all dimensions where a screen does not pay.

    rows: some that lie together, as a block's do. columns: some of all.
    """
    dimensions: int = rows.shape[1]
    draw = np.random.default_rng(seed)
    left, right = _some(rows, 384, draw), _some(columns, 2_048, draw)
    choices = [k for k in CHOICES if k <= dimensions // 2]
    if not choices:
        return dimensions
    basis = screen_for(rows, columns, choices[-1], seed).basis
    assert basis is not None
    best, least = dimensions, 0.85 * (dimensions + _TOUCH)
    for k in choices:
        screen = _screen(np.ascontiguousarray(basis[:, :k]))
        bound = screen.coordinates(left) @ screen.coordinates(right).T
        share = float(np.mean(bound >= threshold - screen.margin))
        # The true pairs are among the survivors of every choice, so they do not matter here.
        lifted = 1.0 if share * 500_000 > 1 else share * 500_000
        cost = k + 1 + _TOUCH + _LIFT * lifted + _CHECK * share
        if cost < least:
            best, least = k, cost
    return best


def _screen(basis: Vectors) -> Screen:
    dimensions, k = basis.shape
    exact = np.asarray(basis, np.float64)
    skew = float(np.linalg.norm(exact.T @ exact - np.eye(k)))
    length = 2e-5  # rows are of unit length within 1e-5 (`unit_vectors`), so their squares within this
    error = _gamma(dimensions) * float(np.sqrt(k)) * (1 + skew) + skew
    slack = 2 * error + error**2 + length + 2 * _gamma(k + 1) + skew
    margin = 2 * error + error**2 + 2 * _gamma(k + 2) + length
    return Screen(basis, slack, margin)


def _gamma(terms: int) -> float:
    return terms * UNIT_ROUNDOFF / (1 - terms * UNIT_ROUNDOFF)


def _moments(rows: Vectors, draw: np.random.Generator) -> Vectors:
    sample = _some(rows, _SAMPLE, draw)
    return (sample.T @ sample) / np.float32(len(sample))


def _some(rows: Vectors, count: int, draw: np.random.Generator) -> Vectors:
    """At most `count` rows, drawn without replacement, in their order (a mapped file is read forward)."""
    if len(rows) <= count:
        return np.asarray(rows)
    taken: NDArray[np.int64] = np.sort(draw.choice(len(rows), count, replace=False))
    return np.asarray(rows[taken])
