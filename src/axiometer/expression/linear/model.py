"""The linear classifier as it is applied: parts with their weights, a line and a threshold per value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from axiometer.expression.classifier import Scores, check_texts
from axiometer.expression.linear.grams import Grams, weighted
from axiometer.expression.thresholds import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from axiometer.models.protocols import Embedder

Encode: TypeAlias = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""Texts to unit vectors."""

ENCODER: Final = "encoder"
BATCH: Final = 512  # texts
STEPS: Final = 127


@dataclass(frozen=True, slots=True)
class EncoderPart:
    """Logits from a sentence encoder's vectors. mean, scale: of each dimension in training; coefficients:
    (dimensions, values)."""

    encoder: str
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float32]

    def logits(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray((vectors - self.mean) / self.scale @ self.coefficients + self.intercepts, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class GramPart:
    """Logits from hashed n-grams. rarity: of each column (0: not used); steps: coefficients (columns, values) as whole
    numbers from -127 to 127, in units of the value's `scale`: a quarter of the space, and F1 stays within 0.001."""

    grams: Grams
    rarity: NDArray[np.float16]
    steps: NDArray[np.int8]
    scale: NDArray[np.float32]
    intercepts: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        grams: Grams,
        rarity: NDArray[np.floating],
        coefficients: NDArray[np.floating],
        intercepts: NDArray[np.floating],
    ) -> GramPart:
        """The part with these coefficients, rounded to steps."""
        scale = (np.maximum(np.abs(coefficients).max(axis=0), 1e-12) / STEPS).astype(np.float32)
        steps = np.clip(np.round(coefficients / scale), -STEPS, STEPS).astype(np.int8)
        return cls(grams, rarity.astype(np.float16), steps, scale, intercepts.astype(np.float32))

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        counts = weighted(self.grams.counts(texts), self.rarity.astype(np.float32))
        return np.asarray((counts @ self.steps.astype(np.float32)) * self.scale + self.intercepts, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near texts lie to those of training: the cosine with the nearest of some centres, as a quantile of what
    training texts have with centres that were found without them. centres: unit vectors; quantiles: of 1 - cosine,
    ascending, 0 to 100 %."""

    centres: NDArray[np.float32]
    quantiles: NDArray[np.float32]

    def distance(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The share of training texts that lie nearer, in [0, 1]; 1 where all do."""
        off = off_centre(vectors, self.centres)
        return np.asarray(np.searchsorted(self.quantiles, off, side="left") / len(self.quantiles), dtype=np.float32)


def off_centre(vectors: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 - the cosine with the nearest centre."""
    return np.asarray(1.0 - (vectors @ centres.T).max(axis=1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Fusion:
    """How parts become one score: each part's logits divided by their `spread` (values,) among training texts, summed
    with `weights` (together 1)."""

    weights: Mapping[str, float]
    spread: Mapping[str, NDArray[np.float32]]

    def scores(self, logits: Mapping[str, NDArray[np.floating]]) -> NDArray[np.float64]:
        """(texts, values)."""
        parts = [
            self.weights[name] * (np.asarray(each, np.float64) / self.spread[name]) for name, each in logits.items()
        ]
        return np.asarray(np.sum(parts, axis=0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class LinearClassifier:
    """A `ValueClassifier`. `cut`: the threshold of each value; `encode` gives the encoder's vectors (None: the encoder
    is opened at the first text)."""

    name: str
    framework: str
    values: tuple[str, ...]
    grams: tuple[GramPart, ...]
    encoder: EncoderPart | None
    fusion: Fusion
    calibration: Calibration
    cut: tuple[float, ...]
    nearness: Nearness | None
    digest: str = ""
    encode: Encode | None = field(default=None, compare=False)

    @property
    def identity(self) -> Mapping[str, object]:
        return {"architecture": "linear", "digest": self.digest, "framework": self.framework}

    @property
    def thresholds(self) -> Mapping[str, float]:
        return dict(zip(self.values, self.cut, strict=True))

    def score(self, texts: Sequence[str]) -> Scores:
        """See `ValueClassifier.score`."""
        check_texts(texts)
        batches = [self._scored(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        if not batches:
            return Scores(np.zeros((0, len(self.values)), np.float32), None)
        probabilities = np.concatenate([each.probabilities for each in batches])
        distances = [each.distance for each in batches if each.distance is not None]
        return Scores(probabilities, np.concatenate(distances) if distances else None)

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """The encoder's vectors of these texts, None where the classifier has no encoder."""
        if self.encoder is None:
            return None
        if self.encode is not None:
            return self.encode(texts)
        return np.asarray(_embedder(self.encoder.encoder).embed(list(texts)), dtype=np.float32)

    def _scored(self, texts: Sequence[str]) -> Scores:
        vectors = self.vectors(texts)
        logits = {part.grams.kind.value: part.logits(texts) for part in self.grams}
        if self.encoder is not None and vectors is not None:
            logits[ENCODER] = self.encoder.logits(vectors)
        probabilities = self.calibration.probabilities(self.fusion.scores(logits)).astype(np.float32)
        distance = None if self.nearness is None or vectors is None else self.nearness.distance(vectors)
        return Scores(probabilities, distance)


@lru_cache(maxsize=2)
def _embedder(name: str) -> Embedder:
    """Loaded once in a process: half a second and 200 MB."""
    from axiometer.similarity.embedders import open_embedder

    return open_embedder(name)
