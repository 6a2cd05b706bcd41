"""The judge of mode `judged`: which option a free answer is closer to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import pydantic

from axiometer.measure.asking.answers import WRONG_FORM, Answer, Said, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting
from axiometer.measure.design import LETTERS
from axiometer.measure.judging.questions import JudgeQuestion, Verdict
from axiometer.models.protocols import Reply, Request
from axiometer.records.ids import content_id
from axiometer.records.rows import Outcome
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

STEP: Final = "judge-options"
BOTH: Final = "both"
NEITHER: Final = "neither"

_VERSION: Final = 1
_MOST_TOKENS: Final = 200
_FORM: Final = '{"reason": "...", "closer": "A"/"B"/"both"/"neither"}'
_SCHEMA: Final = object_schema(reason={"type": "string"}, closer={"type": "string", "enum": [*LETTERS, BOTH, NEITHER]})
_PROMPTING: Final = MaterialPrompting(STEP, _SCHEMA, _FORM, _MOST_TOKENS)
_NAMED: Final = re.compile(r"(?:(?:the|position|option|answer|statement|value|立场|选项|答案|价值)\W*)*", re.I)
_BOTH: Final = frozenset(
    {"both", "a and b", "a & b", "a/b", "两者", "两个", "都", "两者都", "都接近", "二者", "两者皆是"}
)
_NEITHER: Final = frozenset({"neither", "none", "nor", "no", "都不", "两者都不", "都不是", "均不", "无", "都不接近"})


def letter_of(said: object) -> object:
    """A letter, `both` or `neither`, however it is dressed; anything else as it is."""
    if isinstance(said, list) and len(said) == 1:
        (said,) = said
    if not isinstance(said, str):
        return NEITHER if said is None else said
    word = said.strip().strip(".。!！\"'“”「」()（）*").strip().lower()
    if word in _BOTH:
        return BOTH
    if word in _NEITHER:
        return NEITHER
    bare = _NAMED.sub("", word, count=1).strip(" .。:：()（）\"'")
    if bare in _BOTH or bare in _NEITHER:
        return BOTH if bare in _BOTH else NEITHER
    return bare.upper() if len(bare) == 1 and bare.upper() in LETTERS else said


Letter = Annotated[str, pydantic.BeforeValidator(letter_of)]


class CloserAnswer(Answer):
    """The form that is asked for; a reason that is missing does not make an answer useless."""

    closer: Letter
    reason: Said = ""


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """The stage: questions in, verdicts out."""

    name: str = STEP
    output: type[Verdict] = Verdict

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **_PROMPTING.fingerprint}

    def render(self, row: JudgeQuestion) -> Request:
        return _PROMPTING.request(row.lang, meta_of(row), question=row.question, answer=row.answer, options=row.shown)

    def read(self, row: JudgeQuestion, reply: Reply) -> Kept[Verdict] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), CloserAnswer)
        if not isinstance(answer, CloserAnswer):
            return answer
        reason, said = shortened(answer.reason) or None, answer.closer
        if said == BOTH:
            return kept(row, Outcome.BOTH, None, None, reason)
        if said == NEITHER:
            return kept(row, Outcome.EVASIVE, None, None, reason)
        place = LETTERS.find(said) if len(said) == 1 else -1
        if not 0 <= place < len(row.order):
            return Rejected(WRONG_FORM + "closer", shortened(said))
        return kept(row, Outcome.CHOSEN, row.order[place], said, reason)

    def repair(self, row: JudgeQuestion, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)


def meta_of(row: JudgeQuestion) -> dict[str, object]:
    """What a simulated judge answers from. Neither the respondent nor what an option expresses is in it."""
    return {
        "id": row.id,
        "free": row.parent_ids[0],
        "answer": row.answer,
        "options": list(row.options),
        "order": list(row.order),
        "sides": list(row.sides),
    }


def kept(
    row: JudgeQuestion, outcome: Outcome, option: int | None, letter: str | None, reason: str | None
) -> Kept[Verdict]:
    verdict = Verdict(content_id("verdict", row.id, outcome, option), (row.id,), outcome, option, letter, reason)
    return Kept((verdict,), reason)
