"""A real `/v1/embeddings` endpoint on this machine: vectors from the texts' hashes, faults as planted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import numpy as np

DIMENSIONS = 24


def hashed(text: str) -> list[float]:
    """A vector of no particular length."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return [float(x) for x in np.random.default_rng(seed).standard_normal(DIMENSIONS)]


@dataclass
class Service:
    """faults: (status, body) answered first, one per call, before calls are answered. texts: all that were answered."""

    faults: list[tuple[int, object]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    url: str = ""

    def answer(self, body: dict[str, list[str]]) -> tuple[int, object]:
        if self.faults:
            return self.faults.pop(0)
        self.texts += body["input"]
        self.calls.append(len(body["input"]))
        rows = [{"index": n, "embedding": hashed(text)} for n, text in enumerate(body["input"])]
        return 200, {"data": rows[::-1], "model": "m"}  # services need not keep the order


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                service.keys.add(self.headers["Authorization"])
                status, answer = (404, {}) if self.path != "/v1/embeddings" else service.answer(body)
            content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("retry-after-ms", "5")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
