"""What a judge may say, however it is dressed, and what it comes to."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.measure.design import Design, judge_orders
from axiometer.measure.judging.options import JudgeOptions
from axiometer.measure.judging.questions import JudgeQuestion, Verdict, questions_about, values_at_stake
from axiometer.measure.judging.values import JudgeValues
from axiometer.models.protocols import Finish, Reply
from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Mode, Option, Outcome, Role, make_item
from axiometer.runtime.stages.rows import CallStage, Dropped, Kept, Rejected

ORDERS = st.permutations([0, 1, 2]).map(tuple)


def question(order: tuple[int, ...] = (1, 0), sides: tuple[int, ...] = (), lang: str = "en") -> JudgeQuestion:
    shown = tuple(f"value {n}" for n in range(len(sides))) if sides else tuple(f"position {index}" for index in order)
    return JudgeQuestion("q", ("f", "i"), lang, "Why?", "Because.", order, shown, shown, sides)


def reply(text: str, finish: Finish = Finish.STOP) -> Reply:
    return Reply(text=text, finish=finish)


def said(text: str, row: JudgeQuestion | None = None) -> tuple[Outcome, int | None]:
    end = JudgeOptions().read(row or question(), reply(text))
    assert isinstance(end, Kept), end
    (verdict,) = end.rows
    return verdict.outcome, verdict.option


@pytest.mark.parametrize(
    ("text", "outcome", "option"),
    [
        ('{"reason": "it says so", "closer": "A"}', Outcome.CHOSEN, 1),
        ('{"reason": "", "closer": "b"}', Outcome.CHOSEN, 0),
        ('{"closer": "Position B."}', Outcome.CHOSEN, 0),
        ('{"closer": "立场A"}', Outcome.CHOSEN, 1),
        ('{"closer": ["A"]}', Outcome.CHOSEN, 1),
        ('```json\n{"reason": "x", "closer": "both"}\n```', Outcome.BOTH, None),
        ('{"closer": "两者"}', Outcome.BOTH, None),
        ('{"closer": "Neither"}', Outcome.EVASIVE, None),
        ('{"closer": "都不"}', Outcome.EVASIVE, None),
        ('{"closer": null}', Outcome.EVASIVE, None),
        ('<think>{"closer": "A"}, or rather not</think> {"closer": "B"}', Outcome.CHOSEN, 0),
        ("“closer”: no. {“closer”：“A”}", Outcome.CHOSEN, 1),
    ],
)
def test_a_verdict_is_read_whatever_its_dress_and_counts_for_the_option_at_that_letter(
    text: str, outcome: Outcome, option: int | None
) -> None:
    assert said(text) == (outcome, option)


@pytest.mark.parametrize(
    "text", ['{"closer": "C"}', '{"closer": "maybe"}', '{"reason": "A"}', "It is closer to A.", ""]
)
def test_what_is_no_verdict_is_asked_for_once_more(text: str) -> None:
    stage, row = JudgeOptions(), question()
    end = stage.read(row, reply(text))
    assert isinstance(end, Rejected)
    again = stage.repair(row, stage.render(row), reply(text), end)
    assert again.meta is not None and again.meta["attempt"] == 1 and len(again.messages) == 3


def test_a_judge_that_declines_or_is_filtered_ends_there() -> None:
    declined = JudgeOptions().read(question(), reply("I'm sorry, but I can't help with that."))
    filtered = JudgeOptions().read(question(), reply("", Finish.FILTER))
    assert [declined, filtered] == [Dropped("refused", declined.note), Dropped("content filter", None)]  # type: ignore[union-attr]


@given(order=ORDERS, place=st.integers(0, 2))
def test_the_letter_stands_for_the_option_shown_there_in_any_order(order: tuple[int, ...], place: int) -> None:
    assert said(json.dumps({"closer": "ABC"[place]}), question(order)) == (Outcome.CHOSEN, order[place])


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    for stage, row in ((JudgeOptions(), question()), (JudgeValues(), question(sides=(0, 1)))):
        end = stage.read(row, reply(text))
        assert isinstance(end, Kept | Dropped | Rejected)


@given(
    acts=st.sets(st.sampled_from("ABCD")),
    against=st.sets(st.sampled_from("ABCD")),
    sides=st.lists(st.sampled_from([0, 1, -1]), min_size=4, max_size=4),
)
def test_acting_on_values_of_one_side_alone_takes_that_side(
    acts: set[str], against: set[str], sides: list[int]
) -> None:
    row = question((0, 1), tuple(sides))
    text = json.dumps({"acts_on": sorted(acts), "acts_against": sorted(against), "reason": "x"})
    end = JudgeValues().read(row, reply(text))
    if acts & against:
        assert isinstance(end, Rejected)
        return
    assert isinstance(end, Kept)
    (verdict,) = end.rows
    taken = {sides["ABCD".index(letter)] for letter in acts} - {-1}
    expected = {0: Outcome.EVASIVE, 1: Outcome.CHOSEN, 2: Outcome.BOTH}[len(taken)]
    assert verdict.outcome is expected and verdict.option == (taken.pop() if len(taken) == 1 else None)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('{"acts_on": "A, B", "acts_against": []}', Outcome.BOTH),
        ('{"acts_on": ["Value A"], "acts_against": ["B"]}', Outcome.CHOSEN),
        ('{"acts_on": "none", "acts_against": null}', Outcome.EVASIVE),
        ('{"acts_on": []}', Outcome.EVASIVE),
    ],
)
def test_lists_of_values_are_read_as_they_are_meant(text: str, outcome: Outcome) -> None:
    end = JudgeValues().read(question((0, 1), (0, 1)), reply(text))
    assert isinstance(end, Kept)
    assert end.rows[0].outcome is outcome


def test_a_value_that_does_not_stand_there_is_no_answer() -> None:
    end = JudgeValues().read(question((0, 1), (0, 1)), reply('{"acts_on": ["C"], "acts_against": []}'))
    assert isinstance(end, Rejected) and end.problem.endswith("acts_on")


def item(values: tuple[tuple[str, ...], ...], distractor: bool = False) -> Item:
    options = tuple(
        Option(f"do {n}", expresses=tuple(Expression(ExpressionKind.VALUE, value, 1) for value in own))
        for n, own in enumerate(values)
    )
    extra = (Option("wait", Role.DISTRACTOR),) if distractor else ()
    return make_item(kind=ItemKind.DILEMMA, lang="zh", prompt="?", options=(*extra, *options), clusters=(), source="t")


def test_a_judge_sees_the_sides_in_both_orders_and_no_distractor() -> None:
    shown = item((("a",), ("b",)), distractor=True)
    orders = judge_orders(shown, Design(mode=Mode.JUDGED))
    assert sorted(orders) == [(1, 2), (2, 1)]
    rows = questions_about(shown, "x", ("f", shown.id), Design(mode=Mode.JUDGED), {})
    assert [row.shown for row in rows] == [tuple(shown.options[at].text for at in order) for order in orders]
    assert len({row.id for row in rows}) == 2


def test_a_value_that_both_sides_endorse_tells_neither_from_the_other() -> None:
    assert values_at_stake(item((("a", "c"), ("b", "c")))) == {"a": 0, "c": -1, "b": 1}


def test_both_judges_are_stages() -> None:
    for stage in (JudgeOptions(), JudgeValues()):
        assert isinstance(stage, CallStage) and stage.output is Verdict
        prompts = stage.fingerprint["prompts"]
        assert isinstance(prompts, dict) and set(prompts) == {"zh", "en"}
    for lang, words in (("zh", "这段回答"), ("de", "the answer")):
        content = JudgeOptions().render(question(lang=lang)).messages[0].content
        assert words in content and ("German" in content) == (lang == "de")
