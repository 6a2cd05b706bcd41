"""Requests that would wear the server out: too large, too slow, too often."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from axiometer.web.static import static_address, static_files

from .attacking import limited, raw, status_of
from .conftest import Client, Server, invited


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits half a second for headers and for bodies."""
    server = limited(tmp_path_factory.mktemp("hasty") / "p", header_seconds=0.5, body_seconds=0.5, send_seconds=0.5)
    yield server
    server.stop()


def test_a_body_that_says_that_it_is_too_large_is_not_read(served: Server) -> None:
    head = b"POST /rate/label HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000000\r\n\r\n"
    assert status_of(raw(served, head)) == 413


def test_a_body_that_does_not_say_how_large_it_is_is_cut(served: Server, rater: Client) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in rater.cookies.items()).encode()
    head = b"POST /rate/label HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nCookie: " + cookie
    kind = b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    chunk = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
    assert status_of(raw(served, head + kind, *[chunk] * 4)) == 413


def test_headers_without_end_are_cut(served: Server) -> None:
    answer = raw(served, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-Long: " + b"a" * 200_000)
    assert status_of(answer) in (0, 400, 431)
    assert served.client().get("/").status == 200


def test_a_client_that_sends_its_headers_drop_by_drop_is_cut(hasty: Server) -> None:
    began = time.monotonic()
    drops = [b"GET / HTTP/1.1\r\n", b"Host: 127.0.0.1\r\n", *[b"X: y\r\n"] * 40]
    assert raw(hasty, *drops, pause=0.1) == b"" and time.monotonic() - began < 4.5


def test_a_client_that_sends_nothing_is_cut(hasty: Server) -> None:
    began = time.monotonic()
    assert raw(hasty) == b"" and time.monotonic() - began < 3


def test_a_later_request_on_the_same_connection_is_cut_too(hasty: Server) -> None:
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=5) as connection:
        connection.sendall(b"GET /static/icon.svg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            for letter in (b"G", b"E", b"T", *[b" "] * 40):
                connection.sendall(letter)
                time.sleep(0.1)
    assert time.monotonic() - began < 3


def test_a_client_that_sends_its_body_drop_by_drop_is_cut(hasty: Server) -> None:
    client = hasty.client().enter(invited(hasty.folder, "R01")).agree()
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items()).encode()
    head = b"POST /rate/label HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\nCookie: " + cookie
    kind = b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    began = time.monotonic()
    answer = raw(hasty, head + kind, *[b"a"] * 40, pause=0.1)
    assert status_of(answer) in (0, 408) and time.monotonic() - began < 4.5


def test_slow_clients_keep_nobody_else_waiting(hasty: Server) -> None:
    slow = [socket.create_connection(("127.0.0.1", hasty.port)) for _ in range(200)]
    for connection in slow:
        connection.sendall(b"GET / HTTP/1.1\r\n")
    began = time.monotonic()
    assert hasty.client().get("/").status == 200 and time.monotonic() - began < 2
    for connection in slow:
        connection.close()


def test_those_who_ask_too_often_wait_and_others_do_not(tmp_path: Path) -> None:
    server = limited(tmp_path / "p", session_rate=1, session_burst=20, address_rate=1, address_burst=30)
    try:
        one = server.client().enter(invited(server.folder, "R01"))
        other = server.client().enter(invited(server.folder, "R02"))
        said = [one.get("/rate/start").status for _ in range(30)]
        assert said[:15] == [200] * 15 and 429 in said
        assert other.get("/rate/start").status == 200
        name = f"axiometer-rater-{server.port}"
        stranger = [Client(server.port, {name: f"x{number}"}).get("/").status for number in range(40)]
        assert 429 in stranger  # a new made-up cookie for each request does not help
        assert other.get("/rate/start").status == 200
    finally:
        server.stop()


def test_a_client_that_reads_nothing_of_what_it_asks_for_is_cut(hasty: Server) -> None:
    """Closing would wait for it for ever; so many such clients, and nobody else is let in."""
    large = static_address(max(static_files(), key=lambda name: len(static_files()[name].content)))
    ask = f"GET {large} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect(("127.0.0.1", hasty.port))
        lazy.sendall(ask * 8)  # more than the kernel takes
        time.sleep(2.5)
        lazy.settimeout(5)
        got = 0
        with contextlib.suppress(ConnectionError):
            while part := lazy.recv(1 << 20):
                got += len(part)
    assert 0 < got < 8 * len(static_files()[large.split("/")[2].split("?")[0]].content)
    assert "Traceback" not in hasty.log.read_text()


def test_a_client_that_reads_slowly_gets_all(hasty: Server) -> None:
    name = max(static_files(), key=lambda name: len(static_files()[name].content))
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        slow.connect(("127.0.0.1", hasty.port))
        ask = f"GET /static/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        slow.sendall(ask * 3)
        got, whole = 0, 3 * len(static_files()[name].content)
        while got < whole and (part := slow.recv(100_000)):
            got += len(part)
            time.sleep(0.02)
    assert got >= whole


def test_nobody_says_for_whom_a_request_comes_where_no_proxy_is_told_of(tmp_path: Path) -> None:
    server = limited(tmp_path / "p", address_rate=0.1, address_burst=10)
    try:
        said = [server.client().get("/", X_Forwarded_For=f"192.0.2.{number}").status for number in range(15)]
        assert said == [200] * 10 + [429] * 5
    finally:
        server.stop()


def test_behind_a_proxy_each_address_is_counted_as_the_proxy_says(tmp_path: Path) -> None:
    server = limited(tmp_path / "p", site="http://localhost", address_rate=0.1, address_burst=10)
    try:
        said = [server.client().get("/", X_Forwarded_For=f"192.0.2.{number}").status for number in range(15)]
        assert said == [200] * 15
        # What a client writes itself stands before what the proxy adds, and is not believed.
        false = [server.client().get("/", X_Forwarded_For=f"10.0.0.{n}, 198.51.100.7").status for n in range(15)]
        assert false == [200] * 10 + [429] * 5
    finally:
        server.stop()
