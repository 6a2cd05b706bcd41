"""HTTP/1.1 over asyncio, by hand: the server shares its cores with what it measures, so it must cost very little."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus

Handler = Callable[["Exchange"], None]
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_LIMIT = 512 * 1024 * 1024


class Exchange:
    """One request and the one way to end it: `reply`, `cut`, `reset`, or nothing (the client waits)."""

    __slots__ = ("_connection", "body", "headers", "method", "on_lost", "path", "query")

    def __init__(self, connection: Connection, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        self._connection = connection
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.body = body
        self.on_lost: Callable[[], None] | None = None

    @property
    def gone(self) -> bool:
        """Whether the client has left."""
        return self._connection.closed

    def reply(self, status: int, body: bytes, headers: tuple[tuple[str, str], ...] = (), kind: str = "json") -> bool:
        """Sends a whole answer; false when the client had left."""
        if self.gone:
            return False
        self._connection.write(_head(status, len(body), headers, kind) + body)
        self._connection.next()
        return True

    def cut(self, status: int, body: bytes) -> None:
        """Announces the whole body, sends half of it and closes."""
        if not self.gone:
            self._connection.write(_head(status, len(body), (), "json") + body[: len(body) // 2])
            self._connection.close()

    def reset(self) -> None:
        """Resets the connection (RST) without an answer."""
        self._connection.abort()


def _head(status: int, length: int, headers: tuple[tuple[str, str], ...], kind: str) -> bytes:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}", f"content-length: {length}"]
    lines.append(f"content-type: {'application/json' if kind == 'json' else 'application/octet-stream'}")
    lines.extend(f"{name}: {value}" for name, value in headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Connection(asyncio.Protocol):
    """A kept-alive connection that handles one request after the other."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._current: Exchange | None = None
        self._scanned = 0
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        sock = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.closed = True
        if self._current is not None and self._current.on_lost is not None:
            self._current.on_lost()
        self._current = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._current is None:
            self._take()

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def next(self) -> None:
        """The current request is over; the next one in the buffer is taken up."""
        self._current = None
        if self._buffer:
            self._take()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is None or self.closed:
            return
        with contextlib.suppress(OSError):
            # Linger of zero seconds turns the close into a reset.
            self._transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        self._transport.abort()

    def _take(self) -> None:
        end = self._buffer.find(b"\r\n\r\n", max(0, self._scanned - 3))
        if end < 0:
            self._scanned = len(self._buffer)
            return
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if len(parts) != 3:
            self._refuse()
            return
        start = end + 4
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body, stop = _chunks(self._buffer, start)
        else:
            length = headers.get("content-length", "0")
            if not length.isdigit() or int(length) > _LIMIT:
                self._refuse()
                return
            stop = start + int(length)
            body = bytes(self._buffer[start:stop]) if stop <= len(self._buffer) else None
        if body is None:
            if headers.get("expect", "").lower() == "100-continue" and len(self._buffer) == start:
                self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return
        del self._buffer[:stop]
        self._scanned = 0
        exchange = Exchange(self, parts[0], parts[1], headers, body)
        self._current = exchange
        self._handler(exchange)

    def _refuse(self) -> None:
        self.write(_head(400, 0, (("connection", "close"),), "json"))
        self.close()


def _chunks(buffer: bytearray, start: int) -> tuple[bytes | None, int]:
    """The body sent in chunks and where it ends; None while it is incomplete."""
    parts: list[bytes] = []
    position = start
    while True:
        line = buffer.find(b"\r\n", position)
        if line < 0:
            return None, start
        size = int(bytes(buffer[position:line]).split(b";")[0] or b"0", 16)
        begin, end = line + 2, line + 2 + size
        if len(buffer) < end + 2:
            return None, start
        if size == 0:
            return b"".join(parts), end + 2
        parts.append(bytes(buffer[begin:end]))
        position = end + 2
