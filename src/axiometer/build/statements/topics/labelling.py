"""A name for every topic, as a stage: from its keywords and a few of its texts, in the language of the texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pydantic

from axiometer.build.statements.topics.rows import Topic
from axiometer.measure.asking.answers import Said, object_schema, read_reply
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting, plain
from axiometer.models.protocols import Reply, Request
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

LABEL: Final = "label"
_VERSION: Final = 1
_FORM: Final = '{"label": "..."}'
_PROMPTING: Final = MaterialPrompting("topic-label", object_schema(label={"type": "string"}), _FORM, 100)
_LONGEST: Final = 80
_NO_LABEL: Final = "no label"
_TOO_LONG: Final = "label too long"


class LabelAnswer(pydantic.BaseModel):
    """The form that is asked for."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    label: Said


@dataclass(frozen=True, slots=True)
class LabelTopics:
    """The stage: topics in, the same topics with a label out. No topic is lost: one that gets no label that can be used
    keeps its keywords for a name."""

    name: str = LABEL
    output: type[Topic] = Topic

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **_PROMPTING.fingerprint}

    def render(self, row: Topic) -> Request | Kept[Topic] | Dropped:
        meta = {"id": row.id, "source": row.id, "keywords": list(row.keywords), "examples": list(row.examples)}
        return _PROMPTING.request(row.lang, meta, keywords=", ".join(row.keywords), examples=row.examples)

    def read(self, row: Topic, reply: Reply) -> Kept[Topic] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), LabelAnswer)
        unlabelled: Kept[object] = Kept((row,))
        if isinstance(answer, Dropped):
            return Kept((row,), answer.reason)
        if isinstance(answer, Rejected):
            return replace(answer, usable=unlabelled)
        label = plain(answer.label).strip(" .。\"'“”")
        if not label:
            return Rejected(_NO_LABEL, usable=unlabelled)
        if len(label) > _LONGEST:
            return Rejected(_TOO_LONG, label, unlabelled)
        return Kept((replace(row, label=label),))

    def repair(self, row: Topic, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)
