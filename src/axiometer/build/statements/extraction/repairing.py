"""The request that asks once more where an answer has the form but not the content that was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from axiometer.measure.asking.languages import PROMPT_LANGUAGES, prompt_language
from axiometer.measure.asking.prompting import WORDING
from axiometer.models.protocols import Message, Request
from axiometer.prompts import Template, load_template

STATEMENTS: Final = "statements"
QUESTION: Final = "question"


def said_why(request: Request, lang: str, about: str, form: str) -> Request:
    """A repair with our own words for what is wrong (`STATEMENTS`, `QUESTION`) in place of the general ones."""
    words = _template(prompt_language(lang)).render(about=about, form=form)
    return replace(request, messages=(*request.messages[:-1], Message("user", words)))


def prints() -> list[list[str]]:
    """What of it decides an answer: part of a stage's fingerprint."""
    return [[each.id, each.hash] for each in map(_template, PROMPT_LANGUAGES)]


def _template(lang: str) -> Template:
    return load_template("statement-repair", lang, WORDING)
