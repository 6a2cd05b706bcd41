"""Screen, write and the combined call: what each answer makes of a text."""

from __future__ import annotations

import json

import pytest

from axiometer.build.corpus.steps.classify import classify
from axiometer.build.corpus.steps.compact import CompactScreen, CompactWrite, compact_prompting
from axiometer.build.corpus.steps.screen import screen
from axiometer.build.corpus.steps.write import write
from axiometer.frameworks import Framework
from axiometer.models.protocols import Finish, Request
from axiometer.runtime.stages.rows import Dropped, Kept, Rejected

from .conftest import MakeText, Said

KIND = "It is kind to give your seat to an elderly person."
EXPECTED = "Young people are expected to look after the weak."


def rules_of(outcome: object) -> list[str]:
    assert isinstance(outcome, Kept)
    return [rule.text for rule in outcome.rows]


def test_a_text_that_touches_a_value_goes_on_as_it_is_with_the_reason_as_note(
    core: Framework, said: Said, a_text: MakeText
) -> None:
    text = a_text()
    assert screen(core).read(text, said({"reason": "help", "touches": True})) == Kept((text,), "help")
    dropped = screen(core).read(text, said({"reason": "figures only", "touches": False}))
    assert dropped == Dropped("touches no value", "figures only")


@pytest.mark.parametrize(
    ("answer", "finish", "expected"),
    [
        ("", Finish.FILTER, Dropped("content filter")),
        ("I'm sorry, I can't help with that.", Finish.STOP, Dropped("refused", "I'm sorry, I can't help with that.")),
        ("Yes it does.", Finish.STOP, Rejected("not JSON")),
        ('{"reason": "it', Finish.LENGTH, Rejected("cut off")),
        ("{}", Finish.STOP, Rejected("wrong form: touches")),
    ],
)
def test_what_is_no_answer_is_told_apart(
    core: Framework, said: Said, a_text: MakeText, answer: str, finish: Finish, expected: object
) -> None:
    assert screen(core).read(a_text(), said(answer, finish)) == expected


def test_rules_are_of_the_text_and_in_its_language_without_values_yet(
    core: Framework, said: Said, a_text: MakeText
) -> None:
    text = a_text("Un jeune homme a cédé sa place.", "fr", canary="ananas")
    outcome = write(core).read(text, said({"rules": ["Il est poli de céder sa place."]}))
    assert isinstance(outcome, Kept)
    (rule,) = outcome.rows
    assert (rule.lang, rule.text_id, rule.parent_ids) == ("fr", text.id, (text.id,))
    assert (rule.values, rule.framework, rule.label, rule.origin) == ((), None, None, "write")
    assert rule.meta == {"canary": "ananas"}


def test_rules_are_cleaned_taken_once_and_three_at_most(core: Framework, said: Said, a_text: MakeText) -> None:
    answer = {"rules": [f"1. {KIND}", KIND.upper(), "", f'"{EXPECTED}"', "It is rude to stare.", "It is wrong to lie."]}
    assert rules_of(write(core).read(a_text(), said(answer))) == [KIND, EXPECTED, "It is rude to stare."]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], Dropped("no rule written")),
        (["", "..."], Rejected("empty")),
        (["very " * 50], Rejected("too long for a rule")),
        (["On the train a young man gave an old lady his seat " * 2], Rejected("repeats the text")),
        (["holds one judgement and one action, and a single thought"], Rejected("repeats the instructions")),
        (["I'm sorry, but I can't assist with that."], Dropped("refused", "I'm sorry, but I can't assist with that.")),
    ],
)
def test_an_answer_without_a_usable_rule_says_what_was_wrong(
    core: Framework, said: Said, a_text: MakeText, rules: list[str], expected: object
) -> None:
    text = a_text("On the train a young man gave an old lady his seat " * 2)
    assert write(core).read(text, said({"rules": rules})) == expected


def test_a_rule_about_refusing_is_a_rule(core: Framework, said: Said, a_text: MakeText) -> None:
    rule = "It is fine to say that one cannot help with something."
    assert rules_of(write(core).read(a_text(), said({"rules": [rule]}))) == [rule]


def test_a_rule_may_say_what_the_framework_says(core: Framework, said: Said, a_text: MakeText) -> None:
    rule = "People should decide for themselves what to believe."
    assert rules_of(write(core).read(a_text(), said({"rules": [rule]}))) == [rule]


def test_two_clumsy_answers_of_a_tiny_model(core: Framework, said: Said, a_text: MakeText) -> None:
    fenced = 'Sure! Here are the rules:\n```json\n{"rules": ["1. **It is good to help.**",],}\n```\nLet me know!'
    assert rules_of(write(core).read(a_text(), said(fenced))) == ["It is good to help."]
    looping = '{\n  "rules": [\n    "1. holds one judgement; 2. is short; 3. is short; 4. is short; 5. is sho'
    assert write(core).read(a_text(), said(looping, Finish.LENGTH)) == Rejected("cut off")


# -- the combined call ------------------------------------------------------------------------------------------------


def combined(*rules: tuple[str, list[str]], touches: bool = True) -> dict[str, object]:
    return {"reason": "help", "touches": touches, "rules": [{"rule": rule, "values": values} for rule, values in rules]}


def test_both_steps_of_the_combined_call_ask_the_same(core: Framework, a_text: MakeText) -> None:
    prompting = compact_prompting(core)
    text = a_text()
    screening, writing = CompactScreen(prompting).render(text), CompactWrite(prompting).render(text)
    assert isinstance(screening, Request) and screening == writing
    assert screening.meta is not None and (screening.meta["step"], screening.meta["compact"]) == ("compact", True)


def test_a_combined_answer_is_read_by_each_step_for_itself(core: Framework, said: Said, a_text: MakeText) -> None:
    prompting, text = compact_prompting(core), a_text()
    answer = said(
        combined((KIND, ["care-for-others", "友善"]), (EXPECTED, ["happiness"]), ("It is rude to stare.", []))
    )
    assert CompactScreen(prompting).read(text, answer) == Kept((text,), "help")
    written = CompactWrite(prompting).read(text, answer)
    assert isinstance(written, Kept) and [rule.origin for rule in written.rows] == ["compact"] * 3
    first, second, third = written.rows
    assert json.loads(first.meta["labels"]) == ["care-for-others", "友善"]

    settled = classify(core).render(first)
    assert isinstance(settled, Kept)
    assert settled.rows[0].values == ("care-for-others",) and settled.rows[0].meta == {}
    asked = classify(core).render(second)
    assert isinstance(asked, Request) and asked.meta is not None and asked.meta["step"] == "classify"
    assert classify(core).render(third) == Dropped("no value of the framework")


def test_a_combined_answer_that_touches_nothing_ends_in_screen(core: Framework, said: Said, a_text: MakeText) -> None:
    prompting = compact_prompting(core)
    answer = said(combined(touches=False))
    assert CompactScreen(prompting).read(a_text(), answer) == Dropped("touches no value", "help")
    assert CompactWrite(prompting).read(a_text(), said(combined())) == Dropped("no rule written")


def test_a_combined_answer_cut_within_its_second_rule_is_cut(core: Framework, said: Said, a_text: MakeText) -> None:
    whole = json.dumps(combined((KIND, ["care-for-others"]), (EXPECTED, ["tolerance"])))
    cut = said(whole[: whole.index("expected")], Finish.LENGTH)
    assert CompactScreen(compact_prompting(core)).read(a_text(), cut) == Rejected("cut off")
    assert CompactWrite(compact_prompting(core)).read(a_text(), cut) == Rejected("cut off")
