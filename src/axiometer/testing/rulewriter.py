"""The fake server as a writer of rules: what the model of a corpus would answer, from the request alone.

The step is read from the answer's schema, the row from between the marks in the prompt. What is answered is what the
simulated writer (`sim/rulewriter`) would say of a row with this text, always in the form asked for; faults are planted
through `Behaviour`. The prompt does not name its framework: rules are written for `core-socialist-values`, and values
of any other are drawn from the ids that the schema allows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from axiometer.models import writer_answers as answers
from axiometer.models import writer_maps as maps
from axiometer.models import writer_scenes as scenes
from axiometer.models import writer_words as words_of
from axiometer.models.protocols import Message, Request
from axiometer.models.simulated_writer import Form, Step, WriterProfile, load_writer
from axiometer.models.writer_planted import touches_value, wordings
from axiometer.models.writer_translation import translated
from axiometer.records.corpus_rows import SceneCondition

_MARKED = re.compile(r"^<<<([0-9a-f]{8})[ \t]*\n(.*?)\n\1>>>[ \t]*$", re.DOTALL | re.MULTILINE)
_CHINESE = re.compile("[\u3400-\u9fff]")
_SCENES = frozenset({"scenes"})
_TRANSLATIONS = (frozenset({"text"}), frozenset({"text", "options"}))
_MAPS = frozenset({"reason", "rule_1", "rule_2"})
_NUMBER = re.compile(r"\d+")
_STEPS: Mapping[frozenset[str], Step] = {
    frozenset({"reason", "touches"}): Step.SCREEN,
    frozenset({"rules"}): Step.WRITE,
    frozenset({"fit", "rule"}): Step.REFINE,
    frozenset({"reason", "about_value"}): Step.FILTER,
    frozenset({"values"}): Step.CLASSIFY,
    frozenset({"reason", "label", "rewrite"}): Step.LABEL,
    frozenset({"reason", "touches", "rules"}): Step.COMPACT,
}


def answer_of_rulewriter(prompt: str, schema: Mapping[str, object] | None, seed: int) -> str | None:
    """The answer to a step of a corpus, to the request for scenes, for an item in another language, or which option
    fits which rule; None where the request is none of these. Equal texts have equal answers."""
    if _properties(schema) == _SCENES:
        return _scenes(prompt, seed)
    if _properties(schema) in _TRANSLATIONS:
        return _translation(prompt)
    if _properties(schema) == _MAPS:
        return _map(prompt, seed)
    step, row = step_of(schema), marked_text(prompt)
    if step is None or row is None:
        return None
    profile, lang = _profile(seed), "zh" if _CHINESE.search(row) else "en"
    allowed = answers.allowed_values(schema)
    answer: dict[str, object]
    if step in (Step.SCREEN, Step.WRITE, Step.COMPACT):
        touches = touches_value(profile, row)
        rules = wordings(profile, row, lang=lang, framework=words_of.HOME) if touches or step is Step.WRITE else ()
        answer = answers.screened(touches, row, lang=lang, obeyed=None)
        if step is Step.WRITE:
            answer = answers.written(rules)
        elif step is Step.COMPACT:
            answer = answers.compact(
                profile, row, answer, rules, lang=lang, framework=words_of.HOME, allowed=allowed, form=Form.PLAIN
            )
    else:
        answer = answers.about_rule(
            profile, step, "", row, lang=lang, framework=words_of.HOME, allowed=allowed, form=Form.PLAIN
        )
    return answers.dressed(answer, step, Form.PLAIN, lang)


def step_of(schema: Mapping[str, object] | None) -> Step | None:
    """The step whose answers have this schema; None for any other schema."""
    return _STEPS.get(_properties(schema))


def marked_text(prompt: str) -> str | None:
    """The text between the last pair of marks in a prompt; None where there is none."""
    found = _MARKED.findall(prompt)
    return str(found[-1][1]) if found else None


def _properties(schema: Mapping[str, object] | None) -> frozenset[str]:
    properties = None if schema is None else schema.get("properties")
    return frozenset(properties) if isinstance(properties, Mapping) else frozenset()


def _scenes(prompt: str, seed: int) -> str | None:
    """A list of scenes: value and rule stand between marks, the list's number and its length in the last line."""
    shown = [text for _, text in _MARKED.findall(prompt)]
    numbers = _NUMBER.findall(prompt.rstrip().rpartition("\n")[2])
    if not shown or len(numbers) < 2:
        return None
    profile, rule, (number, count) = _profile(seed), "".join(shown[1:2]), map(int, numbers[:2])
    meta: dict[str, object] = {
        "source": prompt,
        "value": shown[0],
        "condition": str(SceneCondition.WITH_RULES if rule else SceneCondition.WITHOUT_RULES),
        "rule": rule,
        "first": (number - 1) * count + 1,
        "count": count,
        "lang": "zh" if _CHINESE.search(prompt) else "en",
    }
    return scenes.answer(profile.scenes, profile.seed, Request((Message("user", prompt),), meta=meta))


def _translation(prompt: str) -> str | None:
    """The marked texts in the other of zh and en: a Chinese prompt asks for Chinese."""
    shown = [text for _, text in _MARKED.findall(prompt)]
    if not shown:
        return None
    chinese = _CHINESE.search(_MARKED.sub("", prompt)) is not None
    text, *options = translated(shown, *(("en", "zh") if chinese else ("zh", "en")))
    numbered = {str(number): option for number, option in enumerate(options, start=1)}
    return json.dumps({"text": text, **({"options": numbered} if options else {})}, ensure_ascii=False)


def _map(prompt: str, seed: int) -> str | None:
    """Which option fits which rule: the same for a scene in whatever order options and rules are shown."""
    shown = [text for _, text in _MARKED.findall(prompt)]
    if len(shown) != 6:
        return None
    scene, options, rules = shown[0], shown[1:4], shown[4:]
    way = maps.WAYS[maps.planted_truth(_profile(seed).seed, scene)]
    ranked = sorted(options)
    fits = {rule: str(options.index(ranked[way[number]]) + 1) for number, rule in enumerate(sorted(rules))}
    said = {"reason": scene[:20], "rule_1": fits[rules[0]], "rule_2": fits[rules[1]]}
    return json.dumps(said, ensure_ascii=False)


@lru_cache(maxsize=8)
def _profile(seed: int) -> WriterProfile:
    shipped = load_writer("rulewriter").without_faults()
    return shipped.model_copy(update={"seed": shipped.seed + seed})
