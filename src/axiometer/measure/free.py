"""From a reply to a free answer: whether there is something for a judge to read, and the row that is kept of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from axiometer.measure.asking.answers import printable
from axiometer.measure.design import Design, Presentation
from axiometer.measure.parsing.opening import Opened, lexicons, opened, without_answer
from axiometer.measure.parsing.thinking import without_thinking
from axiometer.measure.render import Rendered
from axiometer.models.protocols import CallError, Reply
from axiometer.records.ids import content_id
from axiometer.records.rows import FreeAnswer, Outcome
from axiometer.runtime.stages.calling import whole_characters

CUT = "cut before its end"
NO_WORDS = "no words"

_WORD = re.compile(r"[^\W\d_]{2}|[\u3400-\u9fff]")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONGEST_REFUSAL = 300  # Latin characters; an answer that goes on longer is left to the judge
_WIDTH = 3  # Latin characters that say what a Chinese one does


class FreeReading(NamedTuple):
    """How a free reply was read: CHOSEN where there is something to judge; `text` is what the judge gets."""

    outcome: Outcome
    text: str
    reason: str | None


def read_free(reply: Reply, lang: str) -> FreeReading:
    """How a reply to a prompt without options was read. Never raises.

    REFUSED where the reply as a whole is a short refusal, in the phrases by which refusals are known everywhere; one
    that goes on after a `but`, or at length, is left to the judge. TRUNCATED where the length limit came first, INVALID
    where there are no words. The text is without reasoning blocks, and without a next turn that the model played.
    """
    start = opened(reply)
    if not isinstance(start, Opened):
        return FreeReading(start.outcome, printable(whole_characters(reply.text)).strip(), start.reason)
    played = start.head != start.text
    text = start.head if played else printable(whole_characters(without_thinking(reply.text).answer)).strip()
    if start.cut and not played:
        return FreeReading(Outcome.TRUNCATED, text, CUT)
    if _WORD.search(text) is None:
        return FreeReading(Outcome.INVALID, text, NO_WORDS)
    refusal = _refusal(start.head, lang)
    if refusal is not None:
        return FreeReading(Outcome.REFUSED, text, refusal)
    return FreeReading(Outcome.CHOSEN, text, None)


def _refusal(text: str, lang: str) -> str | None:
    """The phrase by which a whole answer declines; None where it does not, or says more than that."""
    if len(text) + (_WIDTH - 1) * len(_WIDE.findall(text)) > _LONGEST_REFUSAL:
        return None
    low = text.lower()
    for words in lexicons(lang, low):
        avoided = without_answer(words, low)
        if avoided is not None:
            turned = words.contrast.search(low, avoided.end) is not None
            return None if turned or avoided.outcome is not Outcome.REFUSED else avoided.phrase
    return None


def free_row(
    presentation: Presentation,
    rendered: Rendered,
    design: Design,
    *,
    run: str,
    model: str,
    call: str,
    reply: Reply | None,
    error: CallError | None,
) -> FreeAnswer:
    """The row for one free answer. Exactly one of `reply` and `error` is given."""
    item = presentation.item
    if reply is None:
        read = FreeReading(Outcome.ERROR, "", f"{type(error).__name__}: {error}")
    else:
        read = read_free(reply, item.lang)
    return FreeAnswer(
        id=content_id("free", run, model, item.id, design.mode, rendered.wording, presentation.repeat),
        parent_ids=(item.id,),
        run=run,
        model=model,
        item=item.id,
        lang=item.lang,
        mode=design.mode,
        seq=presentation.seq,
        wording=rendered.wording,
        repeat=presentation.repeat,
        outcome=read.outcome,
        reason=read.reason,
        text=read.text,
        reasoning=reply.reasoning if reply is not None else None,
        tokens_in=reply.usage.tokens_in if reply is not None else 0,
        tokens_out=reply.usage.tokens_out if reply is not None else 0,
        served_model=reply.served_model if reply is not None else None,
        prompt_hash=rendered.prompt_hash,
        call=call,
    )
