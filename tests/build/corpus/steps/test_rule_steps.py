"""Refine, filter, classify and label: what each answer makes of a rule."""

from __future__ import annotations

import json

import pytest

from axiometer.build.corpus.steps.classify import classify, resolved
from axiometer.build.corpus.steps.filter import filter_rules
from axiometer.build.corpus.steps.label import label
from axiometer.build.corpus.steps.refine import refine
from axiometer.frameworks import Framework
from axiometer.models.protocols import Finish, Request
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

from .conftest import MakeRule, Said

LONG = "It is kind to give your seat to an elderly person and rude to stare at people who do not."
SHORT = "It is kind to give your seat to an elderly person."


def test_a_fit_rule_stays_the_same_row(core: Framework, said: Said, a_rule: MakeRule) -> None:
    rule = a_rule(SHORT)
    for answer in (
        {"fit": True, "rule": ""},
        {"fit": True, "rule": "Other words."},
        {"fit": False, "rule": SHORT.upper()},
    ):
        assert refine(core).read(rule, said(answer)) == Kept((rule,))


def test_an_unfit_rule_becomes_another_that_remembers_it(core: Framework, said: Said, a_rule: MakeRule) -> None:
    rule = a_rule(LONG, canary="x")
    outcome = refine(core).read(rule, said({"fit": False, "rule": f'"{SHORT}"'}))
    assert isinstance(outcome, Kept)
    (refined,) = outcome.rows
    assert refined.text == SHORT and refined.id != rule.id and refined.parent_ids == (rule.id,)
    assert (refined.text_id, refined.rewritten_from, refined.origin) == (rule.text_id, None, "refine")
    assert refined.meta == {"canary": "x", "refined_from": LONG}


@pytest.mark.parametrize(
    ("said_rule", "problem"),
    [
        ("", "empty"),
        ("so " * 60, "too long for a rule"),
        ("It is good to join in one action with others.", None),
        ("is understood without knowing where it comes from", "repeats the instructions"),
    ],
)
def test_a_refined_rule_must_be_a_rule(
    core: Framework, said: Said, a_rule: MakeRule, said_rule: str, problem: str | None
) -> None:
    outcome = refine(core).read(a_rule(), said({"fit": False, "rule": said_rule}))
    assert outcome == Rejected(problem) if problem else isinstance(outcome, Kept)


def test_a_rule_called_fit_that_is_far_too_long_is_dropped(core: Framework, said: Said, a_rule: MakeRule) -> None:
    rule = a_rule("应当" + "帮助他人" * 20, "zh")
    assert refine(core).read(rule, said({"fit": True, "rule": rule.text})) == Dropped("too long for a rule")


def test_a_rule_about_no_value_is_filtered_with_the_reason(core: Framework, said: Said, a_rule: MakeRule) -> None:
    rule = a_rule()
    assert filter_rules(core).read(rule, said({"reason": "help", "about_value": "yes"})) == Kept((rule,), "help")
    dropped = filter_rules(core).read(rule, said({"reason": "mere taste", "about_value": False}))
    assert dropped == Dropped("not about a value of the framework", "mere taste")
    assert filter_rules(core).read(rule, said({"reason": "x"})) == Rejected("wrong form: about_value")


# -- classify ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "values", "unknown"),
    [
        (["tolerance"], ("tolerance",), None),
        (["tolerance", "equality", "tolerance"], ("equality", "tolerance"), None),
        (["friendship", "tolerance", "personal"], ("tolerance",), None),
        (["宽容待人", "FRIENDSHIP"], ("tolerance",), None),
        (["tolerance（宽容待人）", "personal > friendship > care-for-others"], ("care-for-others", "tolerance"), None),
        (["prosperity 富强"], ("prosperity",), None),
        (["tolerance", "happiness", " "], ("tolerance",), ["happiness"]),
    ],
)
def test_labels_become_the_most_specific_values(
    core: Framework, said: Said, a_rule: MakeRule, labels: list[str], values: tuple[str, ...], unknown: list[str] | None
) -> None:
    rule = a_rule()
    outcome = classify(core).read(rule, said({"values": labels}))
    assert isinstance(outcome, Kept)
    (classified,) = outcome.rows
    assert (classified.id, classified.values, classified.framework) == (rule.id, values, "core-socialist-values")
    assert json.loads(classified.meta.get("unknown_labels", "null")) == unknown


def test_labels_that_are_all_unknown_are_rejected_with_their_words(
    core: Framework, said: Said, a_rule: MakeRule
) -> None:
    outcome = classify(core).read(a_rule(), said({"values": ["happiness", "快乐至上"]}))
    assert outcome == Rejected("unknown label", "happiness, 快乐至上")
    assert resolved(core, "happiness") == () and resolved(core, "x" * 10_000) == ()


def test_a_rule_about_no_value_ends(core: Framework, said: Said, a_rule: MakeRule) -> None:
    for answer in ({"values": []}, {"values": [""]}, {"values": None}):
        assert classify(core).read(a_rule(), said(answer)) == Dropped("no value of the framework")


def test_a_rule_without_labels_is_asked_about(core: Framework, a_rule: MakeRule) -> None:
    assert isinstance(classify(core).render(a_rule()), Request)


# -- label ------------------------------------------------------------------------------------------------------------


def test_a_fitting_rule_is_labelled_and_stays_the_same(core: Framework, said: Said, a_rule: MakeRule) -> None:
    rule = a_rule(values=("care-for-others",))
    outcome = label(core, None, 0).read(rule, said({"reason": "helps", "label": 1, "rewrite": rule.text.upper()}))
    assert isinstance(outcome, Kept) and outcome.note == "helps"
    assert (outcome.rows[0].id, outcome.rows[0].label, outcome.rows[0].rewritten_from) == (rule.id, 1, None)


@pytest.mark.parametrize(("said_label", "evidence"), [(1, True), (-1, False)])
def test_a_rewritten_rule_is_another_one_marked_as_such(
    core: Framework, said: Said, a_rule: MakeRule, said_label: int, evidence: bool
) -> None:
    rule = a_rule("It is fine to leave the old standing.", values=("care-for-others",))
    outcome = label(core, None, 0).read(rule, said({"reason": "x", "label": said_label, "rewrite": f"1. {SHORT}"}))
    assert isinstance(outcome, Kept)
    (rewritten,) = outcome.rows
    assert (rewritten.text, rewritten.label, rewritten.rewritten_from) == (SHORT, said_label, rule.id)
    assert rewritten.parent_ids == (rule.id,) and rewritten.values == rule.values and rewritten.origin == "label"
    assert rewritten.meta == {"before_rewrite": rule.text} and rewritten.is_evidence is evidence


@pytest.mark.parametrize("rewrite", ["", "...", "It is fine to leave the old standing!", "so " * 60, None])
def test_a_conflicting_rule_without_a_usable_rewrite_is_dropped(
    core: Framework, said: Said, a_rule: MakeRule, rewrite: str | None
) -> None:
    rule = a_rule("It is fine to leave the old standing.", values=("care-for-others",))
    outcome = label(core, None, 0).read(rule, said({"reason": "x", "label": -1, "rewrite": rewrite}))
    assert outcome == Dropped("conflicts with the framework", "x")


def test_an_irrelevant_rule_is_dropped_and_a_rule_without_values_not_asked_about(
    core: Framework, said: Said, a_rule: MakeRule
) -> None:
    labelling = label(core, None, 0)
    rule = a_rule(values=("tolerance",))
    assert labelling.read(rule, said({"reason": "x", "label": "0", "rewrite": ""})) == Dropped("irrelevant", "x")
    assert labelling.render(a_rule()) == Dropped("no value of the framework")
    assert labelling.read(rule, said({"reason": "x", "label": True})) == Rejected("wrong form: label")
    assert labelling.read(rule, said('{"reason": "', Finish.LENGTH)) == Rejected("cut off")


def test_only_the_rule_s_values_and_those_above_are_shown(core: Framework, a_rule: MakeRule) -> None:
    asked = label(core, None, 0).render(a_rule(values=("tolerance",)))
    assert isinstance(asked, Request)
    shown = asked.messages[0].content
    assert "Tolerance (derived value): " in shown and "Friendship (core value): " in shown
    assert "Democracy" not in shown and "people labelled" not in shown
