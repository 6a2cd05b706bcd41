"""Is a rule about a value of the framework, in the framework's own sense?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from axiometer.build.corpus.steps.answers import FilterAnswer
from axiometer.build.corpus.steps.framework_text import overview
from axiometer.build.corpus.steps.prompting import Prompting
from axiometer.frameworks import Framework
from axiometer.measure.asking.answers import EMPTY, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Rule
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

NOT_ABOUT: Final = "not about a value of the framework"
_VERSION = 1
_FORM = '{"reason": "...", "about_value": true/false}'
_SCHEMA = object_schema(reason={"type": "string"}, about_value={"type": "boolean"})


def filter_rules(framework: Framework) -> Filter:
    """The step for a framework."""
    return Filter(Prompting("filter", framework, _SCHEMA, _FORM, max_tokens=200))


@dataclass(frozen=True, slots=True)
class Filter:
    """Rules in, the same rules out; those about no value are dropped with the model's reason as note."""

    prompting: Prompting
    name: str = "filter"
    output: type[Rule] = Rule

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **self.prompting.fingerprint}

    def render(self, row: Rule) -> Request | Kept[Rule] | Dropped:
        if not row.text.strip():
            return Dropped(EMPTY)
        return self.prompting.request(row, values=overview(self.prompting.framework, prompt_language(row.lang)))

    def read(self, row: Rule, reply: Reply) -> Kept[Rule] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), FilterAnswer)
        if not isinstance(answer, FilterAnswer):
            return answer
        note = shortened(answer.reason) or None
        return Kept((row,), note) if answer.about_value else Dropped(NOT_ABOUT, note)

    def repair(self, row: Rule, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return self.prompting.repair(row, asked, reply, rejected)
