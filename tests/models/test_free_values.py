"""What simulated respondents say to questions without options, and that what was planted can be told."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from axiometer.models.free_values import MENTIONED, Planted, planted
from axiometer.models.protocols import Message, Request
from axiometer.models.simulated import Profile, Refusals, SimulatedRespondent
from axiometer.starter.polarity import load_stance_sentences


def said(profile: Profile, number: int, lang: str = "en", repeat: int = 0) -> str:
    meta: dict[str, Any] = {
        "mode": "free",
        "lang": lang,
        "item": f"{lang}-{number}",
        "parallel": f"q{number}",
        "wording": f"free-bare/{lang}/1@1",
        "order": [],
        "letters": [],
        "texts": [],
        "clusters": [f"q{number}"],
        "negated": False,
        "options": [],
    }
    model = SimulatedRespondent(profile)
    return model.read(asyncio.run(model.send(Request((Message("user", "?"),), repeat=repeat, meta=meta)))).text


def found(profile: Profile, count: int, lang: str = "en") -> Counter[Planted | None]:
    return Counter(planted(said(profile, number, lang)) for number in range(count))


def test_every_sentence_tells_its_value_and_stance_and_nothing_else_does() -> None:
    fitted = [each for each in load_stance_sentences() if not each.held_out]
    assert [planted(f" {each.text}\n") for each in fitted] == [Planted(each.topic, each.stance) for each in fitted]
    assert planted("There are several ways to look at this.") is None
    assert all(planted(each.text) is None for each in load_stance_sentences() if each.held_out)


def test_a_strong_value_comes_up_and_is_endorsed_and_a_weak_one_is_hardly_spoken_of() -> None:
    told = found(Profile(name="p", values={"freedom": 4.0, "harmony": -4.0}), 1_500)
    values = Counter(dict.fromkeys(("freedom", "harmony"), 0))
    for what, n in told.items():
        values[what.value if what else ""] += n
    # softmax: e^4 over e^4 + 10 + e^-4
    assert values["freedom"] / 1_500 == pytest.approx(0.845, abs=0.03) and values["harmony"] < 6
    assert told[Planted("freedom", "oppose")] < 0.04 * values["freedom"]
    assert told[Planted("freedom", "mention")] / values["freedom"] == pytest.approx(MENTIONED, abs=0.03)


def test_without_preferences_every_value_and_both_stances_come_up_alike() -> None:
    told = found(Profile(name="p"), 2_400)
    values = Counter[str]()
    for what, n in told.items():
        assert what is not None
        values[what.value] += n
    assert len(values) == 12 and max(values.values()) < 1.4 * min(values.values())
    stances = Counter[str]()
    for what, n in told.items():
        stances[what.stance if what else ""] += n
    assert stances["endorse"] / stances["oppose"] == pytest.approx(1.0, abs=0.15)


def test_the_answer_is_in_the_language_of_the_question() -> None:
    profile = Profile(name="p")
    assert all(any("\u3400" <= letter <= "\u9fff" for letter in said(profile, number, "zh")) for number in range(50))
    assert all(said(profile, number, lang).isascii() for number in range(50) for lang in ("en", "fr"))


def test_a_repeat_is_another_draw_and_the_same_presentation_the_same_words() -> None:
    profile = Profile(name="p")
    assert said(profile, 1) == said(profile, 1)
    assert sum(said(profile, n) != said(profile, n, repeat=1) for n in range(100)) > 80


def test_a_value_without_sentences_is_not_spoken_of() -> None:
    other = Profile(name="p", framework="schwartz", values={"benevolence": 1.0})
    assert set(found(other, 60)) == {None}
    assert set(found(Profile(name="p", framework="schwartz"), 20)) == {None}
    derived = Profile(name="p", framework="core-socialist-values", values={"freedom-of-will": 9.0})
    told = Counter({what.value: n for what, n in found(derived, 200).items() if what})
    assert told.most_common(1)[0][0] == "freedom"


def test_refusals_can_depend_on_the_value_that_would_have_been_spoken_of() -> None:
    shy = Profile(name="p", values={"freedom": 3.0}, refusals=Refusals(by_choice={"freedom": 1.0}))
    texts = [said(shy, number) for number in range(200)]
    assert not [text for text in texts if (what := planted(text)) and what.value == "freedom"]
    assert sum("can't answer" in text or "unable to" in text for text in texts) > 100
