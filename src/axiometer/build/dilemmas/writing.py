"""A scene for two rules, as a stage: the model is told which side is to fit which rule, and asked for no letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pydantic

from axiometer.build.dilemmas.options import WRITE
from axiometer.build.dilemmas.rows import Scene, SceneRequest, make_scene
from axiometer.measure.asking.answers import EMPTY, WRONG_FORM, Said, object_schema, read_reply
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting, plain
from axiometer.models.protocols import Reply, Request
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

SIDES: Final = ("side_1", "side_2", "irrelevant")

_VERSION: Final = 2
_MOST_TOKENS: Final = 500
_FORM: Final = '{"scene": "...", "side_1": "...", "side_2": "...", "irrelevant": "..."}'
_STRING: Final = {"type": "string"}
_SCHEMA: Final = object_schema(scene=_STRING, side_1=_STRING, side_2=_STRING, irrelevant=_STRING)
_PROMPTING: Final = MaterialPrompting(f"dilemma-{WRITE}", _SCHEMA, _FORM, _MOST_TOKENS)


class SceneAnswer(pydantic.BaseModel):
    """The form that is asked for."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    scene: Said
    side_1: Said
    side_2: Said
    irrelevant: Said


@dataclass(frozen=True, slots=True)
class WriteScenes:
    """The stage: scenes that are wanted in, scenes out. Only what the model refuses or a filter stops is dropped."""

    name: str = WRITE
    output: type[Scene] = Scene

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **_PROMPTING.fingerprint}

    def render(self, row: SceneRequest) -> Request | Kept[Scene] | Dropped:
        first, second = row.shown
        if not first.strip() or not second.strip():
            return Dropped(EMPTY)
        meta = {"id": row.id, "source": row.id, "first": first, "second": second, "setting": row.setting}
        theme = row.theme_in(prompt_language(row.lang))
        return _PROMPTING.request(row.lang, meta, setting=row.setting, theme=theme, first=first, second=second)

    def read(self, row: SceneRequest, reply: Reply) -> Kept[Scene] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), SceneAnswer)
        if not isinstance(answer, SceneAnswer):
            return answer
        words = [plain(said) for said in (answer.scene, answer.side_1, answer.side_2, answer.irrelevant)]
        for name, said in zip(("scene", *SIDES), words, strict=True):
            if not said:
                return Rejected(WRONG_FORM + name)
        return Kept((make_scene(row, *words),))

    def repair(self, row: SceneRequest, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)
