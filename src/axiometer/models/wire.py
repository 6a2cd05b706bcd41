"""The wire to an OpenAI-compatible service: several replicas, one attempt per call, errors as a small family.

The SDK builds and sends the request; the body of the answer is kept as bytes and never parsed into the SDK's models,
which would cost more than everything else here together.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from axiometer.errors import InputError
from axiometer.models.environment import checked_key, checked_url, host_of, redact
from axiometer.models.protocols import CallError, Temporary
from axiometer.models.service_errors import accept

if TYPE_CHECKING:
    import openai

Accept: TypeAlias = Callable[[str, int, Mapping[str, str], bytes], bytes]

_NO_KEY = "none"  # the SDK wants one; servers that need none ignore it
_DOWN_SECONDS = 5.0
_CONNECTIONS = 1024


@dataclass(slots=True)
class Replica:
    """One base URL and what is going on there. `down_until` is on the monotonic clock."""

    base_url: str
    in_flight: int = 0
    down_until: float = 0.0


class Wire:
    """Posts JSON to the replica with the fewest calls in flight and gives the raw answer.

    A replica that cannot be reached is passed over for five seconds as long as there is another. Clients are made at
    the first call of an event loop and made anew in another loop.
    """

    def __init__(
        self,
        name: str,
        base_urls: Sequence[str],
        api_key: str | None,
        *,
        timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if not base_urls:
            raise InputError(f"{name}: no base URL is given")
        self.name = name
        self.timeout = timeout
        self.replicas = [Replica(checked_url(url, f"{name}: an endpoint")) for url in dict.fromkeys(base_urls)]
        self._api_key = checked_key(api_key, f"{name}'s settings") if api_key else None
        self._headers = dict(headers or {})
        self._clients: dict[str, openai.AsyncOpenAI] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def host(self) -> str:
        """Host of the first base URL, without the port: neither another replica nor a server's restart on another port
        makes another respondent. What runs side by side on one host is told apart by service and model name."""
        return urlsplit(self.replicas[0].base_url).hostname or ""

    async def post(self, path: str, body: Mapping[str, object], accepted: Accept = accept) -> bytes:
        """The raw answer to one attempt. Raises a `CallError`. accepted: tells an answer from a failure."""
        replica = self._choose()
        replica.in_flight += 1
        try:
            status, headers, content = await self._attempt(replica, path, body)
        except Temporary:
            replica.down_until = time.monotonic() + _DOWN_SECONDS
            raise
        finally:
            replica.in_flight -= 1
        replica.down_until = 0.0
        return accepted(self.name, status, headers, content)

    def client(self, replica: Replica | None = None) -> openai.AsyncOpenAI:
        """The SDK's client for a replica (default: the first), for calls other than `post`."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._clients, self._loop = {}, loop
        url = (replica or self.replicas[0]).base_url
        if url not in self._clients:
            self._clients[url] = self._connect(url)
        return self._clients[url]

    async def close(self) -> None:
        clients, self._clients = self._clients, {}
        if self._loop is asyncio.get_running_loop():
            for client in clients.values():
                await client.close()
        self._loop = None

    def _choose(self) -> Replica:
        if len(self.replicas) == 1:
            return self.replicas[0]
        now = time.monotonic()
        able = [replica for replica in self.replicas if replica.down_until <= now] or self.replicas
        return min(able, key=lambda replica: replica.in_flight)

    def _connect(self, url: str) -> openai.AsyncOpenAI:
        import httpx2
        import openai

        client = openai.AsyncOpenAI(
            api_key=self._api_key or _NO_KEY,
            base_url=url,
            timeout=self.timeout,
            max_retries=0,
            default_headers=self._headers,
            http_client=openai.DefaultAioHttpClient(
                timeout=self.timeout,
                limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            ),
        )
        if not self.name.startswith("openai/"):
            # The SDK reads these from the environment; they are OpenAI's and no other service's business.
            client.organization = client.project = client.admin_api_key = None
        return client

    async def _attempt(
        self, replica: Replica, path: str, body: Mapping[str, object]
    ) -> tuple[int, Mapping[str, str], bytes]:
        import aiohttp
        import httpx2
        import openai

        client = self.client(replica)
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            async with asyncio.timeout(self.timeout):
                response = await client.post(
                    path,
                    cast_to=httpx2.Response,
                    content=content,
                    options={"headers": {"Content-Type": "application/json"}},
                )
            return response.status_code, response.headers, response.content
        except openai.APIStatusError as error:
            return error.response.status_code, error.response.headers, error.response.content
        except TimeoutError:
            raise Temporary(f"{self.name}: no answer within {self.timeout:g} s") from None
        except (openai.APIConnectionError, httpx2.HTTPError, aiohttp.ClientError, OSError) as error:
            raise self._lost(error, replica) from None

    def _lost(self, error: BaseException, replica: Replica) -> CallError:
        """The error of a connection, told by its deepest cause: the SDK says only that there was one."""
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        if isinstance(cause, TimeoutError):
            return Temporary(f"{self.name}: no answer within {self.timeout:g} s")
        said = " ".join(str(cause).split()) or type(cause).__name__
        return Temporary(redact(f"{self.name}: connection to {host_of(replica.base_url)} failed: {said[:200]}"))
