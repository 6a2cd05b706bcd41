"""From a free answer and a judge's word to a row of the answers table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from axiometer.measure.design import Design, verdicts_per_answer
from axiometer.measure.judging.options import JudgeOptions
from axiometer.measure.judging.questions import Verdict
from axiometer.measure.judging.values import JudgeValues
from axiometer.models.protocols import CallError, Reply
from axiometer.records.ids import content_id
from axiometer.records.rows import Answer, FreeAnswer, Mode, Outcome
from axiometer.runtime.stages.calling import whole_characters
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

JudgeStage: TypeAlias = "JudgeOptions | JudgeValues"

OF_JUDGE = "judge: "


def stage_of(mode: Mode) -> JudgeStage:
    return JudgeValues() if mode is Mode.OPEN else JudgeOptions()


@dataclass(frozen=True, slots=True)
class Judged:
    """How judging one free answer in one order ended: `end` is what its last answer came to (None: there was none, but
    `error`). Tokens are those of all calls about it."""

    end: Kept[Verdict] | Dropped | Rejected | None
    call: str
    prompt_hash: str
    reply: Reply | None = None
    error: CallError | None = None
    tokens_in: int = 0
    tokens_out: int = 0


def judged_row(free: FreeAnswer, order: tuple[int, ...], number: int, design: Design, judged: Judged) -> Answer:
    """The row for one order, number `number` of the design's. A judge that cannot be read leaves it INVALID."""
    outcome, option, letter, reason = _said(judged)
    reply = judged.reply
    return replace(
        unjudged_row(free, order, number, design),
        outcome=outcome,
        option=option,
        letter=letter,
        reason=reason,
        raw=whole_characters(reply.text) if reply is not None else "",
        reasoning=reply.reasoning if reply is not None else None,
        tokens_in=judged.tokens_in,
        tokens_out=judged.tokens_out,
        served_model=reply.served_model if reply is not None else None,
        prompt_hash=judged.prompt_hash,
        call=judged.call,
    )


def unjudged_row(free: FreeAnswer, order: tuple[int, ...], number: int, design: Design) -> Answer:
    """The row of an answer in which there is nothing to judge: its own outcome, in every order, with its own call."""
    told = (free.run, free.model, free.item, design.mode, order, free.wording)
    return Answer(
        id=content_id("answer", *told, free.repeat, False),
        parent_ids=(free.item, free.id),
        run=free.run,
        model=free.model,
        item=free.item,
        lang=free.lang,
        mode=design.mode,
        seq=free.seq * verdicts_per_answer(design) + number,
        order=order,
        wording=free.wording,
        repeat=free.repeat,
        shown=None,
        negated=False,
        outcome=free.outcome,
        option=None,
        letter=None,
        stance=None,
        probabilities=None,
        reason=free.reason,
        raw="",
        reasoning=None,
        tokens_in=0,
        tokens_out=0,
        served_model=free.served_model,
        prompt_hash=free.prompt_hash,
        call=free.call,
    )


def _said(judged: Judged) -> tuple[Outcome, int | None, str | None, str | None]:
    end = judged.end
    if isinstance(end, Kept):
        (verdict,) = end.rows
        return verdict.outcome, verdict.option, verdict.letter, verdict.reason
    if end is None:
        return Outcome.ERROR, None, None, f"{OF_JUDGE}{type(judged.error).__name__}: {judged.error}"
    return Outcome.INVALID, None, None, OF_JUDGE + (end.reason if isinstance(end, Dropped) else end.problem)
