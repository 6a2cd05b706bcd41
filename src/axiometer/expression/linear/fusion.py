"""How much each part of the linear classifier counts: weights by likelihood, on texts that the parts had not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def fusion_weights(logits: Mapping[str, NDArray[np.floating]], targets: NDArray[np.int8]) -> dict[str, float]:
    """The share of each part in the sum of logits, the same for all values: not negative, together 1.

    They make the labels most likely where a value's probability is a line of the weighted sum (late fusion by logistic
    regression, with weights that all values share, since few texts express the rare ones). logits: by part, (texts,
    values), each in units of its spread, of texts that the part was not fitted on.
    """
    from scipy.optimize import minimize
    from scipy.special import expit, softmax

    names = list(logits)
    if len(names) == 1:
        return {names[0]: 1.0}
    stacked = np.stack([np.asarray(logits[name], np.float64) for name in names])
    stacked = stacked - stacked.mean(axis=1, keepdims=True)
    n, k = targets.shape
    told = targets.astype(np.float64)
    share = (told.sum(axis=0) + 1) / (n + 2)

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, slope, offset = softmax(at[: len(names)]), at[len(names) : -k], at[-k:]
        fused = np.tensordot(weights, stacked, axes=1)
        z = fused * slope + offset
        off = (expit(z) - told) / n
        by_weight = np.array([float(np.sum(off * slope * part)) for part in stacked])
        gradient = weights * (by_weight - weights @ by_weight)
        value = float(np.sum(np.logaddexp(0, z) - told * z)) / n
        return value, np.concatenate([gradient, (off * fused).sum(axis=0), off.sum(axis=0)])

    start = np.concatenate([np.zeros(len(names)), np.ones(k), np.log(share / (1 - share))])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return dict(zip(names, softmax(found[: len(names)]).tolist(), strict=True))
