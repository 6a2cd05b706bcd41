"""A rule that is one judgement and one action, short; unchanged where it already is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from axiometer.build.corpus.steps.answers import RefineAnswer
from axiometer.build.corpus.steps.prompting import Prompting
from axiometer.build.corpus.steps.rule_texts import TOO_LONG, clean, kept_meta, same_words, too_long, unusable
from axiometer.frameworks import Framework
from axiometer.measure.asking.answers import EMPTY, object_schema, read_reply
from axiometer.measure.asking.languages import prompt_language
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

_VERSION = 1
_FORM = '{"fit": true/false, "rule": "..."}'
_SCHEMA = object_schema(fit={"type": "boolean"}, rule={"type": "string"})


def refine(framework: Framework) -> Refine:
    """The step for a framework."""
    return Refine(Prompting("refine", framework, _SCHEMA, _FORM, max_tokens=200))


@dataclass(frozen=True, slots=True)
class Refine:
    """Rules in, the same or shorter ones out; `meta["refined_from"]` has the words before."""

    prompting: Prompting
    name: str = "refine"
    output: type[Rule] = Rule

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **self.prompting.fingerprint}

    def render(self, row: Rule) -> Request | Kept[Rule] | Dropped:
        return self.prompting.request(row) if row.text.strip() else Dropped(EMPTY)

    def read(self, row: Rule, reply: Reply) -> Kept[Rule] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), RefineAnswer)
        if not isinstance(answer, RefineAnswer):
            return answer
        text = clean(answer.rule)
        if answer.fit or same_words(text, row.text):
            return Dropped(TOO_LONG) if too_long(row.text, row.lang) else Kept((row,))
        problem = unusable(text, row.lang, self.prompting.own_words(row.lang))
        return Rejected(problem) if problem is not None else Kept((_refined(row, text),))

    def repair(self, row: Rule, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return self.prompting.repair(row, asked, reply, rejected)


def _refined(row: Rule, text: str) -> Rule:
    return make_rule(
        lang=row.lang,
        text=text,
        origin="refine",
        parent_ids=(row.id,),
        values=row.values,
        framework=row.framework,
        label=row.label,
        rewritten_from=row.rewritten_from,
        text_id=row.text_id,
        meta={**kept_meta(row), "refined_from": row.text},
    )
