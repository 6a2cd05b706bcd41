"""Every step asks in both languages, about every framework; what never changes stands first, the text is data."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import takewhile

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.build.corpus.steps import COMPACT_STEPS, STEPS, Step, steps
from axiometer.frameworks import Framework, load_framework, shipped
from axiometer.measure.asking.prompting import mark_of
from axiometer.models.protocols import Finish, Reply, Request
from axiometer.prompts import languages
from axiometer.records.corpus_rows import Rule, Text, make_rule, make_text
from axiometer.runtime.stages.rows import CallStage, Rejected

TEXTS = {
    "en": ("A young man gave his seat to an old lady.", "The shop sold old bread as fresh for a month."),
    "zh": ("年轻人在地铁上给老人让了座。", "这家店一个月来把旧面包当新的卖。"),
    "fr": ("Un jeune homme a cédé sa place.", "La boulangerie vendait du vieux pain."),
}


def every_step(framework: Framework) -> list[Step]:
    full = steps(framework, compact=False, examples=None, seed=0)
    return [*full, *steps(framework, compact=True, examples=None, seed=0)[:2]]


def row(stage: Step, words: str, lang: str, framework: Framework) -> Text | Rule:
    if stage.name in ("screen", "write"):
        return make_text(lang=lang, text=words, source="test")
    return make_rule(lang=lang, text=words, origin="test", values=(framework.values[-1].id,), text_id="a text")


def request(stage: Step, words: str, lang: str, framework: Framework) -> Request:
    rendered = stage.render(row(stage, words, lang, framework))
    assert isinstance(rendered, Request)
    return rendered


def prompt(stage: Step, words: str, lang: str, framework: Framework) -> str:
    (message,) = request(stage, words, lang, framework).messages
    assert message.role == "user"
    return message.content


def test_the_steps_are_named_in_their_order(core: Framework) -> None:
    assert tuple(stage.name for stage in steps(core, compact=False, examples=None, seed=0)) == STEPS
    assert tuple(stage.name for stage in steps(core, compact=True, examples=None, seed=0)) == COMPACT_STEPS
    assert all(isinstance(stage, CallStage) for stage in every_step(core))


@pytest.mark.parametrize("framework_id", shipped())
@pytest.mark.parametrize("lang", TEXTS)
def test_every_step_asks_about_every_framework_with_what_never_changes_first(framework_id: str, lang: str) -> None:
    framework = load_framework(framework_id)
    for stage in every_step(framework):
        first, second = (prompt(stage, words, lang, framework) for words in TEXTS[lang])
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
        assert shared >= 0.8 * min(len(first), len(second)), (stage.name, lang, shared, len(first))
        assert "None" not in first and "{{" not in first
        assert (re.search("[\u4e00-\u9fff]", first.replace(TEXTS["zh"][0], "")) is not None) == (lang == "zh")


@pytest.mark.parametrize("lang", TEXTS)
def test_a_framework_without_levels_or_chinese_is_shown_by_what_it_has(flat: Framework, lang: str) -> None:
    for stage in every_step(flat):
        shown = prompt(stage, TEXTS[lang][0], lang, flat)
        if stage.name != "refine":
            assert "valour" in shown.lower() and "Facing danger for others." in shown


@pytest.mark.parametrize(
    ("lang", "language"),
    [
        ("fr", "in French"),
        ("zh", "用中文"),
        ("zh-Hant", "用繁体中文"),
        ("xx", "the language of the text"),
        ("de-AT", "German"),
    ],
)
def test_rules_are_asked_for_in_the_language_of_the_text(core: Framework, lang: str, language: str) -> None:
    asking = {stage.name: stage for stage in steps(core, compact=False, examples=None, seed=0)}
    for name in ("write", "refine", "label"):
        assert language in prompt(asking[name], "文本 text", lang, core)


def test_templates_have_the_languages_that_are_asked_in() -> None:
    for step in (*STEPS, "compact", "repair"):
        assert languages(f"corpus-{step}") == ("en", "zh")


@pytest.mark.parametrize("framework_id", shipped())
def test_schemas_are_strict_and_hold_the_forms_that_are_read(framework_id: str) -> None:
    framework = load_framework(framework_id)
    ids = [value.id for value in framework.values]
    answers = {
        "screen": {"reason": "x", "touches": True},
        "write": {"rules": ["x"]},
        "refine": {"fit": True, "rule": "x"},
        "filter": {"reason": "x", "about_value": False},
        "classify": {"values": ids[:2]},
        "label": {"reason": "x", "label": -1, "rewrite": ""},
        "compact": {"reason": "x", "touches": True, "rules": [{"rule": "x", "values": ids[-1:]}]},
    }
    seen = set()
    for stage in every_step(framework):
        asked = request(stage, "words", "en", framework)
        assert asked.schema is not None and asked.meta is not None
        step = str(asked.meta["step"])
        jsonschema.Draft202012Validator.check_schema(asked.schema)
        jsonschema.validate(answers[step], asked.schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**answers[step], "more": 1}, asked.schema)
        assert list(strict(asked.schema)) == []
        seen.add(step)
    assert seen == answers.keys()
    with pytest.raises(jsonschema.ValidationError):
        classify = steps(framework, compact=False, examples=None, seed=0)[4]
        jsonschema.validate({"values": ["no such value"]}, request(classify, "words", "en", framework).schema or {})


def strict(schema: object) -> list[object]:
    """The objects in a schema that are not as strict services ask for."""
    if isinstance(schema, list):
        return [each for inner in schema for each in strict(inner)]
    if not isinstance(schema, dict):
        return []
    loose = []
    if schema.get("type") == "object":
        whole = schema.get("additionalProperties") is False and schema.get("required") == list(schema["properties"])
        loose = [] if whole else [schema]
    return [*loose, *(each for inner in schema.values() for each in strict(inner))]


@settings(deadline=None, max_examples=60)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)
    | st.sampled_from(
        ["{{ form }}", "{% raw %}", "<<<00000000\n00000000>>>", "{#", "%}", "x" * 50_000, "0123456789abcdef"]
    )
)
def test_a_text_stands_between_marks_that_it_does_not_hold(words: str) -> None:
    core = load_framework("core-socialist-values")
    if not words.strip():
        return
    for stage in every_step(core):
        shown = prompt(stage, words, "en", core)
        mark = mark_of(words)
        assert mark not in words.lower()
        assert shown.count(f"<<<{mark}\n{words}\n{mark}>>>\n") == 1
        assert shown.count(mark) == 2


def test_a_text_that_holds_its_own_mark_gets_another() -> None:
    assert mark_of("a text") == hashlib.sha256(b"a text").hexdigest()[:8]
    assert mark_of("0123456789ABCDE", digits=1) == "f"


def test_an_empty_text_is_not_asked_about(core: Framework) -> None:
    for stage in every_step(core):
        for words in ("", " \n\t"):
            rendered = stage.render(row(stage, words, "en", core))
            assert not isinstance(rendered, Request) and getattr(rendered, "reason", None) == "empty"


def test_meta_tells_a_simulated_model_what_is_asked(core: Framework) -> None:
    text = make_text(lang="zh", text="文本", source="test", meta={"canary": "菠萝"})
    rule = make_rule(lang="en", text="Be kind.", origin="x", values=("friendship",), text_id=text.id)
    full = {stage.name: stage for stage in steps(core, compact=False, examples=None, seed=0)}
    screening = full["screen"].render(text)
    labelling = full["label"].render(rule)
    assert isinstance(screening, Request) and isinstance(labelling, Request)
    common = {"framework": "core-socialist-values", "compact": False, "attempt": 0}
    assert screening.meta == {
        **common,
        **{
            "step": "screen",
            "id": text.id,
            "source": text.id,
            "text": "文本",
            "lang": "zh",
            "values": [],
            "canary": "菠萝",
        },
    }
    assert labelling.meta == {
        **common,
        **{"step": "label", "id": rule.id, "source": text.id, "text": "Be kind.", "lang": "en"},
        **{"values": ["friendship"], "canary": None},
    }


PROBLEMS = (
    "not JSON",
    "cut off",
    "wrong form: rules",
    "unknown label",
    "empty",
    "too long for a rule",
    "repeats the text",
    "repeats the instructions",
)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_repair_goes_on_with_the_conversation_and_names_the_problem(core: Framework, lang: str, problem: str) -> None:
    told = set()
    for stage in every_step(core):
        asked = request(stage, TEXTS[lang][0], lang, core)
        reply = Reply("<think>hm</think>No.\x00", Finish.STOP)
        rejected = Rejected(problem, "happyness")
        again = stage.repair(row(stage, TEXTS[lang][0], lang, core), asked, reply, rejected)
        assert again.messages[:-2] == asked.messages
        assert [message.role for message in again.messages] == ["user", "assistant", "user"]
        assert again.messages[1].content == "No."
        assert (again.schema, again.max_tokens) == (asked.schema, asked.max_tokens)
        assert again.meta == {**(asked.meta or {}), "attempt": 1}
        form = stage.fingerprint["form"]
        assert isinstance(form, str) and again.messages[2].content.rstrip().endswith(form)
        told.add(again.messages[2].content.replace(form, ""))
    assert len(told) == 1
    (words,) = told
    assert ("rules" in words) == (problem == "wrong form: rules")
    assert ("happyness" in words) == (problem == "unknown label")
    assert ("briefly" in words or "简短得多" in words) == (problem == "cut off")


def test_a_repair_of_a_real_model_s_answer_stays_without_meta_and_an_empty_answer_is_marked(core: Framework) -> None:
    stage = steps(core, compact=False, examples=None, seed=0)[0]
    asked = Request(messages=request(stage, "words", "en", core).messages, meta=None)
    again = stage.repair(row(stage, "words", "en", core), asked, Reply(" ", Finish.STOP), Rejected("empty"))
    assert again.meta is None and again.messages[1].content == "…"


def test_the_fingerprint_is_json_and_changes_with_what_decides_an_answer(core: Framework, flat: Framework) -> None:
    mine, other = every_step(core), every_step(flat)
    for stage, elsewhere in zip(mine, other, strict=True):
        fingerprint = json.dumps(stage.fingerprint, sort_keys=True)
        assert fingerprint == json.dumps(stage.fingerprint, sort_keys=True)
        assert fingerprint != json.dumps(elsewhere.fingerprint, sort_keys=True)
        assert {"prompts", "framework", "schema", "max_tokens", "version"} <= stage.fingerprint.keys()
    assert len({json.dumps(stage.fingerprint) for stage in mine[:6]}) == 6
