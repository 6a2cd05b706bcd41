"""What can be told of a triple without a model: equal sides, numbers, lengths, names, register, a question that leans.

Pure functions of a triple. Coarse on purpose, so they find what is plain; what takes understanding is the check's.
Bounds were set on the starter news, whose 472 reverses were written by hand (docs/methodology.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from axiometer.build.corpus.ingest.languages import declared, detect
from axiometer.build.statements.triples.names import name_left, named_in
from axiometer.build.statements.triples.rows import dressed
from axiometer.build.statements.triples.words import base_language, denials, found, words_of
from axiometer.build.translation.numbers import lost, numbers
from axiometer.build.translation.wording import spoken
from axiometer.frameworks.labels import normalise
from axiometer.measure.asking.answers import refuses
from axiometer.measure.asking.languages import prompt_language
from axiometer.records.corpus_rows import Triple
from axiometer.records.texts.sentences import sentence_ends

VERSION: Final = 1  # of these checks: part of what makes a checked part anew
SAME: Final = "the reverse says the same words"
NUMBERS: Final = "a number was lost or added"
LENGTH: Final = "statement and reverse of unequal length"
NAME: Final = "a person is named"
LANGUAGE: Final = "in another language than the statement"
REGISTER: Final = "statement and reverse of unequal register"
FAR: Final = "the reverse changes more than the stance"
REWRITTEN: Final = "the statement was rewritten"
DECLINED: Final = "a refusal in place of the reverse"
NO_QUESTION: Final = "no question that yes or no answers"
LEANS: Final = "the question leans"
PARAPHRASES: Final = "the paraphrases are no pair"
TWINS: Final = "the twins differ in more than a denial"
OF_FORMS: Final = frozenset({PARAPHRASES, TWINS})
"""What costs a triple one of its forms; everything else ends it."""

LONGER: Final = 1.5
"""Times that one side may be as long as the other."""
SLACK: Final = 12  # letters that may differ, however short a text is
LEAST_KEPT: Final = 0.4
"""Likeness of a reverse to its statement (Ratcliff and Obershelp, on words or characters) below which it is another
sentence."""
MOST_ASYMMETRY: Final = 0.5
"""Share of a question's words by which it may be nearer to one side than to the other."""

_REWRITTEN: Final = 0.6
_TWIN: Final = 0.6
_LEAST_TO_IDENTIFY: Final = 60  # letters: a few words are often taken for another language
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+")
_QUESTION_MARK = re.compile(r"[?？؟;՞]\s*[\"”’»」』]*\s*$")
_ASKS_WITHOUT_MARK = re.compile("[吗呢か]\\s*$")
_QUOTES = re.compile('["“”„«»「」『』]')
_STEM: Final = 6  # letters of a word that are compared: endings differ between a question and a statement

Problem = tuple[str, str]
"""(reason, what was found)"""


def problems(triple: Triple) -> list[Problem]:
    """What the words show, the gravest first; problems of single forms last."""
    pair = (triple.shown, triple.reversed_text)
    return [
        *_declined(triple),
        *_equal(pair, SAME),
        *_rewritten(triple),
        *_names(triple),
        *_numbers(pair, triple.lang),
        *_languages(triple),
        *_lengths(pair, LENGTH),
        *_register(pair),
        *_far(pair),
        *question_problems(triple.question, pair, triple.lang),
        *_paraphrases(triple),
        *_twins(triple),
    ]


def gravest(triple: Triple) -> Problem | None:
    """What ends the triple; None where it may go on, perhaps without some forms."""
    return next((each for each in problems(triple) if each[0] not in OF_FORMS), None)


def without_bad_forms(triple: Triple) -> Triple:
    """The triple without the forms that are no good."""
    bad = {reason for reason, _ in problems(triple)}
    if PARAPHRASES in bad:
        triple = replace(triple, paraphrase=None, reversed_paraphrase=None)
    return replace(triple, affirmed=None, negated=None) if TWINS in bad else triple


# -- the two sides ----------------------------------------------------------------------------------------------------


def _declined(triple: Triple) -> Iterator[Problem]:
    """Declining begins in known phrases, and has hardly a word of the statement; statements may decline things, too."""
    reverse = triple.reversed_text
    if likeness(triple.said, reverse) < LEAST_KEPT and refuses(reverse, prompt_language(triple.lang)):
        yield DECLINED, reverse


def _equal(pair: tuple[str, str], reason: str) -> Iterator[Problem]:
    if normalise(pair[0]) == normalise(pair[1]):
        yield reason, pair[1]


def _rewritten(triple: Triple) -> Iterator[Problem]:
    """Freed of names, a statement still has its numbers and denials, and most of its words."""
    said = dressed(triple.said, triple.lang)
    if not triple.said or normalise(said) == normalise(triple.shown):
        return
    if not named_in(triple.said, triple.names, triple.lang):
        yield REWRITTEN, triple.shown
        return
    changed = likeness(said, triple.shown) < _REWRITTEN
    changed |= denials(said, triple.lang) != denials(triple.shown, triple.lang)
    if changed or _number_changes(said, triple.shown, triple.lang):
        yield REWRITTEN, triple.shown


def _names(triple: Triple) -> Iterator[Problem]:
    for text in (triple.shown, triple.reversed_text, triple.question):
        left = name_left(text, triple.names, triple.lang)
        if left is not None:
            yield NAME, left
            return


def _numbers(pair: tuple[str, str], lang: str) -> Iterator[Problem]:
    changes = _number_changes(*pair, lang)
    if changes:
        yield NUMBERS, ", ".join(changes)


def _number_changes(one: str, other: str, lang: str) -> list[str]:
    before, after = (numbers(text, base_language(lang)) for text in (one, other))
    return [*(f"-{value}" for value in lost(before, after)), *(f"+{value}" for value in lost(after, before))]


def _languages(triple: Triple) -> Iterator[Problem]:
    """By script where that decides, each text by itself; by words only where there are enough of them."""
    chinese = base_language(triple.lang) == "zh"
    texts = (triple.shown, triple.reversed_text, triple.question)
    for text in texts:
        if (chinese or not _HAN.search(triple.said)) and _is_chinese(text) is not chinese:
            yield LANGUAGE, text
            return
    wanted = declared(triple.lang) or triple.lang
    for text in (triple.reversed_text, triple.question):
        if spoken(text) >= _LEAST_TO_IDENTIFY and detect(triple.said).lang == wanted != (told := detect(text).lang):
            yield LANGUAGE, f"{told}: {text}"
            return


def _is_chinese(text: str) -> bool:
    han = 3 * len(_HAN.findall(text))
    return han > 0.3 * spoken(text)


def _lengths(pair: tuple[str, str], reason: str) -> Iterator[Problem]:
    short, long = sorted(map(spoken, pair))
    if long > LONGER * short and long - short > SLACK:
        yield reason, f"{short}, {long}"


def _register(pair: tuple[str, str]) -> Iterator[Problem]:
    """Marks of exclamation, of question and of quotation, and sentences, are as many on both sides."""
    one, other = map(_marks, pair)
    if one != other:
        yield REGISTER, f"{one} | {other}"


def _marks(text: str) -> tuple[int, int, int, int]:
    loud = sum(text.count(mark) for mark in "!！")
    asking = sum(text.count(mark) for mark in "?？")
    return loud, asking, len(_QUOTES.findall(text)), len(sentence_ends(text))


def _far(pair: tuple[str, str]) -> Iterator[Problem]:
    if (alike := likeness(*pair)) < LEAST_KEPT:
        yield FAR, f"{alike:.2f}"


def likeness(one: str, other: str) -> float:
    """How much of two texts is the same, in [0, 1]: twice the matching words (characters in Chinese) over all."""
    return SequenceMatcher(None, units(one), units(other), autojunk=False).ratio()


def units(text: str) -> list[str]:
    """Words in small letters; characters of what is written without blanks."""
    found_units: list[str] = []
    for word in _WORD.findall(text.casefold()):
        found_units.extend(word if _HAN.search(word) else (word,))
    return found_units


# -- the question -----------------------------------------------------------------------------------------------------


def question_problems(question: str, pair: tuple[str, str], lang: str) -> list[Problem]:
    """What is wrong with a question about two sides."""
    known, plain = words_of(lang), question.strip()
    if not (_QUESTION_MARK.search(plain) or _ASKS_WITHOUT_MARK.search(plain)):
        return [(NO_QUESTION, plain)]
    if known is not None and (asks := found(known.not_yes_no, plain)) is not None:
        return [(NO_QUESTION, asks)]
    if known is not None and (leads := found(known.leading, plain)) is not None:
        return [(LEANS, leads)]
    nearer = asymmetry(plain, pair)
    return [(LEANS, f"{nearer:.2f}")] if abs(nearer) > MOST_ASYMMETRY else []


def asymmetry(question: str, pair: tuple[str, str]) -> float:
    """The share of a question's words that stand in the statement alone, less that of those in the reverse alone."""
    asked, one, other = (_content(text) for text in (question, *pair))
    if not asked:
        return 0.0
    return (len(asked & (one - other)) - len(asked & (other - one))) / len(asked)


def _content(text: str) -> set[str]:
    """Beginnings of words; pairs of characters in Chinese."""
    words = units(text)
    pairs = {a + b for a, b in pairwise(words) if _HAN.search(a) and _HAN.search(b)}
    return pairs | {word[:_STEM] for word in words if not _HAN.search(word)}


# -- the other forms --------------------------------------------------------------------------------------------------


def _paraphrases(triple: Triple) -> Iterator[Problem]:
    pair = (triple.paraphrase, triple.reversed_paraphrase)
    if pair[0] is None or pair[1] is None:
        return
    yield from ((PARAPHRASES, what) for what in _no_pair((pair[0], pair[1]), triple))


def _twins(triple: Triple) -> Iterator[Problem]:
    affirmed, negated = triple.affirmed, triple.negated
    if affirmed is None or negated is None:
        return
    for what in _no_pair((affirmed, negated), triple):
        yield TWINS, what
    with_denial, without = denials(negated, triple.lang), denials(affirmed, triple.lang)
    if with_denial is not None and without is not None and with_denial <= without:
        yield TWINS, f"{without}, {with_denial}"
    elif likeness(affirmed, negated) < _TWIN:
        yield TWINS, f"{likeness(affirmed, negated):.2f}"


def _no_pair(pair: tuple[str, str], triple: Triple) -> Iterator[str]:
    found_problems = [*_equal(pair, SAME), *_numbers(pair, triple.lang), *_lengths(pair, LENGTH), *_register(pair)]
    yield from (f"{reason}: {what}" for reason, what in found_problems)
    for text in pair:
        if (left := name_left(text, triple.names, triple.lang)) is not None:
            yield f"{NAME}: {left}"
        if base_language(triple.lang) == "zh" and not _is_chinese(text):
            yield f"{LANGUAGE}: {text}"
