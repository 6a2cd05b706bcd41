"""`Endpoint` against the fake server: what is sent, what comes back, and what never leaves."""

from __future__ import annotations

import asyncio
import json
import math

import pytest

from axiometer.errors import InputError
from axiometer.models.endpoint import Endpoint
from axiometer.models.protocols import BadRequest, ChatModel, Finish, Message, Reply, Request, Sampling
from axiometer.testing import Behaviour, FakeServer, Fault, FaultKind, Reasoning

KEY = "sk-planted-key-0123456789"
QUESTION = "Which one?\nA. Keep the promise\nB. Tell the truth\nAnswer with one letter."


def request_of(text: str = QUESTION, **more: object) -> Request:
    return Request((Message("user", text),), **more)  # type: ignore[arg-type]


def endpoint_of(*servers: FakeServer, **more: object) -> Endpoint:
    settings = {"name": "openai-api/fake/m", "model": "m", "api_key": KEY, "sampling": Sampling(), **more}
    return Endpoint(base_urls=[server.base_url for server in servers], **settings)  # type: ignore[arg-type]


def answers(endpoint: Endpoint, *requests: Request) -> list[Reply]:
    async def run() -> list[Reply]:
        try:
            return [endpoint.read(raw) for raw in await asyncio.gather(*map(endpoint.send, requests))]
        finally:
            await endpoint.close()

    return asyncio.run(run())


def test_an_endpoint_is_a_chat_model() -> None:
    with FakeServer() as server:
        assert isinstance(endpoint_of(server), ChatModel)


def test_what_is_none_is_not_sent_and_the_key_is_only_in_its_header() -> None:
    sampling = Sampling(temperature=None, max_tokens=7, system="Be brief.")
    with FakeServer(Behaviour(key=KEY)) as server:
        answers(endpoint_of(server, sampling=sampling), request_of(meta={"secret": "planted"}, occasion="monday"))
        sent = server.received[0]
    assert sent.body == {
        "model": "m",
        "max_tokens": 7,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}],
    }
    assert sent.headers["authorization"] == f"Bearer {KEY}"


def test_every_sampling_parameter_is_sent_under_its_name() -> None:
    sampling = Sampling(temperature=0.7, top_p=0.9, max_tokens=9, reasoning="low", seed=5)
    with FakeServer() as server:
        endpoint = endpoint_of(
            server, sampling=sampling, token_parameter="max_completion_tokens", extra={"enable_thinking": False}
        )
        answers(endpoint, request_of(max_tokens=3, repeat=2))
        body = server.received[0].body
    assert {name: body[name] for name in body if name != "messages"} == {
        "model": "m",
        "temperature": 0.7,
        "top_p": 0.9,
        "max_completion_tokens": 3,
        "reasoning_effort": "low",
        "seed": 7,
        "enable_thinking": False,
    }


def test_openai_itself_gets_the_newer_token_parameter() -> None:
    with FakeServer() as server:
        answers(endpoint_of(server, name="openai/m"), request_of())
        assert server.received[0].body["max_completion_tokens"] == 256


def test_candidates_of_the_first_token_come_with_natural_log_probabilities() -> None:
    with FakeServer() as server:
        (reply,) = answers(endpoint_of(server), request_of(top_logprobs=20))
    assert reply.first_token is not None
    assert {"A", "B", " A", " B"} <= {token for token, _ in reply.first_token}
    assert sum(math.exp(value) for _, value in reply.first_token) == pytest.approx(1.0, abs=1e-6)


def test_a_service_without_log_probabilities_gives_none() -> None:
    with FakeServer(Behaviour(logprobs=False)) as server:
        (reply,) = answers(endpoint_of(server), request_of(top_logprobs=5))
    assert reply.first_token is None
    assert reply.text in ("A", "B")


def test_candidates_are_those_of_the_answer_and_not_of_the_reasoning() -> None:
    with FakeServer(Behaviour(reasoning=Reasoning.THINK)) as server:
        (reply,) = answers(endpoint_of(server), request_of(top_logprobs=5))
    assert reply.text in ("A", "B")
    assert reply.reasoning == "Both options are weighed against each other."
    assert reply.first_token == ((reply.text, -0.01),)


def test_a_schema_is_sent_as_a_response_format() -> None:
    schema = {"type": "object", "properties": {"choice": {"enum": ["A", "B"]}}, "additionalProperties": False}
    with FakeServer() as server:
        (reply,) = answers(endpoint_of(server), request_of(schema=schema))
        sent = server.received[0].body["response_format"]
    assert sent == {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    assert json.loads(reply.text)["choice"] in ("A", "B")


def test_usage_served_model_and_finish_are_read() -> None:
    behaviour = Behaviour(mix=(("one two three", 1.0),), served_models=((0, "m-2024"),))
    with FakeServer(behaviour) as server:
        (reply,) = answers(endpoint_of(server, sampling=Sampling(max_tokens=2)), request_of("x" * 29))
    assert (reply.usage.tokens_in, reply.usage.tokens_out) == (10, 2)
    assert reply.served_model == "m-2024@fp_fake"
    assert reply.finish is Finish.LENGTH


def test_an_api_refusal_is_kept_apart_from_the_text() -> None:
    with FakeServer(Behaviour(refusal="I cannot help with that.")) as server:
        (reply,) = answers(endpoint_of(server), request_of())
    assert (reply.text, reply.refusal) == ("", "I cannot help with that.")


def test_equal_requests_have_equal_raw_answers() -> None:
    async def twice(endpoint: Endpoint) -> list[bytes]:
        try:
            return [await endpoint.send(request_of()), await endpoint.send(request_of())]
        finally:
            await endpoint.close()

    with FakeServer() as server:
        first, second = asyncio.run(twice(endpoint_of(server)))
    assert first == second


def test_replicas_share_the_calls_evenly() -> None:
    with FakeServer(Behaviour(latency=0.05)) as one, FakeServer(Behaviour(latency=0.05)) as two:
        answers(endpoint_of(one, two), *(request_of(f"{number}\n{QUESTION}") for number in range(40)))
        assert one.counts.answered == two.counts.answered == 20


def test_a_replica_that_is_down_is_passed_over() -> None:
    dead = Behaviour(faults=(Fault(FaultKind.RESET, rate=1.0),))
    with FakeServer(dead) as down, FakeServer() as up:
        endpoint = endpoint_of(down, up)

        async def run() -> int:
            lost = 0
            for number in range(20):
                try:
                    await endpoint.send(request_of(f"{number}\n{QUESTION}"))
                except Exception:
                    lost += 1
            await endpoint.close()
            return lost

        assert asyncio.run(run()) == 1
        assert up.counts.answered == 19


def test_the_identity_says_what_answers_and_holds_no_secret() -> None:
    with FakeServer() as one, FakeServer() as two:
        alone = endpoint_of(one, headers={"X-Team": "planted-header"})
        both = endpoint_of(one, two)
    assert alone.identity == both.identity, "a further replica does not make another respondent"
    assert json.loads(json.dumps(alone.identity)) == {
        "provider": "openai-api/fake",
        "model": "m",
        "host": "127.0.0.1",
        "protocol": "chat",
        "sampling": {
            "temperature": 0.0,
            "top_p": None,
            "max_tokens": 256,
            "system": None,
            "reasoning": None,
            "seed": None,
        },
        "extra": {},
    }
    assert KEY not in repr(alone.__dict__["_identity"])


def test_organisation_settings_of_openai_go_to_no_other_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-planted")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-planted")
    with FakeServer() as server:
        answers(endpoint_of(server), request_of())
        answers(endpoint_of(server, name="openai/m"), request_of())
        other, own = (received.headers for received in server.received)
    assert "planted" not in json.dumps({name: value for name, value in other.items() if name != "authorization"})
    assert own["openai-organization"] == "org-planted"


def test_one_endpoint_serves_one_event_loop_after_another() -> None:
    with FakeServer() as server:
        endpoint = endpoint_of(server)
        for number in range(2):
            raw = asyncio.run(endpoint.send(request_of(str(number))))
            assert endpoint.read(raw).finish is Finish.STOP


def test_a_request_without_messages_is_refused_before_it_is_sent() -> None:
    with FakeServer() as server:
        with pytest.raises(BadRequest):
            answers(endpoint_of(server), Request(()))
        assert server.counts.attempts == 0


def test_a_missing_or_wrong_base_url_is_an_input_error() -> None:
    for urls in ([], ["localhost:8000/v1"], ["ftp://localhost"]):
        with pytest.raises(InputError):
            Endpoint("openai-api/fake/m", "m", urls, KEY, Sampling())
