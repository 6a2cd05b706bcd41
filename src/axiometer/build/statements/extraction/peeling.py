"""The words of a view without the words that say whose it is: what stands in the quotation, or behind `X said that`."""

from __future__ import annotations

import re
from typing import Final

from axiometer.build.statements.extraction.lexicon import Voices, even, language, voices
from axiometer.build.statements.extraction.quotations import quotations
from axiometer.build.statements.extraction.spans import Span, is_dense

_LONGEST_LEAD: Final = 100  # characters that say who speaks
_LONGEST_LEAD_DENSE: Final = 30
_LEAST_SHARE: Final = 0.25  # of the words that must be within the quotation
_MARKS: Final = "\"'“”„‘’‚«»‹›「」『』＂"
_STOP: Final = re.compile(r"[.。!！?？;；]")
_COLON: Final = re.compile(r"\s*[:：]\s*")
_COMMA_ZH: Final = re.compile(r"[，,：:]\s*")
_NO_LEAD: Final = frozenset(("要求", "反对", "批评", "提出", "建议", "答复", "回应", "介绍"))  # nouns as often as verbs
_THAT: Final = {"en": re.compile(r"\s+that\s+"), "fr": re.compile(r"\s+qu(?:e\s+|[’'])")}


def peeled(text: str, span: Span, lang: str) -> Span:
    """The words in `span` without those that only say whose they are; `span` itself where there are none.

    One quotation with a verb of saying, or a colon, around it becomes what is quoted. `X said that` and `X认为，` are
    left out before the rest of one sentence, in German not, where the rest would be no sentence; nor is `we hold that`.
    """
    code = language(lang)
    if code is None:
        return span
    start = span[0] - (text[span[0] - 1 : span[0]] in tuple(_MARKS))  # a span begins behind the mark
    words, lists = text[start : span[1]], voices(code)
    inner = _quoted(words, lists, code) or _reported(words, lists, code)
    return span if inner is None else (start + inner[0], start + inner[1])


def _quoted(words: str, lists: Voices, lang: str) -> Span | None:
    said = quotations(words, lang)
    if len(said) != 1 or words[said[0][0]] not in _MARKS:
        return None
    begin, end = said[0]
    around = even(words[:begin] + "\n" + words[end:])
    if not re.search(r"\w", around) or end - begin < _LEAST_SHARE * len(words):
        return None
    if lists.saying.search(around) is None and _COLON.search(words[:begin][-3:]) is None:
        return None
    begin, end = begin + 1, end - (words[end - 1] in _MARKS)
    inner = words[begin:end]
    stop = inner.rstrip().rstrip(",，")
    return begin + len(inner) - len(inner.lstrip()), begin + len(stop)


def _reported(words: str, lists: Voices, lang: str) -> Span | None:
    plain = even(words)
    longest = _LONGEST_LEAD_DENSE if is_dense(words) else _LONGEST_LEAD
    behind = _COMMA_ZH if lang == "zh" else _THAT.get(lang)
    for match in lists.saying.finditer(plain, 0, longest):
        that = None if behind is None else behind.match(plain, match.end())
        lead = plain[: match.start()]
        own = lists.we.search(lead) is not None and lang != "zh"
        if (
            that is not None
            and re.search(r"\w", lead)
            and _STOP.search(lead) is None
            and not own
            and match.group() not in _NO_LEAD
        ):
            return that.end(), len(words)
    return None
