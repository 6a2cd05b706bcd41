"""The encoder of a worker process: opened once, and asked once for each text of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from axiometer.expression.classifier import ValueClassifier
from axiometer.similarity.embedders import DEFAULT_EMBEDDER, open_embedder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from axiometer.models.protocols import Embedder


@dataclass(slots=True)
class Remembered:
    """Vectors of texts, each embedded once until `forget`. The embedder is opened at the first text."""

    name: str = DEFAULT_EMBEDDER
    _embedder: Embedder | None = None
    _known: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts, dimensions), of unit length."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            if self._embedder is None:
                self._embedder = open_embedder(self.name)
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])

    def forget(self) -> None:
        self._known.clear()


def sharing(classifier: ValueClassifier, vectors: Remembered) -> ValueClassifier:
    """The classifier with these vectors, where it is a linear one with the same encoder; else as it is."""
    from axiometer.expression.linear.model import LinearClassifier
    from axiometer.expression.mapped import Mapped

    if isinstance(classifier, Mapped):
        return replace(classifier, inner=sharing(classifier.inner, vectors))
    if not isinstance(classifier, LinearClassifier) or classifier.encoder is None:
        return classifier
    return replace(classifier, encode=vectors.encode) if classifier.encoder.encoder == vectors.name else classifier
