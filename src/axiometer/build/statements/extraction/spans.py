"""Where words stand in a text, whatever their white space, quotation marks, width, case and last full stop."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from axiometer.records.texts.sentences import sentence_ends

QUOTES: Final = "\"'`´“”„‟‘’‚‛«»‹›「」『』﹁﹂﹃﹄＂＇〝〞〟"
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")
_STOPS: Final = ".。．!！?？…"
_DENSE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]")
_TURNED: Final = str.maketrans("«»", "»«")
_APART = re.compile(r"\s*([»”’」』]+)\s*")
BETWEEN: Final = " … "
"""Stands in a context where it leaves words out."""

Span = tuple[int, int]


def find_span(words: str, text: str) -> Span | None:
    """The first place in `text` where `words` stand as whole words; None where they do not, or have no letters.

    White space, quotation marks, marks that nobody sees, full and half width, accents' encodings and case do not
    matter, nor does punctuation around `words`. A full stop right behind them belongs to the span.
    """
    wanted, _ = _folded(_stripped(words))
    if not any(map(str.isalnum, wanted)):
        return None
    there, places = _folded(text)
    at = there.find(wanted)
    while at >= 0:
        behind = at + len(wanted)
        start, end = places[at], places[behind - 1] + 1
        if _is_whole(there, places, at, behind) and _is_boundary(text, start) and _is_boundary(text, end):
            return start, _with_stop(text, end)
        at = there.find(wanted, at + 1)
    return None


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same to `find_span`."""
    return _folded(_stripped(one))[0] == _folded(_stripped(other))[0]


def sentences(text: str) -> list[Span]:
    """The sentences of a text, each without the white space behind it. Closing quotation marks that stand apart (as
    French ones do) belong to the sentence before."""
    found: list[Span] = []
    marked = _with_closing_marks(text)
    ends = sentence_ends(marked)
    for begin, end in zip([0, *ends], ends, strict=False):
        stop = begin + len(text[begin:end].rstrip())
        apart = _APART.match(marked, begin, stop) if found else None
        if apart is not None:
            found[-1] = (found[-1][0], apart.end(1))
        start = begin if apart is None else apart.end()
        if stop > start:
            found.append((start, stop))
    return found


def _with_closing_marks(text: str) -> str:
    """A German text with the marks that close its quotations as others have them: “ for its own ”, and » « turned."""
    if "„" in text:
        text = text.replace("“", "”")
    first = text.find("»")
    return text.translate(_TURNED) if 0 <= first < text.find("«") else text


def context_of(text: str, span: Span) -> str:
    """The sentences that hold a span, with one before and one behind them, after the text's first sentence."""
    there = sentences(text)
    held = [i for i, (begin, end) in enumerate(there) if begin < span[1] and span[0] < end]
    if not held:
        return text[span[0] : span[1]]
    first, last = max(0, held[0] - 1), min(len(there) - 1, held[-1] + 1)
    passage = text[there[first][0] : there[last][1]]
    return passage if first == 0 else text[there[0][0] : there[0][1]] + BETWEEN + passage


def passage_of(text: str, span: Span) -> Span:
    """The sentences that hold a span, with the one before them: what its words may be supported by."""
    there = sentences(text)
    held = [i for i, (begin, end) in enumerate(there) if begin < span[1] and span[0] < end]
    return span if not held else (there[max(0, held[0] - 1)][0], there[held[-1]][1])


def is_dense(text: str) -> bool:
    """Whether a text is mostly in a script without spaces between words."""
    letters = sum(map(str.isalpha, text))
    return 2 * len(_DENSE.findall(text)) > letters


def _stripped(words: str) -> str:
    """Words without what is neither letter nor digit around them; accents and vowel signs stay with their letters."""
    begin, end = 0, len(words)
    while begin < end and not words[begin].isalnum():
        begin += 1
    while end > begin and not (words[end - 1].isalnum() or _is_mark(words[end - 1])):
        end -= 1
    return words[begin:end]


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _folded(text: str) -> tuple[str, list[int]]:
    """What is compared, with the place in `text` of each of its characters."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in QUOTES:
            continue
        for part in unicodedata.normalize("NFKD", character).casefold().translate(_DASHES):
            if not part.isspace() and part not in QUOTES and unicodedata.category(part) not in ("Cf", "Cc"):
                folded.append(part)
                places.append(place)
    return "".join(folded), places


def _is_whole(folded: str, places: list[int], begin: int, end: int) -> bool:
    """Whether a stretch of a folded text is made of whole characters with their accents."""
    if begin > 0 and places[begin - 1] == places[begin]:
        return False
    return end == len(folded) or (places[end] != places[end - 1] and not _is_mark(folded[end]))


def _is_boundary(text: str, place: int) -> bool:
    """Whether no word goes on across `place`."""
    if place in (0, len(text)):
        return True
    before, after = text[place - 1], text[place]
    if _DENSE.match(before) or _DENSE.match(after):
        return True
    return not (before.isalnum() and (after.isalnum() or _is_mark(after)))


def _with_stop(text: str, end: int) -> int:
    stop = end
    while stop < len(text) and text[stop] in _STOPS:
        stop += 1
    return end if stop < len(text) and text[stop].isalnum() and text[end] == "." else stop
