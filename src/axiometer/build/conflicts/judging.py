"""A chat model's word on how two rules stand to each other, as a stage: each pair is asked about in both orders.

Two rows for each pair, one call for each row, so every answer is in the journal and an interrupted run goes on where it
was. `judged` brings both orders together (`models.contradiction.judge.combined`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

import pydantic

from axiometer.measure.asking.answers import CUT_OFF, EMPTY, WRONG_FORM, Said, printable, read_reply, shortened
from axiometer.measure.asking.languages import PROMPT_LANGUAGES, prompt_language
from axiometer.measure.asking.prompting import mark_of
from axiometer.measure.parsing.thinking import without_thinking
from axiometer.models.contradiction.judge import FORM, SCHEMA, STEP, WORDING, Relation, combined
from axiometer.models.protocols import Contradiction, Message, Reply, Request
from axiometer.prompts import Template, load_template
from axiometer.records.ids import content_id
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

AB: Final = "ab"
BA: Final = "ba"

_VERSION: Final = 1
_MOST_TOKENS: Final = 200
_LONGEST_REPEATED = 2_000  # of an answer that could not be used
_NOTHING = "…"  # services refuse an empty message


@dataclass(frozen=True, slots=True)
class PairQuestion:
    """A pair in one order. `pair` is the pair's id; `first` and `second` are the texts as they are shown."""

    id: str
    parent_ids: tuple[str, ...]
    pair: str
    order: str
    lang: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """What the model said about a pair in one order. `relation` is a `Relation`."""

    id: str
    parent_ids: tuple[str, ...]
    pair: str
    order: str
    relation: str
    reason: str


def questions(pair: str, first: str, second: str, lang: str) -> tuple[PairQuestion, PairQuestion]:
    """Both orders of a pair: as given, and turned round."""
    return _question(pair, AB, lang, first, second), _question(pair, BA, lang, second, first)


def judged(verdicts: Iterable[PairVerdict]) -> dict[str, Contradiction]:
    """What both orders come to, by pair. A pair of which one order has no answer is not in it."""
    said: dict[str, dict[str, Relation]] = {}
    for verdict in verdicts:
        said.setdefault(verdict.pair, {})[verdict.order] = Relation(verdict.relation)
    return {pair: combined(both[AB], both[BA]) for pair, both in said.items() if len(both) == 2}


def _question(pair: str, order: str, lang: str, first: str, second: str) -> PairQuestion:
    return PairQuestion(content_id("pair-question", pair, order), (pair,), pair, order, lang, first, second)


def _relation(said: object) -> object:
    return said.strip().strip(".。\"'").lower() if isinstance(said, str) else said


class JudgeAnswer(pydantic.BaseModel):
    """The form that is asked for. What is missing beside the relation does not make an answer useless."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    relation: Annotated[Literal["contradiction", "tension", "same", "unrelated"], pydantic.BeforeValidator(_relation)]
    reason: Said = ""


@dataclass(frozen=True, slots=True)
class JudgePairs:
    """The stage: pairs in one order in, verdicts out. Only what the model refuses or a filter stops is dropped."""

    name: str = "judge"
    output: type[PairVerdict] = PairVerdict

    @property
    def fingerprint(self) -> Mapping[str, object]:
        used = {lang: (_template(lang), _repair_template(lang)) for lang in PROMPT_LANGUAGES}
        return {
            "version": _VERSION,
            "prompts": {lang: [[each.id, each.hash] for each in templates] for lang, templates in used.items()},
            "schema": SCHEMA,
            "form": FORM,
            "max_tokens": _MOST_TOKENS,
        }

    def render(self, row: PairQuestion) -> Request | Kept[PairVerdict] | Dropped:
        if not row.first.strip() or not row.second.strip():
            return Dropped(EMPTY)
        content = _template(prompt_language(row.lang)).render(
            form=FORM, mark=mark_of(f"{row.first}\n{row.second}"), first=row.first, second=row.second
        )
        meta = {
            "step": "conflict",
            "id": row.id,
            "source": row.pair,
            "first": row.first,
            "second": row.second,
            "lang": row.lang,
            "attempt": 0,
        }
        return Request((Message("user", content),), schema=SCHEMA, max_tokens=_MOST_TOKENS, meta=meta)

    def read(self, row: PairQuestion, reply: Reply) -> Kept[PairVerdict] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), JudgeAnswer)
        if not isinstance(answer, JudgeAnswer):
            return answer
        reason = shortened(answer.reason)
        verdict = PairVerdict(
            content_id("pair-verdict", row.id, answer.relation), (row.id,), row.pair, row.order, answer.relation, reason
        )
        return Kept((verdict,), reason or None)

    def repair(self, row: PairQuestion, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        answer = printable(without_thinking(reply.text).answer).strip()[:_LONGEST_REPEATED] or _NOTHING
        words = _repair_template(prompt_language(row.lang)).render(
            problem=rejected.problem.partition(": ")[0],
            field=rejected.problem.removeprefix(WRONG_FORM) if rejected.problem.startswith(WRONG_FORM) else "",
            detail=rejected.note or "",
            shorter=rejected.problem == CUT_OFF,
            form=FORM,
        )
        messages = (*asked.messages, Message("assistant", answer), Message("user", words))
        return replace(asked, messages=messages, meta=None if asked.meta is None else {**asked.meta, "attempt": 1})


def _template(lang: str) -> Template:
    return load_template(STEP, lang, WORDING)


def _repair_template(lang: str) -> Template:
    return load_template("corpus-repair", lang, WORDING)
