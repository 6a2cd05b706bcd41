"""The model `lexical`: negation, opposites and flips between should, may and must not, in Chinese and English, offline.

A coarse instrument, so its confidence is always low: it knows no action and no situation, only words. It cannot see a
tension between two good rules, and says nothing of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from axiometer.errors import InputError
from axiometer.models.contradiction.chinese import read_chinese
from axiometer.models.contradiction.english import read_english
from axiometer.models.contradiction.lexicon import digest
from axiometer.models.contradiction.readings import LEAST_OVERLAP, Reading, scores
from axiometer.models.protocols import Confidence, ConflictKind, Contradiction

NAME: Final = "lexical"
CONTRADICTS: Final = 0.5
"""Pairs that reach this score in both directions are called contradictions."""

_VERSION = 1  # of the rules in code: part of the identity
_REMEMBERED = 65_536  # a rule stands in many pairs

_READERS: Mapping[str, Callable[[str], Reading]] = {"zh": read_chinese, "en": read_english}


class LexicalModel:
    """A `ContradictionModel` by word lists. Scores are those of `readings.scores`; equal on every machine."""

    @property
    def name(self) -> str:
        return NAME

    @property
    def identity(self) -> Mapping[str, object]:
        return {"method": NAME, "version": _VERSION, "lexicon": digest(), "overlap": LEAST_OVERLAP, "from": CONTRADICTS}

    def contradictions(self, pairs: Sequence[tuple[str, str, str]]) -> list[Contradiction]:
        return [self._contradiction(*pair) for pair in pairs]

    def _contradiction(self, first: str, second: str, lang: str) -> Contradiction:
        ab, ba = scores(reading(first, lang), reading(second, lang))
        kind = ConflictKind.CONTRADICTION if min(ab, ba) >= CONTRADICTS else None
        return Contradiction(ab, ba, kind, Confidence.LOW)


@lru_cache(maxsize=_REMEMBERED)
def reading(text: str, lang: str) -> Reading:
    """What the word lists of a language see in a rule. Raises `InputError` where there are none."""
    read = _READERS.get(lang.partition("-")[0])
    if read is None:
        raise InputError(
            "the model `lexical` has no word lists for the language {lang!r}",
            mend="it has: {known}; for others use nli/NAME or llm/PROVIDER/NAME",
            lang=lang,
            known=", ".join(sorted(_READERS)),
        )
    return read(text)
