"""A trained transformer as it is applied: texts to tokens, batches of like length, lines and thresholds per value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axiometer.expression.card import Architecture
from axiometer.expression.classifier import Scores, check_texts
from axiometer.expression.linear.model import Nearness
from axiometer.expression.thresholds import Calibration
from axiometer.expression.transformer.tokens import Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from axiometer.expression.transformer.network import HeadedEncoder


@dataclass(frozen=True, slots=True)
class TransformerClassifier:
    """A `ValueClassifier`. networks: one with an output per value, or one per value with one output each, in the order
    of `values`; every text passes through each of them. `cut`: the threshold of each value. nearness: of the one
    network's vectors; None where there are several. Equal texts get probabilities that are equal within rounding (about
    1e-6), whatever else is in a batch."""

    name: str
    architecture: Architecture
    framework: str
    values: tuple[str, ...]
    networks: tuple[HeadedEncoder, ...]
    tokens: Tokens
    calibration: Calibration
    cut: tuple[float, ...]
    nearness: Nearness | None = None
    digest: str = ""

    @property
    def identity(self) -> Mapping[str, object]:
        return {"architecture": str(self.architecture), "digest": self.digest, "framework": self.framework}

    @property
    def thresholds(self) -> Mapping[str, float]:
        return dict(zip(self.values, self.cut, strict=True))

    def score(self, texts: Sequence[str]) -> Scores:
        """See `ValueClassifier.score`. A text longer than the encoder reads has the greatest score of its windows."""
        check_texts(texts)
        if not texts:
            return Scores(np.zeros((0, len(self.values)), np.float32), None)
        logits, vectors = outputs(self.networks, self.tokens, texts)
        probabilities = self.calibration.probabilities(logits).astype(np.float32)
        return Scores(probabilities, None if self.nearness is None else self.nearness.distance(unit(vectors)))


def outputs(
    networks: Sequence[HeadedEncoder], tokens: Tokens, texts: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(logits, vectors): the outputs of all networks beside each other, the greatest of a text's windows; the vectors
    of the last network, of a text's first window. At least one text."""
    from axiometer.expression.transformer.network import computed

    windows = tokens.windows(texts)
    rows = [row for each in windows for row in each]
    starts = np.cumsum([0, *(len(each) for each in windows[:-1])])
    found = [computed(network, rows, tokens) for network in networks]
    logits = np.maximum.reduceat(np.concatenate([each for each, _ in found], axis=1), starts, axis=0)
    return np.asarray(logits, dtype=np.float32), found[-1][1][starts]


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors of length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)
