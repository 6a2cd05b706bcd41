"""Whether probabilities are right: of texts with 0.3, do three in ten express the value?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.analyze.inference.intervals import wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS: Final = 10
POOLED_BINS: Final = 15
CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Bin:
    """Decisions with alike probabilities, from `low` to `high`: how many, their mean probability, the share of texts
    that express the value, and its interval."""

    low: float
    high: float
    n: int
    probability: float
    share: float
    share_low: float
    share_high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """ece: see `reliability`; by_chance: the ECE to expect if every probability were right."""

    ece: float
    by_chance: float
    bins: tuple[Bin, ...]


def reliability(
    probabilities: NDArray[np.float64], labels: NDArray[np.int8], clusters: NDArray[np.int64], bins: int = BINS
) -> Reliability:
    """The expected calibration error with bins of equal mass: decisions ordered by probability and cut into `bins`
    parts of equal size, equal probabilities in one part; sum over parts of n / N |share - mean probability| (Naeini,
    Cooper and Hauskrecht 2015, with the bins of Nixon et al. 2019).

    Few texts make it large even where all is right, so `by_chance` goes with it: in a part the difference then has mean
    0 and variance sum p (1 - p) / n², its absolute value the mean sqrt(2 / pi) of the standard deviation (half-normal;
    decisions taken as independent). All arrays: (decisions,). Intervals of shares: Wilson's, for as many independent
    decisions as have the variance between clusters.
    """
    part = _parts(probabilities, bins)
    found, off, chance = [], 0.0, 0.0
    for number in np.unique(part):
        inside = part == number
        p, y, own = probabilities[inside], labels[inside].astype(np.float64), clusters[inside]
        low, high = _interval(y, own)
        found.append(Bin(float(p.min()), float(p.max()), len(p), float(p.mean()), float(y.mean()), low, high))
        off += abs(float(y.sum() - p.sum()))
        chance += float(np.sqrt(2 / np.pi * np.sum(p * (1 - p))))
    n = max(len(probabilities), 1)
    return Reliability(off / n, chance / n, tuple(found))


def _parts(probabilities: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """The bin of each decision. Equal probabilities go where the first of them goes."""
    ordered = np.sort(probabilities)
    first = np.searchsorted(ordered, probabilities, side="left")
    return np.asarray(first * bins // max(len(probabilities), 1), dtype=np.int64)


def _interval(labels: NDArray[np.float64], clusters: NDArray[np.int64]) -> tuple[float, float]:
    n, share = len(labels), float(labels.mean())
    summed = np.bincount(np.unique(clusters, return_inverse=True)[1], weights=labels - share)
    variance = float((summed**2).sum()) / n**2 * len(summed) / max(len(summed) - 1, 1)
    independent = min(share * (1 - share) / variance, n) if variance > 0 else len(summed)
    low, high = wilson(np.array(share), np.array(float(independent)), CONFIDENCE)
    return float(low), float(high)
