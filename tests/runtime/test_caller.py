from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from axiometer.errors import Stopped
from axiometer.models.endpoint import Endpoint
from axiometer.models.prices import Price
from axiometer.models.protocols import Message, Reply, Request, Sampling
from axiometer.runtime import Budget, Call, Caller, Journal, Limits, Tally
from axiometer.testing import Behaviour, FakeServer, Fault, FaultKind


class Notes:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def show(self, tally: Tally) -> None:
        return

    def note(self, line: str) -> None:
        self.lines.append(line)

    def close(self) -> None:
        return


def requests(count: int, start: int = 0) -> list[tuple[int, Request]]:
    return [
        (number, Request((Message("user", f"Scene {number}.\nA. Stay\nB. Go\nAnswer with one letter."),)))
        for number in range(start, start + count)
    ]


def ask(
    server: FakeServer,
    folder: Path,
    work: Iterable[tuple[int, Request]],
    limits: Limits | None = None,
    *,
    price: Price | None = None,
    notes: Notes | None = None,
    timeout: float = 5.0,
    key: str | None = None,
) -> tuple[dict[int, Call], Tally]:
    """Every end by its tag, and the tally; `Stopped` is passed on with both attached."""
    received: dict[int, Call] = {}
    tally = Tally("fake")

    async def work_off() -> None:
        model = Endpoint("openai-api/fake/m", "m", [server.base_url], key, Sampling(), timeout=timeout)
        journal = Journal(folder)
        caller: Caller[int] = Caller(model, journal, limits, price=price, tally=tally, progress=notes)
        try:
            await caller.run(work, received.__setitem__)
        finally:
            journal.close()
            await model.close()

    try:
        asyncio.run(work_off())
    except Stopped as stopped:
        stopped.add_note(str(len(received)))
        raise
    return received, tally


def text(call: Call) -> str:
    assert isinstance(call.reply, Reply), call.error
    return call.reply.text


def test_every_request_ends_once_and_is_served_from_the_journal_afterwards(tmp_path: Path) -> None:
    with FakeServer(Behaviour()) as server:
        first, tally = ask(server, tmp_path, requests(300))
        again, second = ask(server, tmp_path, requests(320))
        assert server.repeated() == {}
        assert server.counts.answered == 320
    assert (tally.calls, tally.hits) == (300, 0)
    assert (second.calls, second.hits) == (20, 300)
    assert {n: text(c) for n, c in first.items()} == {n: text(again[n]) for n in first}


def test_equal_requests_in_flight_are_one_call(tmp_path: Path) -> None:
    work = [(number, request) for number in range(40) for _, request in requests(1)]
    with FakeServer(Behaviour(latency=0.05)) as server:
        received, tally = ask(server, tmp_path, work)
        assert server.counts.answered == 1
    assert len(received) == 40
    assert tally.calls == 1


def test_an_equal_request_that_comes_while_the_first_is_answered_is_not_asked_again(tmp_path: Path) -> None:
    """The first is still in flight when the second is looked up, and is done when its turn comes."""
    same = requests(1, start=5_000)[0][1]
    distinct = [request for _, request in requests(1_022)]
    work = list(enumerate([*distinct[:507], same, *distinct[507:1_020], same]))
    with FakeServer(Behaviour(latency=0.005)) as server:
        received, _ = ask(server, tmp_path, work, Limits(concurrency=4))
        assert server.repeated() == {}
    assert len(received) == len(work)


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.RESET, FaultKind.TRUNCATED, FaultKind.MALFORMED])
def test_a_fault_that_passes_is_retried_until_the_answer_comes(tmp_path: Path, kind: FaultKind) -> None:
    with FakeServer(Behaviour(faults=(Fault(kind, rate=0.2),), seed=3)) as server:
        received, tally = ask(server, tmp_path, requests(60))
    assert all(call.error is None for call in received.values())
    assert tally.retries > 0


def test_a_hang_ends_at_the_timeout_and_is_retried(tmp_path: Path) -> None:
    with FakeServer(Behaviour(faults=(Fault(FaultKind.HANG, first=1),))) as server:
        received, tally = ask(server, tmp_path, requests(4), timeout=0.5)
    assert [call.error for call in received.values()] == [None] * 4
    assert tally.retries == 4


def test_retry_after_is_honoured_and_the_pace_slows(tmp_path: Path) -> None:
    notes = Notes()
    with FakeServer(Behaviour(faults=(Fault(FaultKind.RATE_LIMIT, first=1, wait=1.0),))) as server:
        started = time.monotonic()
        received, _ = ask(server, tmp_path, requests(3), notes=notes)
        took = time.monotonic() - started
    assert all(call.error is None for call in received.values())
    assert took >= 1.0
    assert any("rate limit" in line for line in notes.lines)


def test_rate_limits_that_come_and_go_are_told_once(tmp_path: Path) -> None:
    notes = Notes()
    with FakeServer(Behaviour(faults=(Fault(FaultKind.RATE_LIMIT, rate=0.3, wait=0.01),))) as server:
        ask(server, tmp_path, requests(60), Limits(concurrency=4), notes=notes)
        assert server.counts.statuses["429"] > 5
    assert notes.lines == ["openai-api/fake/m: rate limit, slowing down"]


def test_a_limit_on_requests_in_flight_is_found_by_slowing_down(tmp_path: Path) -> None:
    with FakeServer(Behaviour(latency=0.02, max_in_flight=4, retry_after=0.05)) as server:
        received, _ = ask(server, tmp_path, requests(120), Limits(concurrency=32))
        assert server.counts.answered == 120
    assert len(received) == 120


def test_a_wrong_key_stops_at_once_and_asks_nothing_more(tmp_path: Path) -> None:
    with FakeServer(Behaviour(key="right")) as server:
        with pytest.raises(Stopped, match="openai-api/fake/m"):
            ask(server, tmp_path, requests(500), key="wrong")
        assert server.counts.attempts <= 64


def test_sustained_failure_trips_the_breaker(tmp_path: Path) -> None:
    with FakeServer(Behaviour(faults=(Fault(FaultKind.BAD_REQUEST, rate=1.0),))) as server:
        with pytest.raises(Stopped, match="in a row failed"):
            ask(server, tmp_path, requests(2_000))
        assert server.counts.attempts < 200


def test_one_refused_request_does_not_stop_the_others(tmp_path: Path) -> None:
    with FakeServer(Behaviour(faults=(Fault(FaultKind.CONTEXT_LENGTH, rate=0.05),), seed=1)) as server:
        received, tally = ask(server, tmp_path, requests(100))
    outcomes = Counter(call.error is None for call in received.values())
    assert outcomes[False] == tally.errors > 0
    assert outcomes[True] > 80


def test_max_calls_stops_exactly_there_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with FakeServer(Behaviour()) as server:
        with pytest.raises(Stopped, match="--max-calls 50"):
            ask(server, tmp_path, requests(200), Limits(budget=Budget(max_calls=50)))
        assert server.counts.answered == 50
        received, tally = ask(server, tmp_path, requests(200))
        assert server.repeated() == {}
    assert (tally.hits, tally.calls, len(received)) == (50, 150, 200)


def test_max_usd_is_never_exceeded(tmp_path: Path) -> None:
    price = Price(input=1_000.0, output=1_000.0)
    with FakeServer(Behaviour()) as server, pytest.raises(Stopped, match="--max-usd"):
        ask(server, tmp_path, requests(500), Limits(concurrency=8, budget=Budget(max_usd=1.0)), price=price)
    spent = sum(found.tokens_in + found.tokens_out for found in _entries(tmp_path)) * 1_000 / 1_000_000
    assert 0.2 < spent <= 1.0


def test_a_changed_served_version_is_said(tmp_path: Path) -> None:
    notes = Notes()
    with FakeServer(Behaviour(served_models=((0, "m-2026-01"), (50, "m-2026-09")))) as server:
        ask(server, tmp_path, requests(100), Limits(concurrency=1), notes=notes)
    assert any("m-2026-09" in line for line in notes.lines)


def test_work_is_drawn_lazily(tmp_path: Path) -> None:
    drawn = 0

    def endless() -> Iterator[tuple[int, Request]]:
        nonlocal drawn
        for pair in requests(100_000):
            drawn += 1
            yield pair

    with FakeServer(Behaviour()) as server, pytest.raises(Stopped):
        ask(server, tmp_path, endless(), Limits(budget=Budget(max_calls=100)))
    assert drawn < 3_000


def _entries(folder: Path) -> list[object]:
    from axiometer.runtime.journal import read_entries

    return list(read_entries(folder))
