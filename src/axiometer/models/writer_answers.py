"""The texts with which a simulated rule writer answers, one for each step and form. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from axiometer.models import writer_words as words_of
from axiometer.models.draws import whole
from axiometer.models.writer_planted import (
    MAIN_FIELD,
    Form,
    Wording,
    planted_label,
    rule_values,
)
from axiometer.models.writer_profile import Step, WriterProfile

_PROSE = {
    "zh": "这段文字讲的是日常生活里的一件事，读起来很通顺。",
    "en": "This passage tells of something in everyday life, and it reads well.",
}
_REFUSAL = {
    "zh": "抱歉，我无法协助处理这个请求。",
    "en": "I'm sorry, but I can't help with that.",
}
# Several for each case: a model whose answers are all alike is warned about.
_REASONS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "touches": {
        "zh": ("文字涉及一项价值。", "文中的做法关系到一项价值。", "其中含有价值上的取舍。"),
        "en": ("The text bears on a value.", "What is done there concerns a value.", "A value is weighed there."),
    },
    "touches nothing": {
        "zh": ("文字只叙述事实。", "文中没有价值上的取舍。", "内容与价值无关。"),
        "en": ("The text only tells facts.", "No value is weighed there.", "It has nothing to do with values."),
    },
    "about": {
        "zh": ("规则主张一种有价值取向的做法。", "规则关系到框架中的一项价值。", "这项做法出于一项价值。"),
        "en": ("The rule asks for what a value asks for.", "It concerns a value.", "A value stands behind it."),
    },
    "about nothing": {
        "zh": ("规则只是生活窍门。", "规则不涉及价值。", "这是实用的提示。"),
        "en": ("The rule is a practical tip.", "It concerns no value.", "It only says how to do a thing."),
    },
    "-1": {
        "zh": ("规则与框架相抵触。", "框架主张相反的做法。", "规则不合框架的主张。"),
        "en": ("The rule goes against the framework.", "The framework asks for the reverse.", "It does not fit."),
    },
    "0": {
        "zh": ("规则与框架无关。", "框架对此没有主张。", "规则不在框架之内。"),
        "en": ("The rule does not concern the framework.", "The framework is silent on it.", "It lies outside."),
    },
    "1": {
        "zh": ("规则符合框架。", "框架主张这样的做法。", "规则与框架一致。"),
        "en": ("The rule fits the framework.", "The framework asks for it.", "It agrees with the framework."),
    },
}
_WRONG = 7  # neither true nor false, no list, no label
UNKNOWN_LABEL = "not-in-any-framework"


def screened(touches: bool, text_id: str, *, lang: str, obeyed: str | None) -> dict[str, object]:
    """What screen answers about a text. `obeyed`: the canary, where the text's instruction is followed."""
    reason = _reason("touches" if touches else "touches nothing", text_id, lang)
    return {"reason": reason if obeyed is None else obeyed, "touches": touches}


def written(rules: Sequence[Wording]) -> dict[str, object]:
    """What write answers about a text."""
    return {"rules": [rule.written for rule in rules]}


def compact(
    profile: WriterProfile,
    text_id: str,
    screen: Mapping[str, object],
    rules: Sequence[Wording],
    *,
    lang: str,
    framework: str,
    allowed: Sequence[str],
    form: Form,
) -> dict[str, object]:
    """What is answered about a text by screen, write and classify in one: the same as by each of them alone, with the
    rules as they stand once refined."""
    said = []
    for words, _, _ in rules:
        values = rule_values(profile, text_id, words, lang=lang, framework=framework)
        said.append({"rule": words, "values": labels(values, words, allowed, lang, framework, form)})
    return {**screen, "rules": said}


def about_rule(
    profile: WriterProfile,
    step: Step,
    source: str,
    text: str,
    *,
    lang: str,
    framework: str,
    allowed: Sequence[str],
    form: Form,
) -> dict[str, object]:
    """What is answered about a rule, by refine, filter, classify or label."""
    spoken = words_of.language(lang)
    short = words_of.shortened(text, spoken)
    words = short or text
    if step is Step.REFINE:
        return {"fit": short is None, "rule": words}
    if step is Step.LABEL:
        given, proposes = planted_label(profile, source, words)
        rewrite = words_of.rewritten(words, spoken) if proposes else ""
        return {"reason": _reason(str(given), words, spoken), "label": given, "rewrite": rewrite}
    values = rule_values(profile, source, words, lang=lang, framework=framework)
    if step is Step.FILTER:
        case = "about" if values else "about nothing"
        return {"reason": _reason(case, words, spoken), "about_value": bool(values)}
    return {"values": labels(values, words, allowed, lang, framework, form)}


def labels(
    values: Sequence[str], words: str, allowed: Sequence[str], lang: str, framework: str, form: Form
) -> list[str]:
    """The labels by which the values of a rule are given. Where the framework is the user's own, what is written does
    not come from it: then one of the ids that the request allows stands for each value."""
    if form is Form.UNKNOWN_LABEL:
        return [UNKNOWN_LABEL] * min(1, len(values))
    if allowed:
        values = [value if value in allowed else _stand_in(value, words, allowed) for value in values]
    if form is Form.ALIAS and framework == words_of.home(framework):
        return [words_of.other_label(framework, value, words_of.language(lang)) for value in values]
    return list(values)


def dressed(answer: Mapping[str, object], step: Step, form: Form, lang: str) -> str:
    """The answer in its form."""
    spoken = words_of.language(lang)
    if form is Form.REFUSED:
        return _REFUSAL[spoken]
    if form is Form.PROSE:
        return _PROSE[spoken]
    if form in (Form.EMPTY, Form.FILTERED):
        return ""
    if form is Form.WRONG_FORM:
        return json.dumps({**answer, MAIN_FIELD[step]: _WRONG}, ensure_ascii=False)
    text = json.dumps(answer, ensure_ascii=False)
    if form is Form.CUT:
        return text[: max(1, len(text) * 2 // 3)]
    return f"```json\n{text}\n```" if form is Form.FENCE else text


def allowed_values(schema: Mapping[str, object] | None) -> tuple[str, ...]:
    """The ids that a request's schema allows as values: the enum of its `values`, wherever that stands."""
    if schema is None:
        return ()
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return ()
    field = properties.get("values")
    if isinstance(field, Mapping):
        items = field.get("items")
        found = items.get("enum") if isinstance(items, Mapping) else None
        return tuple(str(value) for value in found) if isinstance(found, (list, tuple)) else ()
    rules = properties.get("rules")
    items = rules.get("items") if isinstance(rules, Mapping) else None
    return allowed_values(items) if isinstance(items, Mapping) else ()


def _reason(case: str, about: str, lang: str) -> str:
    reasons = _REASONS[case][words_of.language(lang)]
    return reasons[whole(len(reasons), "reason", case, about)]


def _stand_in(value: str, words: str, allowed: Sequence[str]) -> str:
    return allowed[whole(len(allowed), "stand-in", value, words)]
