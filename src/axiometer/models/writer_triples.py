"""What a simulated model writes and says of triples (the steps `statement-reverse` and `triple-check`): the planted
reverse of starter statements, others turned by simple rules, with faults planted at known shares. Pure functions.

What is planted is drawn from the id of the statement alone, so both steps know it. Paraphrases and twins put a frame
around one of the two sides, drawn for each statement: neither frame nor words tell which side was published.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from axiometer.models.draws import uniform, weighted
from axiometer.models.protocols import Request
from axiometer.models.writer_news import folded, statement_of
from axiometer.models.writer_profile_triples import Triples
from axiometer.models.writer_triples_words import Words, reversed_by_rule, words_in

WRITE: Final = "statement-reverse"
CHECK: Final = "triple-check"
STEPS: Final = (WRITE, CHECK)


class TripleFault(StrEnum):
    """What is wrong with a triple. Up to `name` the words show it, and the model may mend it; `overt` is a question
    that leans plainly (the statement's own is taken instead); the rest only a reader can see."""

    SAME = "same"
    NUMBER = "number"
    LENGTH = "length"
    NAME = "name"
    OVERT = "overt"
    COVERT = "covert"
    MORE = "more"
    DOUBLE = "double"


SHOWN_BY_WORDS: Final = (TripleFault.SAME, TripleFault.NUMBER, TripleFault.LENGTH, TripleFault.NAME)
FOR_READERS: Final = (TripleFault.COVERT, TripleFault.MORE, TripleFault.DOUBLE)
_SOUND: Final = "sound"


@dataclass(frozen=True, slots=True)
class PlantedTriple:
    """What is planted for a statement. mended: the fault is gone when asked again; overlooked: the check does not see
    it; alarmed: it sees one where there is none (more than the stance); turned: forms whose sides are exchanged."""

    fault: TripleFault | None
    mended: bool
    overlooked: bool
    alarmed: bool
    turned: frozenset[str]


class Telling(StrEnum):
    """How a call is answered: in the form asked for, in words first and then so, in words both times, or declined."""

    PLAIN = "plain"
    PROSE = "prose"
    LOST = "lost"
    REFUSED = "refused"


def planted_triple(triples: Triples, seed: int, source: str) -> PlantedTriple:
    """What is planted for the statement with the id `source`."""
    shares = {str(fault): float(getattr(triples, fault)) for fault in TripleFault}
    drawn = weighted({**shares, _SOUND: max(0.0, 1.0 - sum(shares.values()))}, seed, "triple fault", source)
    fault = None if drawn == _SOUND else TripleFault(drawn)
    turned = {
        form
        for form, share in (("paraphrase", triples.paraphrase_turned), ("twins", triples.twins_turned))
        if uniform(seed, "triple turned", form, source) < share
    }
    return PlantedTriple(
        fault=fault,
        mended=fault in SHOWN_BY_WORDS and uniform(seed, "triple mended", source) < triples.mended,
        overlooked=fault in FOR_READERS and uniform(seed, "triple overlooked", source) < triples.overlooked,
        alarmed=fault not in FOR_READERS and uniform(seed, "triple alarmed", source) < triples.alarms,
        turned=frozenset(turned),
    )


def telling(triples: Triples, seed: int, step: str, source: str) -> Telling:
    """How the call of a step about a statement is answered."""
    point = uniform(seed, "triple telling", step, source)
    for told, share in ((Telling.REFUSED, triples.refused), (Telling.LOST, triples.lost)):
        if point < share:
            return told
        point -= share
    return Telling.PROSE if point < triples.prose else Telling.PLAIN


def answer(triples: Triples, seed: int, request: Request) -> str:
    """The text with which the model answers `request.meta`: `step`, `source` (the id of the statement), `lang`,
    `attempt`; to write, `text`, `question`, `speaker` and `denied` (whether the twin with the denial takes the
    statement's side); to check, `stance`, `turned` and `others` (form and side of each)."""
    meta = request.meta or {}
    step, source = str(meta.get("step")), str(meta.get("source", ""))
    words = words_in(str(meta.get("lang") or "en"))
    told = telling(triples, seed, step, source)
    again = bool(int(str(meta.get("attempt") or 0)))
    if told is Telling.REFUSED:
        return words.refusal
    if told is Telling.LOST or (told is Telling.PROSE and not again):
        return words.prose
    planted = planted_triple(triples, seed, source)
    said = _written(planted, seed, meta, words, again=again) if step == WRITE else _checked(planted, meta, words)
    return json.dumps(said, ensure_ascii=False)


# -- writing ----------------------------------------------------------------------------------------------------------


def _written(
    planted: PlantedTriple, seed: int, meta: Mapping[str, object], words: Words, *, again: bool
) -> dict[str, object]:
    source, text, lang = str(meta.get("source")), str(meta.get("text")), str(meta.get("lang"))
    speaker = None if meta.get("speaker") is None else str(meta.get("speaker"))
    fault = None if planted.mended and again else planted.fault
    persons = [speaker] if speaker is not None and speaker in text else []
    shown = text if speaker is None else text.replace(speaker, words.person)
    reverse = _reverse_of(shown, lang)
    paraphrases = _framed(words.frames, shown, reverse, straight=uniform(seed, "frame", source) < 0.5)
    denied = bool(meta.get("denied"))
    twins = _framed(words.twins, shown, reverse, straight=not denied)
    if "paraphrase" in planted.turned:
        paraphrases = paraphrases[::-1]
    affirmed, negated = (twins[1], twins[0]) if denied else twins
    if "twins" in planted.turned:  # still with and without a denial, about the other side
        about = shown if denied else reverse
        affirmed, negated = (frame.format(about) for frame in words.twins)
    return {
        "persons": persons,
        "statement": shown,
        "reverse": _spoilt(reverse, shown, fault, words, speaker),
        "question": _question(str(meta.get("question") or ""), shown, fault, words, text),
        "statement_again": paraphrases[0],
        "reverse_again": paraphrases[1],
        "with_denial": negated,
        "without_denial": affirmed,
    }


def _reverse_of(text: str, lang: str) -> str:
    known = statement_of(text)
    if known is None:
        return reversed_by_rule(text, lang)
    said = known.statement
    return said.reversed_text if folded(text) == folded(said.text) else said.text


def _framed(frames: tuple[str, str], shown: str, reverse: str, *, straight: bool) -> tuple[str, str]:
    """(statement's side, reverse's side), both around one of the two: affirmed and denied the statement, or denied and
    affirmed the reverse."""
    affirming, denying = frames
    about = shown if straight else reverse
    return (
        (affirming if straight else denying).format(about),
        (denying if straight else affirming).format(about),
    )


def _spoilt(reverse: str, shown: str, fault: TripleFault | None, words: Words, speaker: str | None) -> str:
    plain = reverse.rstrip(".。")
    if fault is TripleFault.SAME:
        return shown
    if fault is TripleFault.NUMBER:
        return plain + words.number
    if fault is TripleFault.NAME:
        return plain + words.named.format(speaker or words.somebody)
    if fault is TripleFault.MORE:
        return plain + words.reason
    if fault is TripleFault.DOUBLE:
        return words.untrue.format(reverse)
    while fault is TripleFault.LENGTH and len(plain) < 2 * len(shown):
        plain += words.longer
    return plain if fault is TripleFault.LENGTH else reverse


def _question(question: str, shown: str, fault: TripleFault | None, words: Words, text: str) -> str:
    """The question; that of the statement's issue as yes or no where a starter issue asks for more."""
    known = statement_of(text)
    if known is not None and words.asks_more.search(question):
        question = words.asking.format(known.issue.claim.rstrip(".。"))
    if fault is TripleFault.OVERT:
        return words.overt.format(question, shown.rstrip(".。"))
    return words.covert.format(question) if fault is TripleFault.COVERT else question


# -- checking ---------------------------------------------------------------------------------------------------------


def _checked(planted: PlantedTriple, meta: Mapping[str, object], words: Words) -> dict[str, object]:
    fault = None if planted.overlooked or planted.fault not in FOR_READERS else planted.fault
    stance = int(str(meta.get("stance") or 1))
    of_reverse = stance if fault is TripleFault.DOUBLE else -stance
    pair = [_says(stance), _says(of_reverse)]
    if meta.get("turned"):
        pair.reverse()
    others = meta.get("others") or ()
    assert isinstance(others, list | tuple)
    return {
        "reason": words.verdict,
        "answer_a": pair[0],
        "answer_b": pair[1],
        "contradict": fault is not TripleFault.DOUBLE,
        "leaning": fault is TripleFault.COVERT,
        "only_stance": fault is not TripleFault.MORE and not planted.alarmed,
        "even": True,
        "person": False,
        "others": [_says(stance * int(side) * (-1 if form in planted.turned else 1)) for form, side in others],
    }


def _says(stance: int) -> str:
    return "yes" if stance > 0 else "no"
