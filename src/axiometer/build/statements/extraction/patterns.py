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
LETTER: Final = "the passage opens as a letter, and nobody is named"
UNNAMED: Final = "quoted, and nobody is named"

_GAP: Final = "\u2063"  # stands for words that are said; in no list and no name
_HERE: Final = "\u2062"  # stands for the statement, or for the quotation that holds it
_BLANK: Final = "\u2064"  # stands for words that only look like a verb of saying
_STRONG = re.compile(rf"[;:；：。！？!?—–…{_GAP}{_HERE}{_BLANK}]|(?:(?<=[^\W\d_]{{3}})|(?<=[’']s))\.(?=\s|$)")
_COLON = re.compile(rf"[:：]\s*(?=[{_GAP}{_HERE}])")
_BEHIND = re.compile(rf"[{_GAP}{_HERE}]\s*[,，]?\s+(?:[a-zà-ÿ’'-]+\s+){{1,3}}(?=[A-ZÀ-Þ])")
_LETTER = re.compile(r"([^:：.。]{0,80})[:：]\s*(?:\w|[\"“„«][^\"”“»]*$)")
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

    A government speaks through its bodies and offices where no person is named, in official outlets and in notices
    that others print; the outlet where it says so, and where nobody else speaks; others by name, whatever their office,
    or as a named group; a speaker that nobody can name (critics, some say) is unknown.
    """
    code = language(lang)
    if code is None:
        return None
    lists = voices(code)
    place = _place(words, context)
    said = quotations(context, code)
    quoted = next(((begin, end) for begin, end in said if begin <= place[0] and place[1] <= end + 1), None)
    for frame in _frames(context, place, quoted, said):
        speaker = _speaker_in(frame, lists, code)
        if speaker is not None and speaker.attribution is Attribution.OUTLET:
            return _own_voice(speaker.evidence, context, outlet, lists)
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
    """The writer of a letter, where the passage opens with one (Reader X writes: ...); nobody known where it opens like
    a letter and names none."""
    there = sentences(context)
    first = context[: there[0][1]] if there else ""
    for match in lists.saying.finditer(even(first)):
        writes = _LETTER.match(first, match.end())
        if writes is not None:
            found = speaker_of(first[: writes.end(1)], lists, lang)
            if found is not None and found.name is not None:
                return Attributed(found.attribution, found.name, found.role, found.evidence)
    opening = lists.letter.match(even(context))
    return None if opening is None else Attributed(Attribution.UNKNOWN, None, None, LETTER)


def _own_voice(evidence: str, context: str, outlet: str | None, lists: Voices) -> Attributed:
    """What the writer says: an authority in its own outlet or in a notice that another one prints, else the outlet."""
    there = sentences(context)
    opening = even(context[: there[0][1]] if there else context)
    if lists.official.search(even(outlet or "")) is None and lists.notices.search(opening) is None:
        return Attributed(Attribution.OUTLET, None, None, evidence)
    body = lists.government.search(even(context))
    role = outlet if body is None else context[slice(*body.span())]
    return Attributed(Attribution.GOVERNMENT, None, role, evidence)


def _unattributed(context: str, place: Span, outlet: str | None, lists: Voices) -> Attributed | None:
    """What nobody else says: an authority's in its own outlet, else the outlet's."""
    if outlet is not None and lists.official.search(even(outlet)) is not None:
        return _own_voice(OFFICIAL, context, outlet, lists)
    plain = even(_sentence(context, place))
    own = lists.own.search(plain) or lists.we.search(plain)
    if own is not None:
        return _own_voice(own.group(), context, outlet, lists)
    if lists.opinion.match(even(context)) is not None:
        return Attributed(Attribution.OUTLET, None, None, OPENING)
    return None if outlet is None else _own_voice(NOBODY_ELSE, context, outlet, lists)


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
        yield _Frame(_masked(context, begin, end, said, None if whole else place), context[:begin], whole)
        return
    yield _Frame(_masked(context, begin, end, said, quoted), context[:begin])
    for i in (last + 1, first - 1):
        if 0 <= i < len(there) and BETWEEN not in context[min(end, there[i][1]) : max(begin, there[i][0])]:
            yield _Frame(_masked(context, *there[i], said), context[: there[i][0]], beside=True)


def _masked(context: str, begin: int, end: int, said: list[Span], here: Span | None = None) -> str:
    """The words between two places, with a gap for each quotation and for the statement."""
    pieces: list[str] = []
    at = begin
    for opened, closed in sorted({*said, here} if here is not None else said):
        if opened < end and begin < closed and closed > at:
            pieces += [context[at : max(at, opened)], _HERE if (opened, closed) == here else _GAP]
            at = closed
    return "".join(pieces) + context[at:end]


# -- who is named -----------------------------------------------------------------------------------------------------


def _speaker_in(frame: _Frame, lists: Voices, lang: str) -> Speaker | None:
    """Who says something in a frame: nobody, `according to X`, a verb of saying, `X:` before a quotation, or a name
    behind one. Of several, what stands nearest to the statement."""
    plain = lists.no_saying.sub(lambda match: _BLANK * len(match.group()), even(frame.words))
    if not frame.beside:
        impersonal = lists.impersonal.search(plain)
        if impersonal is not None:
            return Speaker(Attribution.UNKNOWN, None, None, impersonal.group())
    here = max(0, plain.find(_HERE))
    for match in _nearest(lists.according, plain, here):
        found = _best(frame.words[match.end() : _next(frame.words, match.end())], frame.before, lists, lang)
        if found is not None:
            return found
    for match in _nearest(lists.saying, plain, here):
        if not frame.whole or _relates(plain, match.end(), lists):
            found = _subject(frame, match.span(), lists, lang)
            if found is not None:
                return found
    spans = [(_last(frame.words, match.start()), match.start()) for match in _COLON.finditer(frame.words)]
    spans += [(match.end(), _next(frame.words, match.end())) for match in _BEHIND.finditer(frame.words)]
    for begin, end in spans:
        found = _best(frame.words[begin:end], frame.before, lists, lang)
        if found is not None:
            return found
    return None


def _nearest(pattern: re.Pattern[str], plain: str, here: int) -> list[re.Match[str]]:
    return sorted(pattern.finditer(plain), key=lambda match: min(abs(match.end() - here), abs(match.start() - here)))


def _relates(plain: str, end: int, lists: Voices) -> bool:
    near = plain[end : end + _NEAR]
    return lists.relates.match(near.lstrip(" ,，")) is not None or _GAP in near or _HERE in near


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
