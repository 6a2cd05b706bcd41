"""The ranking model where it is uncertain which side of an item expresses which values.

With probability 1 - r the map of a comparison is the wrong way round: its values change sides, the slots stay. So the
side that is said to express x_s is chosen with the probability

    mu = r P(x_s - x_t, slots) + (1 - r) P(x_t - x_s, slots)

P being the model's (bradley_terry.py). The strengths solve the score equations of that probability, with r known
(Magder and Hughes 1997, American Journal of Epidemiology 146:195; Neuhaus 1999, Biometrika 86:843, section 2). Answers
to one item share its map; the equations treat them as independent, which leaves them unbiased, and the intervals come
from resampling sources. The correction of counts that shares get (coded/recovered.py; for likelihoods Nakamura 1990,
Biometrika 77:127) was tried first: where a value's corrected wins exceed its trials, as happens at high strengths, its
equations have no finite root.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers
from axiometer.analyze.inference.intervals import expit

_LEAST_VARIANCE = 1e-12
_MAX_STEP = 2.0
_MAX_STEPS = 40


@dataclass(frozen=True, slots=True)
class Mixture:
    """`right`: per row, the probability that its map is right; `values`: how many of the predictors are values."""

    right: Floats
    values: int

    def means(self, predictors: Floats, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
        """Per set of `coefficients` (sets x columns) and row: mu, and what multiplies the row's values and its slots in
        the derivative of mu."""
        of_values = coefficients[:, : self.values] @ predictors[:, : self.values].T
        of_slots = coefficients[:, self.values :] @ predictors[:, self.values :].T
        same, turned = expit(of_slots + of_values), expit(of_slots - of_values)
        mu = self.right * same + (1 - self.right) * turned
        own, other = self.right * same * (1 - same), (1 - self.right) * turned * (1 - turned)
        return mu, own - other, own + other

    def gradients(self, predictors: Floats, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
        """At one set of coefficients: mu, its variance per trial, and the derivative of mu over that variance (rows x
        columns), by which an answer more or less than expected enters the score."""
        mu, of_values, of_slots = (each[0] for each in self.means(predictors, coefficients[None, :]))
        variance = np.maximum(mu * (1 - mu), _LEAST_VARIANCE)
        factors = self._spread(of_values, of_slots, predictors.shape[1])
        return mu, variance, predictors * factors / variance[:, None]

    def newton(
        self, predictors: Floats, wins: Floats, trials: Floats, start: Floats, ridge: float, tolerance: float
    ) -> Floats:
        """As `bradley_terry.newton`, by Fisher scoring."""
        width = predictors.shape[1]
        blocks = self._products(predictors)
        beta, before, damped = start.copy(), np.zeros_like(start), np.ones(len(start))
        active = np.arange(len(beta))
        for _ in range(_MAX_STEPS):
            now, n = beta[active], trials[active]
            mu, of_values, of_slots = self.means(predictors, now)
            variance = np.maximum(mu * (1 - mu), _LEAST_VARIANCE)
            off = (wins[active] - n * mu) / variance
            gradient = np.hstack(
                [(off * of_values) @ predictors[:, : self.values], (off * of_slots) @ predictors[:, self.values :]]
            )
            squares = (of_values**2, of_values * of_slots, of_slots**2)
            information = np.empty((len(active), width, width))
            for (row, column, products), square in zip(blocks, squares, strict=True):
                flat = (n * square / variance) @ products
                information[:, row, column] = flat
                information[:, column, row] = flat
            information[:, range(width), range(width)] += ridge
            move = np.linalg.solve(information, (gradient - ridge * now)[:, :, None])[:, :, 0]
            damped[active] *= np.where((move * before[active]).sum(axis=1) < 0, 0.5, 1.0)  # it went too far
            largest = np.abs(move).max(axis=1)
            move *= (damped[active] * np.minimum(1.0, _MAX_STEP / np.maximum(largest, _MAX_STEP)))[:, None]
            beta[active], before[active] = now + move, move
            active = active[largest > tolerance]
            if len(active) == 0:
                break
        return beta

    def _products(self, predictors: Floats) -> list[tuple[Integers, Integers, Floats]]:
        """Pairs of columns, and the products of their entries per row: of two values, a value and a slot, two slots."""
        row, column = np.triu_indices(predictors.shape[1])
        both, one, none = column < self.values, (row < self.values) & (column >= self.values), row >= self.values
        return [
            (row[kept], column[kept], predictors[:, row[kept]] * predictors[:, column[kept]])
            for kept in (both, one, none)
        ]

    def _spread(self, of_values: Floats, of_slots: Floats, width: int) -> Floats:
        values = np.repeat(of_values[:, None], self.values, axis=1)
        return np.hstack([values, np.repeat(of_slots[:, None], width - self.values, axis=1)])
