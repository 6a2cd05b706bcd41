"""Edges of the graph of statements: the model's word in both orders, combined with the stances on one question.

A *word* is what a model says in one order: agree, conflict, unrelated; of a model that knows contradictions alone:
conflict (a score from 0.5 on) or silence. The *polarity* is the product of both stances where both statements answer
one question (cosine of their questions from `same_question` on), and nothing elsewhere: stances on different questions
cannot be compared, and even like questions may ask for opposite things, so the polarity never overrules a word that
both orders share.

both orders                polarity agrees or is silent   polarity says the opposite
conflict, or agree         that edge, weight 1            that edge, weight 1/2, doubtful
unrelated                  no edge, counts against        the same, doubtful where the polarity says a thing
conflict and agree         the polarity's edge, weight 1/2, doubtful; without polarity: nothing can be said
one of them and unrelated  that edge, weight 1/2, doubtful, where the polarity says it, too; else no edge, doubtful
silence                    polarity agree: agree, weight 1; conflict: of a model of word lists, whose silence says
                           little, conflict, weight 1/2, doubtful, of others no edge, doubtful; none: no edge
conflict and silence       conflict, weight 1/2, doubtful; polarity agree: no edge, doubtful
one order unanswered       as if the other word had been said twice, weight 1/2, doubtful

"No edge" counts against joining the groups of the two; where nothing can be said, the pair counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Signs: TypeAlias = NDArray[np.int8]
Integers: TypeAlias = NDArray[np.int64]

CONTRADICTS: Final = 0.5
"""The score from which a direction of a model that computes says conflict."""


class Word(IntEnum):
    """What was said in one order."""

    CONFLICT = -1
    UNRELATED = 0
    AGREE = 1
    SILENCE = 2
    MISSING = 3


UNDECIDED: Final = 2
"""The sign of a pair of which nothing can be said: no edge, and no evidence against one."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Judged pairs i < j of nodes. sign: +1 agree, -1 conflict, 0 unrelated; those of which nothing can be said are
    left out. weight: 1, or 1/2 where it is doubtful. `row`: the place of the pair among the candidates."""

    i: Integers
    j: Integers
    sign: Signs
    weight: NDArray[np.float64]
    doubtful: NDArray[np.bool_]
    similarity: NDArray[np.float32]
    row: Integers

    def __len__(self) -> int:
        return len(self.i)

    def where(self, taken: NDArray[np.bool_] | NDArray[np.intp]) -> Edges:
        """Some of them."""
        return Edges(
            self.i[taken],
            self.j[taken],
            self.sign[taken],
            self.weight[taken],
            self.doubtful[taken],
            self.similarity[taken],
            self.row[taken],
        )

    def numbered(self) -> Edges:
        """The same, `row` being the place among them."""
        return replace(self, row=np.arange(len(self)))


def polarity(first: Signs, second: Signs, alike: NDArray[np.bool_]) -> Signs:
    """+1 where both stances on one question are equal, -1 where they are opposite, 0 where that cannot be said."""
    return np.where(alike, first * second, 0).astype(np.int8)


def combined(
    ab: Signs, ba: Signs, said: Signs, *, coarse: bool = False
) -> tuple[Signs, NDArray[np.float64], NDArray[np.bool_]]:
    """(sign, weight, doubtful) of each pair by the table above. ab, ba: `Word`s; said: polarity; coarse: the model goes
    by word lists, so its silence says little."""
    first, second = np.where(ab == Word.MISSING, ba, ab), np.where(ba == Word.MISSING, ab, ba)
    alone = (ab == Word.MISSING) != (ba == Word.MISSING)
    low, high = np.minimum(first, second), np.maximum(first, second)
    sign = np.full(len(ab), UNDECIDED, np.int8)
    doubtful = np.zeros(len(ab), np.bool_)

    def settle(which: NDArray[np.bool_], to: Signs | int, doubt: NDArray[np.bool_] | bool) -> None:
        sign[which] = to[which] if isinstance(to, np.ndarray) else to
        doubtful[which] = doubt[which] if isinstance(doubt, np.ndarray) else doubt

    told = (low == high) & ((low == Word.CONFLICT) | (low == Word.AGREE))
    settle(told, low, said == -low)
    settle((low == high) & (low == Word.UNRELATED), 0, said != 0)
    settle((low == Word.CONFLICT) & (high == Word.AGREE), np.where(said == 0, UNDECIDED, said).astype(np.int8), True)
    for word in (Word.CONFLICT, Word.AGREE):
        half = ((low == word) & (high == Word.UNRELATED)) | ((low == Word.UNRELATED) & (high == word))
        settle(half, np.where(said == word, said, 0).astype(np.int8), True)
    silent = (low == Word.SILENCE) & (high == Word.SILENCE)
    settle(silent, 0, False)
    settle(silent & (said == 1), 1, False)
    settle(silent & (said == -1), -1 if coarse else 0, True)
    half = (low == Word.CONFLICT) & (high == Word.SILENCE)
    settle(half, np.where(said == 1, 0, -1).astype(np.int8), True)
    doubtful |= alone & (sign != UNDECIDED)
    return sign, np.where(doubtful, 0.5, 1.0), doubtful
