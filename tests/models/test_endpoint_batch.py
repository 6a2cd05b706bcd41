"""Batches through an endpoint: the same raw answers, errors and filters as one call after the other."""

from __future__ import annotations

import asyncio

import pytest

from axiometer.models.batch import BatchEndpoint, read_batch_line
from axiometer.models.endpoint import Endpoint
from axiometer.models.protocols import BadAnswer, CallError, Finish, Message, Request, Sampling, Temporary, Unauthorised
from axiometer.testing import Behaviour, FakeServer, Filter, FilterForm


def requests(count: int) -> list[tuple[str, Request]]:
    return [
        (f"call-{number}", Request((Message("user", f"{number}\nA. 甲{'密' * (number == 2)}\nB. 乙"),)))
        for number in range(count)
    ]


def test_a_batch_gives_what_single_calls_give() -> None:
    behaviour = Behaviour(batch_polls=1, filters=(Filter(FilterForm.DASHSCOPE, words=("密",)),))

    async def run(server: FakeServer) -> tuple[dict[str, bytes | CallError], dict[str, bytes]]:
        endpoint = Endpoint("openai-api/fake/m", "m", [server.base_url], "planted-key", Sampling())
        desk = BatchEndpoint(endpoint)
        batch = await desk.submit(requests(5), "label")
        first = await desk.state(batch)
        assert (first.ended, first.status) == (False, "in_progress")
        last = await desk.state(batch)
        assert (last.ended, last.total, last.completed, last.failed) == (True, 5, 4, 1)
        together = {key: raw async for key, raw in desk.answers(last)}
        alone = {key: await endpoint.send(request) for key, request in requests(5)}
        assert endpoint.read(alone["call-2"]).finish is Finish.FILTER
        for key, raw in together.items():
            assert isinstance(raw, bytes)
            assert endpoint.read(raw) == endpoint.read(alone[key])
        await endpoint.close()
        return together, alone

    with FakeServer(behaviour) as server:
        together, alone = asyncio.run(run(server))
    assert set(together) == set(alone)


def test_an_expired_batch_gives_the_answers_that_it_has() -> None:
    async def run(server: FakeServer) -> list[str]:
        endpoint = Endpoint("openai-api/fake/m", "m", [server.base_url], "planted-key", Sampling())
        desk = BatchEndpoint(endpoint)
        state = await desk.state(await desk.submit(requests(2), "label"))
        found = [key async for key, _ in desk.answers(state)]
        await endpoint.close()
        return found

    with FakeServer(Behaviour(batch_polls=0, batch_end="expired")) as server:
        assert asyncio.run(run(server)) == ["call-0"]


def test_errors_of_the_batch_service_belong_to_the_family() -> None:
    async def run(server: FakeServer) -> None:
        endpoint = Endpoint("openai-api/fake/m", "m", [server.base_url], "planted-wrong-key", Sampling())
        try:
            await BatchEndpoint(endpoint).submit(requests(1), "label")
        finally:
            await endpoint.close()

    with FakeServer(Behaviour(key="right")) as server, pytest.raises(Unauthorised) as caught:
        asyncio.run(run(server))
    assert "planted-wrong-key" not in str(caught.value)
    with pytest.raises(Temporary):
        asyncio.run(run(server))


def test_a_line_without_response_is_an_error_to_retry() -> None:
    line = b'{"custom_id": "a", "response": null, "error": {"code": "batch_expired", "message": "late"}}'
    key, error = read_batch_line("m", line)
    assert key == "a"
    assert isinstance(error, Temporary)
    with pytest.raises(BadAnswer):
        read_batch_line("m", b"not json")
