"""Labels and probabilities as a classifier of known quality would give them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from axiometer.expression.evaluation import Gold, Judged

VALUES = ("prosperity", "democracy", "civility", "harmony", "freedom")


def made(texts: int = 400, *, seed: int = 0, noise: float = 1.0, values: int = 5, each: int = 1) -> tuple[Gold, Judged]:
    """Calibrated probabilities, rarer values last; the more noise, the less they tell. each: texts of a cluster."""
    random = np.random.default_rng(seed)
    signal = random.normal(size=(texts, values)) * 2 / noise - np.linspace(0.0, 2.0, values)
    p: NDArray[np.float64] = 1 / (1 + np.exp(-signal))
    targets = (random.random(p.shape) < p).astype(np.int8)
    gold = Gold(
        texts=tuple(f"text {place}" for place in range(texts)),
        values=tuple(f"v{place}" for place in range(values)) if values != 5 else VALUES,
        targets=targets,
        rows=tuple(range(2, texts + 2)),
        clusters=np.arange(texts) // each,
    )
    return gold, judged(gold, "one", p)


def judged(gold: Gold, name: str, p: NDArray[np.float64], threshold: float = 0.4) -> Judged:
    thresholds = np.linspace(threshold, threshold / 2, len(gold.values))
    return Judged(name, p, thresholds, np.zeros(len(gold), np.bool_), {})
