"""Texts as counts of hashed n-grams of characters and words: no vocabulary is kept, so no text can be read back."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

CHARACTER_GRAMS: Final = (1, 4)
WORD_GRAMS: Final = (1, 2)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CHINESE = re.compile("[\u3400-\u9fff]+")
_SPACE = re.compile(r"\s+")


class GramKind(StrEnum):
    CHARACTERS = "characters"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Grams:
    """Hashed n-grams of one kind in `2 ** bits` columns (Weinberger et al. 2009, without signs)."""

    kind: GramKind
    bits: int

    def counts(self, texts: Sequence[str]) -> csr_matrix:
        """float32 counts, one row per text."""
        from sklearn.feature_extraction.text import HashingVectorizer

        shared = {"n_features": 2**self.bits, "alternate_sign": False, "norm": None, "dtype": _float32()}
        if self.kind is GramKind.CHARACTERS:
            vectorizer = HashingVectorizer(
                analyzer="char", ngram_range=CHARACTER_GRAMS, preprocessor=_folded, lowercase=False, **shared
            )
        else:
            vectorizer = HashingVectorizer(
                tokenizer=words,
                ngram_range=WORD_GRAMS,
                preprocessor=_folded,
                lowercase=False,
                token_pattern=None,
                **shared,
            )
        found: csr_matrix = vectorizer.transform(texts)
        return found


def weighted(counts: csr_matrix, rarity: NDArray[np.float32]) -> csr_matrix:
    """Rows of unit length: the logarithm of each count plus one, times the rarity of its column."""
    import numpy as np
    from sklearn.preprocessing import normalize

    found = counts.copy()
    found.data = (np.log(found.data) + 1.0) * rarity[found.indices]
    unit: csr_matrix = normalize(found, copy=False)
    return unit


def rarity_of(counts: csr_matrix, least: int) -> NDArray[np.float32]:
    """Per column ln((1 + n) / (1 + d)) + 1 of d among n texts (Spaerck Jones 1972, smoothed); 0 where fewer than
    `least` texts have it."""
    import numpy as np

    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log((1 + counts.shape[0]) / (1 + seen)) + 1.0
    return np.where(seen >= least, rarity, 0.0).astype(np.float32)


def words(text: str) -> list[str]:
    """The words of a text: Chinese ones as jieba cuts them, others by what stands between them."""
    return list(_words(text))


def _words(text: str) -> Iterator[str]:
    place = 0
    for run in _CHINESE.finditer(text):
        yield from _WORD.findall(text[place : run.start()])
        yield from _cut(run.group())
        place = run.end()
    yield from _WORD.findall(text[place:])


def _folded(text: str) -> str:
    return _SPACE.sub(" ", text.casefold())


def _cut(text: str) -> list[str]:
    import jieba

    jieba.setLogLevel(logging.ERROR)
    return list(jieba.lcut(text))


def _float32() -> type[np.float32]:
    import numpy as np

    return np.float32
