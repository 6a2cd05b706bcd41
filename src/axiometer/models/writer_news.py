"""What a simulated model knows of the starter news: which passage is whose, and what is planted in it.

The steps of `build statements` are played from this truth, with faults at the shares that a profile plants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from axiometer.starter.news import NATIONS, News, NewsIssue, NewsText, PlantedStatement, load_news


@dataclass(frozen=True, slots=True)
class Known:
    """A planted statement with the text and the news that it stands in."""

    news: News
    text: NewsText
    statement: PlantedStatement

    @property
    def issue(self) -> NewsIssue:
        return self.news.issues[self.statement.issue]


def text_of(passage: str) -> tuple[News, NewsText] | None:
    """The starter text that `passage` is, or is a piece of; None for any other passage."""
    words = folded(passage)
    found = _texts().get(words)
    if found is not None or len(words) < _SHORTEST:
        return found
    return next((each for whole, each in _texts().items() if words in whole), None)


def statement_of(words: str) -> Known | None:
    """The planted statement with these words (white space, quotation marks and a full stop at the end aside), or with
    these words as its reverse; None for others."""
    return _statements().get(folded(words))


def folded(words: str) -> str:
    """What is compared: letters and digits alone, in lower case."""
    return "".join(character for character in words.casefold() if character.isalnum())


_SHORTEST = 40  # characters of a piece of a text that is looked for within texts


@cache
def _texts() -> Mapping[str, tuple[News, NewsText]]:
    return {folded(text.text): (news, text) for news in map(load_news, NATIONS) for text in news.texts}


@cache
def _statements() -> Mapping[str, Known]:
    found: dict[str, Known] = {}
    for news in map(load_news, NATIONS):
        for text in news.texts:
            for said in text.statements:
                for words in (said.text, said.reversed_text):
                    found.setdefault(folded(words), Known(news, text, said))
    return found
