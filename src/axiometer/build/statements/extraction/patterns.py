"""Whose view a statement is, by word lists of its language: a pure function that no model sees.

The sentence that holds the statement says it (`X said`, `according to X`), or the sentences around a quotation do; what
nobody else says is the outlet's own. Lists are `data/attribution_<lang>.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from axiometer.build.statements.extraction.lexicon import Voices, even, language, voices
from axiometer.build.statements.extraction.quotations import quotations
from axiometer.build.statements.extraction.spans import BETWEEN, Span, find_span, sentences
from axiometer.build.statements.extraction.speakers import Speaker, meant, speaker_of
from axiometer.build.statements.extraction.support import shared
from axiometer.records.corpus_rows import Attribution

OPENING: Final = "the passage opens as an opinion piece"
NOBODY_ELSE: Final = "nobody else speaks in the sentence"
OFFICIAL: Final = "in an official outlet, and nobody else speaks"
UNNAMED: Final = "quoted, and nobody is named"

_GAP: Final = "\u2063"  # stands for words that are said; in no list and no name
_BLANK: Final = "\u2064"  # stands for words that only look like a verb of saying
_STRONG = re.compile(rf"[;:；：。！？!?—–…{_GAP}{_BLANK}]|(?<=[^\W\d_]{{3}})\.(?=\s|$)")
_COLON = re.compile(rf"[:：]\s*(?={_GAP})")
_NEAR: Final = 40  # characters after a verb in which what is said must begin, where the whole sentence is the statement


@dataclass(frozen=True, slots=True)
class Attributed:
    """A verdict, with the words that it rests on."""

    attribution: Attribution
    speaker: str | None
    role: str | None
    evidence: str


def attribution_by_patterns(words: str, context: str, outlet: str | None, lang: str) -> Attributed | None:
    """Whose view `words` are in `context`; None for a language without lists, or where nothing says it.

    A government speaks through its bodies, their spokespersons and the holders of their offices, and in official
    outlets; the outlet where it says so, and where nobody else speaks; others by name or as a named group; a speaker
    that nobody can name (critics, some say) is unknown.
    """
    code = language(lang)
    if code is None:
        return None
    lists = voices(code)
    place = _place(words, context)
    said = quotations(context)
    quoted = next(((begin, end) for begin, end in said if begin <= place[0] and place[1] <= end + 1), None)
    for frame in _frames(context, place, quoted, said):
        speaker = _speaker_in(frame, lists, code)
        if speaker is not None:
            return Attributed(speaker.attribution, speaker.name, speaker.role, speaker.evidence)
    if quoted is not None:
        return Attributed(Attribution.UNKNOWN, None, None, UNNAMED)
    return _letter(context, lists, code) or _unattributed(context, place, outlet, lists)


def is_official(outlet: str | None, lang: str) -> bool:
    """Whether the name of an outlet says that it is a government's."""
    code = language(lang)
    return outlet is not None and code is not None and voices(code).official.search(even(outlet)) is not None


def _letter(context: str, lists: Voices, lang: str) -> Attributed | None:
    """The writer of a letter, where the passage opens with one (Reader X writes: ...)."""
    first = context[: sentences(context)[0][1]] if sentences(context) else ""
    for match in lists.saying.finditer(even(first)):
        if re.match(r"\s*[:：]\s*\w", first[match.end() :]):
            found = speaker_of(first[: match.start()], lists, lang)
            if found is not None and found.name is not None:
                return Attributed(found.attribution, found.name, found.role, found.evidence)
    return None


def _unattributed(context: str, place: Span, outlet: str | None, lists: Voices) -> Attributed | None:
    """What nobody else says: an authority's in its own outlet, else the outlet's."""
    if outlet is not None and lists.official.search(even(outlet)) is not None:
        body = lists.government.search(even(context))
        role = outlet if body is None else context[slice(*body.span())]
        return Attributed(Attribution.GOVERNMENT, None, role, OFFICIAL)
    own = lists.own.search(even(_sentence(context, place)))
    if own is not None:
        return Attributed(Attribution.OUTLET, None, None, own.group())
    if lists.opinion.match(even(context)) is not None:
        return Attributed(Attribution.OUTLET, None, None, OPENING)
    return None if outlet is None else Attributed(Attribution.OUTLET, None, None, NOBODY_ELSE)


# -- where the words are ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Frame:
    """Words around a statement, with a gap for every quotation and for the statement. `before`: what the passage has
    before them. `whole`: the statement is all of the sentence, so that its own verbs are in the frame. `beside`: they
    do not hold the statement's quotation themselves."""

    words: str
    before: str
    whole: bool = False
    beside: bool = False


def _place(words: str, context: str) -> Span:
    """Where the words stand; for words of a model, the sentence that has most of them."""
    place = find_span(words, context)
    if place is not None:
        return place
    return max(sentences(context), key=lambda each: shared(words, context[slice(*each)]), default=(0, len(context)))


def _held(context: str, span: Span) -> tuple[list[Span], int, int]:
    """All sentences, and the first and last of those that hold a span."""
    there = sentences(context) or [(0, len(context))]
    held = [i for i, (begin, end) in enumerate(there) if begin < span[1] and span[0] < end] or [0]
    return there, held[0], held[-1]


def _sentence(context: str, span: Span) -> str:
    there, first, last = _held(context, span)
    return context[there[first][0] : there[last][1]]


def _frames(context: str, place: Span, quoted: Span | None, said: list[Span]) -> Iterator[_Frame]:
    """Where the speaker may be named, the likeliest first. Of a statement in no quotation: its sentence. Of one in a
    quotation: the sentences with it, then the next one, then the one before."""
    there, first, last = _held(context, place if quoted is None else quoted)
    begin, end = there[first][0], there[last][1]
    if quoted is None:
        inner = context[begin : place[0]].strip() or context[place[1] : end].strip(" .。!！?？")
        whole = not inner
        hidden = said if whole else sorted([*said, place])
        yield _Frame(_masked(context, begin, end, hidden), context[:begin], whole)
        return
    yield _Frame(_masked(context, begin, end, said), context[:begin])
    for i in (last + 1, first - 1):
        if 0 <= i < len(there) and BETWEEN not in context[min(end, there[i][1]) : max(begin, there[i][0])]:
            yield _Frame(_masked(context, *there[i], said), context[: there[i][0]], beside=True)


def _masked(context: str, begin: int, end: int, hidden: list[Span]) -> str:
    """The words between two places, with a gap for each hidden span."""
    pieces: list[str] = []
    at = begin
    for opened, closed in hidden:
        if opened < end and begin < closed and closed > at:
            pieces += [context[at : max(at, opened)], _GAP]
            at = closed
    return "".join(pieces) + context[at:end]


# -- who is named -----------------------------------------------------------------------------------------------------


def _speaker_in(frame: _Frame, lists: Voices, lang: str) -> Speaker | None:
    """Who says something in a frame: nobody, `according to X`, a verb of saying, or `X:` before a quotation."""
    plain = lists.no_saying.sub(lambda match: _BLANK * len(match.group()), even(frame.words))
    if not frame.beside:
        impersonal = lists.impersonal.search(plain)
        if impersonal is not None:
            return Speaker(Attribution.UNKNOWN, None, None, impersonal.group())
    for match in lists.according.finditer(plain):
        end = _next(frame.words, match.end())
        found = _best(frame.words[match.end() : end], frame.before, lists, lang)
        if found is not None:
            return found
    for match in lists.saying.finditer(plain):
        if frame.whole and not _relates(plain, match.end(), lists):
            continue
        found = _subject(frame, match.span(), lists, lang)
        if found is not None:
            return found
    for colon in _COLON.finditer(frame.words):
        found = _best(frame.words[_last(frame.words, colon.start()) : colon.start()], frame.before, lists, lang)
        if found is not None:
            return found
    return None


def _relates(plain: str, end: int, lists: Voices) -> bool:
    near = plain[end : end + _NEAR]
    return lists.relates.match(near.lstrip(" ,，")) is not None or _GAP in near


def _subject(frame: _Frame, verb: Span, lists: Voices, lang: str) -> Speaker | None:
    """Who is the subject of a verb: named before it in its sentence, or behind it where a quotation comes first. Where
    something is said and no subject is known for a speaker, somebody says it who is not named."""
    words = frame.words
    left = words[_last(words, verb[0]) : verb[0]]
    if re.search(r"\w", left):
        found = _best(left, frame.before, lists, lang)
        if found is not None:
            return found
    right = words[verb[1] : _next(words, verb[1])]
    inverted = not re.search(r"\w", left) or left.rstrip().endswith((",", "，"))
    if inverted and re.search(r"\w", right) and lists.relates.match(even(right).lstrip()) is None:
        found = _best(right, frame.before, lists, lang)
        if found is not None:
            return found
    if not frame.beside and re.search(r"\w", left) and _relates(even(words), verb[1], lists):
        return Speaker(Attribution.UNKNOWN, None, None, " ".join(left.split()))
    return None


def _best(phrase: str, before: str, lists: Voices, lang: str) -> Speaker | None:
    """The speaker that a phrase names, or that its pronoun means."""
    return speaker_of(phrase, lists, lang) or meant(phrase, before, lists, lang)


def _last(frame: str, place: int) -> int:
    return max((match.end() for match in _STRONG.finditer(frame, 0, place)), default=0)


def _next(frame: str, place: int) -> int:
    match = _STRONG.search(frame, place)
    return len(frame) if match is None else match.start()
