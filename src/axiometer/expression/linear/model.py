"""The linear classifier as it is applied: parts with their weights, a line and a threshold per value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from axiometer.errors import InputError
from axiometer.expression.classifier import Scores
from axiometer.expression.linear.grams import Grams, weighted
from axiometer.expression.thresholds import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

Encode: TypeAlias = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""Texts to unit vectors."""

BATCH: Final = 512  # texts


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
    """Logits from hashed n-grams. rarity: of each column (0: not used); coefficients: (columns, values)."""

    grams: Grams
    rarity: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    intercepts: NDArray[np.float32]

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = weighted(self.grams.counts(texts), self.rarity) @ self.coefficients + self.intercepts
        return np.asarray(found, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near texts lie to those of training: the cosine with the nearest of some centres, as a quantile of the
    training texts' own. centres: unit vectors; quantiles: of 1 - cosine, ascending, 0 to 100 %."""

    centres: NDArray[np.float32]
    quantiles: NDArray[np.float32]

    def distance(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """The share of training texts that lie nearer, in [0, 1]; 1 where all do."""
        off = 1.0 - (vectors @ self.centres.T).max(axis=1)
        return np.asarray(np.searchsorted(self.quantiles, off, side="left") / len(self.quantiles), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class LinearClassifier:
    """A `ValueClassifier`. `spread`: of each part's logits per value in training, which they are divided by; `cut`: the
    threshold of each value; `encode` gives the encoder's vectors (None: the encoder is opened at the first text)."""

    name: str
    framework: str
    values: tuple[str, ...]
    grams: tuple[GramPart, ...]
    encoder: EncoderPart | None
    spread: Mapping[str, NDArray[np.float32]]
    calibration: Calibration
    cut: NDArray[np.float64]
    nearness: Nearness | None
    digest: str = ""
    encode: Encode | None = field(default=None, compare=False)

    @property
    def identity(self) -> Mapping[str, object]:
        return {"architecture": "linear", "digest": self.digest, "framework": self.framework}

    @property
    def thresholds(self) -> Mapping[str, float]:
        return dict(zip(self.values, self.cut.tolist(), strict=True))

    def score(self, texts: Sequence[str]) -> Scores:
        """See `ValueClassifier.score`."""
        for place, text in enumerate(texts):
            if not text.strip():
                raise InputError("text {place} of {n} is empty", place=place + 1, n=len(texts))
        batches = [self._scored(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        if not batches:
            return Scores(np.zeros((0, len(self.values)), np.float32), None)
        probabilities = np.concatenate([each.probabilities for each in batches])
        distances = [each.distance for each in batches if each.distance is not None]
        return Scores(probabilities, np.concatenate(distances) if distances else None)

    def fused(self, texts: Sequence[str], vectors: NDArray[np.float32] | None) -> NDArray[np.float64]:
        """The mean of the parts' logits, each in units of its spread."""
        logits = {part.grams.kind.value: part.logits(texts) for part in self.grams}
        if self.encoder is not None:
            assert vectors is not None
            logits["encoder"] = self.encoder.logits(vectors)
        total = np.zeros((len(texts), len(self.values)))
        for name, each in logits.items():
            total += each / self.spread[name]
        return total / len(logits)

    def _scored(self, texts: Sequence[str]) -> Scores:
        vectors = None if self.encoder is None else self._vectors(texts)
        probabilities = self.calibration.probabilities(self.fused(texts, vectors)).astype(np.float32)
        distance = None if self.nearness is None or vectors is None else self.nearness.distance(vectors)
        return Scores(probabilities, distance)

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.encode is not None:
            return self.encode(texts)
        from axiometer.similarity.embedders import open_embedder

        assert self.encoder is not None
        return open_embedder(self.encoder.encoder).embed(list(texts))
