"""The judge of mode `open`: on which of an item's values a free answer acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import pydantic

from axiometer.measure.asking.answers import WRONG_FORM, Answer, Said, Sayings, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting
from axiometer.measure.design import LETTERS
from axiometer.measure.judging.options import NEITHER, kept, letter_of, meta_of
from axiometer.measure.judging.questions import JudgeQuestion, Verdict
from axiometer.models.protocols import Reply, Request
from axiometer.records.rows import Outcome
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

STEP: Final = "judge-values"

_VERSION: Final = 1
_MOST_TOKENS: Final = 300
_FORM: Final = '{"reason": "...", "acts_on": ["A", ...], "acts_against": ["B", ...]}'
_LETTERS: Final = {"type": "array", "items": {"type": "string", "enum": list(LETTERS)}}
_SCHEMA: Final = object_schema(reason={"type": "string"}, acts_on=_LETTERS, acts_against=_LETTERS)
_PROMPTING: Final = MaterialPrompting(STEP, _SCHEMA, _FORM, _MOST_TOKENS)


def _letters(said: object) -> object:
    """Letters in a list, or in one text with commas; `neither` and nothing are an empty list."""
    if isinstance(said, str):
        said = [part for part in said.replace("，", ",").replace("、", ",").split(",") if part.strip()]
    if not isinstance(said, list | tuple):
        return said
    letters = [letter_of(each) for each in said]
    return [letter for letter in letters if letter != NEITHER]


Letters = Annotated[Sayings, pydantic.BeforeValidator(_letters)]


class ActsAnswer(Answer):
    """The form that is asked for."""

    acts_on: Letters
    acts_against: Letters = ()
    reason: Said = ""


@dataclass(frozen=True, slots=True)
class JudgeValues:
    """The stage: questions in, verdicts out. Acting on a value that one side alone endorses is taking that side; on
    values of several sides, BOTH; on none, EVASIVE. What the answer acts against is kept with the judge's words."""

    name: str = STEP
    output: type[Verdict] = Verdict

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **_PROMPTING.fingerprint}

    def render(self, row: JudgeQuestion) -> Request:
        return _PROMPTING.request(row.lang, meta_of(row), question=row.question, answer=row.answer, values=row.shown)

    def read(self, row: JudgeQuestion, reply: Reply) -> Kept[Verdict] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), ActsAnswer)
        if not isinstance(answer, ActsAnswer):
            return answer
        known = LETTERS[: len(row.shown)]
        for field, said in (("acts_on", answer.acts_on), ("acts_against", answer.acts_against)):
            if any(letter not in known or len(letter) != 1 for letter in said):
                return Rejected(WRONG_FORM + field, ", ".join(said))
        if set(answer.acts_on) & set(answer.acts_against):
            return Rejected(WRONG_FORM + "acts_against", ", ".join(answer.acts_on))
        named = sorted(set(answer.acts_on))
        sides = {row.sides[known.index(letter)] for letter in named} - {-1}
        reason = shortened(answer.reason) or None
        if len(sides) == 1:
            letter = next(letter for letter in named if row.sides[known.index(letter)] in sides)
            return kept(row, Outcome.CHOSEN, next(iter(sides)), letter, reason)
        return kept(row, Outcome.BOTH if sides else Outcome.EVASIVE, None, None, reason)

    def repair(self, row: JudgeQuestion, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)
