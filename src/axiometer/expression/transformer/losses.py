"""What training makes small: the mean over texts and values of a loss for each decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from axiometer.expression.transformer.options import Loss

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_WEIGHT: Final = 10.0  # a value of one text in a thousand would count a thousandfold, and learn that text by heart
FOCUS: Final = 2.0
FOCUS_NEGATIVE: Final = 4.0
MARGIN: Final = 0.05
_LEAST: Final = 1e-8


def positive_weights(targets: NDArray[np.int8]) -> NDArray[np.float32]:
    """By how much a text that expresses a value counts more than one that does not: their ratio, from 1 to 10.

    targets: (texts, values). Result: (values,).
    """
    positive = targets.sum(axis=0, dtype=np.float64)
    ratio = (len(targets) - positive) / np.maximum(positive, 1.0)
    return np.asarray(np.clip(ratio, 1.0, MOST_WEIGHT), dtype=np.float32)


def losses(kind: Loss, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The loss of each decision: (texts, values), in float32.

    weighted: cross-entropy with the weight of positives. focal: -(1 - p_t)^2 log p_t, with the weight of positives as
    alpha (Lin et al. 2017, equation 5). asymmetric: -(1 - p) ^ 0 log p of a positive, -(p_m)^4 log(1 - p_m) of a
    negative, p_m = max(p - 0.05, 0) (Ridnik et al. 2021, equations 4 to 7).
    """
    logits = logits.float()
    if kind is Loss.ASYMMETRIC:
        p = torch.sigmoid(logits)
        shifted = (p - MARGIN).clamp(min=0.0)
        negative = -(shifted**FOCUS_NEGATIVE) * torch.log((1.0 - shifted).clamp(min=_LEAST))
        return torch.where(targets > 0.5, torch.nn.functional.softplus(-logits), negative)
    plain = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none", pos_weight=weights)
    if kind is Loss.WEIGHTED:
        return plain
    missed = torch.sigmoid(torch.where(targets > 0.5, -logits, logits))
    return missed**FOCUS * plain
