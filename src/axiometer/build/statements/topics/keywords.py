"""Keywords of topics by class-based TF-IDF."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from axiometer.build.statements.topics.words import words_of

KEYWORDS: Final = 10
READ: Final = 400
"""Texts of a topic that its keywords are computed from, at most: those nearest its centre."""


def keywords(classes: Sequence[Iterable[str]], lang: str, most: int = KEYWORDS) -> list[tuple[str, ...]]:
    """The keywords of every class of texts, best first; of equal ones the first by alphabet.

    W(t, c) = tf(t, c) · log(1 + A / tf(t)) (Grootendorst 2022, arXiv 2203.05794, eq. 2): tf(t, c) is how often a word
    stands in the class, tf(t) in all classes, A how many words a class has on average. A word that stands in one text
    alone is none of a class of several texts: it is a name or a slip as a rule.
    """
    counts: list[Counter[str]] = []
    for texts in classes:
        within, texts_with, read = Counter[str](), Counter[str](), 0
        for text in texts:
            found = Counter(words_of(text, lang))
            within.update(found)
            texts_with.update(found.keys())
            read += 1
        several = Counter({word: count for word, count in within.items() if texts_with[word] > 1})
        counts.append(several if read > 1 and several else within)
    overall = Counter[str]()
    for each in counts:
        overall.update(each)
    average = overall.total() / max(len(counts), 1)
    return [_best(each, overall, average, most) for each in counts]


def _best(counts: Counter[str], overall: Counter[str], average: float, most: int) -> tuple[str, ...]:
    weights = {word: count * math.log1p(average / overall[word]) for word, count in counts.items()}
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:most])
