"""Chat models behind OpenAI-compatible endpoints: `openai/<model>` and `openai-api/<service>/<model>`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from axiometer.models.protocols import BadRequest, Reply, Request, Sampling
from axiometer.models.reading import read_chat
from axiometer.models.wire import Wire

MOST_LOGPROBS = 20
DEFAULT_TIMEOUT = 120.0


class Endpoint:
    """A `ChatModel` over the wire. One `send` is one attempt; retrying is the caller's.

    base_urls: equal replicas; the first one names the respondent in the journal. extra: further fields of the request
    body, part of the identity. headers: sent, not part of the identity. token_parameter: `max_tokens` or
    `max_completion_tokens`; None takes the latter for OpenAI and the former elsewhere.
    """

    wants_meta = False
    continues = False

    def __init__(
        self,
        name: str,
        model: str,
        base_urls: Sequence[str],
        api_key: str | None,
        sampling: Sampling,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        token_parameter: str | None = None,
        concurrency: int | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self.sampling = sampling
        self.concurrency = concurrency
        self.wire = Wire(name, base_urls, api_key, timeout=timeout, headers=headers)
        self._extra = dict(extra or {})
        self._token_parameter = token_parameter or (
            "max_completion_tokens" if name.startswith("openai/") else "max_tokens"
        )
        self._fixed = _sampling_fields(sampling)
        self._identity = identity_of(name, model, self.wire.host, "chat", sampling, self._extra)

    @property
    def identity(self) -> Mapping[str, object]:
        return self._identity

    def body(self, request: Request) -> dict[str, object]:
        """The request's JSON body, as it is sent and as a batch line holds it."""
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        if self.sampling.system is not None:
            messages.insert(0, {"role": "system", "content": self.sampling.system})
        body: dict[str, object] = {
            "model": self.model,
            "messages": messages,
            self._token_parameter: request.max_tokens or self.sampling.max_tokens,
            **self._fixed,
        }
        if self.sampling.seed is not None:
            body["seed"] = self.sampling.seed + request.repeat  # else a repeat would be the same draw again
        if request.top_logprobs is not None:
            body["logprobs"] = True
            body["top_logprobs"] = min(request.top_logprobs, MOST_LOGPROBS)
        if request.schema is not None:
            schema: dict[str, object] = {"name": "answer", "schema": dict(request.schema)}
            if request.schema.get("additionalProperties") is False:
                schema["strict"] = True
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        body.update(self._extra)
        return body

    async def send(self, request: Request) -> bytes:
        if not request.messages:
            raise BadRequest(f"{self.name}: the request holds no message")
        return await self.wire.post("/chat/completions", self.body(request))

    def read(self, raw: bytes) -> Reply:
        return read_chat(raw)

    async def close(self) -> None:
        await self.wire.close()


def _sampling_fields(sampling: Sampling) -> dict[str, object]:
    """The fields of the body that are the same in every request; what is None is not sent."""
    fields = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "reasoning_effort": sampling.reasoning,
    }
    return {name: value for name, value in fields.items() if value is not None}


def identity_of(
    name: str, model: str, host: str, protocol: str, sampling: Sampling, extra: Mapping[str, object]
) -> Mapping[str, object]:
    """What tells this respondent from another in the journal: never a key, never a header."""
    return {
        "provider": name.rpartition(f"/{model}")[0] or name,
        "model": model,
        "host": host,
        "protocol": protocol,
        "sampling": asdict(sampling),
        "extra": dict(extra),
    }
