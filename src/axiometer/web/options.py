"""How a folder is served: where, to whom, within which limits."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from axiometer.errors import InputError, Refused

LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
SHORTEST_TOKEN: Final = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """`body`: bytes of a request. `body_seconds`: for the whole of it; `header_seconds`: for its headers;
    `send_seconds`: for a reader to take some more of a response. Rates are requests per second and at once, of one
    session, of one address without a session, and of wrong tokens from one address."""

    body: int = 64 * 1024
    body_seconds: float = 15.0
    header_seconds: float = 10.0
    send_seconds: float = 30.0
    connections: int = 1000
    session_rate: float = 20.0
    session_burst: int = 80
    address_rate: float = 10.0
    address_burst: int = 60
    token_rate: float = 0.2
    token_burst: int = 10


@dataclass(frozen=True, slots=True)
class WebOptions:
    """`annotate`: the name of the annotation project that raters reach (below the folder), or the folder's own.
    `token`: the keeper's; `site`: the address by which others reach the server, where a proxy stands before it."""

    host: str = "127.0.0.1"
    port: int = 8000
    annotate: str | None = None
    token: str | None = None
    site: str | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not self.local and self.token is None:
            raise Refused("{host} can be reached by others: give a token (--token or AXIOMETER_TOKEN)", host=self.host)
        if self.token is not None and len(self.token) < SHORTEST_TOKEN:
            raise InputError("the token is too short", mend="give {n} characters or more", n=SHORTEST_TOKEN)
        if self.site is not None:
            parts = urlsplit(self.site)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
                raise InputError("{site!r} is no site", mend="like https://labels.example.org", site=self.site)

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host) and self.site is None

    @property
    def everyone_may_look(self) -> bool:
        """Whether pages need no session: nobody but this machine's user comes here."""
        return self.local and self.token is None and self.annotate is None

    @property
    def secure(self) -> bool:
        """Whether readers come by https."""
        return self.site is not None and self.site.startswith("https://")

    @property
    def address(self) -> str:
        """Where the server is found, without a slash at the end."""
        if self.site is not None:
            return self.site.rstrip("/")
        shown = "127.0.0.1" if self.host in ("", "0.0.0.0", "::") else self.host
        return f"http://[{shown}]:{self.port}" if ":" in shown else f"http://{shown}:{self.port}"

    def answers_to(self, hostname: str) -> bool:
        """Whether a `Host` header may name this. A page of a stranger that has its own name point here (DNS rebinding)
        comes with that name; it cannot make an address its name, so where others may come, addresses pass."""
        name = hostname.lower()
        if self.site is not None and name == (urlsplit(self.site).hostname or "").lower():
            return True
        if name in LOOPBACK_NAMES:
            return is_loopback(self.host) or self.host in ("", "0.0.0.0", "::")
        return not is_loopback(self.host) and (name == self.host.lower() or _is_address(name))


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
