"""The words of a rule as a model gives them: cleaned, measured, compared with one another and with their source."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from axiometer.frameworks.labels import normalise
from axiometer.measure.asking.answers import EMPTY, printable
from axiometer.records.corpus_rows import Rule

TOO_LONG: Final = "too long for a rule"
COPIED: Final = "repeats the text"
RECITED: Final = "repeats the instructions"
IMPORTED_SET: Final = "imported.set"

# About 20 Chinese characters or 15 words are asked for; three times as much is no rule.
_ASKED_CHARACTERS, _ASKED_WORDS = 20, 15
_MOST_CHARACTERS, _MOST_UNSPACED, _MOST_WORDS, _MOST_LETTERS = 60, 120, 45, 400
_LEAST_CHARACTERS, _LEAST_WORDS = 3, 2
_UNSPACED = ("ja", "th", "lo", "km", "my", "bo", "yue")

# Runs of this many characters or letters, this share of which a rule has in common with the prompt where it recites it:
# small models repeat the instructions with a word more or less.
_RUN_CHARACTERS, _RUN_LETTERS, _RECITED_SHARE = 4, 12, 0.6
_LEAST_RUNS = 3  # less may stand in any prompt by chance
_HAN = re.compile("[\u3400-\u9fff]")
_NUMBERING = re.compile(
    r"\s*(?:(?:rule|rules|规则|准则|规范)\s*\d{0,2}\s*[:：.]|[(（【\[]?\d{1,2}\s*[.)、．）】\]:：](?!\d)|[-*•·▪–—#]+(?=\s))\s*",
    re.I,
)
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」", "『": "』", "«": "»", "`": "`", "《": "》"}
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？；;…])[\s\"”’』」)]*|\n+")


def clean(said: str) -> str:
    """The rule without numbering, emphasis, quotation marks around it and white space too many.

    Markup and anything else that is seen stays: it is data.
    """
    text = " ".join(_EMPHASIS.sub(lambda match: match[1] or match[2], printable(said)).split())
    for _ in range(3):
        before = text
        text = _NUMBERING.sub("", text, count=1) if _NUMBERING.match(text) else text
        if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[-1] not in text[1:-1]:
            text = text[1:-1].strip()
        if text == before:
            break
    return text


def unusable(rule: str, lang: str, asked: str = "", source: str | None = None) -> str | None:
    """Why a cleaned rule cannot be used, or None: nothing said, far too long, words of the prompt, a sentence of its
    source. `asked`: the prompt's own words, normalised."""
    said = normalise(rule)
    if _says_nothing(rule, said, lang):
        return EMPTY
    if too_long(rule, lang):
        return TOO_LONG
    if recited(said, asked):
        return RECITED
    if source is not None and _longer_than_asked(rule, lang) and said in _sentences(source):
        return COPIED
    return None


def too_long(rule: str, lang: str) -> bool:
    """More than 60 Chinese characters or 45 words (120 characters in other scripts without blanks)."""
    if lang.lower().startswith("zh"):
        return len(rule) > _MOST_CHARACTERS
    if lang.lower().startswith(_UNSPACED):
        return len(rule) > _MOST_UNSPACED
    return len(rule.split()) > _MOST_WORDS or len(rule) > _MOST_LETTERS


def _says_nothing(rule: str, said: str, lang: str) -> bool:
    """One word, or two Chinese characters, are no judgement on an action."""
    if lang.lower().startswith(("zh", *_UNSPACED)):
        return len(said) < _LEAST_CHARACTERS
    return not said or len(rule.split()) < _LEAST_WORDS


def same_words(one: str, other: str) -> bool:
    """Whether two rules differ in case, width, blanks and punctuation alone."""
    return normalise(one) == normalise(other)


def kept_meta(row: Rule) -> dict[str, str]:
    """The meta of a rule that is about to get other words: an imported rule, which has no text, takes the name of its
    set along, since its origin will be a model's step."""
    return row.meta if row.text_id is not None else {IMPORTED_SET: row.origin, **row.meta}


def recited(said: str, asked: str) -> bool:
    """Whether most of what is said stands in the prompt; both normalised."""
    length = _RUN_CHARACTERS if _HAN.search(said) else _RUN_LETTERS
    runs = [said[start : start + length] for start in range(len(said) - length + 1)]
    known = _runs(asked, length)
    return len(runs) >= _LEAST_RUNS and sum(run in known for run in runs) >= _RECITED_SHARE * len(runs)


@lru_cache(maxsize=64)
def _runs(text: str, length: int) -> frozenset[str]:
    return frozenset(text[start : start + length] for start in range(len(text) - length + 1))


def _longer_than_asked(rule: str, lang: str) -> bool:
    if lang.lower().startswith(("zh", *_UNSPACED)):
        return len(rule) > _ASKED_CHARACTERS
    return len(rule.split()) > _ASKED_WORDS


def _sentences(source: str) -> frozenset[str]:
    return frozenset({normalise(source), *map(normalise, _SENTENCE_END.split(source))})
