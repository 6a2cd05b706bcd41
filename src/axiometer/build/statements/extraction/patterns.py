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
from axiometer.build.statements.extraction.spans import Span, find_span, is_dense, sentences
from axiometer.build.statements.extraction.speakers import Speaker, speaker_of
from axiometer.build.statements.extraction.support import shared
from axiometer.records.corpus_rows import Attribution

OPENING: Final = "the passage opens as an opinion piece"
NOBODY_ELSE: Final = "nobody else speaks in the sentence"
OFFICIAL: Final = "in an official outlet, and nobody else speaks"
UNNAMED: Final = "quoted, and nobody is named"

_PAIRS: Final = {"“": "”", "‘": "’", "«": "»", "„": "“", "「": "」", "『": "』", '"': '"', "‹": "›", "‚": "‘", "»": "«"}
_LEAST_QUOTED: Final = 12  # characters; shorter ones are words that are only set off
_LEAST_QUOTED_DENSE: Final = 5
_GAP: Final = "\u2063"  # stands for words that are left out of a frame; in no list and no name
_BOUNDARY = re.compile(r"[,;:，；：。！？!?—–…()（）" + _GAP + r"]|\.(?=\s|$)")
_BEFORE_COLON = re.compile(r"([^.。!?！？;；" + _GAP + r"]{2,60})[:：]\s*" + _GAP)


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
    there = sentences(context)
    quoted = _quotation(context, place)
    for frame in _frames(context, there, place, quoted):
        speaker = _named_in(frame, context[: place[0]], lists, code)
        if speaker is not None:
            return Attributed(speaker.attribution, speaker.name, speaker.role, speaker.evidence)
    own = lists.own.search(even(_sentence(context, there, place)))
    if own is not None and quoted is None:
        return Attributed(Attribution.OUTLET, None, None, own.group())
    if quoted is not None:
        return Attributed(Attribution.UNKNOWN, None, None, UNNAMED)
    return _unattributed(context, outlet, lists)


def is_official(outlet: str | None, lang: str) -> bool:
    """Whether the name of an outlet says that it is a government's."""
    code = language(lang)
    return outlet is not None and code is not None and voices(code).official.search(even(outlet)) is not None


def _unattributed(context: str, outlet: str | None, lists: Voices) -> Attributed | None:
    if outlet is not None and lists.official.search(even(outlet)) is not None:
        body = lists.government.search(even(context))
        role = context[slice(*body.span())] if body is not None else outlet
        return Attributed(Attribution.GOVERNMENT, None, role, OFFICIAL)
    if lists.opinion.match(even(context)) is not None:
        return Attributed(Attribution.OUTLET, None, None, OPENING)
    return None if outlet is None else Attributed(Attribution.OUTLET, None, None, NOBODY_ELSE)


# -- where the words are ----------------------------------------------------------------------------------------------


def _place(words: str, context: str) -> Span:
    """Where the words stand; for words of a model, the sentence that has most of them."""
    place = find_span(words, context)
    if place is not None:
        return place
    return max(sentences(context), key=lambda each: shared(words, context[slice(*each)]), default=(0, len(context)))


def _quotation(context: str, place: Span) -> Span | None:
    """The quotation around a place, with its marks; None where it stands in none, or where all that is quoted is a part
    of it."""
    for opened, closed in _quotations(context):
        if opened < place[0] + 1 and place[1] <= closed + 1 and opened <= place[0]:
            return opened, closed
    return None


def _quotations(context: str) -> Iterator[Span]:
    """What stands between quotation marks and is long enough to be said by somebody."""
    least = _LEAST_QUOTED_DENSE if is_dense(context) else _LEAST_QUOTED
    at = 0
    while at < len(context):
        closer = _PAIRS.get(context[at])
        if closer is None or (context[at] in "»“" and context[at] not in _openers(context)):
            at += 1
            continue
        end = _closing(context, at + 1, closer)
        if end is None:
            at += 1
            continue
        if end - at >= least:
            yield at, end + 1
        at = end + 1


def _openers(context: str) -> set[str]:
    """Which of the marks that open in one language and close in another open here."""
    found = set()
    if "„" not in context:
        found.add("“")
    if "«" not in context or 0 <= context.find("»") < context.find("«"):
        found.add("»")
    return found


def _closing(context: str, start: int, closer: str) -> int | None:
    end = context.find(closer, start)
    while end >= 0:
        apostrophe = closer == "’" and end + 1 < len(context) and context[end + 1].isalnum()
        if not apostrophe:
            return end
        end = context.find(closer, end + 1)
    return None


def _sentence(context: str, there: list[Span], place: Span) -> str:
    held = [each for each in there if each[0] < place[1] and place[0] < each[1]]
    return context[held[0][0] : held[-1][1]] if held else context


def _frames(context: str, there: list[Span], place: Span, quoted: Span | None) -> Iterator[str]:
    """The words around the statement that may name who says it, the nearest first, each with a gap where quotations
    stand. Of a statement in no quotation: its sentence. Of one in a quotation: the sentences with it, then the next
    one, then the one before."""
    span = place if quoted is None else quoted
    held = [i for i, (begin, end) in enumerate(there) if begin < span[1] and span[0] < end]
    if not held:
        yield context
        return
    begin, end = there[held[0]][0], there[held[-1]][1]
    if quoted is None:
        yield _masked(context, begin, end)
        return
    yield _masked(context, begin, end)
    for i in (held[-1] + 1, held[0] - 1):
        if 0 <= i < len(there):
            yield _masked(context, *there[i])


def _masked(context: str, begin: int, end: int) -> str:
    """The words between two places, with a gap for every quotation."""
    pieces, at = [], begin
    for opened, closed in _quotations(context):
        if opened < end and begin < closed:
            pieces.append(context[at : max(at, opened)])
            pieces.append(_GAP)
            at = max(at, closed)
    return "".join(pieces) + context[at:end]


# -- who is named -----------------------------------------------------------------------------------------------------


def _named_in(frame: str, before: str, lists: Voices, lang: str) -> Speaker | None:
    """Who says something in a frame: by `according to X`, a verb of saying, `X:` before a quotation, or nobody."""
    plain = even(frame)
    impersonal = lists.impersonal.search(plain)
    if impersonal is not None:
        return Speaker(Attribution.UNKNOWN, None, None, impersonal.group())
    for match in lists.according.finditer(plain):
        phrase = frame[match.end() : _next_boundary(frame, match.end())]
        found = speaker_of(phrase, before, lists, lang)
        if found is not None:
            return found
    for match in lists.saying.finditer(plain):
        for phrase in _subjects(frame, match.span()):
            found = speaker_of(phrase, before, lists, lang)
            if found is not None:
                return found
    colon = _BEFORE_COLON.search(frame)
    return None if colon is None else speaker_of(colon[1], before, lists, lang)


def _subjects(frame: str, verb: Span) -> Iterator[str]:
    """What may be the subject of a verb: the words before it in its clause, then those behind it, with what is set off
    by a comma after either."""
    left = _last_boundary(frame, verb[0])
    if frame[left : verb[0]].strip():
        yield frame[left : verb[0]]
        earlier = _last_boundary(frame, max(0, left - 1))
        if left > 0 and frame[left - 1] in ",，" and frame[earlier : left - 1].strip():
            yield frame[earlier : verb[0]]  # X, the head of Y, said
            first = _last_boundary(frame, max(0, earlier - 1))
            if earlier > 0 and frame[earlier - 1] in ",，":
                yield frame[first : verb[0]]
    right = _next_boundary(frame, verb[1])
    if frame[verb[1] : right].strip():
        further = _next_boundary(frame, right + 1) if right < len(frame) and frame[right] in ",，" else right
        yield frame[verb[1] : further]


def _last_boundary(frame: str, place: int) -> int:
    return max((match.end() for match in _BOUNDARY.finditer(frame, 0, place)), default=0)


def _next_boundary(frame: str, place: int) -> int:
    match = _BOUNDARY.search(frame, place)
    return len(frame) if match is None else match.start()
