"""How a rule stands to its values: -1 it conflicts with them, 0 it does not concern them, 1 it fits them.

A rule that a model proposes in place of a conflicting one says what the framework would have instead; it is no evidence
about what the source says (`Rule.is_evidence`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from axiometer.build.corpus.steps.answers import LabelAnswer
from axiometer.build.corpus.steps.examples import Example, Examples
from axiometer.build.corpus.steps.framework_text import chosen
from axiometer.build.corpus.steps.prompting import Prompting
from axiometer.build.corpus.steps.rule_texts import clean, kept_meta, same_words, unusable
from axiometer.frameworks import Framework
from axiometer.measure.asking.answers import EMPTY, object_schema, read_reply, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Rule, RuleLabel, make_rule
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

IRRELEVANT: Final = "irrelevant"
CONFLICTS: Final = "conflicts with the framework"
NO_VALUE_TO_JUDGE: Final = "no value of the framework"
BEFORE_REWRITE: Final = "before_rewrite"
MOST_EXAMPLES: Final = 5
_VERSION = 1
_FORM = '{"reason": "...", "label": -1/0/1, "rewrite": "..."}'
_SCHEMA = object_schema(
    reason={"type": "string"},
    label={"type": "integer", "enum": [int(label) for label in RuleLabel]},
    rewrite={"type": "string"},
)


def label(framework: Framework, examples: Examples | None, seed: int) -> Label:
    """The step for a framework; without examples it is asked without any."""
    return Label(Prompting("label", framework, _SCHEMA, _FORM, max_tokens=300), examples, seed)


@dataclass(frozen=True, slots=True)
class Label:
    """Rules with values in; those that fit out, and rewritten ones marked with label -1 and `rewritten_from`."""

    prompting: Prompting
    examples: Examples | None = None
    seed: int = 0
    name: str = "label"
    output: type[Rule] = Rule

    @property
    def fingerprint(self) -> Mapping[str, object]:
        drawn = None if self.examples is None else [self.examples.digest, self.seed, MOST_EXAMPLES]
        return {"version": _VERSION, "examples": drawn, **self.prompting.fingerprint}

    def render(self, row: Rule) -> Request | Kept[Rule] | Dropped:
        if not row.text.strip():
            return Dropped(EMPTY)
        if not row.values:
            return Dropped(NO_VALUE_TO_JUDGE)
        lang = prompt_language(row.lang)
        drawn = self._drawn(row)
        return self.prompting.request(
            row,
            values=chosen(self.prompting.framework, row.values, lang),
            examples=[example.shown() for example in drawn],
        )

    def _drawn(self, row: Rule) -> tuple[Example, ...]:
        if self.examples is None:
            return ()
        framework = self.prompting.framework
        known = [value_id for value_id in row.values if value_id in framework]
        above = sorted(
            {each for value_id in known for level in framework.ancestors(value_id).values() for each in level}
        )
        return self.examples.draw(row, self.seed, MOST_EXAMPLES, above)

    def read(self, row: Rule, reply: Reply) -> Kept[Rule] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), LabelAnswer)
        if not isinstance(answer, LabelAnswer):
            return answer
        note = shortened(answer.reason) or None
        if answer.label == RuleLabel.IRRELEVANT:
            return Dropped(IRRELEVANT, note)
        rewrite = _rewrite(row, answer.rewrite, self.prompting.own_words(row.lang))
        if answer.label == RuleLabel.KEEP:
            kept = replace(row, label=int(RuleLabel.KEEP))
            return Kept((kept if rewrite is None else _rewritten(row, rewrite, RuleLabel.KEEP),), note)
        if rewrite is None:
            return Dropped(CONFLICTS, note)
        return Kept((_rewritten(row, rewrite, RuleLabel.REWRITE),), note)

    def repair(self, row: Rule, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return self.prompting.repair(row, asked, reply, rejected)


def _rewrite(row: Rule, said: str, asked: str) -> str | None:
    """The proposed words, where they are a rule and another one."""
    text = clean(said)
    return None if unusable(text, row.lang, asked) is not None or same_words(text, row.text) else text


def _rewritten(row: Rule, text: str, label: RuleLabel) -> Rule:
    return make_rule(
        lang=row.lang,
        text=text,
        origin="label",
        parent_ids=(row.id,),
        values=row.values,
        framework=row.framework,
        label=int(label),
        rewritten_from=row.id,
        text_id=row.text_id,
        meta={**kept_meta(row), BEFORE_REWRITE: row.text},
    )
