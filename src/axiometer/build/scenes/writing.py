"""A list of scenes for a value, as a stage: with a rule before it or without, in words that differ in nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from axiometer.build.scenes.options import WRITE
from axiometer.build.scenes.rows import SceneList, WrittenScene, written_scene
from axiometer.frameworks.labels import normalise
from axiometer.measure.asking.answers import (
    Answer,
    Sayings,
    object_schema,
    printable,
    read_answer,
    read_reply,
)
from axiometer.measure.asking.languages import PROMPT_LANGUAGES, prompt_language
from axiometer.measure.asking.prompting import WORDING, MaterialPrompting, plain
from axiometer.models.protocols import Message, Reply, Request
from axiometer.prompts import Template, load_template
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

TOO_FEW: Final = "too few scenes"

_VERSION: Final = 1
_STEP: Final = f"scene-{WRITE}"
_MORE: Final = "scene-more"
_TOKENS_FOR_ALL, _TOKENS_FOR_EACH = 200, 160
_FORM: Final = '{"scenes": ["...", "..."]}'
_SCHEMA: Final = object_schema(scenes={"type": "array", "items": {"type": "string"}})
_PROMPTING: Final = MaterialPrompting(_STEP, _SCHEMA, _FORM, _TOKENS_FOR_ALL)
_NUMBER: Final = re.compile(
    r"\s*(?:[-*•·]\s+|(?:scene|情境|场景)\s*\d{1,3}\s*[:：.、)）]|[(（【\[]?\d{1,3}\s*(?:[)）】\]、:：]|[.．](?!\d)))\s*",
    re.I,
)


class ScenesAnswer(Answer):
    """The form that is asked for."""

    scenes: Sayings


@dataclass(frozen=True, slots=True)
class WriteScenes:
    """The stage: lists that are wanted in, what stands in the answers out. A list that is too short is asked for once
    more; then the longer of both is taken."""

    name: str = WRITE
    output: type[WrittenScene] = WrittenScene

    @property
    def fingerprint(self) -> Mapping[str, object]:
        found = _PROMPTING.fingerprint
        prompts = {lang: [[each.id, each.hash] for each in (_template(lang), _more(lang))] for lang in PROMPT_LANGUAGES}
        return {"version": _VERSION, **found, "prompts": prompts, "tokens": [_TOKENS_FOR_ALL, _TOKENS_FOR_EACH]}

    def render(self, row: SceneList) -> Request | Kept[WrittenScene] | Dropped:
        meta: dict[str, object] = {
            "id": row.id,
            "source": row.id,
            "value": row.value,
            "value_name": row.name,
            "framework": row.framework,
            "condition": row.condition,
            "rule": row.rule or "",
            "rule_text": row.rule_text,
            "first": row.first,
            "count": row.count,
        }
        request = _PROMPTING.request(
            row.lang,
            meta,
            value=row.name,
            definition=row.definition,
            rule=row.rule_text,
            number=str(row.number),
            count=str(row.count),
        )
        return replace(request, max_tokens=_TOKENS_FOR_ALL + _TOKENS_FOR_EACH * row.count)

    def read(self, row: SceneList, reply: Reply) -> Kept[WrittenScene] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), ScenesAnswer)
        if isinstance(answer, Rejected):
            answer = _bare_list(reply.text) or answer
        if not isinstance(answer, ScenesAnswer):
            return answer
        texts = [scene_text(said) for said in answer.scenes]
        kept = Kept(tuple(written_scene(row, place, text) for place, text in enumerate(texts, 1)))
        if len(texts) >= row.count:
            return kept
        note = f"{len(texts)} of {row.count}"
        return Rejected(TOO_FEW, note, usable=replace(kept, note=f"{TOO_FEW}: {note}"))

    def repair(self, row: SceneList, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        if rejected.problem != TOO_FEW:
            return _PROMPTING.repair(row.lang, asked, reply, rejected)
        words = _more(prompt_language(row.lang)).render(
            given=rejected.note.partition(" ")[0] if rejected.note else "0", count=str(row.count), form=_FORM
        )
        messages = (*asked.messages, Message("assistant", printable(reply.text).strip()), Message("user", words))
        return replace(asked, messages=messages, meta={**(asked.meta or {}), "attempt": 1})


def scene_text(said: str) -> str:
    """A scene on one line, without the number or the mark of a list before it."""
    line = " ".join(printable(said).split())
    number = _NUMBER.match(line)
    return plain(line if number is None else line[number.end() :])


@lru_cache(maxsize=64)
def own_words(lang: str) -> str:
    """The instructions for scenes in `lang`, normalised: a scene that stands among them was not thought of."""
    return normalise(_template(prompt_language(lang)).source)


def _bare_list(text: str) -> ScenesAnswer | None:
    """The answer of a model that gives the list alone."""
    start, end = text.find("["), text.rfind("]")
    if not 0 <= start < end:
        return None
    read = read_answer(f'{{"scenes": {text[start : end + 1]}}}', ScenesAnswer)
    return read if isinstance(read, ScenesAnswer) else None


def _template(lang: str) -> Template:
    return load_template(_STEP, lang, WORDING)


def _more(lang: str) -> Template:
    return load_template(_MORE, lang, WORDING)
