"""A small run as the explorer sees it, and requests to the app without a network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from benchmarks.explorer_run import write_run

from axiometer.web.app import make_app
from axiometer.web.explorer.index import RunIndex, index_of, make_index, sources_of
from axiometer.web.options import Limits, WebOptions

ITEMS, MODELS = 60, 3
UNLIMITED = Limits(session_rate=1e6, session_burst=10**6, address_rate=1e6, address_burst=10**6)


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


Get = Callable[..., Answered]


def asked(root: Path, options: WebOptions | None = None) -> Get:
    """A function that gets a page of the app over `root`: path, parameters."""
    app = make_app(root, options or WebOptions(limits=UNLIMITED))

    def get(path: str, *, method: str = "GET", **parameters: object) -> Answered:
        query = urlencode({name.rstrip("_"): value for name, value in parameters.items()}, doseq=True)
        while True:
            answered = asyncio.run(_sent(app, method, path, query))
            if "refresh" not in answered.headers:
                return answered
            time.sleep(0.05)  # the index is being made, as the page says; its Refresh header brings a reader back

    return get


async def _sent(app: Callable[..., object], method: str, path: str, query: str) -> Answered:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"accept-language", b"en")],
        "client": ("127.0.0.1", 1234),
        "server": ("127.0.0.1", 8000),
    }
    messages: list[dict[str, object]] = []
    done = asyncio.Event()

    async def receive() -> dict[str, object]:
        if not messages:
            return {"type": "http.request", "body": b"", "more_body": False}
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        messages.append(message)

    await app(scope, receive, send)  # type: ignore[misc]
    start = messages[0]
    headers = {name.decode(): value.decode() for name, value in start["headers"]}  # type: ignore[attr-defined]
    body = b"".join(message.get("body", b"") for message in messages[1:])  # type: ignore[misc]
    return Answered(int(str(start["status"])), headers, body)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one run, `runs/demo`."""
    root = tmp_path_factory.mktemp("served")
    write_run(root / "runs/demo", items=ITEMS, models=MODELS)
    return root


@pytest.fixture(scope="session")
def get(served: Path) -> Get:
    return asked(served)


@pytest.fixture(scope="session")
def index(served: Path, tmp_path_factory: pytest.TempPathFactory) -> RunIndex:
    found = index_of(sources_of(served / "runs/demo"), tmp_path_factory.mktemp("index"))
    make_index(found)
    return found
