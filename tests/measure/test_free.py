"""Free answers: which are given to a judge, and which end before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.measure.free import read_free
from axiometer.models.free_phrasing import free_phrase
from axiometer.models.protocols import Finish, Reply
from axiometer.records import Outcome

LANGUAGES = ("zh", "en", "fr", "de")


def reply(text: str, finish: Finish = Finish.STOP, **more: str) -> Reply:
    return Reply(text=text, finish=finish, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_simulated_respondents_say_ends_as_it_is_meant(lang: str) -> None:
    for number in range(40):
        for kind in ("choose", "both", "evade", "rubbish", "refuse"):
            said = free_phrase(kind, lang, "One should keep the promise.", "One should tell the truth.", number)
            expected = Outcome.REFUSED if kind == "refuse" else Outcome.CHOSEN
            assert read_free(reply(said), lang).outcome is expected, said


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("I can't say that I like it, but the town should pay for the buses all the same.", "en"),
        ("As an AI I have no stake in this; however, I would keep the buses, since nurses need them.", "en"),
        ("Sorry to be blunt: the buses should go.", "en"),
        ("我没有个人立场，不过从公平出发，应当保留夜班车。", "zh"),
        ("Ich habe keine eigene Meinung, aber die Busse sollten fahren.", "de"),
        ("Je n'ai pas d'avis personnel, mais il faudrait garder les bus.", "fr"),
        ("I'm sorry, but I can't take sides here. " + "What can be said is that the buses cost a lot. " * 8, "en"),
    ],
)
def test_an_answer_that_goes_on_after_declining_is_left_to_the_judge(text: str, lang: str) -> None:
    assert read_free(reply(text), lang).outcome is Outcome.CHOSEN


@pytest.mark.parametrize(
    ("given_", "outcome", "text"),
    [
        (reply("", Finish.FILTER), Outcome.FILTERED, ""),
        (reply("", refusal="no"), Outcome.REFUSED, ""),
        (reply(""), Outcome.INVALID, ""),
        (reply(" ... "), Outcome.INVALID, "..."),
        (reply("The town should pay and", Finish.LENGTH), Outcome.TRUNCATED, "The town should pay and"),
        (reply("<think>hm, the", Finish.LENGTH), Outcome.TRUNCATED, "<think>hm, the"),
        (reply("<think>A is closer</think>\n\nThe town should pay."), Outcome.CHOSEN, "The town should pay."),
        (reply("Yes, it “should”.\x00\u202e"), Outcome.CHOSEN, "Yes, it “should”."),
    ],
)
def test_the_judge_gets_the_answer_as_it_stands_without_reasoning(given_: Reply, outcome: Outcome, text: str) -> None:
    read = read_free(given_, "en")
    assert (read.outcome, read.text) == (outcome, text)
    assert (read.reason is None) == (outcome is Outcome.CHOSEN)


def test_a_turn_that_a_base_model_plays_itself_is_not_judged() -> None:
    read = read_free(reply("The town should pay.\n\nQuestion: And who else? Nobody", Finish.LENGTH), "en")
    assert read.outcome is Outcome.CHOSEN and read.text == "The town should pay."


@given(st.text(), st.sampled_from(LANGUAGES), st.sampled_from(list(Finish)))
def test_any_reply_is_read_and_its_text_can_be_kept(text: str, lang: str, finish: Finish) -> None:
    read = read_free(reply(text, finish), lang)
    assert read.text.encode("utf-8") is not None and isinstance(read.outcome, Outcome)


def test_halves_of_characters_become_whole_ones() -> None:
    assert read_free(reply("So be it \ud83d indeed."), "en").text.encode("utf-8").startswith(b"So be it")
