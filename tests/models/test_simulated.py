from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from axiometer.errors import InputError
from axiometer.models.protocols import BadRequest, ChatModel, Message, Request
from axiometer.models.registry import open_model
from axiometer.models.simulated import Profile, Refusals, SimulatedRespondent, load_profile, shipped_profiles

SIDES = (("value", "freedom", 1), ("value", "harmony", 1))


def meta(item: int, order: tuple[int, ...] = (0, 1), **more: Any) -> dict[str, Any]:
    shown = [SIDES[index] if index < 2 else None for index in order]
    return {
        "mode": "choice",
        "lang": "en",
        "item": f"item-{item}",
        "parallel": None,
        "wording": "choice/en/1@1",
        "order": list(order),
        "letters": list("ABC"[: len(order)]),
        "texts": ["Go", "Stay", "Paint"][: len(order)],
        "clusters": [],
        "negated": False,
        "options": [
            {"role": "side" if side else "distractor", "expresses": [list(side)] if side else []} for side in shown
        ],
        **more,
    }


def answer(model: ChatModel, described: dict[str, Any], repeat: int = 0, top_logprobs: int | None = None) -> Any:
    request = Request((Message("user", "?"),), repeat=repeat, meta=described, top_logprobs=top_logprobs)
    return model.read(asyncio.run(model.send(request)))


def share_of_first_side(profile: Profile, count: int, order: tuple[int, ...] = (0, 1)) -> float:
    model = SimulatedRespondent(profile)
    letters = Counter(answer(model, meta(item, order)).text.strip("().") for item in range(count))
    return letters["AB"[order.index(0)]] / count


def test_choices_follow_the_planted_logit() -> None:
    profile = Profile(name="p", values={"freedom": 1.0, "harmony": -0.5}, chatty=0.0)
    expected = 1 / (1 + math.exp(-1.5))
    assert share_of_first_side(profile, 4_000) == pytest.approx(expected, abs=0.03)


def test_slot_bias_acts_on_the_slot_and_not_on_the_option() -> None:
    profile = Profile(name="p", slot_bias=[1.0, 0.0], chatty=0.0)
    expected = 1 / (1 + math.exp(-1.0))
    assert share_of_first_side(profile, 4_000, (0, 1)) == pytest.approx(expected, abs=0.03)
    assert share_of_first_side(profile, 4_000, (1, 0)) == pytest.approx(1 - expected, abs=0.03)


def test_a_derived_value_carries_the_strength_planted_in_its_core_value() -> None:
    plain = Profile(name="p", values={"freedom": 9.0}, framework="core-socialist-values", chatty=0.0)
    described = meta(1)
    described["options"][0]["expresses"] = [["value", "freedom-of-will", 1]]
    assert answer(SimulatedRespondent(plain), described).text.strip("().") == "A"


def test_opposing_a_value_counts_against_it() -> None:
    profile = Profile(name="p", values={"freedom": 9.0}, chatty=0.0)
    described = meta(1)
    described["options"][0]["expresses"] = [["value", "freedom", -1]]
    assert answer(SimulatedRespondent(profile), described).text.strip("().") == "B"


def test_the_same_presentation_is_answered_the_same_and_a_repeat_is_another_draw() -> None:
    model = SimulatedRespondent(Profile(name="p", chatty=1.0))
    first = [answer(model, meta(item)).text for item in range(200)]
    assert first == [answer(SimulatedRespondent(Profile(name="p", chatty=1.0)), meta(i)).text for i in range(200)]
    assert first != [answer(model, meta(item), repeat=1).text for item in range(200)]


def test_items_that_share_a_rule_resemble_each_other() -> None:
    def agreement(rule_sd: float) -> float:
        profile = Profile(name="p", effects={"item": 0.0, "rule": rule_sd, "cluster": 0.0}, chatty=0.0)  # type: ignore[arg-type]
        model = SimulatedRespondent(profile)
        same = 0
        for rule in range(300):
            answers = []
            for item in (0, 1):
                described = meta(1_000 * rule + item)
                described["options"][0]["expresses"].append(["rule", f"rule-{rule}", 1])
                answers.append(answer(model, described).text.strip("()."))
            same += answers[0] == answers[1]
        return same / 300

    assert agreement(0.0) < 0.62
    assert agreement(3.0) > 0.75


def test_refusals_can_depend_on_what_would_have_been_chosen() -> None:
    profile = Profile(name="p", refusals=Refusals(by_choice={"freedom": 1.0}), chatty=0.0)
    model = SimulatedRespondent(profile)
    texts = [answer(model, meta(item)).text.strip("().") for item in range(400)]
    assert "A" not in texts
    assert 0.4 < texts.count("B") / 400 < 0.6


def test_distractor_is_chosen_at_its_rate_and_logprobs_say_so() -> None:
    model = SimulatedRespondent(Profile(name="p", distractor=0.2, chatty=0.0))
    texts = [answer(model, meta(item, (2, 0, 1))).text.strip("().") for item in range(2_000)]
    assert texts.count("A") / 2_000 == pytest.approx(0.2, abs=0.03)
    reply = answer(model, meta(1, (2, 0, 1)), top_logprobs=5)
    assert math.exp(dict(reply.first_token)["A"]) == pytest.approx(0.2)
    assert sum(math.exp(p) for _, p in reply.first_token) == pytest.approx(1.0)


def test_steering_moves_the_steered_value() -> None:
    model = SimulatedRespondent(Profile(name="p", steerable=9.0, chatty=0.0))
    texts = {answer(model, meta(item, steered=["harmony"])).text.strip("().") for item in range(50)}
    assert texts == {"B"}


@pytest.mark.parametrize("name", shipped_profiles())
def test_shipped_profiles_answer_and_say_what_they_are(name: str) -> None:
    model = open_model(f"sim/{name}")
    assert model.name == f"sim/{name}"
    assert load_profile(name).about
    assert answer(model, meta(1)).text
    json.dumps(model.identity)


def test_a_request_that_is_no_presentation_is_refused() -> None:
    with pytest.raises(BadRequest):
        asyncio.run(open_model("sim/balanced").send(Request((Message("user", "hello"),))))


def test_a_wrong_profile_is_named_with_its_field(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\ntemperature: 0\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.yaml.*temperature"):
        load_profile(str(file))
    file.write_text("name: mine\nvalus: {a: 1}\n", encoding="utf-8")
    with pytest.raises(InputError, match="valus"):
        load_profile(str(file))
    with pytest.raises(InputError, match="balanced"):
        load_profile("nobody")
