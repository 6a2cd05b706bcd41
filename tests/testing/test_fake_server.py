"""The fake server as the `openai` SDK sees it."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import openai
import pytest

from axiometer.errors import InputError
from axiometer.testing import (
    Behaviour,
    Counts,
    FakeServer,
    Fault,
    FaultKind,
    Filter,
    FilterForm,
    Reasoning,
    RetryAfter,
    digest_of,
)

QUESTION = "Which one?\nA. Keep the promise\nB. Tell the truth\nAnswer with one letter."


@contextmanager
def client_of(server: FakeServer, timeout: float = 5.0) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="sk-test-key", base_url=server.base_url, max_retries=0, timeout=timeout) as client:
        yield client


def ask(client: openai.OpenAI, text: str = QUESTION, **more: object) -> openai.types.chat.ChatCompletion:
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}], **more)  # type: ignore


def test_an_answer_is_a_letter_of_the_prompt_and_depends_on_its_content_alone() -> None:
    prompts = [f"Case {number}.\nA. one\nB. two\nC. three" for number in range(40)]
    answers = []
    for order in (prompts, prompts[::-1]):
        with FakeServer(Behaviour(seed=3)) as server, client_of(server) as client:
            answers.append({prompt: ask(client, prompt).choices[0].message.content for prompt in order})
    assert answers[0] == answers[1]
    assert set(answers[0].values()) == {"A", "B", "C"}


def test_slot_weights_move_the_share_of_letters() -> None:
    with FakeServer(Behaviour(slot_weights=(0.9, 0.1))) as server, client_of(server) as client:
        letters = [ask(client, f"{number}\n{QUESTION}").choices[0].message.content for number in range(200)]
    assert 0.82 < letters.count("A") / 200 < 0.97


def test_logprobs_are_normalised_name_the_answer_first_and_can_be_absent() -> None:
    import math

    with FakeServer() as server, client_of(server) as client:
        answer = ask(client, logprobs=True, top_logprobs=20)
        content = answer.choices[0].logprobs.content  # type: ignore[union-attr]
        assert content is not None
        assert content[0].top_logprobs[0].token == content[0].token == answer.choices[0].message.content
        assert sum(math.exp(row.logprob) for row in content[0].top_logprobs) == pytest.approx(1.0, abs=1e-6)
        assert ask(client).choices[0].logprobs is None
        server.behaviour = Behaviour(logprobs=False)
        assert ask(client, logprobs=True, top_logprobs=5).choices[0].logprobs is None


def test_usage_and_max_tokens_are_honoured() -> None:
    with FakeServer(Behaviour(mix=(("one two three four five", 1.0),))) as server, client_of(server) as client:
        cut = ask(client, max_tokens=2)
        whole = ask(client, max_tokens=50)
    assert (cut.choices[0].finish_reason, cut.usage.completion_tokens) == ("length", 2)  # type: ignore[union-attr]
    assert (whole.choices[0].finish_reason, whole.usage.completion_tokens) == ("stop", 5)  # type: ignore[union-attr]


def test_latency_and_token_rate_take_their_time() -> None:
    with (
        FakeServer(Behaviour(latency=0.1, tokens_per_second=10, mix=(("a b", 1.0),))) as server,
        client_of(server) as client,
    ):
        start = time.perf_counter()
        ask(client)
        assert 0.3 <= time.perf_counter() - start < 1.0


def test_a_rate_limit_tells_when_to_come_back_and_a_retry_succeeds() -> None:
    fault = Fault(FaultKind.RATE_LIMIT, first=1, wait=2.5)
    with FakeServer(Behaviour(faults=(fault,))) as server, client_of(server) as client:
        with pytest.raises(openai.RateLimitError) as caught:
            ask(client)
        assert caught.value.response.headers["retry-after"] == "2.5"
        assert ask(client).choices[0].message.content in ("A", "B")
        counts = server.counts
    assert (counts.attempts, counts.distinct, counts.answered, counts.repeated) == (2, 1, 1, 0)
    assert counts.faults == {"rate-limit": 1}
    assert counts.statuses == {"429": 1, "200": 1}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FaultKind.SERVER_ERROR, openai.InternalServerError),
        (FaultKind.RESET, openai.APIConnectionError),
        (FaultKind.TRUNCATED, openai.APIConnectionError),
        (FaultKind.UNAUTHORISED, openai.AuthenticationError),
        (FaultKind.QUOTA, openai.RateLimitError),
        (FaultKind.MODEL_NOT_FOUND, openai.NotFoundError),
        (FaultKind.CONTEXT_LENGTH, openai.BadRequestError),
        (FaultKind.BAD_REQUEST, openai.BadRequestError),
    ],
)
def test_each_fault_reaches_the_sdk_as_its_error(kind: FaultKind, expected: type[Exception]) -> None:
    with FakeServer(Behaviour(faults=(Fault(kind, rate=1.0),))) as server, client_of(server) as client:
        with pytest.raises(expected):
            ask(client)
        assert server.counts.answered == 0


def test_a_hang_lasts_until_the_client_gives_up() -> None:
    with (
        FakeServer(Behaviour(faults=(Fault(FaultKind.HANG, first=1),))) as server,
        client_of(server, timeout=0.3) as client,
    ):
        with pytest.raises(openai.APITimeoutError):
            ask(client)
        assert ask(client).choices


def test_a_malformed_body_is_sent_with_status_200() -> None:
    with FakeServer(Behaviour(faults=(Fault(FaultKind.MALFORMED, rate=1.0),))) as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        connection.request("POST", "/v1/chat/completions", json.dumps({"model": "m", "messages": []}))
        response = connection.getresponse()
        body = response.read()
        connection.close()
    assert response.status == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(body)


def test_fault_rates_are_met_per_attempt_so_that_a_retry_can_succeed() -> None:
    behaviour = Behaviour(faults=(Fault(FaultKind.SERVER_ERROR, rate=0.3),))
    with FakeServer(behaviour) as server, client_of(server) as client:
        failures = 0
        for number in range(150):
            for _ in range(30):
                try:
                    ask(client, f"{number}\n{QUESTION}")
                    break
                except openai.InternalServerError:
                    failures += 1
        counts = server.counts
    assert counts.answered == counts.distinct == 150
    assert 0.2 < failures / counts.attempts < 0.4


def test_a_fault_can_be_bounded_to_an_outage() -> None:
    outage = Fault(FaultKind.SERVER_ERROR, rate=1.0, since=2, until=4, status=503)
    outcomes = []
    with FakeServer(Behaviour(faults=(outage,))) as server, client_of(server) as client:
        for number in range(6):
            try:
                ask(client, f"{number}\n{QUESTION}")
                outcomes.append(200)
            except openai.InternalServerError as error:
                outcomes.append(error.status_code)
    assert outcomes == [200, 200, 503, 503, 200, 200]


def test_retry_after_comes_in_three_forms() -> None:
    seen = {}
    for form in RetryAfter:
        fault = Fault(FaultKind.RATE_LIMIT, rate=1.0, wait=3.0, wait_form=form)
        with FakeServer(Behaviour(faults=(fault,))) as server, client_of(server) as client:
            with pytest.raises(openai.RateLimitError) as caught:
                ask(client)
            headers = caught.value.response.headers
            seen[form] = headers.get("retry-after") or headers.get("retry-after-ms")
    assert seen[RetryAfter.SECONDS] == "3"
    assert seen[RetryAfter.MILLISECONDS] == "3000"
    assert str(seen[RetryAfter.DATE]).endswith("GMT")


def test_filters_block_a_share_of_requests_and_the_same_ones_again() -> None:
    behaviour = Behaviour(filters=(Filter(FilterForm.AZURE, share=0.3), Filter(FilterForm.DEEPSEEK, words=("secret",))))
    with FakeServer(behaviour) as server, client_of(server) as client:
        blocked = []
        for _ in range(2):
            found = set()
            for number in range(80):
                try:
                    ask(client, f"{number}\n{QUESTION}")
                except openai.BadRequestError as error:
                    assert error.code == "content_filter"
                    found.add(number)
            blocked.append(found)
        with pytest.raises(openai.BadRequestError, match=r"Content Exists Risk|content_filter"):
            ask(client, "a secret")
    assert blocked[0] == blocked[1]
    assert 10 < len(blocked[0]) < 40


def test_finish_reasons_of_filters_come_with_an_empty_answer() -> None:
    for form, reason in ((FilterForm.AZURE_FINISH, "content_filter"), (FilterForm.GLM_FINISH, "sensitive")):
        with FakeServer(Behaviour(filters=(Filter(form, share=1.0),))) as server, client_of(server) as client:
            choice = ask(client).choices[0]
        assert (choice.finish_reason, choice.message.content) == (reason, "")


def test_reasoning_is_put_where_it_is_planted() -> None:
    with FakeServer(Behaviour(reasoning=Reasoning.THINK)) as server, client_of(server) as client:
        assert str(ask(client).choices[0].message.content).startswith("<think>\n")
        server.behaviour = Behaviour(reasoning=Reasoning.FIELD, reasoning_text="weighing")
        message = ask(client).choices[0].message
    assert message.model_extra == {"reasoning_content": "weighing"}
    assert message.content in ("A", "B")


def test_the_served_model_changes_when_it_is_planted_to() -> None:
    with FakeServer(Behaviour(served_models=((0, "m-1"), (2, "m-2")))) as server, client_of(server) as client:
        assert [ask(client, str(number)).model for number in range(4)] == ["m-1", "m-1", "m-2", "m-2"]


def test_keys_models_and_context_are_checked() -> None:
    with FakeServer(Behaviour(key="right", models=("known",), context_tokens=100)) as server:
        with client_of(server) as client, pytest.raises(openai.AuthenticationError):
            ask(client)
        with openai.OpenAI(api_key="right", base_url=server.base_url, max_retries=0) as client:
            assert [model.id for model in client.models.list()] == ["known"]
            with pytest.raises(openai.NotFoundError):
                ask(client)
            with pytest.raises(openai.BadRequestError) as caught:
                client.chat.completions.create(model="known", messages=[{"role": "user", "content": "x" * 600}])
            assert caught.value.code == "context_length_exceeded"


def test_answers_above_the_rate_are_refused_with_429() -> None:
    with FakeServer(Behaviour(per_second=5, retry_after=0.5)) as server, client_of(server) as client:
        refused = 0
        for number in range(12):
            try:
                ask(client, str(number))
            except openai.RateLimitError as error:
                assert error.response.headers["retry-after"] == "0.5"
                refused += 1
    assert 5 <= refused <= 7


def test_a_schema_is_filled() -> None:
    schema = {"type": "object", "properties": {"choice": {"enum": ["A", "B"]}, "sure": {"type": "boolean"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    with FakeServer() as server, client_of(server) as client:
        said = json.loads(str(ask(client, response_format=wanted).choices[0].message.content))
    assert said["choice"] in ("A", "B")
    assert said["sure"] is False


def test_requests_answered_more_than_once_are_named_by_the_digest_that_their_answers_carry() -> None:
    with FakeServer() as server, client_of(server) as client:
        first = ask(client)
        ask(client)
        ask(client, "another")
        body = server.received[0].body
        assert server.repeated() == {digest_of("/v1/chat/completions", body).hex(): 2}
        assert first.id.removeprefix("chatcmpl-") in server.repeated()
        assert server.repeated(allowed=2) == {}
        assert server.counts == Counts(3, 2, 3, 1, 1, {"200": 3}, {})


def test_a_client_that_leaves_is_not_counted_as_answered() -> None:
    with FakeServer(Behaviour(latency=0.4)) as server:
        with client_of(server, timeout=0.1) as client, pytest.raises(openai.APITimeoutError):
            ask(client)
        time.sleep(0.6)
        assert (server.counts.attempts, server.counts.answered) == (1, 0)


def test_chunked_bodies_and_requests_in_one_packet_are_read() -> None:
    body = json.dumps({"model": "m", "messages": []}).encode()
    with FakeServer() as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
        parts = iter([body[:7], body[7:]])
        connection.request("POST", "/v1/chat/completions", parts, encode_chunked=True)
        assert connection.getresponse().read().startswith(b'{"id"')
        connection.close()
        raw = b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n" * 2
        import socket

        host, _, port = server.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as link:
            link.sendall(raw)
            time.sleep(0.1)
            assert link.recv(65536).count(b"HTTP/1.1 200") == 2


def test_a_port_in_use_is_told_in_one_line() -> None:
    with FakeServer() as server, pytest.raises(InputError, match="cannot listen"):
        FakeServer(port=int(server.url.rpartition(":")[2])).start()


def test_rates_outside_zero_to_one_are_refused() -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        Behaviour(faults=(Fault(FaultKind.RESET, rate=1.5),))
