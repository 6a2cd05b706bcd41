"""Where sentences end, and a long text as pieces that cut none."""

from __future__ import annotations

import re
import unicodedata

_FULL = "。！？｡．।॥؟۔።။။՞།"  # end a sentence with or without a space behind them
_PLAIN = "!?"
_CLOSING = "”’」』）)】》〉］\\]}\"'»›＂＇"
_STOP = re.compile(f"(?P<stop>[{_FULL}{_PLAIN}.…]+)(?P<close>[{_CLOSING}]*)(?P<space>\\s*)|\\n\\s*")
_WORD_BEFORE = re.compile(r"(?:[^\W\d_]+\.)*[^\W_]+$")
_DENSE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_CLAUSE = re.compile(f"[，；、：,;:،؛—][{_CLOSING}]*\\s*")
_SPACE = re.compile(r"\s+")
_ABBREVIATIONS = frozenset(
    (
        *("mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "rev", "hon", "gen", "col", "capt", "lt", "sgt"),
        *("gov", "sen", "rep", "pres", "e.g", "i.e", "cf", "vs", "viz", "al", "approx", "no", "nos", "vol", "fig"),
        *("figs", "eq", "ch", "sec", "art", "p", "pp", "ed", "eds", "jan", "feb", "mar", "apr", "jun", "jul"),
        *("aug", "sep", "sept", "oct", "nov", "dec", "inc", "ltd", "co", "corp", "dept", "univ", "mt", "ave", "blvd"),
        *("z.b", "d.h", "bzw", "usw", "u.a", "m", "sra", "dña"),
    )
)
_TINY = 4


def sentence_ends(text: str) -> list[int]:
    """The positions after each sentence with its closing quotes and the space behind it; the last is `len(text)`.

    A line break ends a sentence. A full stop does where a space follows, no lower-case letter after it, and no known
    abbreviation, initial or number of a list before it.
    """
    ends = [match.end() for match in _STOP.finditer(text) if _ends_sentence(match, text)]
    if not ends or ends[-1] != len(text):
        ends.append(len(text))
    return ends


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` characters which joined are `text`. A sentence is cut only if it is longer than
    that: at a comma, else at a space, else anywhere but within a character and its accents."""
    if len(text) <= limit:
        return [text]
    units = [unit for sentence in _between(text, sentence_ends(text)) for unit in _cut(sentence, limit)]
    packed: list[list[str]] = []
    size = limit + 1
    for unit in units:
        if size + len(unit) > limit:
            packed.append([])
            size = 0
        packed[-1].append(unit)
        size += len(unit)
    return ["".join(piece) for piece in _evened(packed, limit)]


def _between(text: str, ends: list[int]) -> list[str]:
    return [text[begin:end] for begin, end in zip([0, *ends], ends, strict=False) if end > begin]


def _ends_sentence(match: re.Match[str], text: str) -> bool:
    stop = match["stop"]
    after = text[match.end() : match.end() + 1]
    if stop is None or not after or "\n" in match["space"]:
        return True
    if any(mark in _FULL for mark in stop):
        return True
    if after.islower():
        return False
    apart = bool(match["space"])
    if stop == ".":
        return apart and not _is_abbreviated(text, match.start())
    if any(mark in _PLAIN for mark in stop):
        return apart or bool(match["close"]) or _DENSE.match(after) is not None
    return apart or bool(match["close"])  # dots


def _is_abbreviated(text: str, stop: int) -> bool:
    word = _WORD_BEFORE.search(text, max(0, stop - 20), stop)
    if word is None:
        return False
    before = word[0].lower()
    if before in _ABBREVIATIONS or (len(before) == 1 and before.isalpha() and before != "i"):
        return True
    return before.isdigit() and len(before) <= 2 and text[max(0, word.start() - 1) : word.start()] in ("", "\n")


def _cut(sentence: str, limit: int) -> list[str]:
    pieces = []
    begin = 0
    while len(sentence) - begin > limit:
        end = _place_to_cut(sentence, begin, begin + limit)
        pieces.append(sentence[begin:end])
        begin = end
    return [*pieces, sentence[begin:]]


def _place_to_cut(text: str, begin: int, end: int) -> int:
    """After the last comma, or else space, of the second half before `end`."""
    middle = begin + (end - begin) // 2
    for pattern in (_CLAUSE, _SPACE):
        places = [match.end() for match in pattern.finditer(text, middle, end)]
        if places:
            return places[-1]
    for place in range(end, max(middle, end - 20), -1):
        if not (unicodedata.combining(text[place]) or text[place] in "\u200d\ufe0f" or text[place - 1] == "\u200d"):
            return place
    return end


def _evened(packed: list[list[str]], limit: int) -> list[list[str]]:
    """A last piece of a few words would say nothing: it and the one before share what they have."""
    if len(packed) < 2 or sum(map(len, packed[-1])) * _TINY >= limit:
        return packed
    units = packed[-2] + packed[-1]
    sizes = list(map(len, units))
    half = sum(sizes) / 2
    best, before = len(packed[-2]), 0
    distance = float("inf")
    for i, size in enumerate(sizes[:-1], 1):
        before += size
        fits = before <= limit and sum(sizes) - before <= limit
        if fits and abs(before - half) < distance:
            best, distance = i, abs(before - half)
    return [*packed[:-2], units[:best], units[best:]]
