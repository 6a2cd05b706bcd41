"""Whether a reply agrees with what was put forward."""

from __future__ import annotations

from dataclasses import dataclass

from axiometer.measure.parsing.folding import plain, tidy
from axiometer.measure.parsing.lexicon import Lexicon
from axiometer.measure.parsing.mentions import Mention, Weight, both_ends, heaviest, linked, weigh
from axiometer.measure.parsing.opening import lexicons, opened, without_answer
from axiometer.measure.parsing.reading import Reading
from axiometer.measure.parsing.structured import stated_answers
from axiometer.measure.parsing.texts import bare
from axiometer.models.protocols import Reply
from axiometer.records.rows import Outcome

_AGREE = Reading(Outcome.CHOSEN, None, 1, None)
_DISAGREE = Reading(Outcome.CHOSEN, None, -1, None)
_STANCES = {"agree": _AGREE, "disagree": _DISAGREE}
_PLAIN = {
    **dict.fromkeys(("agree", "agreement", "同意", "d'accord", "accord", "zustimmung"), _AGREE),
    **dict.fromkeys(("disagree", "disagreement", "不同意", "pas d'accord", "désaccord", "ablehnung"), _DISAGREE),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was put forward: its words, and whether as a denial."""

    negated: bool
    option: str


def read_agreement(reply: Reply, lang: str, *, negated: bool = False, option: str = "") -> Reading:
    """The stance of `reply` towards what was put forward: +1 agrees, -1 disagrees. `lang` is the language asked in.

    `negated` says that a denial was put forward: a bare yes or no is then ambiguous ("No, one should not") and is read
    as INVALID. Phrases that stand in `option`, the text put forward, are no refusal. Never raises; takes time linear in
    the length of the reply.
    """
    start = opened(reply)
    if isinstance(start, Reading):
        return start
    plainly = _PLAIN.get(start.text.strip(" .!?。\"'()[]").lower())
    if plainly is not None:
        return plainly
    stated = stated_answers(start.raw)
    asked = _Asked(negated, bare(tidy(plain(option))))
    if start.head != start.text:
        reading = _read(start.head, stated, start.cut, lang, asked)
        if reading.outcome is Outcome.CHOSEN:
            return reading
    return _read(start.text, stated, start.cut, lang, asked)


def _read(text: str, stated: list[str], cut: bool, lang: str, asked: _Asked) -> Reading:
    reading = _not_readable(cut)
    for words in lexicons(lang, text):
        for answer in stated:
            of_answer = _weighed(tidy(answer), False, words, asked)
            if of_answer.outcome is not Outcome.INVALID:
                return of_answer
        reading = _weighed(text, cut, words, asked)
        if reading.outcome not in (Outcome.INVALID, Outcome.TRUNCATED):
            break
    return reading


def _weighed(text: str, cut: bool, words: Lexicon, asked: _Asked) -> Reading:
    """The reading of a text by its words of agreement, then by a yes or no at its head, then by its phrases."""
    low = text.lower()
    if len(low) != len(text):
        text = low
    mentions = _stance_mentions(text, low, words)
    top, decisive = heaviest(mentions)
    one_side = len({mention.label for mention in decisive}) == 1
    if top >= Weight.HEAD or (top == Weight.CLAUSE and one_side):
        return _by_verdict(low, decisive, words)
    answer = words.yes_no.match(low)
    avoidance = without_answer(words, low, asked.option)
    if answer is not None and (avoidance is None or avoidance.start < answer.end()):
        if asked.negated:
            return Reading(Outcome.INVALID, None, None, "yes or no to a denial")
        return _AGREE if answer.lastgroup == "yes" else _DISAGREE
    if avoidance is not None and (avoidance.outcome is Outcome.REFUSED or not cut):
        return Reading(avoidance.outcome, None, None, avoidance.phrase)
    if cut:
        return _not_readable(cut)
    if any(mention.link == "or" for mention in mentions):
        return Reading(Outcome.EVASIVE, None, None, "either answer")
    if one_side and not any(mention.asked for mention in decisive):
        return _by_verdict(low, decisive, words)
    return _not_readable(cut)


def _stance_mentions(text: str, low: str, words: Lexicon) -> list[Mention]:
    found = (weigh(text, *named, words, stance=True) for named in both_ends(words.stances.found(low)))
    return linked(text, [mention for mention in found if mention is not None], words)


def _by_verdict(low: str, decisive: list[Mention], words: Lexicon) -> Reading:
    """What the heaviest mentions say; where they contradict each other, the last one if a `but` leads to it."""
    first, last = decisive[0], decisive[-1]
    if len({mention.label for mention in decisive}) > 1:
        turned = words.contrast.search(low[first.end : last.start]) is not None
        if first.weight < Weight.FINAL and not turned:
            return Reading(Outcome.BOTH, None, None, "conflicting answers")
    if last.label in _STANCES:
        return _STANCES[last.label]
    if last.label == "mixed":
        return Reading(Outcome.BOTH, None, None, "agrees and disagrees")
    return Reading(Outcome.EVASIVE, None, None, "agrees in part or not at all")


def _not_readable(cut: bool) -> Reading:
    if cut:
        return Reading(Outcome.TRUNCATED, None, None, "cut before the answer")
    return Reading(Outcome.INVALID, None, None, "no answer recognised")
