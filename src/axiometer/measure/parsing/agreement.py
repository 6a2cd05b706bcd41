"""Whether a reply agrees with what was put forward."""

from __future__ import annotations

from axiometer.measure.parsing.folding import tidy
from axiometer.measure.parsing.lexicon import Lexicon
from axiometer.measure.parsing.mentions import Mention, Weight, both_ends, heaviest, linked, weigh
from axiometer.measure.parsing.opening import Opened, lexicons, opened, without_answer
from axiometer.measure.parsing.reading import Reading
from axiometer.measure.parsing.structured import stated_answers
from axiometer.models.protocols import Reply
from axiometer.records.rows import Outcome

_AGREE = Reading(Outcome.CHOSEN, None, 1, None)
_DISAGREE = Reading(Outcome.CHOSEN, None, -1, None)
_STANCES = {"agree": _AGREE, "disagree": _DISAGREE}
_PLAIN = {
    **dict.fromkeys(("agree", "Agree", "同意", "d'accord", "D'accord", "Zustimmung"), _AGREE),
    **dict.fromkeys(("disagree", "Disagree", "不同意", "pas d'accord", "Pas d'accord", "Ablehnung"), _DISAGREE),
}


def read_agreement(reply: Reply, lang: str, *, negated: bool = False) -> Reading:
    """The stance of `reply` towards what was put forward: +1 agrees, -1 disagrees. `lang` is the language asked in.

    `negated` says that a denial was put forward: a bare yes or no is then ambiguous ("No, one should not") and is read
    as INVALID. Never raises; takes time linear in the length of the reply.
    """
    start = opened(reply)
    if isinstance(start, Reading):
        return start
    plainly = _PLAIN.get(start.text)
    if plainly is not None:
        return plainly
    if start.head != start.text:
        reading = _read(start.head, start, lang, negated)
        if reading.outcome is Outcome.CHOSEN:
            return reading
    return _read(start.text, start, lang, negated)


def _read(text: str, start: Opened, lang: str, negated: bool) -> Reading:
    reading = Reading(Outcome.INVALID, None, None, "no answer recognised")
    for words in lexicons(lang, text):
        for answer in stated_answers(start.raw) if text is start.text else ():
            stated = _weighed(tidy(answer), False, words, negated)
            if stated.outcome is not Outcome.INVALID:
                return stated
        reading = _weighed(text, start.cut, words, negated)
        if reading.outcome not in (Outcome.INVALID, Outcome.TRUNCATED):
            break
    return reading


def _weighed(text: str, cut: bool, words: Lexicon, negated: bool) -> Reading:
    low = text.lower()
    if len(low) != len(text):
        text = low
    mentions = _stance_mentions(text, low, words)
    top, decisive = heaviest(mentions)
    labels = {mention.label for mention in decisive}
    if top >= Weight.HEAD or (top == Weight.CLAUSE and len(labels) == 1):
        return _by_verdict(low, decisive, labels, words)
    answer = words.yes_no.match(low)
    avoided = without_answer(words, low)
    if answer is not None and (avoided is None or avoided[2] < answer.end()):
        if negated:
            return Reading(Outcome.INVALID, None, None, "yes or no to a denial")
        return _AGREE if answer.lastgroup == "yes" else _DISAGREE
    if avoided is not None and not (cut and avoided[0] is Outcome.EVASIVE):
        return Reading(avoided[0], None, None, avoided[1])
    if any(mention.link == "or" for mention in mentions) and not cut:
        return Reading(Outcome.EVASIVE, None, None, "either answer")
    if len(labels) == 1 and not cut and not any(mention.asked for mention in decisive):
        return _by_verdict(low, decisive, labels, words)
    if cut:
        return Reading(Outcome.TRUNCATED, None, None, "cut before the answer")
    return Reading(Outcome.INVALID, None, None, "no answer recognised")


def _stance_mentions(text: str, low: str, words: Lexicon) -> list[Mention]:
    found = (weigh(text, *named, words, stance=True) for named in both_ends(words.stances.found(low)))
    return linked(text, [mention for mention in found if mention is not None], words)


def _by_verdict(low: str, decisive: list[Mention], labels: set[str], words: Lexicon) -> Reading:
    last = decisive[-1].label
    if len(labels) > 1:
        first = decisive[0]
        if first.weight < Weight.FINAL and not words.contrast.search(low[first.end : decisive[-1].start]):
            return Reading(Outcome.BOTH, None, None, "conflicting answers")
    if last in _STANCES:
        return _STANCES[last]
    if last == "mixed":
        return Reading(Outcome.BOTH, None, None, "agrees and disagrees")
    return Reading(Outcome.EVASIVE, None, None, "agrees in part or not at all")
