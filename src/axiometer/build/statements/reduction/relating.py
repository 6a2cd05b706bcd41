"""A chat model's word on how two statements stand to each other, as a stage: each pair is asked about in both orders.

The model sees each statement with the question that it answers, and not how it was said to answer it: its word is to be
independent of the stances, with which it is compared (`edges`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

import pydantic

from axiometer.build.conflicts.judging import AB, BA
from axiometer.build.statements.reduction.candidates import read_found
from axiometer.measure.asking.answers import EMPTY, Answer, Said, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting
from axiometer.models.protocols import Reply, Request
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Dropped, Fate, Kept, Rejected, Status

STEP: Final = "statement-relate"

_VERSION: Final = 1
_MOST_TOKENS: Final = 200


class Relation(StrEnum):
    """How two statements stand to each other."""

    AGREE = "agree"
    CONFLICT = "conflict"
    UNRELATED = "unrelated"


_FORM: Final = '{"reason": "...", "relation": "agree"/"conflict"/"unrelated"}'
_SCHEMA: Final = object_schema(
    reason={"type": "string"}, relation={"type": "string", "enum": [str(relation) for relation in Relation]}
)
_PROMPTING: Final = MaterialPrompting(STEP, _SCHEMA, _FORM, _MOST_TOKENS)
_MEANT: Final = {
    "contradiction": "conflict",
    "contradict": "conflict",
    "conflicting": "conflict",
    "agreement": "agree",
    "same": "agree",
    "neutral": "unrelated",
    "一致": "agree",
    "同意": "agree",
    "相反": "conflict",
    "冲突": "conflict",
    "无关": "unrelated",
}


@dataclass(frozen=True, slots=True)
class RelationQuestion:
    """A pair of statements in one order. `pair` is the pair's id; first and second as they are shown."""

    id: str
    parent_ids: tuple[str, ...]
    pair: str
    order: str
    lang: str
    first: str
    second: str
    first_question: str
    second_question: str


@dataclass(frozen=True, slots=True)
class RelationVerdict:
    """What the model said about a pair in one order. `relation` is a `Relation`."""

    id: str
    parent_ids: tuple[str, ...]
    pair: str
    order: str
    relation: str
    reason: str


def _relation(said: object) -> object:
    word = said.strip().strip(".。\"'").lower() if isinstance(said, str) else said
    return _MEANT.get(word, word) if isinstance(word, str) else word


class RelationAnswer(Answer):
    """The form that is asked for."""

    relation: Annotated[Literal["agree", "conflict", "unrelated"], pydantic.BeforeValidator(_relation)]
    reason: Said = ""


@dataclass(frozen=True, slots=True)
class RelateStatements:
    """The stage: pairs in one order in, verdicts out. Only what the model refuses or a filter stops is dropped."""

    name: str = "relate"
    output: type[RelationVerdict] = RelationVerdict

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **_PROMPTING.fingerprint}

    def render(self, row: RelationQuestion) -> Request | Kept[RelationVerdict] | Dropped:
        if not row.first.strip() or not row.second.strip():
            return Dropped(EMPTY)
        meta = {"id": row.id, "source": row.pair, "order": row.order, "first": row.first, "second": row.second}
        return _PROMPTING.request(
            row.lang,
            meta,
            first=row.first,
            second=row.second,
            first_question=row.first_question,
            second_question=row.second_question,
        )

    def read(self, row: RelationQuestion, reply: Reply) -> Kept[RelationVerdict] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), RelationAnswer)
        if not isinstance(answer, RelationAnswer):
            return answer
        reason = shortened(answer.reason)
        verdict = RelationVerdict(
            content_id("relation-verdict", row.id, answer.relation),
            (row.id,),
            row.pair,
            row.order,
            answer.relation,
            reason,
        )
        return Kept((verdict,), reason or None)

    def repair(self, row: RelationQuestion, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)


def write_questions(found: StageFolder, output: StageFolder) -> list[str]:
    """Both questions about every pair of `found` (`candidates.find_pairs`), in parts of the same names; gives them."""
    wordings, names = read_found(found)
    asked = {wording.id: wording.question for wording in wordings}
    output.keep_only(names)
    for part in found.parts():
        signature = content_id("relations", _VERSION, part.digest)
        if output.is_made(part.name, signature):
            continue
        columns = ["id", "rule_a", "rule_b", "text_a", "text_b", "lang"]
        rows: list[RelationQuestion] = []
        fates: list[Fate] = []
        for pair, one, other, text, other_text, lang in found.rows_of(part.name, columns).select(columns).iter_rows():
            first, second = (text, asked[one]), (other_text, asked[other])
            both = (_question(pair, AB, lang, first, second), _question(pair, BA, lang, second, first))
            rows += both
            fates.append(Fate(pair, Status.KEPT, outputs=tuple(question.id for question in both)))
        output.write(part.name, to_frame(rows, RelationQuestion), fates, signature)
    return names


def _question(pair: str, order: str, lang: str, first: tuple[str, str], second: tuple[str, str]) -> RelationQuestion:
    ident = content_id("relation-question", pair, order)
    return RelationQuestion(ident, (pair,), pair, order, lang, first[0], second[0], first[1], second[1])
