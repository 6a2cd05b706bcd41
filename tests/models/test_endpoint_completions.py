"""Base models behind `/v1/completions`: prompts as plain text, and every letter scored."""

from __future__ import annotations

import asyncio
import math

import pytest

from axiometer.models.completions import (
    CompletionsEndpoint,
    Scoring,
    continuation_logprob,
    missing_letters,
    option_letters,
    prompt_of,
    read_completion,
)
from axiometer.models.protocols import BadAnswer, ChatModel, Finish, Message, Reply, Request, Sampling
from axiometer.testing import Behaviour, Dialect, FakeServer, Filter, FilterForm

QUESTION = "Which one?\nA. Keep the promise\nB. Tell the truth\nAnswer:"


def ask(server: FakeServer, request: Request, scoring: Scoring = Scoring.AUTO, **sampling: object) -> Reply:
    endpoint = CompletionsEndpoint(
        "completions/fake/m",
        "m",
        [server.base_url],
        None,
        Sampling(**sampling),
        scoring=scoring,  # type: ignore[arg-type]
    )
    assert isinstance(endpoint, ChatModel)

    async def run() -> bytes:
        try:
            return await endpoint.send(request)
        finally:
            await endpoint.close()

    return endpoint.read(asyncio.run(run()))


def question(top: int | None = 20) -> Request:
    return Request((Message("user", QUESTION),), top_logprobs=top)


def test_messages_become_one_text_with_blank_lines_between() -> None:
    request = Request((Message("user", "One."), Message("assistant", "Two.")))
    assert prompt_of(request, Sampling(system="Zero.")) == "Zero.\n\nOne.\n\nTwo."
    with FakeServer() as server:
        ask(server, request, max_tokens=3)
        assert server.received[0].body == {"model": "m", "prompt": "One.\n\nTwo.", "max_tokens": 3, "temperature": 0.0}
        assert server.received[0].headers["authorization"] == "Bearer none"


def test_option_letters_are_found_where_a_prompt_lists_them() -> None:
    assert option_letters("A. x\n B) y\n(C) z\nＤ、w\nE：v\nA. again") == ("A", "B", "C", "D", "E")
    assert option_letters("A man walks in. Bob: hello") == ()


@pytest.mark.parametrize("dialect", list(Dialect))
def test_candidates_among_the_most_probable_tokens_need_one_call(dialect: Dialect) -> None:
    with FakeServer(Behaviour(dialect=dialect)) as server:
        reply = ask(server, question())
        assert server.counts.attempts == 1
        assert server.received[0].body["max_tokens"] == 1
    assert reply.first_token is not None
    assert {" A", " B"} <= {token for token, _ in reply.first_token}
    assert sum(math.exp(value) for _, value in reply.first_token) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("scoring", [Scoring.AUTO, Scoring.ECHO, Scoring.PROMPT_LOGPROBS])
def test_letters_beyond_the_first_candidates_are_scored_as_continuations(scoring: Scoring) -> None:
    with FakeServer(Behaviour(dialect=Dialect.VLLM, slot_weights=(1.0, 1e-9))) as server:
        reply = ask(server, question(top=1), scoring)
        assert server.counts.attempts == 3
    found = dict(reply.first_token or ())
    # Planted by the server: -1.5 for " B" after a prompt, two less without the space.
    assert found[" B"] == pytest.approx(-1.5)
    assert found["B"] == pytest.approx(-3.5)
    assert " A" in found


def test_llama_cpp_is_asked_for_more_candidates_since_it_scores_no_prompts() -> None:
    with FakeServer(Behaviour(dialect=Dialect.LLAMA_CPP, slot_weights=(1.0, 1e-9))) as server:
        reply = ask(server, question(top=1))
        assert [received.body.get("echo") for received in server.received] == [None, None]
    assert {" A", " B", "B"} <= set(dict(reply.first_token or ()))


def test_scoring_can_be_turned_off() -> None:
    with FakeServer(Behaviour(slot_weights=(1.0, 1e-9))) as server:
        reply = ask(server, question(top=1), Scoring.NONE)
        assert server.counts.attempts == 1
    assert len(reply.first_token or ()) == 1


def test_a_server_without_log_probabilities_gives_no_candidates() -> None:
    with FakeServer(Behaviour(logprobs=False)) as server:
        assert ask(server, question()).first_token is None


def test_a_blocked_prompt_is_an_answer() -> None:
    with FakeServer(Behaviour(filters=(Filter(FilterForm.AZURE, share=1.0),))) as server:
        assert ask(server, question()).finish is Finish.FILTER


def test_a_token_over_the_boundary_gives_no_score() -> None:
    def answer(tokens: list[str], values: list[float | None], offsets: list[int]) -> dict[str, object]:
        logprobs = {"tokens": tokens, "token_logprobs": values, "text_offset": offsets}
        return {"choices": [{"text": "", "logprobs": logprobs}]}

    apart = answer(["An", "swer:", " A", "."], [None, -1.0, -0.5, -0.1], [0, 2, 7, 9])
    assert continuation_logprob(apart, "Answer:", " A") == -0.5
    in_two = answer(["Answer:", " ", "A", "."], [None, -0.25, -0.5, -0.1], [0, 7, 8, 9])
    assert continuation_logprob(in_two, "Answer:", " A") == -0.75
    merged = answer(["Answer", ":A", "."], [None, -0.5, -0.1], [0, 6, 8])
    assert continuation_logprob(merged, "Answer:", "A") is None
    assert continuation_logprob({"choices": [{"text": ""}]}, "Answer:", "A") is None


def test_prompt_log_probabilities_are_summed_from_the_end() -> None:
    def entries(*pairs: tuple[str, float]) -> dict[str, object]:
        rows = [{"7": {"decoded_token": token, "logprob": value}} for token, value in pairs]
        return {"choices": [{"text": "", "prompt_logprobs": [None, *rows]}]}

    assert continuation_logprob(entries((":", -1.0), (" ", -0.5), ("A", -0.25)), "x:", " A") == -0.75
    assert continuation_logprob(entries((" :", -1.0), (":A", -0.5)), "x:", "A") is None


def test_letters_count_as_found_in_any_width_and_after_a_space() -> None:
    assert missing_letters(("A", "B", "C"), (("Ａ", -1.0), (" B", -2.0), ("The", -3.0))) == ["C"]


@pytest.mark.parametrize("bad", [b"", b"{}", b"[1]"])
def test_what_is_no_completion_raises_bad_answer(bad: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_completion(bad)
