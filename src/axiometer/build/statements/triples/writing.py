"""A statement's question, its reverse and other words for both, as a stage: one request for all of them.

What words alone show to be wrong is told to the model once; what it then does not mend is left to the check, which
drops it with its reason. A statement without names of persons is shown as it was said, whatever the model repeats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pydantic

from axiometer.build.statements.triples import filters
from axiometer.build.statements.triples.names import likely_names, named_in
from axiometer.build.statements.triples.rows import REVERSE, denial_is_original, dressed, make_triple
from axiometer.build.statements.triples.words import digest
from axiometer.measure.asking.answers import (
    EMPTY,
    WRONG_FORM,
    Said,
    Sayings,
    object_schema,
    printable,
    read_reply,
    shortened,
)
from axiometer.measure.asking.languages import language_name, prompt_language
from axiometer.measure.asking.prompting import WORDING, MaterialPrompting
from axiometer.models.protocols import Message, Reply, Request
from axiometer.prompts import load_template
from axiometer.records.corpus_rows import Statement, Triple
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

STEP: Final = "statement-reverse"
NO_STANCE: Final = "no stance on a question"
SAME_QUESTION: Final = 0.5
"""Likeness from which a corrected question is taken for the same question."""

_VERSION: Final = 1
_MOST_TOKENS: Final = 900
_REPAIR: Final = "triple-repair"
_TEXTS: Final = (
    *("statement", "reverse", "question", "statement_again", "reverse_again"),
    *("with_denial", "without_denial"),
)
_NEEDED: Final = ("reverse",)
_FORM: Final = '{"persons": ["..."], ' + ", ".join(f'"{name}": "..."' for name in _TEXTS) + "}"
_STRING: Final = {"type": "string"}
_SCHEMA: Final = object_schema(persons={"type": "array", "items": _STRING}, **{name: dict(_STRING) for name in _TEXTS})
_PROMPTING: Final = MaterialPrompting(STEP, _SCHEMA, _FORM, _MOST_TOKENS)
_TOLD: Final = {
    filters.SAME: "same",
    filters.NUMBERS: "numbers",
    filters.LENGTH: "length",
    filters.NAME: "name",
    filters.LANGUAGE: "language",
    filters.REGISTER: "register",
    filters.FAR: "far",
    filters.DECLINED: "far",
    filters.REWRITTEN: "rewritten",
    filters.NO_QUESTION: "question",
    filters.LEANS: "question",
    filters.PARAPHRASES: "paraphrases",
    filters.TWINS: "twins",
}
"""What each problem is called in the template that asks once more."""


class TripleAnswer(pydantic.BaseModel):
    """The form that is asked for; of other forms than the statement's own some may be missing."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    reverse: Said
    persons: Sayings = ()
    statement: Said = ""
    question: Said = ""
    statement_again: Said = ""
    reverse_again: Said = ""
    with_denial: Said = ""
    without_denial: Said = ""


@dataclass(frozen=True, slots=True)
class WriteTriples:
    """The stage: statements in, triples out. Only what a model refuses, a filter stops or has no stance is dropped."""

    name: str = REVERSE
    output: type[Triple] = Triple

    @property
    def fingerprint(self) -> Mapping[str, object]:
        repairs = {lang: load_template(_REPAIR, lang, WORDING).hash for lang in ("zh", "en")}
        checks = {"filters": filters.VERSION, "words": digest(), "repairs": repairs}
        return {"version": _VERSION, **checks, **_PROMPTING.fingerprint}

    def render(self, row: Statement) -> Request | Kept[Triple] | Dropped:
        if not row.text.strip():
            return Dropped(EMPTY)
        if row.stance not in (1, -1) or not (row.question or "").strip():
            return Dropped(NO_STANCE)
        denied = denial_is_original(row.id)
        meta = {
            "id": row.id,
            "source": row.id,
            "text": row.text,
            "question": row.question,
            "stance": row.stance,
            "speaker": row.speaker,
            "denied": denied,
        }
        return _PROMPTING.request(
            row.lang,
            meta,
            context=row.context,
            question=row.question or "",
            statement=row.text,
            denied="yes" if denied else "",
        )

    def read(self, row: Statement, reply: Reply) -> Kept[Triple] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), TripleAnswer)
        if not isinstance(answer, TripleAnswer):
            return answer
        missing = next((name for name in _NEEDED if not _line(getattr(answer, name))), None)
        if missing is not None:
            return Rejected(WRONG_FORM + missing)
        triple = triple_of(row, answer)
        found = filters.problems(triple)
        kept = Kept((triple,), _note(triple))
        return Rejected(found[0][0], shortened(found[0][1]), kept) if found else kept

    def repair(self, row: Statement, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        again = _PROMPTING.repair(row.lang, asked, reply, rejected)
        problem = _TOLD.get(rejected.problem)
        if problem is None:
            return again
        lang = prompt_language(row.lang)
        words = load_template(_REPAIR, lang, WORDING).render(
            problem=problem, detail=rejected.note or "", language=language_name(row.lang, lang), form=_FORM
        )
        return replace(again, messages=(*again.messages[:-1], Message("user", words)))


def triple_of(row: Statement, answer: TripleAnswer) -> Triple:
    """The triple that an answer makes of a statement. Persons count as named only where the statement, its question or
    its passage has them, and where they look like names."""
    lang = row.lang
    around = f"{row.text}\n{row.question or ''}\n{row.context}"
    names = [*([] if row.speaker is None else [row.speaker]), *likely_names(answer.persons, around)]
    shown = dressed(row.text, lang)
    if named_in(row.text, names, lang) and _line(answer.statement):
        shown = dressed(_line(answer.statement), lang)
    reverse = dressed(_line(answer.reverse), lang)
    own, offered = _line(row.question or ""), _line(answer.question)
    return make_triple(
        row,
        question=_question(own, offered, (shown, reverse), names, lang),
        shown=shown,
        reversed_text=reverse,
        paraphrases=_pair(answer.statement_again, answer.reverse_again, lang),
        twins=_pair(answer.without_denial, answer.with_denial, lang),
        names=names,
    )


def _question(own: str, offered: str, pair: tuple[str, str], names: Sequence[str], lang: str) -> str:
    """The statement's own question, or the one that the model would rather ask: it must be sound and about the same,
    unless the own one cannot be asked."""

    def sound(question: str) -> bool:
        return not filters.question_problems(question, pair, lang) and not named_in(question, names, lang)

    if not offered or (sound(own) and (not sound(offered) or filters.likeness(own, offered) < SAME_QUESTION)):
        return own
    return offered


def _pair(one: str, other: str, lang: str) -> tuple[str, str] | tuple[None, None]:
    """Both or none."""
    first, second = (dressed(_line(text), lang) for text in (one, other))
    return (first, second) if first and second else (None, None)


def _line(said: str) -> str:
    return " ".join(printable(said).split())


def _note(triple: Triple) -> str | None:
    return "; ".join(triple.names) or None
