"""Runs the app with uvicorn, and closes connections of clients that keep it waiting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from axiometer.errors import InputError
from axiometer.web.app import make_app
from axiometer.web.options import WebOptions

GRACE_SECONDS = 5
LEAST_READ = 4096
"""Bytes that a reader must take within each `send_seconds` while some wait for it."""


class PatientOnlySoLong(H11Protocol):
    """HTTP/1.1 that closes a connection whose headers are not there in time, the first request's or a later one's, and
    one whose reader takes next to nothing of what it asked for."""

    header_seconds = 10.0
    send_seconds = 30.0
    _waiting: asyncio.TimerHandle | None = None
    _watching: asyncio.TimerHandle | None = None
    _unread = 0
    _drained = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            if self._waiting is None:
                self._wait()
        else:
            self._come()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._come()

    def connection_lost(self, exc: Exception | None) -> None:
        self._come()
        if self._watching is not None:
            self._watching.cancel()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        self._drained = True
        super().resume_writing()

    def _watch(self) -> None:
        self._watching = self.loop.call_later(self.send_seconds, self._look)

    def _look(self) -> None:
        """Closing would wait until all is read, for ever; so it is broken off."""
        unread = self.transport.get_write_buffer_size()
        if unread and not self._drained and self._unread and self._unread - unread < LEAST_READ:
            self.transport.abort()
            return
        self._unread, self._drained = unread, False
        self._watch()

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.header_seconds, self._give_up)

    def _come(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.abort()


def serve(root: Path, options: WebOptions, ready: Callable[[WebOptions], None] | None = None) -> None:
    """Serves `root` until it is told to stop (Ctrl-C, SIGTERM). `ready` is called once it listens.

    Raises `InputError` where the address cannot be had. No request is logged: addresses of pages hold tokens.
    """
    app = make_app(root, options)
    listening = _listen(options)
    config = _configured(app, options)
    try:
        if ready is not None:
            ready(options)
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        app.state.site.close()


def _configured(app: Any, options: WebOptions) -> uvicorn.Config:
    limits = options.limits
    patience = {"header_seconds": limits.header_seconds, "send_seconds": limits.send_seconds}
    protocol = type("Protocol", (PatientOnlySoLong,), patience)
    return uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=options.site is not None,  # else anyone could say where a request comes from
        forwarded_allow_ips="127.0.0.1,::1",
        limit_concurrency=limits.connections,
        timeout_keep_alive=int(max(1, limits.header_seconds)),
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=16 * 1024,
    )


def _listen(options: WebOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY on connections; without it a page waits 40 ms for an old ACK.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((options.host, options.port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise InputError(
            "{host}:{port} cannot be had: {why}",
            mend="give another --port",
            host=options.host,
            port=options.port,
            why=error.strerror or error,
        ) from error
    return listening
