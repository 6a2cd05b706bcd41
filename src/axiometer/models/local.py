"""GGUF models in this process: `local/<alias or path>`, through llama.cpp."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from axiometer.models.completions import first_candidates, letter_of, option_letters, prompt_of, read_completion
from axiometer.models.filters import details_of
from axiometer.models.local_engine import Engine, EngineKey, default_threads, give_back, take_engine, version
from axiometer.models.local_weights import check_target, digest_of, find_weights
from axiometer.models.protocols import BadAnswer, BadRequest, Reply, Request, Sampling
from axiometer.models.reading import read_chat
from axiometer.models.service_errors import failure

MOST_TOKENS = 2048  # a call cannot be broken off, and the process cannot end before it
CONTEXT = 4096
_WIDE = 5000
_A_LETTER = "root ::= [A-Z]"
_SEEDS = 2**31


class LocalModel:
    """A `ChatModel` in this process. Weights are loaded at the first call (or by `load`), once for all respondents
    that use them; calls are answered one after the other. `chat_template=False` continues the plain prompt.

    The same request has the same answer on the same machine; where the temperature is above 0, repeats differ by seed.
    """

    wants_meta = False
    concurrency: int | None = 1

    def __init__(
        self,
        name: str,
        target: str,
        sampling: Sampling,
        *,
        chat_template: bool = True,
        threads: int | None = None,
        context: int = CONTEXT,
    ) -> None:
        check_target(target)
        self.name = name
        self.sampling = sampling
        self.chat_template = chat_template
        self.continues = not chat_template
        self._target = target
        self._threads = threads or default_threads()
        self._context = context
        self._digest = digest_of(target)
        self._label = Path(target).stem if target.endswith(".gguf") else target
        self._engine: Engine | None = None

    @property
    def identity(self) -> Mapping[str, object]:
        return {
            "provider": "local",
            "model": self._digest,
            "host": None,
            "protocol": "chat" if self.chat_template else "completions",
            "context": self._context,
            "sampling": asdict(self.sampling),
        }

    async def load(self) -> None:
        """Loads the weights now; downloads them first where they are an alias's and not installed."""
        await self._ready().load()

    async def send(self, request: Request) -> bytes:
        if not request.messages:
            raise BadRequest(f"{self.name}: the request holds no message")
        engine = self._ready()
        ask = engine.chat if self.chat_template else engine.complete
        body = self._chat_body(request) if self.chat_template else self._completion_body(request)
        answer = await ask(body)
        if request.top_logprobs is not None:
            if request.schema is None and _ended_within_a_character(answer):
                answer["choices"][0]["logprobs"] = _logprobs(await ask({**body, "grammar": _A_LETTER}))
            if not self.chat_template:
                _trim(answer, request.top_logprobs, option_letters(prompt_of(request, self.sampling)))
        return self._raw(answer)

    def read(self, raw: bytes) -> Reply:
        return read_chat(raw) if self.chat_template else read_completion(raw)

    async def close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            await give_back(engine)

    def _ready(self) -> Engine:
        if self._engine is None:
            self._engine = take_engine(EngineKey(find_weights(self._target), self._context, self._threads))
        return self._engine

    def _fixed(self, request: Request) -> dict[str, Any]:
        body: dict[str, Any] = {
            "max_tokens": min(request.max_tokens or self.sampling.max_tokens, MOST_TOKENS),
            "seed": ((self.sampling.seed or 0) + request.repeat) % _SEEDS,
            "cache_prompt": False,
        }
        if self.sampling.temperature is not None:
            body["temperature"] = self.sampling.temperature
        if self.sampling.top_p is not None:
            body["top_p"] = self.sampling.top_p
        return body

    def _chat_body(self, request: Request) -> dict[str, Any]:
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        if self.sampling.system is not None:
            messages.insert(0, {"role": "system", "content": self.sampling.system})
        body = {"messages": messages, **self._fixed(request)}
        if request.top_logprobs is not None:
            body.update(logprobs=True, top_logprobs=request.top_logprobs)
        if request.schema is not None:
            schema = {"name": "answer", "schema": dict(request.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def _completion_body(self, request: Request) -> dict[str, Any]:
        body = {"prompt": prompt_of(request, self.sampling), **self._fixed(request)}
        if request.top_logprobs is not None:
            body.update(logprobs=_WIDE, max_tokens=1)
        return body

    def _raw(self, answer: Mapping[str, Any]) -> bytes:
        """The answer without what differs from run to run (times, random ids) or names a path of this machine."""
        if "error" in answer:
            details = details_of(answer)
            code = details.code
            raise failure(self.name, int(code) if code.isdigit() else 500, {}, details)
        if not answer.get("choices"):
            raise BadAnswer(f"{self.name}: the answer holds no choices")
        kept = {name: value for name, value in answer.items() if name not in ("timings", "id", "created")}
        kept["model"] = self._label
        kept["system_fingerprint"] = f"{self._digest[:12]}-xllamacpp-{version()}"
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


def _ended_within_a_character(answer: Mapping[str, Any]) -> bool:
    """Whether log-probabilities are missing because the one token is a part of a character: llama.cpp keeps them back
    until the character is whole. They are those of the model before sampling, so they come out, unchanged, with a
    token that a grammar forces."""
    choices = answer.get("choices") or [{}]
    return choices[0].get("finish_reason") == "length" and _logprobs(answer) is None


def _logprobs(answer: Mapping[str, Any]) -> object:
    return (answer.get("choices") or [{}])[0].get("logprobs")


def _trim(answer: dict[str, Any], wanted: int, letters: tuple[str, ...]) -> None:
    """Keeps the first candidates and those that stand for a letter, of the thousands that were asked for."""
    if first_candidates(answer) is None:
        return
    entry = answer["choices"][0]["logprobs"]["content"][0]
    top = entry["top_logprobs"]
    entry["top_logprobs"] = [*top[:wanted], *(row for row in top[wanted:] if letter_of(row["token"]) in letters)]
