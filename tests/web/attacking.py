"""A server with limits that a test can wait for, and bytes as they stand."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

from .conftest import TOKEN, Server, free_port, project_of, units

SHORT = """
import json, sys
from pathlib import Path
from axiometer.web.options import Limits, WebOptions
from axiometer.web.serving import serve
serve(Path(sys.argv[1]), WebOptions(port=int(sys.argv[2]), annotate=".", token=sys.argv[3],
      limits=Limits(**json.loads(sys.argv[4])), site=sys.argv[5] or None))
"""


def limited(folder: Path, site: str = "", **limits: float) -> Server:
    """A server with limits that a test can wait for."""
    project_of(folder, units(3))
    server = Server(folder, free_port(), folder.parent / "log")
    with server.log.open("wb") as log:
        server.process = subprocess.Popen(
            [sys.executable, "-c", SHORT, str(folder), str(server.port), TOKEN, json.dumps(limits), site],
            stdout=log,
            stderr=log,
        )
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
            return server
        except OSError:
            time.sleep(0.05)
    raise AssertionError(server.log.read_text())


def raw(server: Server, *pieces: bytes, pause: float = 0.0, patience: float = 5.0) -> bytes:
    """What comes back for bytes as they stand, sent one piece after the other, until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=patience) as connection:
        found = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            while part := connection.recv(65536):
                found += part
        except (ConnectionError, TimeoutError):
            pass
        return found


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0
