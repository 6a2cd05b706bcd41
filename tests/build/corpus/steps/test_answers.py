"""Replies are read as answers, as ends without one, or as rejections that name the problem; never with an error."""

from __future__ import annotations

import json

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.build.corpus.steps.answers import (
    ClassifyAnswer,
    CompactAnswer,
    CompactRule,
    FilterAnswer,
    LabelAnswer,
    RefineAnswer,
    ScreenAnswer,
    WriteAnswer,
)
from axiometer.measure.asking.answers import printable, read_answer, read_reply
from axiometer.models.protocols import Finish, Reply
from axiometer.runtime.stages.rows import Dropped, Rejected

# Without marks of reasoning, which a reader takes out wherever they stand.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Co"], exclude_characters="<[◁"), max_size=40)
PROSE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{<[◁"), max_size=60)
MODELS: list[type[pydantic.BaseModel]] = [
    *(ScreenAnswer, WriteAnswer, RefineAnswer, FilterAnswer, ClassifyAnswer, LabelAnswer, CompactAnswer)
]
ANSWERS = st.one_of(
    st.builds(ScreenAnswer, touches=st.booleans(), reason=WORDS),
    st.builds(WriteAnswer, rules=st.lists(WORDS, max_size=4)),
    st.builds(RefineAnswer, fit=st.booleans(), rule=WORDS),
    st.builds(FilterAnswer, about_value=st.booleans(), reason=WORDS),
    st.builds(ClassifyAnswer, values=st.lists(WORDS, max_size=4)),
    st.builds(LabelAnswer, label=st.sampled_from([-1, 0, 1]), reason=WORDS, rewrite=WORDS),
    st.builds(
        CompactAnswer,
        touches=st.booleans(),
        reason=WORDS,
        rules=st.lists(st.builds(CompactRule, rule=WORDS, values=st.lists(WORDS, max_size=2)), max_size=2),
    ),
)
DRESSES = (
    ("", ""),
    ("```json\n", "\n```"),
    ("```\n", "```"),
    ("[", "]"),
    ('<think>Perhaps {"a": 1}?</think>\n', ""),
    ("a draft of it</think>", ""),
)


@settings(deadline=None)
@given(ANSWERS, PROSE, PROSE, st.sampled_from(DRESSES))
def test_any_answer_comes_back_through_fences_lists_prose_and_reasoning(
    answer: pydantic.BaseModel, before: str, after: str, dress: tuple[str, str]
) -> None:
    assert read_answer(before + dress[0] + answer.model_dump_json() + dress[1] + after, type(answer)) == answer


@settings(deadline=None)  # the first call compiles the phrases of refusals
@given(st.text(max_size=300), st.sampled_from(MODELS), st.sampled_from(list(Finish)))
def test_any_text_that_is_no_answer_is_rejected_or_dropped(
    rubbish: str, model: type[pydantic.BaseModel], finish: Finish
) -> None:
    read = read_reply(Reply(rubbish, finish), "en", model)
    assert isinstance(read, Rejected | Dropped)


FIELDS = st.sampled_from(["touches", "reason", "rules", "fit", "values"])
OTHER = st.none() | st.text(max_size=9) | st.lists(st.integers(), max_size=3)


@given(st.dictionaries(FIELDS, OTHER))
def test_an_object_of_another_form_names_the_field_that_is_missing(wrong: dict[str, object]) -> None:
    assert read_answer(json.dumps(wrong), LabelAnswer) == Rejected("wrong form: label")


@pytest.mark.parametrize("yes", ["true", '"true"', '"Yes"', '"是"', "1", '"TRUE."', "True"])
@pytest.mark.parametrize("no", ["false", '"no"', '"否"', "0", '"不是"', "False"])
def test_yes_and_no_are_booleans(yes: str, no: str) -> None:
    assert read_answer(f'{{"touches": {yes}}}', ScreenAnswer) == ScreenAnswer(touches=True)
    assert read_answer(f'{{"touches": {no}}}', ScreenAnswer) == ScreenAnswer(touches=False)


@pytest.mark.parametrize(("label", "expected"), [("1", 1), ('"-1"', -1), ('"−1"', -1), ("0.0", 0), ('"+1"', 1)])
def test_labels_are_numbers_however_they_are_written(label: str, expected: int) -> None:
    assert read_answer(f'{{"label": {label}}}', LabelAnswer) == LabelAnswer(label=expected)


@pytest.mark.parametrize("label", ["2", "true", '"good"', "null", "0.5", "[1]", '"maybe"'])
def test_what_is_no_label_is_of_the_wrong_form(label: str) -> None:
    assert read_answer(f'{{"label": {label}, "reason": "x"}}', LabelAnswer) == Rejected("wrong form: label")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("<think>It touches harmony.</think>", "empty"),
        ("The text touches harmony.", "not JSON"),
        ('"touches"', "not JSON"),
        ('{"reason": "it tou', "cut off"),
        ('<think>Perhaps {"touches": true}', "cut off"),
        ('{"reason": "x"}', "wrong form: touches"),
        ('{"reason": "x", "touches": "perhaps"}', "wrong form: touches"),
        ('{"verdict": {"x": 1}}', "wrong form: touches"),
    ],
)
def test_the_problem_of_an_answer_is_named(text: str, problem: str) -> None:
    assert read_answer(text, ScreenAnswer) == Rejected(problem)


def test_the_last_object_that_fits_is_the_answer() -> None:
    text = 'The text says {"touches": true}. So: {"touches": false, "reason": "an order"} {"note": 1}'
    assert read_answer(text, ScreenAnswer) == ScreenAnswer(touches=False, reason="an order")


@pytest.mark.parametrize("wrapped", ['{"answer": {"touches": true}}', '{"result": [{"Touches ": "yes"}]}'])
def test_an_answer_within_another_object_is_found(wrapped: str) -> None:
    assert read_answer(wrapped, ScreenAnswer) == ScreenAnswer(touches=True)


def test_one_rule_without_its_list_and_rules_as_objects_are_rules() -> None:
    assert read_answer('{"rules": "Be kind."}', WriteAnswer) == WriteAnswer(rules=("Be kind.",))
    assert read_answer('{"rules": [{"rule": "Be kind."}]}', WriteAnswer) == WriteAnswer(rules=("Be kind.",))


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply("{}", Finish.FILTER), Dropped("content filter", "{}")),
        (Reply("", Finish.STOP, filter_code="unsafe"), Dropped("content filter", "unsafe")),
        (Reply("", Finish.STOP, refusal="I can't help."), Dropped("refused", "I can't help.")),
        (Reply("It touches the", Finish.LENGTH), Rejected("cut off")),
        (Reply("", Finish.LENGTH), Rejected("cut off")),
        (Reply('{"touches": true}', Finish.LENGTH), ScreenAnswer(touches=True)),
    ],
)
def test_how_a_reply_ended_counts(reply: Reply, expected: object) -> None:
    assert read_reply(reply, "en", ScreenAnswer) == expected


@pytest.mark.parametrize(
    ("lang", "refusal"),
    [
        ("en", "I'm sorry, but I can't help with that."),
        ("en", "As an AI, I do not have personal opinions and cannot answer this."),
        ("zh", "抱歉，我无法回答这个问题。"),
        ("zh", "我不能提供帮助。"),
    ],
)
def test_a_refusal_in_words_is_an_outcome_and_keeps_its_words(lang: str, refusal: str) -> None:
    assert read_reply(Reply(refusal, Finish.STOP), lang, ScreenAnswer) == Dropped("refused", refusal)


def test_notes_are_short() -> None:
    read = read_reply(Reply("", Finish.STOP, refusal="no " * 1000), "en", ScreenAnswer)
    assert isinstance(read, Dropped) and read.note is not None and len(read.note) == 300


@given(st.text(st.characters(), max_size=50))
def test_what_is_kept_can_be_stored_as_utf_8(said: str) -> None:
    kept = printable(said)
    assert kept.encode() is not None and not any(ord(c) < 9 for c in kept)


def test_halves_of_characters_and_unseen_marks_do_not_come_through() -> None:
    read = read_answer('{"rules": ["\\ud83d\\ude00 \\ud800be\\u0000 kind\\u202e"]}', WriteAnswer)
    assert read == WriteAnswer(rules=("😀 be kind",))
