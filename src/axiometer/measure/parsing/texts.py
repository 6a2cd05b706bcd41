"""Replies that give an option's text instead of its letter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from axiometer.measure.parsing.folding import plain, tidy
from axiometer.measure.parsing.lexicon import Lexicon

_NO_WORD = re.compile(r"[\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Shorter pieces of an option are too common in any text to count as its repetition.
_LEAST_WORDS, _LEAST_CHARACTERS = 3, 5
_WITHIN = 16


def bare(text: str) -> str:
    """`text` as its words alone, in lower case, a blank around each run of them."""
    return f" {_NO_WORD.sub(' ', text.casefold()).strip()} "


def bare_options(options: Sequence[str]) -> tuple[str, ...]:
    return tuple(bare(tidy(plain(option))) for option in options)


def equal_option(said: str, options: Sequence[str]) -> int | None:
    """The option that the whole (bare) reply repeats, or whose beginning it is where it broke off."""
    equal = [index for index, option in enumerate(options) if option == said and option.strip()]
    if len(equal) == 1:
        return equal[0]
    if equal or not long_enough(said):
        return None
    begun = [index for index, option in enumerate(options) if option.startswith(said.rstrip())]
    return begun[0] if len(begun) == 1 else None


def contained_option(said: str, options: Sequence[str], words: Lexicon) -> int | None:
    """The one option whose text stands in the (bare) reply, not right behind a denial or an if; None where there is
    none or several. One that is part of another counts only where it stands apart from it."""
    found: list[tuple[int, str]] = []
    for index in sorted(range(len(options)), key=lambda index: -len(options[index])):
        option = options[index]
        needle = option.strip() if _CJK.search(option) else option
        if long_enough(option) and needle in said:
            place = said.index(needle)
            before = said[max(0, place - _WITHIN) : place + 1].replace(" t ", "'t ")
            if words.denial.search(before) is None:
                found.append((index, before))
            said = said.replace(needle, " \n ")
    if len(found) != 1 or words.hypothetical.search(found[0][1]) is not None:
        return None
    return found[0][0]


def long_enough(words: str) -> bool:
    return words.count(" ") > _LEAST_WORDS or (
        _CJK.search(words) is not None and len(words.strip()) >= _LEAST_CHARACTERS
    )
