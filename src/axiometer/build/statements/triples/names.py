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


def likely_names(told: Iterable[str], around: str) -> list[str]:
    """Those of the names that a model told which stand in the passage and look like names: small models also tell
    `careful drivers` and 居民. In what is written with capitals, the words with capitals, of which one must have its
    capital within a sentence; in Chinese, what has no 的 and does not end as roles do."""
    found = []
    for name in told:
        whole = " ".join(name.split())
        if whole and whole in around:
            chinese = _HAN.search(whole) is not None
            named = ("" if _ROLE.search(whole) else whole) if chinese else _capitals(whole, around)
            found += [named] if named else []
    return found


def _capitals(said: str, around: str) -> str:
    """The last words of what was said that form a name: `Delivery driver Colin Brathwaite` ends in one."""
    words = said.split()
    while words and not words[-1][:1].isupper():
        words.pop()
    first = len(words)
    while first > 0 and (words[first - 1][:1].isupper() or words[first - 1].lower() in _PARTICLES):
        first -= 1
    while first < len(words) and not words[first][:1].isupper():
        first += 1
    named = words[first:]
    return " ".join(named) if any(_within(word).search(around) for word in named if word[:1].isupper()) else ""


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
    return name in text if _HAN.search(name) else _word(name).search(text) is not None


def _is_part(part: str) -> bool:
    plain = part.strip(".,’'")
    return (
        len(plain) >= _LEAST_PART
        and plain[:1].isupper()
        and plain.lower() not in _PARTICLES
        and plain.lower() not in _TITLES
    )


_HAN = re.compile("[\u3400-\u9fff]")
_ROLE = re.compile("的|(?:者|员|人|民|们|众|长|生|师|家|方|司机|专家|官|部|局|会|厅|院|社)$")


@lru_cache(maxsize=4096)
def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


@lru_cache(maxsize=4096)
def _within(part: str) -> re.Pattern[str]:
    """A part of a name that does not begin a sentence."""
    return re.compile(rf"(?<=[\w,)]\s){re.escape(part.strip('.,'))}(?!\w)")
