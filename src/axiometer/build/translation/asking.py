"""Both requests as stages: an item into another language, and what came out back again by a model that does not see
the original. Options are keyed by number in the prompt and in the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final

import pydantic

from axiometer.build.translation.options import BACK, TRANSLATE
from axiometer.build.translation.rows import (
    ReturnTranslation,
    Translation,
    TranslationRequest,
    make_returned,
    make_translated,
    shown_order,
)
from axiometer.measure.asking.answers import EMPTY, WRONG_FORM, Said, object_schema, printable, read_reply
from axiometer.measure.asking.languages import language_name, prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting, plain
from axiometer.models.protocols import Reply, Request
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

_VERSION: Final = 1
_MOST_TOKENS: Final = 2_000
_STRING: Final = {"type": "string"}
_EXAMPLE: Final = 3  # options of the form that the fingerprint shows; the code makes that of any other number
_NUMBER = re.compile(r"\D*(\d{1,3})\D*")


def _indexed(said: object) -> object:
    """Options by their number, however it is dressed (`option 1`, `选项1`). A list says no numbers: it is no answer."""
    if not isinstance(said, dict):
        return said
    found: dict[int, object] = {}
    for key, text in said.items():
        match = _NUMBER.fullmatch(str(key))
        if match is None or int(match[1]) in found:
            return None
        found[int(match[1])] = text
    return found


class TranslationAnswer(pydantic.BaseModel):
    """The form that is asked for."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    text: Said
    options: Annotated[dict[int, Said], pydantic.BeforeValidator(_indexed)] = {}


@cache
def prompting(step: str, options: int) -> MaterialPrompting:
    """How a text with that many options is asked about."""
    numbers = [str(number) for number in range(1, options + 1)]
    shown: dict[str, object] = {"text": "..."}
    schema: dict[str, Mapping[str, object]] = {"text": _STRING}
    if numbers:
        shown["options"] = dict.fromkeys(numbers, "...")
        schema["options"] = object_schema(**dict.fromkeys(numbers, _STRING))
    return MaterialPrompting(step, object_schema(**schema), json.dumps(shown), _MOST_TOKENS)


def _request(
    step: str, row: str, texts: Sequence[str], source: str, target: str, meta: Mapping[str, object]
) -> Request | Dropped:
    if not all(text.strip() for text in texts):
        return Dropped(EMPTY)
    order = shown_order(row, step, len(texts) - 1)
    return prompting(step, len(order)).request(
        target,
        {"id": row, "from": source, "order": list(order), **meta},
        source_language=language_name(source, prompt_language(target)),
        text=texts[0],
        options=tuple(texts[1 + option] for option in order),
    )


def _read(
    step: str, row: str, before: Sequence[str], target: str, reply: Reply
) -> tuple[str, ...] | Dropped | Rejected:
    """The texts of an answer in the item's order."""
    answer = read_reply(reply, prompt_language(target), TranslationAnswer)
    if not isinstance(answer, TranslationAnswer):
        return answer
    order = shown_order(row, step, len(before) - 1)
    fields = ["text", *("options" for _ in order)]
    if order and set(answer.options) != set(range(1, len(order) + 1)):
        return Rejected(WRONG_FORM + fields[-1])
    said = [answer.text, *("" for _ in order)]
    for place, option in enumerate(order, start=1):
        said[1 + option] = answer.options[place]
    texts = tuple(cleaned(one, other) for one, other in zip(said, before, strict=True))
    for field, text in zip(fields, texts, strict=True):
        if not text:
            return Rejected(WRONG_FORM + field)
    return texts


def cleaned(said: str, before: str) -> str:
    """What was said, with the line breaks that the text before it has reason for, and without a label of our own
    prompts where that text has none."""
    if "\n" in before.strip():
        lines = (" ".join(line.split()) for line in printable(said).strip().splitlines())
        return "\n".join(lines).strip()
    labelled = plain(before) != " ".join(printable(before).split())
    return " ".join(printable(said).split()) if labelled else plain(said)


@dataclass(frozen=True, slots=True)
class TranslateItems:
    """The stage: translations that are wanted in, translations out."""

    name: str = TRANSLATE
    output: type[Translation] = Translation

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **prompting(_STEP[TRANSLATE], _EXAMPLE).fingerprint}

    def render(self, row: TranslationRequest) -> Request | Kept[Translation] | Dropped:
        meta = {"source": row.id, "original": list(row.texts)}
        return _request(_STEP[TRANSLATE], row.id, row.texts, row.source_lang, row.lang, meta)

    def read(self, row: TranslationRequest, reply: Reply) -> Kept[Translation] | Dropped | Rejected:
        texts = _read(_STEP[TRANSLATE], row.id, row.texts, row.lang, reply)
        return Kept((make_translated(row, texts),)) if isinstance(texts, tuple) else texts

    def repair(self, row: TranslationRequest, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return prompting(_STEP[TRANSLATE], len(row.texts) - 1).repair(row.lang, asked, reply, rejected)


@dataclass(frozen=True, slots=True)
class TranslateBack:
    """The stage: translations in, the same with their back-translation out. The original is in no prompt; a simulated
    writer, which knows no languages, is told it beside the prompt."""

    name: str = BACK
    output: type[ReturnTranslation] = ReturnTranslation

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **prompting(_STEP[BACK], _EXAMPLE).fingerprint}

    def render(self, row: Translation) -> Request | Kept[ReturnTranslation] | Dropped:
        meta = {"source": row.asked.id, "original": list(row.asked.texts)}
        return _request(_STEP[BACK], row.id, row.texts, row.lang, row.asked.source_lang, meta)

    def read(self, row: Translation, reply: Reply) -> Kept[ReturnTranslation] | Dropped | Rejected:
        texts = _read(_STEP[BACK], row.id, row.texts, row.asked.source_lang, reply)
        return Kept((make_returned(row, texts),)) if isinstance(texts, tuple) else texts

    def repair(self, row: Translation, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return prompting(_STEP[BACK], len(row.texts) - 1).repair(row.asked.source_lang, asked, reply, rejected)


_STEP: Final = {TRANSLATE: "item-translate", BACK: "item-back"}
