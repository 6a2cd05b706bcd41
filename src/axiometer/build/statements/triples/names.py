"""Names of persons that are left in a text, as far as letters show it: known ones, and what follows a title.

A known name is looked for whole and, where names have blanks, by its parts (a surname alone). Parts that are also
common words (King, Young) count only within a sentence; in German, where nouns have capitals too, the last part alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from axiometer.build.statements.triples.words import base_language, found, words_of

_CAPITALISES_NOUNS: Final = frozenset({"de", "lb"})
_LEAST_PART: Final = 3  # letters: shorter parts of names are particles
_PARTICLES: Final = frozenset(
    ("von", "van", "der", "den", "del", "della", "dos", "das", "bin", "ibn", "the", "and", "les", "des")
)
_TITLES: Final = frozenset(("dr", "mr", "mrs", "ms", "prof", "sir", "dame", "mme", "mlle", "herr", "frau"))
_SENTENCE_BEGINS: Final = r"(?:^|[.!?:;]\s+|[\"“„«‘]\s*)"


def name_left(text: str, names: Iterable[str], lang: str) -> str | None:
    """The first name of a person that is found in a text, or None."""
    for name in names:
        if (left := _known(text, name, lang)) is not None:
            return left
    known = words_of(lang)
    return None if known is None else found(known.titled, text)


def named_in(text: str, names: Iterable[str], lang: str) -> tuple[str, ...]:
    """Those of the names that stand in a text, in whole or in part."""
    return tuple(name for name in names if _known(text, name, lang) is not None)


def _known(text: str, name: str, lang: str) -> str | None:
    whole = " ".join(name.split())
    if not whole:
        return None
    if _has_word(text, whole):
        return whole
    if base_language(lang) in _CAPITALISES_NOUNS:
        parts = whole.split()[-1:] if " " in whole else []
        parts = [part for part in parts if _is_part(part)]
    else:
        parts = [part for part in whole.split() if _is_part(part)] if " " in whole else []
    return next((part for part in parts if _within(part).search(text) is not None), None)


def _has_word(text: str, name: str) -> bool:
    return name in text if not name.isascii() and _HAN.search(name) else _word(name).search(text) is not None


def _is_part(part: str) -> bool:
    plain = part.strip(".,’'")
    return (
        len(plain) >= _LEAST_PART
        and plain[:1].isupper()
        and plain.lower() not in _PARTICLES
        and plain.lower() not in _TITLES
    )


_HAN = re.compile("[\u3400-\u9fff]")


@lru_cache(maxsize=4096)
def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


@lru_cache(maxsize=4096)
def _within(part: str) -> re.Pattern[str]:
    """A part of a name that does not begin a sentence."""
    return re.compile(rf"(?<=[\w,)]\s){re.escape(part.strip('.,'))}(?!\w)")
