"""Answers that a published file already holds, as rows of the answers table."""

from __future__ import annotations

import re
import unicodedata

from axiometer.records.ids import content_id
from axiometer.records.rows import Answer, FreeAnswer, Item, Mode, Outcome

RUN = "recorded"
WORDING = "published"

# A letter on its own, perhaps behind a few signs or words like 选项 or 答案：, as answers to "only the letter" come.
_FIRST_LETTER = re.compile(r"[^A-Za-z0-9]{0,8}([A-Z])(?![A-Za-z])")
_LONE_LETTER = re.compile(r"(?<![A-Za-z])[A-Z](?![A-Za-z])")
_SHORT = 16


def recorded_answer(
    item: Item,
    *,
    model: str,
    raw: str,
    outcome: Outcome,
    option: int | None = None,
    letter: str | None = None,
    repeat: int = 0,
    reason: str | None = None,
    parent_ids: tuple[str, ...] = (),
    seq: int = 0,
) -> Answer:
    """An answer that somebody else obtained: run `recorded`, wording `published`, options in the order of the file.

    Prompt, call and usage are unknown and left empty. `model` is the respondent's name without a provider.
    """
    order = tuple(range(len(item.options)))
    name = f"recorded/{model}"
    return Answer(
        id=content_id("answer", RUN, name, item.id, Mode.CHOICE, list(order), WORDING, repeat),
        parent_ids=(item.id, *parent_ids),
        run=RUN,
        model=name,
        item=item.id,
        lang=item.lang,
        mode=Mode.CHOICE,
        seq=seq,
        order=order,
        wording=WORDING,
        repeat=repeat,
        shown=None,
        negated=False,
        outcome=outcome,
        option=option,
        letter=letter,
        stance=None,
        probabilities=None,
        reason=reason,
        raw=raw,
        reasoning=None,
        tokens_in=0,
        tokens_out=0,
        served_model=None,
        prompt_hash="",
        call="",
    )


def recorded_free(item: Item, *, model: str, text: str, seq: int, repeat: int = 0, error: bool = False) -> FreeAnswer:
    """A free answer that somebody else obtained: what they did before and after it is not known, and its prompt and
    call say `recorded`. It is CHOSEN until somebody reads it, or ERROR where `text` is what went wrong."""
    name = f"recorded/{model}"
    return FreeAnswer(
        id=content_id("free", RUN, name, item.id, Mode.FREE, WORDING, repeat),
        parent_ids=(item.id,),
        run=RUN,
        model=name,
        item=item.id,
        lang=item.lang,
        mode=Mode.FREE,
        seq=seq,
        wording=WORDING,
        repeat=repeat,
        outcome=Outcome.ERROR if error else Outcome.CHOSEN,
        reason="an error was recorded" if error else None,
        text=text,
        reasoning=None,
        tokens_in=0,
        tokens_out=0,
        served_model=None,
        prompt_hash=RUN,
        call=RUN,
    )


def read_letter(raw: str | None, options: int) -> tuple[Outcome, int | None, str | None]:
    """Outcome, option and reason of a recorded cell in which a letter is expected (options in the order A, B, C, …)."""
    if raw is None or not raw.strip():
        return Outcome.ERROR, None, "no answer recorded"
    text = unicodedata.normalize("NFKC", raw).strip()
    if text.upper().startswith("ERROR"):
        return Outcome.ERROR, None, "an error was recorded"
    text = text.upper() if len(text) == 1 else text
    known = [chr(ord("A") + i) for i in range(options)]
    first = _FIRST_LETTER.match(text)
    if first is None:
        return Outcome.INVALID, None, "not a letter"
    if first[1] not in known:
        return Outcome.INVALID, None, f"no option has the letter {first[1]}"
    if len(text) <= _SHORT and len({letter for letter in _LONE_LETTER.findall(text) if letter in known}) > 1:
        return Outcome.BOTH, None, "several letters"
    return Outcome.CHOSEN, known.index(first[1]), None
