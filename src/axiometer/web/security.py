"""What stands between the network and the pages, each a small ASGI layer.

`secured` puts them around an app, the first outermost: headers on every response, time limits, the `Host` header, the
size of a body, who is there (`sessions`), how often, and where a write comes from.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from axiometer.web.options import WebOptions
from axiometer.web.sessions import visitor_of

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_BUCKETS: Final = 20_000


def security_headers(options: WebOptions) -> Mapping[str, str]:
    """What every response says. Nothing is kept by a browser but what says so itself (the app's own files)."""
    found = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
    }
    if options.secure:
        found["Strict-Transport-Security"] = "max-age=31536000"
    return found


def secured(app: ASGIApp, options: WebOptions, sessions: Callable[[ASGIApp], ASGIApp]) -> ASGIApp:
    """The app behind all layers; `sessions` is the one that knows who is there."""
    limits = options.limits
    inner: ASGIApp = OwnOrigin(app, options)
    inner = RateLimit(
        inner, Rate(limits.session_rate, limits.session_burst), Rate(limits.address_rate, limits.address_burst)
    )
    inner = HostCheck(BodyLimit(sessions(inner), limits.body), options)
    return HeadersOn(Deadlines(inner, limits.body_seconds), security_headers(options))


@dataclass(frozen=True, slots=True)
class HeadersOn:
    """Adds headers to every response that does not have its own of that name."""

    app: ASGIApp
    headers: Mapping[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message.get("headers", ())}
                extra = [
                    (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()
                ]
                own = [*message.get("headers", ()), *((name, value) for name, value in extra if name not in there)]
                message = {**message, "headers": own}
            await send(message)

        await self.app(scope, receive, adding)


class _TooSlow(Exception):
    """A client that does not send what it announced."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Gives a client `body_seconds` for its whole body. (Headers that do not come, and readers that do not read, are
    `serving`'s.)"""

    app: ASGIApp
    body_seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ends, whole, started = time.monotonic() + self.body_seconds, False, False

        async def receiving() -> Message:
            nonlocal whole
            if whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.001, ends - time.monotonic()))
            except TimeoutError:
                raise _TooSlow from None
            whole = not message.get("more_body", False)
            return message

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receiving, sending)
        except _TooSlow:
            if not started:
                await _refuse(408, "too slow", scope, receive, send)


@dataclass(frozen=True, slots=True)
class HostCheck:
    """Refuses requests for a name that is not this server's."""

    app: ASGIApp
    options: WebOptions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = Headers(scope=scope).getlist("host")
            if len(given) != 1 or not self.options.answers_to(hostname_of(given[0]) or ""):
                await _refuse(400, "unknown host", scope, receive, send)
                return
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Refuses bodies of more than `most` bytes: by what they announce, and by what comes."""

    app: ASGIApp
    most: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > self.most:
            await _refuse(413, "too large", scope, receive, send)
            return
        come, started = 0, False

        async def counting() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > self.most:
                raise _TooLarge
            return message

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, counting, sending)
        except _TooLarge:
            if not started:
                await _refuse(413, "too large", scope, receive, send)


class _TooLarge(Exception):
    """More came than is taken."""


@dataclass(slots=True)
class Rate:
    """How often each key may: `burst` at once, then `per_second` (a token bucket per key)."""

    per_second: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def spent(self, key: str) -> bool:
        """Whether the key may not now; asking costs nothing."""
        return self._now_left(key, self.clock()) < 1.0

    def _now_left(self, key: str, now: float) -> float:
        left, then = self._left.get(key, (float(self.burst), now))
        return min(float(self.burst), left + (now - then) * self.per_second)

    def allows(self, key: str) -> bool:
        """Whether the key may now, which is counted."""
        now = self.clock()
        left = self._now_left(key, now)
        if left < 1.0:
            self._left[key] = (left, now)
            return False
        self._left[key] = (left - 1.0, now)
        if len(self._left) > MOST_BUCKETS:
            self._drop_full(now)
        return True

    def _drop_full(self, now: float) -> None:
        """Forgets keys that have their whole burst again; they are as good as new."""
        wait = self.burst / self.per_second
        self._left = {key: entry for key, entry in self._left.items() if now - entry[1] < wait}


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Counts requests by session, or by address for those who have none (a made-up cookie is no session)."""

    app: ASGIApp
    sessions: Rate
    addresses: Rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            visitor = visitor_of(scope)
            rate, key = (self.addresses, sender_of(scope)) if visitor is None else (self.sessions, visitor.session)
            if not rate.allows(key):
                await _refuse(429, "too many requests", scope, receive, send, {"Retry-After": "2"})
                return
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class OwnOrigin:
    """Refuses writes that a browser says come from another site's page. Forms carry a token of their session besides
    (`sessions.form_of`)."""

    app: ASGIApp
    options: WebOptions

    def _own(self, headers: Headers) -> tuple[str, str]:
        return headers.get("host", "").lower(), urlsplit(self.options.address).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            origin, site = headers.get("origin"), headers.get("sec-fetch-site")
            # Our own policy `no-referrer` makes browsers write `Origin: null` on plain forms.
            strange = origin not in (None, "null") and urlsplit(origin or "").netloc.lower() not in self._own(headers)
            if strange or site not in (None, "same-origin", "none"):
                await _refuse(403, "from another site", scope, receive, send)
                return
        await self.app(scope, receive, send)


def sender_of(scope: Scope) -> str:
    """Where a request comes from, as it is counted: its address; of IPv6 the half that names the network, since whoever
    has one such address has all that begin like it."""
    address = str((scope.get("client") or ("", 0))[0])
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def hostname_of(host: str) -> str | None:
    """The name in a `Host` header, without its port; None for what is none."""
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018  raises for a port that is none
    except ValueError:
        return None
    return parts.hostname if parts.username is None and not parts.path and not parts.query else None


async def _refuse(
    status: int, why: str, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str] | None = None
) -> None:
    """One line, and the connection is closed: what is left of the body is not read."""
    response = PlainTextResponse(f"{why}\n", status, headers={**(headers or {}), "Connection": "close"})
    await response(scope, receive, send)
