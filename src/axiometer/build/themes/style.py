"""The style of a rule, apart from what it is about: how long it is, in what form it speaks, whether it says yes or no.

Read from the words alone, by the word lists of `models.contradiction` and `build.corpus.polarity`: coarse, in Chinese
and English only. What differs in style between two sets would otherwise look like a preference for one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from axiometer.build.corpus.polarity import OPPOSED, polarity
from axiometer.build.dilemmas.filters import length
from axiometer.models.contradiction.chinese import read_chinese
from axiometer.models.contradiction.english import read_english
from axiometer.models.contradiction.forces import Force
from axiometer.models.contradiction.readings import Operator, Reading

VERSION: Final = 1


class Form(StrEnum):
    """In what form a rule speaks. `judgement`: "it is good, wrong, rude to"; `other`: neither a judgement nor a modal
    word was found, or the language is not known."""

    OBLIGATION = "obligation"
    PROHIBITION = "prohibition"
    PERMISSION = "permission"
    JUDGEMENT = "judgement"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Style:
    """length: in letters, a Chinese character counts as three (`build.dilemmas.filters.length`); opposed: the rule says
    no (an odd number of words turns its judgement round)."""

    length: int
    form: Form
    opposed: bool


_READERS: Final = {"zh": read_chinese, "en": read_english}
_OF_MODALS: Final = {Force.OBLIGE: Form.OBLIGATION, Force.FORBID: Form.PROHIBITION}


def style_of(text: str, lang: str) -> Style:
    """The style of a rule in a language (without script or country)."""
    read = _READERS.get(lang)
    form = Form.OTHER if read is None else form_of(read(text))
    return Style(length(text), form, polarity(text, lang) == OPPOSED)


def form_of(reading: Reading) -> Form:
    """The form of a rule as its words are understood: to allow is a permission, whether by a judgement ("it is fine
    to") or by "may"; a bare negation ("never lie") is a prohibition."""
    if reading.operator is None:
        return Form.PROHIBITION if reading.force is Force.FORBID else Form.OTHER
    if reading.force in (Force.PERMIT, Force.EXEMPT):
        return Form.PERMISSION
    return Form.JUDGEMENT if reading.operator is Operator.JUDGEMENT else _OF_MODALS[reading.force]
