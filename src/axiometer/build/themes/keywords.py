"""How a text is searched for keywords: whole words in scripts with blanks, anywhere in scripts without.

`smuggl*` is any word that begins so, `*` alone any one word. Case, width and kinds of quotation marks do not count, and
a hyphen is a blank. What stands under `except` is taken out of the text before it is searched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from axiometer.build.dilemmas.filters import UNSPACED

_GAP: Final = r"[\s\-]+"
_LETTER: Final = rf"[^\W{UNSPACED}]"  # a Chinese character beside a Latin word does not belong to it
_TAKEN_OUT: Final = " \x00 "
_UNSPACED = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True, slots=True)
class Search:
    """What one theme looks for in one language."""

    wanted: re.Pattern[str]
    taken_out: re.Pattern[str] | None

    def finds(self, text: str) -> bool:
        """Whether a text, as `plain` gives it, holds a keyword."""
        if self.wanted.search(text) is None:
            return False
        return self.taken_out is None or self.wanted.search(self.taken_out.sub(_TAKEN_OUT, text)) is not None


def search_for(keywords: Sequence[str], exceptions: Sequence[str]) -> Search:
    """The search for any of the keywords, each of which `is_keyword`."""
    return Search(_any(tuple(keywords)), _any(tuple(exceptions)) if exceptions else None)


def plain(text: str) -> str:
    """A text as keywords are looked for in it."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'").replace("\u02bc", "'")


def is_keyword(keyword: str) -> bool:
    """Whether it can be looked for: it has a letter, and `*` ends a word or stands alone between two, which scripts
    without blanks do not have."""
    words = _words(keyword)
    if not any(character.isalnum() for character in keyword) or any("*" in word[:-1] for word in words):
        return False
    return "*" not in (words[0], words[-1]) and not ("*" in keyword and _UNSPACED.search(keyword))


def _words(keyword: str) -> list[str]:
    return [word for word in re.split(_GAP, plain(keyword).strip()) if word]


@lru_cache(maxsize=256)
def _any(keywords: tuple[str, ...]) -> re.Pattern[str]:
    """Longest first, so that of two exceptions that begin alike the longer one is taken out."""
    ordered = sorted(dict.fromkeys(keywords), key=lambda keyword: (-len(keyword), keyword))
    unspaced = [_characters(keyword) for keyword in ordered if _UNSPACED.search(keyword)]
    spaced = [_whole_words(keyword) for keyword in ordered if not _UNSPACED.search(keyword)]
    # One test of the word's beginning for all of them: ten times as fast as one for each.
    words = [rf"(?<!{_LETTER})(?:{'|'.join(spaced)})(?!{_LETTER})"] if spaced else []
    return re.compile("|".join([*unspaced, *words]))


def _characters(keyword: str) -> str:
    return r"\s*".join(re.escape(part) for part in plain(keyword).split())


def _whole_words(keyword: str) -> str:
    return _GAP.join(
        rf"{_LETTER}+(?:['\-]{_LETTER}+)*" if word == "*" else re.escape(word.removesuffix("*")) + _ending(word)
        for word in _words(keyword)
    )


def _ending(word: str) -> str:
    return f"{_LETTER}*" if word.endswith("*") else ""
