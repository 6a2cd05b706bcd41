"""One to three rules that a text brings to mind: a judgement and an action, general, each a thought of its own.

The criteria are those of the rules of thumb of Social Chemistry 101 (Forbes et al. 2020, section 2), in our words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from axiometer.build.corpus.steps.answers import WriteAnswer
from axiometer.build.corpus.steps.framework_text import overview
from axiometer.build.corpus.steps.prompting import Prompting
from axiometer.build.corpus.steps.rule_texts import clean, unusable
from axiometer.frameworks import Framework
from axiometer.frameworks.labels import normalise
from axiometer.measure.asking.answers import EMPTY, REFUSED, object_schema, read_reply, refuses, shortened
from axiometer.measure.asking.languages import prompt_language
from axiometer.models.protocols import Reply, Request
from axiometer.records.corpus_rows import Rule, Text, make_rule
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

NO_RULE: Final = "no rule written"
MOST_RULES: Final = 3
_VERSION = 1
_FORM = '{"rules": ["...", "..."]}'
_SCHEMA = object_schema(
    rules={"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST_RULES},
)
# How a sentence begins that is about the model rather than a rule; only then are phrases of refusal looked for.
_ABOUT_ITSELF = (
    "i ",
    "i'm",
    "i’m",
    "i'd",
    "sorry",
    "as an ai",
    "as a language",
    "抱歉",
    "对不起",
    "很抱歉",
    "我",
    "作为",
)


def write(framework: Framework) -> Write:
    """The step for a framework."""
    return Write(Prompting("write", framework, _SCHEMA, _FORM, max_tokens=256))


@dataclass(frozen=True, slots=True)
class Write:
    """Texts in, one to three rules of each out, without values yet."""

    prompting: Prompting
    name: str = "write"
    output: type[Rule] = Rule

    @property
    def fingerprint(self) -> Mapping[str, object]:
        return {"version": _VERSION, **self.prompting.fingerprint}

    def render(self, row: Text) -> Request | Kept[Rule] | Dropped:
        if not row.text.strip():
            return Dropped(EMPTY)
        return self.prompting.request(row, values=overview(self.prompting.framework, prompt_language(row.lang)))

    def read(self, row: Text, reply: Reply) -> Kept[Rule] | Dropped | Rejected:
        answer = read_reply(reply, prompt_language(row.lang), WriteAnswer)
        if not isinstance(answer, WriteAnswer):
            return answer
        return written(row, ((rule, {}) for rule in answer.rules), self.prompting, "write")

    def repair(self, row: Text, asked: Request, reply: Reply, rejected: Rejected) -> Request:
        return self.prompting.repair(row, asked, reply, rejected)


def written(
    row: Text, said: Iterable[tuple[str, dict[str, str]]], prompting: Prompting, origin: str
) -> Kept[Rule] | Dropped | Rejected:
    """The first three usable ones of the rules said about a text, each with its own meta; equal ones once."""
    asked = prompting.own_words(row.lang)
    rules: dict[str, Rule] = {}
    problems: list[tuple[str, str]] = []
    canary = {"canary": row.meta["canary"]} if "canary" in row.meta else {}
    for raw, meta in said:
        text = clean(raw)
        problem = REFUSED if _refusal(text, row.lang) else unusable(text, row.lang, asked, row.text)
        if problem is not None:
            problems.append((problem, text))
        elif len(rules) < MOST_RULES and normalise(text) not in rules:
            rules[normalise(text)] = make_rule(
                lang=row.lang,
                text=text,
                origin=origin,
                parent_ids=(row.id,),
                text_id=row.id,
                meta={**canary, **meta},
            )
    if rules:
        return Kept(tuple(rules.values()))
    if not problems:
        return Dropped(NO_RULE)
    problem, text = problems[0]
    return Dropped(REFUSED, shortened(text)) if problem == REFUSED else Rejected(problem)


def _refusal(text: str, lang: str) -> bool:
    return text.lower().startswith(_ABOUT_ITSELF) and refuses(text, prompt_language(lang))
