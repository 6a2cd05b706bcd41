"""What is told of a scene without a model: each plain fault is found, and sound scenes in both languages pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.dilemmas import filters
from axiometer.build.dilemmas.filters import length, problem, shared_run
from axiometer.build.dilemmas.rows import Scene, make_scene, scene_requests
from axiometer.measure.asking.prompting import plain
from axiometer.records.corpus_rows import RulePair

BALANCE = 1.6


def pair(first: str, second: str, lang: str) -> RulePair:
    return RulePair("p", ("a", "b"), lang, "a", "b", first, second, ("x",), ("y",), "f", 0.6)


EN = pair("One should tell a friend the truth.", "One should spare the feelings of others.", "en")
ZH = pair("应当对朋友说实话", "应当顾及别人的感受", "zh")


def sound(asked: RulePair = EN) -> Scene:
    request = replace(scene_requests(asked, 1, None, 0)[0], turned=False)
    if asked.lang == "zh":
        return make_scene(
            request,
            "朋友把新写的诗念给你听，问你觉得怎么样。你觉得这首诗很糟，而他明天就要拿去比赛。",
            "你告诉他这首诗你不喜欢。",
            "你对他说诗里有几句很动人。",
            "你起身去把窗户关上了。",
        )
    return make_scene(
        request,
        "A friend reads you a new poem and asks what you think. You find it dull, and tomorrow it goes to a contest.",
        "You say that the poem does not work for you.",
        "You say that a few lines in it moved you.",
        "You get up and close the window.",
    )


@pytest.mark.parametrize("asked", [EN, ZH])
def test_a_sound_scene_passes(asked: RulePair) -> None:
    assert problem(sound(asked), BALANCE) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"side_b": "You say that the poem does not work for you!"}, filters.SAME_OPTIONS),
        ({"irrelevant": "You say that a few lines in it moved you."}, filters.SAME_OPTIONS),
        ({"side_a": "You say no."}, filters.UNEVEN_LENGTH),
        ({"irrelevant": "You get up, close the window and " + "look at the trees " * 9}, filters.ODD_THIRD),
        ({"irrelevant": "You go."}, filters.ODD_THIRD),
        ({"side_a": "You say the correct thing about the poem."}, filters.JUDGING_WORD),
        (
            {"text": "A friend reads you a poem; side 1 is to be honest about it and the other is not."},
            filters.JUDGING_WORD,
        ),
        ({"side_a": "You should tell a friend the truth now."}, filters.QUOTED_RULE),
        (
            {"text": "You believe that one should spare the feelings of others, and a friend reads."},
            filters.QUOTED_RULE,
        ),
        ({"text": "A friend asks."}, filters.SHORT_SCENE),
    ],
)
def test_a_plain_fault_is_found_in_english(change: dict[str, str], reason: str) -> None:
    found = problem(replace(sound(), **change), BALANCE)
    assert found is not None and found[0] == reason and found[1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"side_a": "你照正确的做法直说。"}, filters.JUDGING_WORD),
        ({"side_b": "你觉得应当顾及别人的感受。"}, filters.JUDGING_WORD),
        ({"text": "大家都说要顾及别人的感受，而且应当对朋友说实话，这时朋友把新写的诗念给你听。"}, filters.QUOTED_RULE),
        ({"side_a": "你说不。"}, filters.UNEVEN_LENGTH),
    ],
)
def test_a_plain_fault_is_found_in_chinese(change: dict[str, str], reason: str) -> None:
    found = problem(replace(sound(ZH), **change), BALANCE)
    assert found is not None and found[0] == reason


def test_how_uneven_sides_may_be_is_the_user_s_choice() -> None:
    uneven = replace(
        sound(), side_a="You say that it is dull.", side_b="You say that a few lines in it moved you a lot."
    )
    assert problem(uneven, 1.5) is not None and problem(uneven, 2.5) is None


@given(st.text(max_size=40), st.text(max_size=60))
def test_a_run_that_is_found_stands_in_both_texts(rule: str, text: str) -> None:
    run = shared_run(rule, text)
    units = [word.casefold() for word in filters._WORD.findall(text)]
    if run is not None:
        assert len(run) >= 2 and ("".join(run.split()) in "".join(units))
    else:
        assert length(text) >= len(text)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("A. You go home.", "You go home."),
        ("(b) You stay.", "You stay."),
        ("选项 B：你留下。", "你留下。"),
        ("Side 1: You stay.", "You stay."),
        ("A friend calls.", "A friend calls."),
        ("  You\n stay. ", "You stay."),
        ("Bring it.", "Bring it."),
    ],
)
def test_letters_and_labels_before_an_option_are_no_part_of_it(said: str, kept: str) -> None:
    assert plain(said) == kept
