"""The word of a model in both orders and the stances, combined."""

from __future__ import annotations

import numpy as np
import pytest

from axiometer.build.statements.reduction.edges import UNDECIDED, Word, combined, polarity

C, U, A, S, M = Word.CONFLICT, Word.UNRELATED, Word.AGREE, Word.SILENCE, Word.MISSING


def one(ab: Word, ba: Word, said: int, *, coarse: bool = False) -> tuple[int, float, bool]:
    arrays = (np.array([each], np.int8) for each in (ab, ba, said))
    sign, weight, doubtful = combined(*arrays, coarse=coarse)
    return int(sign[0]), float(weight[0]), bool(doubtful[0])


@pytest.mark.parametrize(
    ("words", "said", "expected"),
    [
        ((C, C), -1, (-1, 1.0, False)),
        ((C, C), 0, (-1, 1.0, False)),
        ((C, C), 1, (-1, 0.5, True)),
        ((A, A), 1, (1, 1.0, False)),
        ((A, A), -1, (1, 0.5, True)),
        ((U, U), 0, (0, 1.0, False)),
        ((U, U), 1, (0, 0.5, True)),
        ((C, A), -1, (-1, 0.5, True)),
        ((C, A), 1, (1, 0.5, True)),
        ((C, U), -1, (-1, 0.5, True)),
        ((C, U), 0, (0, 0.5, True)),
        ((C, U), 1, (0, 0.5, True)),
        ((A, U), 1, (1, 0.5, True)),
        ((A, U), 0, (0, 0.5, True)),
        ((C, M), 0, (-1, 0.5, True)),
        ((M, U), 0, (0, 0.5, True)),
        ((S, S), 1, (1, 1.0, False)),
        ((S, S), 0, (0, 1.0, False)),
        ((S, S), -1, (0, 0.5, True)),
        ((C, S), 0, (-1, 0.5, True)),
        ((C, S), 1, (0, 0.5, True)),
    ],
)
def test_words_and_polarity_come_to_an_edge(words: tuple[Word, Word], said: int, expected: object) -> None:
    assert one(*words, said) == expected
    assert one(*words[::-1], said) == expected


def test_nothing_can_be_said_of_opposite_words_without_polarity_nor_without_words() -> None:
    assert one(C, A, 0)[0] == UNDECIDED
    assert one(M, M, 1)[0] == UNDECIDED


def test_the_silence_of_word_lists_leaves_a_conflict_of_stances_standing_in_doubt() -> None:
    assert one(S, S, -1, coarse=True) == (-1, 0.5, True)
    assert one(S, S, 1, coarse=True) == (1, 1.0, False)


def test_stances_are_compared_on_one_question_alone() -> None:
    first, second = np.array([1, 1, 1, 0], np.int8), np.array([1, -1, -1, 1], np.int8)
    assert polarity(first, second, np.array([True, True, False, True])).tolist() == [1, -1, 0, 0]
