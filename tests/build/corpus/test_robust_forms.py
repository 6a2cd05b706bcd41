"""Answers that say what was asked in a form of their own, as small models do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.corpus.steps.answers import ClassifyAnswer, CompactAnswer, WriteAnswer
from axiometer.measure.asking.answers import read_answer
from axiometer.runtime.stages.rows import Rejected


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ('{"values": [{"id": "integrity", "name": "诚信"}]}', ("integrity",)),
        ('{"values": {"id": "integrity"}}', ("integrity",)),
        ('{"values": [{"name": "诚信", "reason": "it is kept"}, "harmony"]}', ("诚信", "harmony")),
        ('{"values": null}', ()),
    ],
)
def test_values_that_come_as_objects_are_read(said: str, values: tuple[str, ...]) -> None:
    answer = read_answer(said, ClassifyAnswer)
    assert isinstance(answer, ClassifyAnswer) and answer.values == values


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ('{"rules": [{"rule": "It is good to rest.", "why": "work is hard"}]}', ("It is good to rest.",)),
        ('{"rules": {"judgement": "good", "action": "rest", "rule": "It is good to rest."}}', ("It is good to rest.",)),
    ],
)
def test_rules_that_come_as_objects_are_read(said: str, rules: tuple[str, ...]) -> None:
    answer = read_answer(said, WriteAnswer)
    assert isinstance(answer, WriteAnswer) and answer.rules == rules


@pytest.mark.parametrize("said", ['{"rules": [{"judgement": "good", "action": "rest"}]}', '{"rules": [{}]}'])
def test_an_object_that_holds_no_rule_is_of_the_wrong_form(said: str) -> None:
    assert read_answer(said, WriteAnswer) == Rejected("wrong form: rules")


@pytest.mark.parametrize("rest", ["", ', "rules": null', ', "rules": []'])
def test_a_text_that_touches_nothing_needs_no_rules(rest: str) -> None:
    answer = read_answer(f'{{"reason": "weather", "touches": false{rest}}}', CompactAnswer)
    assert isinstance(answer, CompactAnswer) and answer.rules == ()


@pytest.mark.parametrize("rest", ["", ', "rules": null', ', "rules": ["It is good to rest."]'])
def test_a_text_that_touches_a_value_needs_rules_with_their_values(rest: str) -> None:
    assert read_answer(f'{{"touches": true{rest}}}', CompactAnswer) == Rejected("wrong form: rules")


def test_a_single_rule_needs_no_list() -> None:
    said = '{"touches": "yes", "rules": {"rule": "It is good to rest.", "values": {"id": "harmony"}}}'
    answer = read_answer(said, CompactAnswer)
    assert isinstance(answer, CompactAnswer)
    assert [(rule.rule, rule.values) for rule in answer.rules] == [("It is good to rest.", ("harmony",))]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["rule", "id", "values", "x"]) | st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(touches=json_values, rules=json_values)
def test_whatever_stands_in_the_fields_is_an_answer_or_names_the_wrong_one(touches: object, rules: object) -> None:
    answer = read_answer(json.dumps({"touches": touches, "rules": rules}), CompactAnswer)
    if isinstance(answer, Rejected):
        assert answer.problem in ("wrong form: touches", "wrong form: rules")
    else:
        assert all(isinstance(rule.rule, str) for rule in answer.rules)
