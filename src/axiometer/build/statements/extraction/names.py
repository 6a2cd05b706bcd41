"""Names in a statement that its passage does not have. By letters alone: a coarse look, language by language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from axiometer.build.statements.extraction.spans import is_dense

_STEM: Final = 5
_CAPITAL = re.compile(r"(?<![^\W_])[A-ZÀ-ÖØ-Þ]\w*(?:[’'-]\w+)*")
_ACRONYM = re.compile(r"(?<![^\W_])[A-ZÀ-ÖØ-Þ]{2,}\d*(?![^\W_])")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9&.-]+")
_TITLE = re.compile("《([^》]{1,30})》")
_BODY = re.compile("([\u4e00-\u9fff]{2})(省|市|县|区|镇|州|村|局|厅|委员会|大学|学院|法院|公司|集团|日报|晚报)")
_NO_NAME = frozenset(
    "的了是在对向把让由和与及或全本我各该这那每一某座个两城地社小都当此其他她它们所有应不可须要能会为将从被到上下"
)
_CAPITALISES_NOUNS: Final = frozenset({"de", "lb"})
_GERMAN = re.compile(
    r"(?<![^\W_])(?:Herrn?|Frau|Minister(?:in)?|Dr\.|Prof\.|in|aus|nach|bei|von|für|gegen)\s+([A-ZÄÖÜ]\w+)"
    r"|(?<![^\W_])([A-ZÄÖÜ]\w+\s+[A-ZÄÖÜ]\w+)"
)
_GENERAL_GERMAN = re.compile(r"(?:ung|heit|keit|schaft|tion|ismus|ment|nis|tät|tum|en|er|ern)$")


def missing_names(statement: str, passage: str, text: str, lang: str) -> list[str]:
    """Names in a statement that stand neither in its passage nor, as a first word, would be known for names.

    Letters with capitals: words with a capital within the sentence, acronyms, and a first word that the text has with a
    capital within a sentence elsewhere; in German, which gives all nouns a capital, names after a title or a
    preposition, and pairs. Chinese: titles of works, Latin letters, what ends like a place or a body (市, 局, 大学).
    """
    there = passage.casefold()
    if is_dense(statement):
        return [name for name in _chinese(statement) if name.casefold() not in there]
    stems = {word.casefold()[:_STEM] for word in re.findall(r"\w+", passage)}
    return [name for name in _named(statement, text, lang) if not _stands(name, there, stems)]


def _stands(name: str, there: str, stems: set[str]) -> bool:
    if name.casefold() in there:
        return True
    return not name.isupper() and all(part.casefold()[:_STEM] in stems for part in re.findall(r"\w+", name))


def _named(statement: str, text: str, lang: str) -> Iterator[str]:
    yield from (match.group() for match in _ACRONYM.finditer(statement))
    if lang.partition("-")[0] in _CAPITALISES_NOUNS:
        for match in _GERMAN.finditer(statement):
            name = match[1] or match[2]
            if match[2] or _GENERAL_GERMAN.search(name) is None:
                yield name
        return
    for match in _CAPITAL.finditer(statement):
        within = re.search(r"[\w,;)’'-]\s+$", statement[: match.start()]) is not None
        if match.group() != "I" and (within or _is_name_in(match.group(), text)):
            yield match.group()


def _is_name_in(word: str, text: str) -> bool:
    """Whether a text has a word with a capital within a sentence."""
    return re.search(rf"[\w,;]\s+{re.escape(word)}(?!\w)", text) is not None


def _chinese(statement: str) -> Iterator[str]:
    yield from (match[1] for match in _TITLE.finditer(statement))
    yield from (match.group() for match in _LATIN.finditer(statement))
    for match in _BODY.finditer(statement):
        if not _NO_NAME & set(match[1]):
            yield match.group()
