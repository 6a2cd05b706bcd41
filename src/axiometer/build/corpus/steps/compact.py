"""Screen, write and classify in one call: both steps render the same request, so that the journal answers the second.

Rules carry the labels that they were given in `meta["labels"]`; the step `classify` settles them without a call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from axiometer.build.corpus.steps.answers import CompactAnswer
from axiometer.build.corpus.steps.classify import RAW_LABELS, values_schema
from axiometer.build.corpus.steps.framework_text import outline
from axiometer.build.corpus.steps.prompting import Prompting
from axiometer.build.corpus.steps.screen import screened
from axiometer.build.corpus.steps.write import MOST_RULES, written
from axiometer.frameworks import Framework
from axiometer.measure.asking.answers import EMPTY, object_schema, read_reply
from axiometer.measure.asking.languages import prompt_language
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Rule, Text
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

_VERSION = 1
_FORM = '{"reason": "...", "touches": true/false, "rules": [{"rule": "...", "values": ["id", ...]}, ...]}'


def compact_prompting(framework: Framework) -> Prompting:
    """How the combined call asks."""
    rule = object_schema(rule={"type": "string"}, values=values_schema(framework))
    schema = object_schema(
        reason={"type": "string"},
        touches={"type": "boolean"},
        rules={"type": "array", "items": rule, "maxItems": MOST_RULES},
    )
    return Prompting("compact", framework, schema, _FORM, max_tokens=512)


def _request(prompting: Prompting, row: Text) -> Request | Dropped:
    if not row.text.strip():
        return Dropped(EMPTY)
    return prompting.request(row, values=outline(prompting.framework, prompt_language(row.lang)))


@dataclass(frozen=True, slots=True)
class CompactScreen:
    """What the combined answer says of the text: does it touch a value?"""

    prompting: Prompting
    name: str = "screen"
    output: type[Text] = Text

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, "compact": True, **self.prompting.fingerprint}

    def render(self, row: Text) -> Request | Kept[Text] | Dropped:
        return _request(self.prompting, row)

    def read(self, row: Text, reply: Reply) -> Kept[Text] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), CompactAnswer)
        return screened(row, answer.touches, answer.reason) if isinstance(answer, CompactAnswer) else answer

    def repair(self, row: Text, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return self.prompting.repair(row, asked, reply, rejected)


@dataclass(frozen=True, slots=True)
class CompactWrite:
    """The rules of the combined answer, each with its raw labels."""

    prompting: Prompting
    name: str = "write"
    output: type[Rule] = Rule

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, "compact": True, **self.prompting.fingerprint}

    def render(self, row: Text) -> Request | Kept[Rule] | Dropped:
        return _request(self.prompting, row)

    def read(self, row: Text, reply: Reply) -> Kept[Rule] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), CompactAnswer)
        if not isinstance(answer, CompactAnswer):
            return answer
        labelled = (
            (said.rule, {RAW_LABELS: json.dumps(list(said.values), ensure_ascii=False)}) for said in answer.rules
        )
        return written(row, labelled, self.prompting, "compact")

    def repair(self, row: Text, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return self.prompting.repair(row, asked, reply, rejected)
