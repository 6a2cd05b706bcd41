"""The simulated judge: what it reads from words, and that it errs as its profile says."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.models.free_phrasing import free_phrase
from axiometer.models.judge_words import stands_for
from axiometer.models.protocols import BadRequest, Message, Request
from axiometer.models.registry import open_model
from axiometer.models.simulated import is_judge, shipped_judges, shipped_profiles
from axiometer.models.simulated_judge import JudgeProfile, SimulatedJudge, Slips, in_form, load_judge, said_of

PAIRS = {
    "en": ("The state should support wind power.", "The state should not support wind power."),
    "zh": ("政府应当支持沿海风电。", "政府不应当支持沿海风电。"),
    "fr": ("L'État doit soutenir l'éolien.", "L'État ne doit pas soutenir l'éolien."),
    "de": ("Der Staat soll Windkraft fördern.", "Der Staat soll Windkraft nicht fördern."),
}


@pytest.mark.parametrize("lang", PAIRS)
@pytest.mark.parametrize("turned", [False, True])
def test_it_reads_what_simulated_respondents_say_without_an_error(lang: str, turned: bool) -> None:
    options = PAIRS[lang][::-1] if turned else PAIRS[lang]
    for number in range(60):
        for place in (0, 1):
            said = free_phrase("choose", lang, options[place], options[1 - place], number)
            assert stands_for(said, options) == {place}, said
            both = free_phrase("both", lang, options[place], options[1 - place], number)
            assert stands_for(both, options) == {0, 1}, both
        for kind in ("evade", "refuse", "rubbish"):
            assert stands_for(free_phrase(kind, lang, *options, number), options) == frozenset()


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("Wind power is worth public money, and I would support it.", 0),
        ("I would not support wind power with public money.", 1),
        ("Nobody should support wind power with the money of the state.", 1),
        ("Bicycles are older than cars.", None),
    ],
)
def test_words_of_one_s_own_are_read_by_what_they_deny(answer: str, place: int | None) -> None:
    assert stands_for(answer, PAIRS["en"]) == (frozenset() if place is None else {place})


@given(st.text(), st.lists(st.text(), min_size=2, max_size=4))
def test_any_words_are_read(answer: str, options: list[str]) -> None:
    assert stands_for(answer, options) <= set(range(len(options)))


def test_errors_are_drawn_at_the_planted_rates_and_shared_between_the_orders() -> None:
    profile = JudgeProfile(
        kind="judge",
        name="x",
        by_option={0: Slips(other=0.15, both=0.05, neither=0.1), 1: Slips(other=0.05)},
        both=Slips(other=0.3),
        neither=Slips(other=0.2),
        shared=0.5,
        seed=1,
    )
    count = 4_000

    def shares(truth: frozenset[int]) -> Counter[frozenset[int]]:
        return Counter(said_of(profile, f"a{number}", truth, (0, 1)) for number in range(count))

    first, second = shares(frozenset({0})), shares(frozenset({1}))
    for found, expected in (
        (first[frozenset({1})], 0.15),
        (first[frozenset({0, 1})], 0.05),
        (first[frozenset()], 0.1),
        (second[frozenset({0})], 0.05),
        (shares(frozenset({0, 1}))[frozenset({1})], 0.15),
        (shares(frozenset())[frozenset({0})], 0.1),
    ):
        assert abs(found / count - expected) < 0.015
    orders = [[said_of(profile, f"a{n}", frozenset({0}), order) for order in ((0, 1), (1, 0))] for n in range(count)]
    differing = sum(one != other for one, other in orders) / count
    independent = 1 - sum(share**2 for share in (0.7, 0.15, 0.05, 0.1))
    assert abs(differing - 0.5 * independent) < 0.03


def test_a_leaning_to_what_stands_first_follows_the_order() -> None:
    profile = JudgeProfile(kind="judge", name="x", first=1.0)
    assert [said_of(profile, "a", frozenset({1}), order) for order in ((0, 1), (1, 0))] == [{0}, {1}]


@pytest.mark.parametrize(
    ("named", "order", "sides", "expected"),
    [
        ({1}, (1, 0), (), {"closer": "A"}),
        ({0, 1}, (1, 0), (), {"closer": "both"}),
        (set(), (1, 0), (), {"closer": "neither"}),
        ({0}, (0, 1), (0, -1, 1), {"acts_on": ["A", "B"], "acts_against": ["C"]}),
        (set(), (0, 1), (0, 1), {"acts_on": [], "acts_against": []}),
    ],
)
def test_what_it_says_has_the_form_asked_for(
    named: set[int], order: tuple[int, ...], sides: tuple[int, ...], expected: dict[str, object]
) -> None:
    said = json.loads(in_form(frozenset(named), order, sides, chinese=False))
    assert {name: value for name, value in said.items() if name != "reason"} == expected


def test_it_judges_and_nothing_else() -> None:
    model = SimulatedJudge(load_judge("judge").without_faults())
    with pytest.raises(BadRequest):
        asyncio.run(model.send(Request((Message("user", "Hello"),), meta={"step": "screen"})))
    assert shipped_judges() == ("judge",) and "judge" not in shipped_profiles()
    opened = open_model("sim/judge")
    assert isinstance(opened, SimulatedJudge) and opened.name == "sim/judge"
    assert "about" not in str(opened.identity) and opened.identity != model.identity


def test_a_profile_of_one_s_own_is_opened_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("kind: judge\nname: mine\nby_option: {0: {other: 0.15}, 1: {other: 0.05}}\n", encoding="utf-8")
    assert is_judge(str(file)) and open_model(f"sim/{file}").name == "sim/mine"
    for wrong, place in (("option: {other: 0.7, both: 0.7}", "at most 1"), ("option: {flip: 1}", "flip")):
        file.write_text(f"kind: judge\nname: mine\n{wrong}\n", encoding="utf-8")
        with pytest.raises(InputError, match=place) as caught:
            open_model(f"sim/{file}")
        assert "\n" not in str(caught.value)
