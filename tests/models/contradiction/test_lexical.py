"""The model `lexical`: what its word lists see in rules, and what they cannot see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.models.contradiction.forces import CLASHES, Force, clash, composed, denied, omitted
from axiometer.models.contradiction.labelled import shipped_conflict_pairs
from axiometer.models.contradiction.lexical import CONTRADICTS, LexicalModel, reading
from axiometer.models.protocols import Confidence, ConflictKind, Contradiction, ContradictionModel

RULES = sorted({(text, pair.lang) for pair in shipped_conflict_pairs() for text in (pair.a, pair.b)})
MODEL = LexicalModel()


def say(first: str, second: str, lang: str) -> Contradiction:
    (said,) = MODEL.contradictions([(first, second, lang)])
    return said


@pytest.mark.parametrize(
    ("text", "lang", "force"),
    [
        ("One should help a stranger.", "en", Force.OBLIGE),
        ("Help a stranger.", "en", Force.OBLIGE),
        ("Never smoke indoors.", "en", Force.FORBID),
        ("It is wrong not to thank a host.", "en", Force.OBLIGE),
        ("It is not wrong to be late.", "en", Force.PERMIT),
        ("You may not park here.", "en", Force.FORBID),
        ("You may park here.", "en", Force.PERMIT),
        ("Guests need not dress up.", "en", Force.EXEMPT),
        ("Guests do not have to dress up.", "en", Force.EXEMPT),
        ("Guests have to dress up.", "en", Force.OBLIGE),
        ("Nobody has to dress up.", "en", Force.EXEMPT),
        ("Nobody should be looked down on.", "en", Force.FORBID),
        ("Dogs should not be allowed in.", "en", Force.FORBID),
        ("Dogs should not be banned.", "en", Force.PERMIT),
        ("When you are not sure, you should ask.", "en", Force.OBLIGE),
        ("应当给老人让座", "zh", Force.OBLIGE),
        ("不应当插队", "zh", Force.FORBID),
        ("插队是不对的", "zh", Force.FORBID),
        ("不排队是不对的", "zh", Force.OBLIGE),
        ("不必每次都送礼", "zh", Force.EXEMPT),
        ("可以在家办公", "zh", Force.PERMIT),
        ("应当允许在家办公", "zh", Force.PERMIT),
        ("不应当禁止在家办公", "zh", Force.PERMIT),
        ("不应允许在家办公", "zh", Force.FORBID),
        ("如果不懂，应当请教别人", "zh", Force.OBLIGE),
        ("不得不承认的错误应当承认", "zh", Force.OBLIGE),
    ],
)
def test_a_rule_is_read_as_asking_allowing_forbidding_or_letting_be(text: str, lang: str, force: Force) -> None:
    assert reading(text, lang).force is force


@pytest.mark.parametrize(
    ("first", "second", "lang"),
    [
        ("One should lend books to neighbours.", "One should not lend books to neighbours.", "en"),
        ("You may swim in the lake.", "Swimming in the lake is forbidden.", "en"),
        ("You should vote.", "You need not vote.", "en"),
        ("Bakers should open early.", "Bakers should open late.", "en"),
        ("The town should come before the family.", "The family should come before the town.", "en"),
        ("应当借书给邻居", "不应当借书给邻居", "zh"),
        ("湖里可以游泳", "湖里禁止游泳", "zh"),
        ("应当参加投票", "不必参加投票", "zh"),
        ("账目应当公开", "账目应当保密", "zh"),
        ("全镇的利益高于家族的利益", "家族的利益高于全镇的利益", "zh"),
    ],
)
def test_reverse_rules_contradict_each_other_in_both_directions(first: str, second: str, lang: str) -> None:
    said = say(first, second, lang)
    assert said.both >= CONTRADICTS
    assert said.kind is ConflictKind.CONTRADICTION
    assert said.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("first", "second", "lang"),
    [
        ("One should lend books to neighbours.", "It is right to lend books to one's neighbours.", "en"),
        ("One should lend books.", "One should not wear shoes indoors.", "en"),
        ("Food should not be too salty.", "It is bad for food to be too salty.", "en"),
        ("应当借书给邻居", "把书借给邻居是对的", "zh"),
        ("应当借书给邻居", "不应当在室内穿鞋", "zh"),
        ("不应当说谎", "说谎是不对的", "zh"),
        ("", "不应当说谎", "zh"),
        ("。", "!", "zh"),
    ],
)
def test_agreeing_and_unrelated_rules_do_not(first: str, second: str, lang: str) -> None:
    assert say(first, second, lang).both == 0.0
    assert say(first, second, lang).kind is None


def test_a_broad_rule_is_wholly_contradicted_and_a_narrow_one_in_part() -> None:
    said = say("One should lie.", "One should never lie to an old and trusting neighbour in the village.", "en")
    assert said.ab == 1.0
    assert said.ba is not None and 0.0 < said.ba < 1.0


def test_tension_between_good_rules_is_not_seen_and_not_denied() -> None:
    assert say("One should tell the truth.", "One should spare a friend's feelings.", "en").kind is None


def test_a_language_without_lists_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"language 'fr' \(it has: en, zh"):
        MODEL.contradictions([("Il faut aider.", "Il ne faut pas aider.", "fr")])


def test_scripts_and_regions_of_a_language_share_its_lists() -> None:
    assert say("应当借书", "不应当借书", "zh-Hans").both == say("应当借书", "不应当借书", "zh").both > 0


def test_it_is_a_contradiction_model_whose_identity_holds_its_lists() -> None:
    assert isinstance(MODEL, ContradictionModel)
    assert MODEL.name == "lexical"
    assert len(str(MODEL.identity["lexicon"])) == 32


@given(st.sampled_from(RULES), st.sampled_from(RULES))
def test_turning_a_pair_round_turns_its_scores_round(one: tuple[str, str], other: tuple[str, str]) -> None:
    lang = one[1]
    second = other[0] if other[1] == lang else one[0]
    there, back = say(one[0], second, lang), say(second, one[0], lang)
    assert (there.ab, there.ba) == (back.ba, back.ab)
    assert 0.0 <= there.ab <= 1.0


@given(st.sampled_from(RULES))
def test_no_rule_contradicts_itself(rule: tuple[str, str]) -> None:
    assert say(rule[0], rule[0], rule[1]).both == 0.0


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["zh", "en"]))
def test_any_text_gives_a_score(first: str, second: str, lang: str) -> None:
    said = say(first, second, lang)
    assert said.ba is not None
    assert 0.0 <= said.ab <= 1.0 and 0.0 <= said.ba <= 1.0


def test_forces_make_a_square() -> None:
    assert all(omitted(omitted(force)) is force for force in Force)
    assert composed([]) is Force.OBLIGE
    assert composed([Force.FORBID, Force.FORBID]) is Force.PERMIT
    assert composed([Force.OBLIGE, Force.PERMIT]) is Force.PERMIT
    assert denied(Force.PERMIT) is Force.FORBID
    assert clash(Force.OBLIGE, Force.PERMIT, opposite=False) == 0.0
    for pair in CLASHES:
        first, second = sorted(pair)
        # What clashes on an action clashes on its omission.
        assert clash(omitted(first), omitted(second), opposite=False) > 0.0
