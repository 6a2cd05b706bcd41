"""`FakeServer`: an OpenAI-compatible service whose behaviour and faults are planted, in a thread of this process.

    with FakeServer(Behaviour(latency=0.05)) as server:
        ...  # talk to server.base_url
        assert not server.repeated()

As a process of its own: `python -m axiometer.testing --help`.
"""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

from axiometer.errors import InputError
from axiometer.testing.behaviour import Behaviour
from axiometer.testing.counts import Counts, Ledger
from axiometer.testing.http import Connection
from axiometer.testing.service import Received, Service


class FakeServer:
    """A running fake service. `keep` is how many of the latest requests are kept to be looked at."""

    def __init__(
        self, behaviour: Behaviour | None = None, port: int = 0, *, host: str = "127.0.0.1", keep: int = 1000
    ) -> None:
        self._ledger = Ledger()
        self._service = Service(behaviour or Behaviour(), self._ledger, keep)
        self._host, self._port = host, port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self._failure: OSError | None = None

    def __enter__(self) -> FakeServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> FakeServer:
        """Listens in a thread; returns when connections are taken."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve(ready)), name="fake-server", daemon=True)
        self._thread.start()
        ready.wait()
        self.check()
        return self

    def check(self) -> None:
        """Raises `InputError` when the server could not listen."""
        if self._failure is not None:
            raise InputError(f"the fake server cannot listen on {self._host}:{self._port}: {self._failure}")

    async def serve(self, ready: threading.Event) -> None:
        """Serves on the running loop until `close` is called; sets `ready` when it listens or has failed to."""
        loop = asyncio.get_running_loop()
        self._loop, self._stop = loop, asyncio.Event()
        connections: set[Connection] = set()

        def connect() -> Connection:
            connection = Connection(self._service.handle)
            connections.add(connection)
            if len(connections) > 2048:
                connections.difference_update([each for each in connections if each.closed])
            return connection

        try:
            server = await loop.create_server(connect, self._host, self._port, backlog=2048)
        except OSError as failure:
            self._failure = failure
            ready.set()
            return
        self._port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()
        for connection in connections:
            connection.abort()
        await asyncio.sleep(0)

    def close(self) -> None:
        """Drops all connections and stops listening."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def base_url(self) -> str:
        """What a client of an OpenAI-compatible service is given."""
        return f"{self.url}/v1"

    @property
    def behaviour(self) -> Behaviour:
        return self._service.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self._service.behaviour = behaviour

    @property
    def counts(self) -> Counts:
        """What was seen so far."""
        return self._ledger.snapshot()

    @property
    def received(self) -> list[Received]:
        """The latest requests, oldest first."""
        return list(self._service.received)

    def repeated(self, allowed: int = 1) -> dict[str, int]:
        """Requests (hex digest) answered in full more often than `allowed`, and how often."""
        return self._ledger.repeated(allowed)

    def each(self) -> dict[str, tuple[int, int]]:
        """Attempts and full answers of every distinct request, by hex digest."""
        return self._ledger.each()
