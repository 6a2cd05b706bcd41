"""Texts as windows of about the length of the texts that a classifier was trained on, and windows as texts again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axiometer.records.texts.damage import letters
from axiometer.records.texts.sentences import sentence_ends, split

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of some texts. `starts`: the place of each text's first window, and behind them the number of all."""

    texts: tuple[str, ...]
    starts: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many windows each text has, at least 1."""
        return np.diff(self.starts)

    def greatest(self, probabilities: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Of each text and value the greatest probability of its windows, and the place of that window (the first of
        equal ones). (texts, values) each: a text expresses what one of its windows does."""
        if not len(self.counts):
            return probabilities, np.zeros(probabilities.shape, np.int64)
        best = np.maximum.reduceat(probabilities, self.starts[:-1], axis=0)
        owner = np.repeat(np.arange(len(self.counts)), self.counts)
        last = len(probabilities)
        places = np.where(probabilities == best[owner], np.arange(last)[:, None], last)
        return best, np.minimum.reduceat(places, self.starts[:-1], axis=0)

    def mean(self, numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of each text the mean over its windows."""
        if not len(self.counts):
            return numbers
        total = np.add.reduceat(numbers.astype(np.float64), self.starts[:-1])
        return np.asarray(total / self.counts, dtype=np.float32)


def windows_of(texts: Iterable[str], limit: int) -> Windows:
    """Each text as windows of at most `limit` characters that cut no sentence, unless one is longer than that. Windows
    without letters are left out where another has some."""
    found: list[str] = []
    starts = [0]
    for text in texts:
        pieces = [piece.strip() for piece in split(text, limit)]
        if len(pieces) > 1:
            pieces = [piece for piece in pieces if letters(piece)] or [piece for piece in pieces if piece][:1]
        found.extend(pieces)
        starts.append(len(found))
    return Windows(tuple(found), np.array(starts, dtype=np.int64))


def sentences_of(text: str) -> Sequence[str]:
    """The sentences of a text that have letters; the text itself where none has."""
    ends = sentence_ends(text)
    pieces = [text[begin:end].strip() for begin, end in zip([0, *ends], ends, strict=False)]
    return [piece for piece in pieces if letters(piece)] or [text.strip()]
