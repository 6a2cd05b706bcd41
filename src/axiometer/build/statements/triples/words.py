"""Word lists of a language: denials, hedges and the like are counted, leading questions and titles found.

Lists exist for zh, en, fr and de; where there is none nothing is found, so that a check which rests on them passes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

KINDS: Final = ("denials", "hedges", "stress", "concessions", "oughts", "reasons")
"""Kinds of words that are counted."""

_CHINESE: Final = "zh"


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of a language: a pattern for each of `KINDS`, and for leading questions, for questions that ask for
    more than yes or no, and for a title before a name."""

    kinds: Mapping[str, re.Pattern[str]]
    leading: tuple[re.Pattern[str], ...]
    not_yes_no: tuple[re.Pattern[str], ...]
    titled: tuple[re.Pattern[str], ...]

    def count(self, kind: str, text: str) -> int:
        return len(self.kinds[kind].findall(text))


def base_language(lang: str) -> str:
    """The language without script or country."""
    return lang.lower().replace("_", "-").partition("-")[0]


def words_of(lang: str) -> Words | None:
    """The lists of a language, or None."""
    return _all().get(base_language(lang))


def denials(text: str, lang: str) -> int | None:
    """How many words deny; None where the language is not known."""
    known = words_of(lang)
    return None if known is None else known.count("denials", text)


def found(patterns: Sequence[re.Pattern[str]], text: str) -> str | None:
    """What the first of the patterns that stands in the text finds there."""
    return next((match.group() for pattern in patterns if (match := pattern.search(text)) is not None), None)


@cache
def digest() -> str:
    """What the lists are: part of what makes a checked part anew."""
    import hashlib

    return hashlib.sha256(_content().encode()).hexdigest()[:16]


@cache
def _all() -> Mapping[str, Words]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(_content(), Loader=loader)
    return {lang: _words(lang, lists) for lang, lists in data.items() if isinstance(lists, dict)}


def _words(lang: str, lists: Mapping[str, Sequence[str]]) -> Words:
    folded = {name: tuple(re.compile(each, re.I) for each in lists[name]) for name in ("leading", "not_yes_no")}
    titled = tuple(re.compile(each) for each in lists["titled"])
    kinds = {kind: _pattern(lists[kind], whole=lang != _CHINESE) for kind in KINDS}
    return Words(kinds, folded["leading"], folded["not_yes_no"], titled)


def _pattern(entries: Sequence[str], *, whole: bool) -> re.Pattern[str]:
    """Longer entries first, so that each place counts once. An entry that begins with a hyphen is the end of a word
    (`-n't`), one that ends with an apostrophe its beginning (`n’`)."""
    longest = sorted(entries, key=len, reverse=True)
    if not whole:
        return re.compile("|".join(map(re.escape, longest)))
    return re.compile("|".join(map(_marked, longest)), re.I)


def _marked(entry: str) -> str:
    before = "" if entry.startswith("-") else r"(?<!\w)"
    after = "" if entry.endswith(("’", "'")) else r"(?!\w)"
    return before + re.escape(entry.removeprefix("-")) + after


@cache
def _content() -> str:
    return (files("axiometer.build.statements.triples") / "data" / "words.yaml").read_text(encoding="utf-8")
