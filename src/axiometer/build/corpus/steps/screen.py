"""Does a text touch any value of the framework?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from axiometer.build.corpus.steps.answers import ScreenAnswer
from axiometer.build.corpus.steps.framework_text import overview
from axiometer.build.corpus.steps.prompting import Prompting
from axiometer.frameworks import Framework
from axiometer.measure.asking.answers import EMPTY, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Text
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

UNTOUCHED: Final = "touches no value"
_VERSION = 1
_FORM = '{"reason": "...", "touches": true/false}'
_SCHEMA = object_schema(reason={"type": "string"}, touches={"type": "boolean"})


def screen(framework: Framework) -> Screen:
    """The step for a framework."""
    return Screen(Prompting("screen", framework, _SCHEMA, _FORM, max_tokens=200))


@dataclass(frozen=True, slots=True)
class Screen:
    """Texts in, the same texts out; those that touch no value are dropped with the model's reason as note."""

    prompting: Prompting
    name: str = "screen"
    output: type[Text] = Text

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **self.prompting.fingerprint}

    def render(self, row: Text) -> Request | Kept[Text] | Dropped:
        if not row.text.strip():
            return Dropped(EMPTY)
        return self.prompting.request(row, values=overview(self.prompting.framework, prompt_language(row.lang)))

    def read(self, row: Text, reply: Reply) -> Kept[Text] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), ScreenAnswer)
        return screened(row, answer.touches, answer.reason) if isinstance(answer, ScreenAnswer) else answer

    def repair(self, row: Text, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return self.prompting.repair(row, asked, reply, rejected)


def screened(row: Text, touches: bool, reason: str) -> Kept[Text] | Dropped:
    note = shortened(reason) or None
    return Kept((row,), note) if touches else Dropped(UNTOUCHED, note)
