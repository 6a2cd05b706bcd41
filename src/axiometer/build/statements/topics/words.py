"""The words of a text that can be keywords: jieba's in Chinese, runs of letters elsewhere, without stop words.

Stop lists are data files of our own compilation, for zh, en, fr and de; a text in another language loses only words of
fewer than three letters.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from axiometer.records.ids import content_id

VERSION: Final = 1
STOP_LISTS: Final = ("zh", "en", "fr", "de")
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_CHINESE_OR_LATIN = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+)|[a-z\u00df-\u024f]+")
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)[’'](?=\w)")
_POSSESSIVE = re.compile(r"[’']s?$")
_COUNTED: Final = re.compile(
    "[一二三四五六七八九十百千万亿两几半零〇第]+[个元月日年次名项条家袋节岁人号点时分位度米斤天周份种件届级层]?"
)
_TRADITIONAL: Final = ("zh-hant", "zh-tw", "zh-hk")
_SHORTEST: Final = {"zh": 2}
_SHORT: Final = 3


def words_of(text: str, lang: str) -> Iterator[str]:
    """The words of `text` in the order in which they stand, in lower case and one width; repeated ones again."""
    base = lang.lower().split("-")[0]
    stopped = stop_list(base)
    folded = unicodedata.normalize("NFKC", text).casefold()
    least = _SHORTEST.get(base, _SHORT)
    for word in _chinese(folded, lang) if base == "zh" else _spaced(folded, base):
        if len(word) >= least and word not in stopped:
            yield word


@cache
def lexicon_digest() -> str:
    """Of all that decides which words a text has: a table of topics is made anew where it changed."""
    return content_id("words", VERSION, [[lang, sorted(stop_list(lang))] for lang in STOP_LISTS])


@cache
def stop_list(lang: str) -> frozenset[str]:
    """The stop words of a language without script or country; none for a language that has no list."""
    if lang not in STOP_LISTS:
        return frozenset()
    file = files("axiometer.build.statements.topics") / "data" / f"stop_{lang}.txt"
    lines = (line.partition("#")[0] for line in file.read_text(encoding="utf-8").splitlines())
    return frozenset(word.casefold() for line in lines for word in line.split())


def _spaced(text: str, lang: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        word = match.group()
        if lang == "fr":
            word = _ELIDED.sub("", word)
        elif lang == "en":
            word = _POSSESSIVE.sub("", word)
        yield word.replace("’", "'")


def _chinese(text: str, lang: str) -> Iterator[str]:
    """Words of Chinese characters without numbers; Latin words that stand among them are words, too."""
    cut, guessing = _jieba(), lang.lower() in _TRADITIONAL
    for run in _CHINESE_OR_LATIN.finditer(text):
        if run.group(1):
            yield from (word for word in cut(run.group(), guessing) if _COUNTED.fullmatch(word) is None)
        else:
            yield run.group()


@cache
def _jieba() -> Callable[[str, bool], list[str]]:
    """jieba's cutter. Its dictionary, which takes a second to load, is of simplified characters; words that it does not
    have are guessed by its hidden Markov model in traditional text alone: a keyword had better be a word. What jieba
    says on its logger is nobody's business."""
    import jieba

    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()

    def cut(characters: str, guessing: bool) -> list[str]:
        return [str(word) for word in tokenizer.lcut(characters, HMM=guessing)]

    return cut
