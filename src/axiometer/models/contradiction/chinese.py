"""A Chinese rule read by word lists: its force (应当, 可以, 不得, 不必, "…是不对的") and what it is about.

Nested operators are read from the outside: a judgement at the end, then the modal words that stand together. Negations
of what remains turn the force round, but not those in clauses that say when the rule holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from axiometer.models.contradiction.forces import Force, composed, denied, omitted
from axiometer.models.contradiction.lexicon import chinese
from axiometer.models.contradiction.readings import Operator, Reading, Token

_NOISE = re.compile(r"[^\u3400-\u9fffA-Za-z0-9，,；;：:、]+")
_SEGMENT = re.compile(r"[^，,；;：:]+")
_CONTENT = re.compile(r"[\u3400-\u9fffA-Za-z0-9]")
_MAIN = re.compile("[应该须]|禁止|严禁|不得|不准|不许|不必|无须|无需|务必")
_LONGEST_OPPOSITE = 2.0  # weight of an opposite, however many characters it has


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_alternatives(getattr(chinese(), name)))


@cache
def _modals() -> dict[str, Force]:
    return {word: force for force, words in chinese().modals.items() for word in words}


@cache
def _modal_pattern() -> re.Pattern[str]:
    return re.compile(_alternatives(tuple(_modals())))


@cache
def _judgements() -> dict[str, Force]:
    return {word: force for force, words in chinese().judgements.items() for word in words}


@cache
def _judgement_pattern() -> re.Pattern[str]:
    lexicon = chinese()
    dressed, flipped = _alternatives(lexicon.dressing), _alternatives(lexicon.flipping)
    words, closed = _alternatives(tuple(_judgements())), _alternatives(lexicon.closing)
    return re.compile(
        rf"(?P<dress>(?:{dressed})*)(?P<flip>(?:{flipped})?)(?P<more>(?:{dressed})*)(?P<word>{words})(?:{closed})*$"
    )


@cache
def _opposites() -> tuple[re.Pattern[str], dict[str, tuple[tuple[int, int], ...]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for number, sides in enumerate(chinese().opposites):
        for side, words in zip((1, -1), sides, strict=True):
            for word in words:
                found.setdefault(word, []).append((number, side))
    return re.compile(_alternatives(tuple(found))), {word: tuple(places) for word, places in found.items()}


class _Sentence:
    """A rule on its way to be read: which characters have had their say, which negate nothing, which tell when it
    holds."""

    def __init__(self, text: str) -> None:
        self.text = _NOISE.sub("", text)
        self.used = [False] * len(self.text)
        self.plain = [False] * len(self.text)
        self.aside = [False] * len(self.text)
        for hit in _pattern("plain").finditer(self.text):
            self._mark(self.plain, *hit.span())
        self.segments = [hit.span() for hit in _SEGMENT.finditer(self.text)]
        for start, end in self.segments[:-1]:
            if self._tells_when(start, end):
                self._mark(self.aside, start, end)

    def _tells_when(self, start: int, end: int) -> bool:
        segment = self.text[start:end]
        lexicon = chinese()
        return segment.startswith(lexicon.circumstances_before) or segment.endswith(lexicon.circumstances_after)

    def set_aside_before(self, place: int) -> None:
        """What stands before the modal, where it ends as such clauses do: 下雨时 in 下雨时应当……"""
        start = max((start for start, end in self.segments if start <= place < end), default=0)
        if self.text[start:place].endswith(chinese().circumstances_after):
            self._mark(self.aside, start, place)

    def take(self, start: int, end: int) -> None:
        self._mark(self.used, start, end)

    def open(self, start: int, end: int) -> bool:
        return not any(self.used[start:end])

    def hits(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches over characters that have not had their say."""
        place = 0
        while (hit := pattern.search(self.text, place)) is not None:
            if self.open(*hit.span()):
                yield hit
                place = hit.end()
            else:
                place = hit.start() + 1

    @staticmethod
    def _mark(flags: list[bool], start: int, end: int) -> None:
        flags[start:end] = [True] * (end - start)


def read_chinese(text: str) -> Reading:
    """The rule as its words are understood."""
    sentence = _Sentence(text)
    modals = _found_modals(sentence)
    judgement = _judgement(sentence, bare=not modals)
    forces = [*([] if judgement is None else [judgement]), *modals]
    tokens = _found_opposites(sentence)
    negations = 0
    for hit in sentence.hits(_pattern("negations")):
        start, end = hit.span()
        if not any(sentence.plain[start:end]):
            sentence.take(start, end)
            negations += not sentence.aside[start]
    force = composed(forces)
    if negations % 2:
        force = omitted(force)
    operator = Operator.JUDGEMENT if judgement is not None else Operator.MODAL if modals else None
    return replace(_reading(sentence, force, tokens), operator=operator)


def _found_modals(sentence: _Sentence) -> list[Force]:
    """The forces of the rule's modal words that stand together, the outermost first."""
    hits = [
        hit
        for hit in sentence.hits(_modal_pattern())
        if not sentence.aside[hit.start()] and not any(sentence.plain[hit.start() : hit.end()])
    ]
    main = [hit for hit in hits if _MAIN.search(hit.group())] or hits
    if not main:
        return []
    forces, hit = [], main[0]
    sentence.set_aside_before(hit.start())
    between = re.compile(f"(?:{_alternatives(chinese().between_modals)})*")
    while True:
        forces.append(_modals()[hit.group()])
        sentence.take(*hit.span())
        gap = between.match(sentence.text, hit.end())
        assert gap is not None  # it may be empty
        following = _modal_pattern().match(sentence.text, gap.end())
        if following is None or any(sentence.plain[following.start() : following.end()]):
            return forces
        hit = following


def _judgement(sentence: _Sentence, *, bare: bool) -> Force | None:
    """The judgement at the end, if there is one. `bare`: a word of judgement counts although no 是 or 不 is before it,
    for it cannot be what a modal word asks for."""
    if not sentence.segments:
        return None
    start, end = sentence.segments[-1]
    hit = _judgement_pattern().search(sentence.text, start, end)
    if hit is None or not sentence.open(*hit.span()):
        return None
    word, flip = hit["word"], hit["flip"]
    if not (hit["dress"] or flip or hit["more"]) and not (bare and len(word) > 1):
        return None
    sentence.take(*hit.span())
    force = _judgements()[word]
    return denied(force) if flip else force


def _found_opposites(sentence: _Sentence) -> list[tuple[int, Token]]:
    pattern, known = _opposites()
    found = []
    for hit in list(sentence.hits(pattern)):
        sentence.take(*hit.span())
        weight = min(_LONGEST_OPPOSITE, float(len(hit.group())))
        places = known[hit.group()]
        for number, side in places:
            found.append((hit.start(), Token(f"opposites {number}", weight / len(places), side)))
    return found


def _reading(sentence: _Sentence, force: Force, opposed: list[tuple[int, Token]]) -> Reading:
    text = sentence.text
    cut = next(((hit.start(), True) for hit in sentence.hits(_pattern("yielding"))), None)
    cut = cut or next(((hit.start(), False) for hit in sentence.hits(_pattern("priority"))), None)
    for hit in list(sentence.hits(_pattern("stop"))):
        sentence.take(*hit.span())
    placed = list(opposed)
    for place, character in enumerate(text):
        if not sentence.used[place] and _CONTENT.match(character):
            near = {text[max(0, place - 1) : place + 1], text[place : place + 2]}
            placed.append((place, Token(character, 1.0, near=tuple(sorted(pair for pair in near if len(pair) == 2)))))
    placed.sort(key=lambda entry: entry[0])
    tokens = tuple(token for _, token in placed)
    if cut is None:
        return Reading(force, tokens)
    before = tuple(token for place, token in placed if place < cut[0])
    after = tuple(token for place, token in placed if place >= cut[0])
    ranks = None if not before or not after else (after, before) if cut[1] else (before, after)
    return Reading(force, tokens, ranks)
