"""How texts stand to values: sentence by sentence, those that speak of the value most counting most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.polarity.cues import language_of
from axiometer.expression.polarity.head import STANCES, Stance, StanceHead, digest_of, restore
from axiometer.expression.windows import sentences_of
from axiometer.similarity.embedders import DEFAULT_EMBEDDER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from axiometer.expression.vectors import Remembered

WEIGHTS: Final = "polarity.npz"


@dataclass(frozen=True, slots=True)
class StanceShares:
    """The probabilities of the three stances, in the order of `STANCES`; they sum to 1."""

    shares: tuple[float, float, float]

    def share(self, stance: Stance) -> float:
        return self.shares[STANCES.index(stance)]

    @property
    def most_likely(self) -> Stance:
        return STANCES[int(np.argmax(self.shares))]


@dataclass(frozen=True, slots=True)
class StanceReader:
    """The head with the encoder that it needs."""

    head: StanceHead
    vectors: Remembered

    def stances(
        self, classifier: ValueClassifier, texts: Sequence[str], asked: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], StanceShares]:
        """For each pair of a text's place and a value's column how the text stands to the value.

        The shares of its sentences are averaged, weighted by the probability that the sentence expresses the value; so
        a text may endorse one value and oppose another where different sentences speak of them. Sentences in other
        languages than zh and en are left out; a pair whose text has no other is not in the result.
        """
        cut = {place: [each for each in sentences_of(texts[place]) if language_of(each)] for place, _ in asked}
        every = list(dict.fromkeys(sentence for found in cut.values() for sentence in found))
        if not every:
            return {}
        row = {sentence: number for number, sentence in enumerate(every)}
        langs = [language_of(sentence) or "" for sentence in every]
        shares = self.head.probabilities(every, langs, self.vectors.encode(every))
        several = [sentence for found in cut.values() if len(found) > 1 for sentence in found]
        presence = _presence(classifier, several)
        told = {}
        for place, value in asked:
            found = cut[place]
            if found:
                weights = [presence[sentence][value] for sentence in found] if len(found) > 1 else [1.0]
                told[place, value] = _weighted(shares[[row[sentence] for sentence in found]], weights)
        return told


def open_reader(vectors: Remembered) -> StanceReader:
    """The stance layer that comes with Axiometer."""
    return StanceReader(_head(), vectors)


def reader_digest() -> str:
    """Of all that decides a stance: the head and the rules."""
    cues = Path(str(files("axiometer.expression.polarity") / "cues.yaml"))
    return f"{digest_of(_file())}-{digest_of(cues)}-{DEFAULT_EMBEDDER}"


@lru_cache(maxsize=1)
def _head() -> StanceHead:
    return restore(_file())


def _file() -> Path:
    return Path(str(files("axiometer.expression.polarity") / "data" / WEIGHTS))


def _presence(classifier: ValueClassifier, sentences: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    unique = list(dict.fromkeys(sentences))
    return dict(zip(unique, classifier.score(unique).probabilities, strict=True)) if unique else {}


def _weighted(shares: NDArray[np.float64], weights: Sequence[float]) -> StanceShares:
    mean = np.average(shares, axis=0, weights=np.maximum(weights, 1e-9))
    return StanceShares((float(mean[0]), float(mean[1]), float(mean[2])))
