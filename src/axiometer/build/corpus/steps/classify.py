"""Which values of the framework a rule is about: ids of the most specific level; what stands above them is derived."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from axiometer.build.corpus.steps.answers import ClassifyAnswer
from axiometer.build.corpus.steps.framework_text import most_specific, tree
from axiometer.build.corpus.steps.prompting import Prompting
from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.measure.asking.answers import EMPTY, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Rule
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

NO_VALUE: Final = "no value of the framework"
UNKNOWN_LABEL: Final = "unknown label"
RAW_LABELS: Final = "labels"
UNKNOWN_LABELS: Final = "unknown_labels"
_VERSION = 1
_FORM = '{"values": ["id", ...]}'
_MOST_VALUES = 6
_MOST_LABELS = 40  # a model that names more has not read the rule; what is beyond is not resolved
# Names and ids that a model joins, as `prosperity（富强）`, `national > prosperity`, `prosperity: wealth`.
_JOINED = re.compile(r"[()（）\[\]>→:：;；,，、/|]+|\s+[-–—]\s+|(?<=[a-z0-9])\s+(?=[\u3400-\u9fff])|\s+(?=[(（])")


def classify(framework: Framework) -> Classify:
    """The step for a framework."""
    schema = object_schema(values=values_schema(framework))
    return Classify(Prompting("classify", framework, schema, _FORM, max_tokens=160))


def values_schema(framework: Framework) -> dict[str, object]:
    """A short list of the framework's ids, of any level; small models would go on to the limit."""
    ids = {"type": "string", "enum": [value.id for value in framework.values]}
    return {"type": "array", "items": ids, "maxItems": _MOST_VALUES}


@dataclass(frozen=True, slots=True)
class Classify:
    """Rules in, the same rules with values out. Rules that bring labels from a combined call need none of their own,
    unless none of these is a value of the framework."""

    prompting: Prompting
    name: str = "classify"
    output: type[Rule] = Rule

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **self.prompting.fingerprint}

    def render(self, row: Rule) -> Request | Kept[Rule] | Dropped:
        if not row.text.strip():
            return Dropped(EMPTY)
        if RAW_LABELS in row.meta:
            settled = self._classified(row, json.loads(row.meta[RAW_LABELS]))
            if not isinstance(settled, Rejected):
                return settled
        return self.prompting.request(row, values=tree(self.prompting.framework, prompt_language(row.lang)))

    def read(self, row: Rule, reply: Reply) -> Kept[Rule] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), ClassifyAnswer)
        return self._classified(row, answer.values) if isinstance(answer, ClassifyAnswer) else answer

    def repair(self, row: Rule, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return self.prompting.repair(row, asked, reply, rejected)

    def _classified(self, row: Rule, labels: Iterable[str]) -> Kept[Rule] | Dropped | Rejected:
        framework = self.prompting.framework
        said = [label for label in labels if label.strip()][:_MOST_LABELS]
        if not said:
            return Dropped(NO_VALUE)
        known = {label: resolved(framework, label) for label in dict.fromkeys(said)}
        unknown = [label for label, ids in known.items() if not ids]
        if len(unknown) == len(known):
            return Rejected(UNKNOWN_LABEL, shortened(", ".join(unknown)))
        meta = {name: value for name, value in row.meta.items() if name != RAW_LABELS}
        if unknown:
            meta[UNKNOWN_LABELS] = json.dumps(unknown, ensure_ascii=False)
        values = most_specific(framework, (value_id for ids in known.values() for value_id in ids))
        return Kept((replace(row, values=values, framework=framework.id, meta=meta),))


@lru_cache(maxsize=16_384)
def resolved(framework: Framework, label: str) -> tuple[str, ...]:
    """The ids that a label means: its own, or those of the parts where a model joined id and name; empty if none."""
    whole = _resolved(framework, label)
    if whole is not None:
        return (whole,)
    parts = [part for part in _JOINED.split(label[:200]) if part.strip()]
    found = [_resolved(framework, part) for part in parts] if len(parts) > 1 else []
    return tuple(dict.fromkeys(value_id for value_id in found if value_id is not None))


def _resolved(framework: Framework, label: str) -> str | None:
    try:
        return framework.resolve(label)
    except InputError:
        return None
