"""Each fault of a service as the caller sees it: whether to try again, when, and whether to go on."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.models.endpoint import Endpoint
from axiometer.models.filters import details_of
from axiometer.models.protocols import (
    BadAnswer,
    BadRequest,
    CallError,
    Message,
    ModelNotFound,
    QuotaExceeded,
    RateLimited,
    Request,
    Sampling,
    Temporary,
    Unauthorised,
)
from axiometer.models.service_errors import accept, failure, retry_after
from axiometer.testing import Behaviour, FakeServer, Fault, FaultKind, RetryAfter

KEY = "planted-key-0123456789"


def ask(server: FakeServer, *, timeout: float = 5.0, key: str = KEY, times: int = 1) -> bytes:
    endpoint = Endpoint("openai-api/fake/m", "m", [server.base_url], key, Sampling(), timeout=timeout)

    async def run() -> bytes:
        try:
            for _ in range(times - 1):
                await endpoint.send(Request((Message("user", "A. x\nB. y"),)))
            return await endpoint.send(Request((Message("user", "A. x\nB. y"),)))
        finally:
            await endpoint.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FaultKind.RATE_LIMIT, RateLimited),
        (FaultKind.SERVER_ERROR, Temporary),
        (FaultKind.RESET, Temporary),
        (FaultKind.TRUNCATED, Temporary),
        (FaultKind.HANG, Temporary),
        (FaultKind.MALFORMED, BadAnswer),
        (FaultKind.UNAUTHORISED, Unauthorised),
        (FaultKind.QUOTA, QuotaExceeded),
        (FaultKind.MODEL_NOT_FOUND, ModelNotFound),
        (FaultKind.CONTEXT_LENGTH, BadRequest),
        (FaultKind.BAD_REQUEST, BadRequest),
    ],
)
def test_each_planted_fault_is_its_own_error_in_one_line(kind: FaultKind, expected: type[CallError]) -> None:
    with FakeServer(Behaviour(faults=(Fault(kind, rate=1.0),))) as server:
        with pytest.raises(CallError) as caught:
            ask(server, timeout=0.5)
        assert server.counts.attempts == 1, "one send is one attempt"
    assert type(caught.value) is expected
    assert str(caught.value).startswith("openai-api/fake/m: ")
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.TRUNCATED, FaultKind.MALFORMED, FaultKind.SERVER_ERROR])
def test_the_same_call_succeeds_after_a_passing_fault(kind: FaultKind) -> None:
    with FakeServer(Behaviour(faults=(Fault(kind, first=1),))) as server:
        with pytest.raises(Temporary):
            ask(server)
        assert ask(server)


def test_retry_and_stop_follow_from_the_kind_of_error() -> None:
    assert (Temporary.retry, RateLimited.retry, BadAnswer.retry) == (True, True, True)
    assert (Unauthorised.stop, QuotaExceeded.stop, ModelNotFound.stop) == (True, True, True)
    assert (BadRequest.retry, BadRequest.stop) == (False, False)


@pytest.mark.parametrize("form", list(RetryAfter))
def test_retry_after_is_understood_in_every_form(form: RetryAfter) -> None:
    fault = Fault(FaultKind.RATE_LIMIT, rate=1.0, wait=7.0, wait_form=form)
    with FakeServer(Behaviour(faults=(fault,))) as server, pytest.raises(RateLimited) as caught:
        ask(server)
    assert caught.value.retry_after == pytest.approx(7.0, abs=2.0)


def test_an_overloaded_service_that_says_when_to_come_back_is_waited_for() -> None:
    fault = Fault(FaultKind.SERVER_ERROR, rate=1.0, status=503, wait=3.0)
    with FakeServer(Behaviour(faults=(fault,))) as server, pytest.raises(RateLimited) as caught:
        ask(server)
    assert caught.value.retry_after == 3.0


def test_a_crowded_service_refuses_what_is_too_much_and_answers_the_rest() -> None:
    async def run(server: FakeServer) -> list[bytes | BaseException]:
        endpoint = Endpoint("openai-api/fake/m", "m", [server.base_url], KEY, Sampling())
        calls = [endpoint.send(Request((Message("user", f"{number}"),))) for number in range(20)]
        try:
            return await asyncio.gather(*calls, return_exceptions=True)
        finally:
            await endpoint.close()

    with FakeServer(Behaviour(latency=0.3, max_in_flight=5, retry_after=0.25)) as server:
        outcomes = asyncio.run(run(server))
        assert server.counts.peak == 5
    refused = [outcome for outcome in outcomes if isinstance(outcome, RateLimited)]
    assert [error.retry_after for error in refused] == [0.25] * 15
    assert sum(isinstance(outcome, bytes) for outcome in outcomes) == 5


def test_a_server_that_is_not_there_is_temporary_and_named_by_host() -> None:
    with FakeServer() as server:
        host = server.url.removeprefix("http://")
    with pytest.raises(Temporary, match=re.escape(host)):
        ask(server)


def test_a_timeout_covers_the_whole_attempt() -> None:
    with FakeServer(Behaviour(latency=2.0)) as server, pytest.raises(Temporary, match=r"no answer within 0.3 s"):
        ask(server, timeout=0.3)


def test_a_key_that_a_service_repeats_in_its_error_is_hidden() -> None:
    for message in (f"Incorrect API key provided: {KEY}.", "Incorrect API key provided: sk-abcd****wxyz."):
        body = {"error": {"message": message, "code": "invalid_api_key"}}
        Endpoint("openai-api/fake/m", "m", ["http://localhost:1/v1"], KEY, Sampling())
        error = failure("m", 401, {}, details_of(body))
        assert isinstance(error, Unauthorised)
        assert "[key]" in str(error)
        assert KEY not in str(error)
        assert "wxyz" not in str(error)


@pytest.mark.parametrize(
    ("name", "status", "body", "expected"),
    [
        ("openai-api/deepseek/m", 402, {"error": {"message": "Insufficient Balance"}}, QuotaExceeded),
        ("openai-api/deepseek/m", 400, {"error": {"message": "Model Not Exist"}}, ModelNotFound),
        ("openai-api/glm/m", 429, {"error": {"code": "1113", "message": "x"}}, QuotaExceeded),
        ("openai-api/glm/m", 429, {"error": {"code": "1302", "message": "x"}}, RateLimited),
        ("openai-api/glm/m", 400, {"error": {"code": "1211", "message": "x"}}, ModelNotFound),
        ("openai-api/dashscope/m", 429, {"error": {"code": "insufficient_quota", "message": "x"}}, RateLimited),
        ("openai-api/dashscope/m", 400, {"error": {"code": "Arrearage", "message": "x"}}, QuotaExceeded),
        ("openai-api/ark/m", 404, {"error": {"code": "InvalidEndpointOrModel.NotFound"}}, ModelNotFound),
        ("openai-api/ark/m", 403, {"error": {"code": "AccountOverdueError", "message": "x"}}, QuotaExceeded),
        ("openai/m", 403, {"error": {"code": "unsupported_country", "message": "x"}}, Unauthorised),
        ("openai/m", 529, "overloaded", Temporary),
        ("openai/m", 413, {"detail": "too large"}, BadRequest),
        ("openai-api/vllm/m", 400, {"object": "error", "message": "too long", "code": 400}, BadRequest),
        ("openai-api/gemini/m", 429, [{"error": {"code": 429, "message": "x"}}], RateLimited),
    ],
)
def test_errors_of_known_services_are_told_apart(
    name: str, status: int, body: object, expected: type[CallError]
) -> None:
    assert type(failure(name, status, {}, details_of(body))) is expected


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>gateway</html>", b'{"id": "x"}', b'{"choices": []}', b"[]", b"null", b'{"choices": ["text"]}'],
)
def test_a_body_that_is_no_answer_is_asked_for_again(content: bytes) -> None:
    with pytest.raises(BadAnswer):
        accept("m", 200, {}, content)


def test_an_error_inside_a_successful_status_is_an_error() -> None:
    with pytest.raises(BadRequest):
        accept("m", 200, {}, b'{"error": {"message": "bad parameter", "code": "invalid"}}')


def test_an_answer_that_the_service_broke_off_is_temporary() -> None:
    body = b'{"choices": [{"finish_reason": "insufficient_system_resource", "message": {"content": "A"}}]}'
    with pytest.raises(Temporary):
        accept("m", 200, {}, body)


def test_an_http_date_in_the_past_means_now() -> None:
    past = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    assert retry_after({"retry-after": past}) == 0.0


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999"])
def test_a_retry_after_that_is_no_finite_number_says_nothing(value: str) -> None:
    assert retry_after({"retry-after-ms": value}) is None
    assert retry_after({"retry-after": value}) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_retry_after_header_gives_seconds_or_nothing(value: str, milliseconds: str) -> None:
    for headers in ({"retry-after": value}, {"retry-after-ms": milliseconds}, {}):
        wait = retry_after(headers)
        assert wait is None or wait >= 0.0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["error", "code", "message", "detail", "base_resp", "innererror", "status_code", "choices"]
                ),
                inner,
            )
        ),
    )
)
def test_any_error_body_has_details(body: object) -> None:
    details = details_of(body)
    assert isinstance(failure("m", 400, {}, details), CallError)
