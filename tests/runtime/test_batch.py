from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from axiometer.errors import Refused, Stopped
from axiometer.models.batch import BatchEndpoint
from axiometer.models.endpoint import Endpoint
from axiometer.models.protocols import Message, Request, Sampling
from axiometer.models.registry import open_model
from axiometer.runtime import Call, Caller, Journal
from axiometer.runtime.batch import run_batches
from axiometer.runtime.progress import Silent
from axiometer.testing import Behaviour, FakeServer


def requests(count: int) -> list[Request]:
    return [Request((Message("user", f"Scene {n}. A. Stay B. Go. One letter."),)) for n in range(count)]


def endpoint(server: FakeServer) -> Endpoint:
    return Endpoint("openai-api/fake/m", "m", [server.base_url], None, Sampling())


async def batched(server: FakeServer, folder: Path, count: int) -> dict[int, Call]:
    """Runs the batches, then the ordinary caller; gives every end."""
    model = endpoint(server)
    journal = Journal(folder)
    received: dict[int, Call] = {}
    try:
        await run_batches(model, requests(count), journal, Silent(), poll=0.01)
        caller: Caller[int] = Caller(model, journal)
        await caller.run(enumerate(requests(count)), received.__setitem__)
    finally:
        journal.close()
        await model.close()
    return received


def test_batches_fill_the_journal_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    with FakeServer(Behaviour()) as server:
        received = asyncio.run(batched(server, tmp_path, 40))
        assert all(call.hit and call.reply is not None for call in received.values())
        again = asyncio.run(batched(server, tmp_path, 40))
        assert len(again) == 40
        assert server.repeated() == {}


def test_a_batch_whose_id_was_never_noted_is_found_at_the_service(tmp_path: Path) -> None:
    """The process died between sending the batch and writing down its id."""

    async def send_and_die(server: FakeServer) -> None:
        model = endpoint(server)
        journal = Journal(tmp_path)

        class Dying(BatchEndpoint):
            async def submit(self, requests: object, label: str) -> str:
                await super().submit(requests, label)  # type: ignore[arg-type]
                raise KeyboardInterrupt

        original = run_batches.__globals__["BatchEndpoint"]
        run_batches.__globals__["BatchEndpoint"] = Dying
        try:
            await run_batches(model, requests(10), journal, Silent(), poll=0.01)
        finally:
            run_batches.__globals__["BatchEndpoint"] = original
            journal.close()
            await model.close()

    with FakeServer(Behaviour()) as server:
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(send_and_die(server))
        received = asyncio.run(batched(server, tmp_path, 10))
        assert all(call.hit for call in received.values())
        assert server.repeated() == {}


def test_a_batch_s_id_is_stored_with_its_keys_before_anything_is_polled(tmp_path: Path) -> None:
    states: list[str] = []

    class Watching:
        def show(self, tally: object) -> None:
            return

        def note(self, line: str) -> None:
            reader = Journal(tmp_path)
            states.extend(state for state, _ in reader.batches("openai-api/fake/m").values())
            details = [json.loads(detail) for _, detail in reader.batches("openai-api/fake/m").values()]
            assert all(len(detail["keys"]) == 5 for detail in details)
            reader.close()

        def close(self) -> None:
            return

    async def work(server: FakeServer) -> None:
        model = endpoint(server)
        journal = Journal(tmp_path)
        await run_batches(model, requests(5), journal, Watching(), poll=0.01)
        journal.close()
        await model.close()

    with FakeServer(Behaviour()) as server:
        asyncio.run(work(server))
    assert "submitted" in states


def test_a_respondent_without_batches_is_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(Refused, match="no batch endpoint"):
        asyncio.run(run_batches(open_model("sim/balanced"), requests(1), journal, Silent()))
    journal.close()


def test_waiting_for_a_batch_can_be_stopped_and_the_batch_is_found_again(tmp_path: Path) -> None:
    async def stopped(server: FakeServer) -> None:
        model, journal = endpoint(server), Journal(tmp_path)
        ends = iter([None, None, Stopped("enough")])
        try:
            await run_batches(model, requests(5), journal, Silent(), poll=60.0, stopping=lambda: next(ends))
        finally:
            journal.close()
            await model.close()

    with FakeServer(Behaviour(batch_polls=1)) as server:
        with pytest.raises(Stopped, match="enough"):
            asyncio.run(asyncio.wait_for(stopped(server), 10))
        received = asyncio.run(batched(server, tmp_path, 5))
        assert all(call.hit for call in received.values())
        assert server.repeated() == {}
