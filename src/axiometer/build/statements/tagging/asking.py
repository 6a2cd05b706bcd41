"""Tags for a text, as a stage: texts that have a subject go through without a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import pydantic

from axiometer.build.statements.tagging.options import TAGS, joined, parted
from axiometer.build.statements.topics.options import TOPIC
from axiometer.measure.asking.answers import Sayings, object_schema, read_reply
from axiometer.measure.asking.languages import prompt_language
from axiometer.measure.asking.prompting import MaterialPrompting, plain
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Text
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

TAG: Final = "tag"
MOST_TAGS: Final = 3
MOST_KNOWN: Final = 60
"""Tags in use that a model is shown, those of most texts first."""
_VERSION: Final = 1
_SHOWN: Final = 1_500  # characters of a text: its subject shows early
_LONGEST: Final = 40
_NO_TAGS: Final = "no tags"
_FORM: Final = '{"tags": ["...", "..."]}'
_SCHEMA: Final = object_schema(tags={"type": "array", "items": {"type": "string"}})
_PROMPTING: Final = MaterialPrompting("text-tag", _SCHEMA, _FORM, 120)

Known = Mapping[tuple[str, str], tuple[str, ...]]
"""Tags in use by nation (empty where none is known) and language."""


class TagAnswer(pydantic.BaseModel):
    """The form that is asked for."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)
    tags: Sayings


@dataclass(frozen=True, slots=True)
class TagTexts:
    """The stage of one round: texts in, the same texts out, those without a subject with tags (see `TAGS`), added to
    those of earlier rounds. No text is lost: one whose answer cannot be used goes on without tags."""

    round: int = 1
    known: Known = field(default_factory=dict)
    output: type[Text] = Text

    @property
    def name(self) -> str:
        return f"{TAG}-{self.round}"

    @property
    def fingerprint(self) -> Mapping[str, object]:
        known = [[*group, list(tags)] for group, tags in sorted(self.known.items())]
        return {"version": _VERSION, "known": known, **_PROMPTING.fingerprint}

    def render(self, row: Text) -> Request | Kept[Text] | Dropped:
        if TOPIC in row.meta:
            return Kept((row,))
        known = self.known.get((row.nation or "", row.lang), ())[:MOST_KNOWN]
        meta = {"id": row.id, "source": row.id, "text": row.text, "round": self.round, "known": list(known)}
        return _PROMPTING.request(row.lang, meta, text=row.text[:_SHOWN], known="\n".join(known))

    def read(self, row: Text, reply: Reply) -> Kept[Text] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), TagAnswer)
        untagged: Kept[object] = Kept((row,))
        if isinstance(answer, Dropped):
            return Kept((row,), answer.reason)
        if isinstance(answer, Rejected):
            return replace(answer, usable=untagged)
        said = (plain(tag).replace("|", " ").strip(" #.。,，\"'“”") for tag in answer.tags)
        tags = tuple(dict.fromkeys(tag for tag in said if tag and len(tag) <= _LONGEST))[:MOST_TAGS]
        if not tags:
            return Rejected(_NO_TAGS, usable=untagged)
        together = dict.fromkeys((*parted(row.meta.get(TAGS, "")), *tags))
        return Kept((replace(row, meta={**row.meta, TAGS: joined(tuple(together))}),))

    def repair(self, row: Text, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return _PROMPTING.repair(row.lang, asked, reply, rejected)
