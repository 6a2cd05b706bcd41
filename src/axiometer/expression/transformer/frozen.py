"""Heads over vectors of an encoder that stays as it is: one penalised logistic regression per value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRENGTHS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Inverse strengths of the penalty (scikit-learn's C) among which validation chooses, for each value apart."""


@dataclass(frozen=True, slots=True)
class Heads:
    """coefficients: (values, dimensions), of vectors as the encoder gives them; intercepts, strengths: (values,)."""

    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    strengths: tuple[float, ...]


def fit_heads(
    vectors: NDArray[np.float32],
    targets: NDArray[np.int8],
    validation: NDArray[np.float32],
    validation_targets: NDArray[np.int8],
) -> Heads:
    """Fitted on standardised vectors (the scale is put into the coefficients), each value with the penalty under which
    validation's labels are likeliest; the strongest of equals.

    vectors, validation: (texts, dimensions); every value must be expressed by some texts and not by others.
    """
    mean, scale = vectors.mean(axis=0, dtype=np.float64), np.maximum(vectors.std(axis=0, dtype=np.float64), 1e-6)
    seen, unseen = (vectors - mean) / scale, (validation - mean) / scale
    coefficients = np.zeros((targets.shape[1], vectors.shape[1]))
    intercepts = np.zeros(targets.shape[1])
    strengths = []
    for column in range(targets.shape[1]):
        with threadpool_limits(1):  # products are small: their threads would wait for each other
            found = [_fitted(seen, targets[:, column], strength) for strength in STRENGTHS]
        lost = [_lost(unseen @ line + offset, validation_targets[:, column]) for line, offset in found]
        best = int(np.argmin(lost))
        coefficients[column], intercepts[column] = found[best][0] / scale, found[best][1]
        strengths.append(STRENGTHS[best])
    intercepts -= coefficients @ mean
    return Heads(coefficients.astype(np.float32), intercepts.astype(np.float32), tuple(strengths))


def _fitted(matrix: NDArray[np.float64], told: NDArray[np.int8], strength: float) -> tuple[NDArray[np.float64], float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=300).fit(matrix, told)
    return np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0])


def _lost(logits: NDArray[np.float64], told: NDArray[np.int8]) -> float:
    """Minus the mean log-likelihood of the labels."""
    return float(np.mean(np.logaddexp(0.0, logits) - told * logits))
