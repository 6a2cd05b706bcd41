"""Base models behind `/v1/completions` (vLLM, llama.cpp): `completions/<service>/<model>`.

Where candidates of the first token are asked for, every option letter that the prompt lists is scored as its
continuation, also when it is not among the most probable tokens: on vLLM from the log-probabilities of a prompt that
ends with the letter, on llama.cpp, which has none for prompts, from a wider list of candidates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from axiometer.models.endpoint import DEFAULT_TIMEOUT, identity_of
from axiometer.models.filters import MARK
from axiometer.models.protocols import BadRequest, Reply, Request, Sampling
from axiometer.models.reading import (
    Candidates,
    filtered_reply,
    finish_of,
    first_answer_token,
    first_choice,
    parsed,
    served_by,
    split_reasoning,
    usage_of,
)
from axiometer.models.wire import Wire

_OPTION = re.compile(r"^\s*[(（\[【]?([A-ZＡ-Ｚ])\s*[.．、:：)）\]】]", re.MULTILINE)
_WIDE = 5000  # candidates asked of llama.cpp, which sets no limit, for letters that are not among the first
_NARROW = 20  # the most that vLLM gives by default
_SCORED = "axiometer_scored"
_FIRST = "first"


class Scoring(StrEnum):
    """How letters beyond the first candidates are scored. AUTO tells the server by the form of its first answer."""

    AUTO = "auto"
    ECHO = "echo"
    PROMPT_LOGPROBS = "prompt_logprobs"
    WIDE = "wide"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Scored:
    """A continuation and its natural-log probability after the prompt."""

    text: str
    logprob: float


class CompletionsEndpoint:
    """A `ChatModel` for models that continue a text. The prompt is the messages' contents, joined by blank lines.

    Parameters are those of `Endpoint`; `scoring` says how letters are scored.
    """

    wants_meta = False
    continues = True

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
        scoring: Scoring = Scoring.AUTO,
        concurrency: int | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self.sampling = sampling
        self.concurrency = concurrency
        self.wire = Wire(name, base_urls, api_key, timeout=timeout, headers=headers)
        self._extra = dict(extra or {})
        self._scoring = scoring
        self._identity = identity_of(name, model, self.wire.host, "completions", sampling, self._extra)

    @property
    def identity(self) -> Mapping[str, object]:
        return self._identity

    async def send(self, request: Request) -> bytes:
        prompt = prompt_of(request, self.sampling)
        if not prompt:
            raise BadRequest(f"{self.name}: the request holds no text")
        body = self._body(prompt, request)
        raw = await self.wire.post("/completions", body)
        if request.top_logprobs is None:
            return raw
        answer = parsed(raw)
        if MARK in answer:
            return raw
        letters = missing_letters(option_letters(prompt), first_candidates(answer) or ())
        if not letters or self._scoring is Scoring.NONE:
            return raw
        scored = await self._score(prompt, letters, answer)
        if not scored:
            return raw
        together = {_FIRST: answer, _SCORED: [asdict(each) for each in scored]}
        return json.dumps(together, ensure_ascii=False, separators=(",", ":")).encode()

    def read(self, raw: bytes) -> Reply:
        return read_completion(raw)

    async def close(self) -> None:
        await self.wire.close()

    def _body(self, prompt: str, request: Request) -> dict[str, object]:
        wanted = request.top_logprobs
        body: dict[str, object] = {
            "model": self.model,
            "prompt": prompt,
            "max_tokens": 1 if wanted is not None else request.max_tokens or self.sampling.max_tokens,
        }
        if wanted is not None:
            body["logprobs"] = min(wanted, _NARROW)
        for name, value in (
            ("temperature", self.sampling.temperature),
            ("top_p", self.sampling.top_p),
            ("seed", None if self.sampling.seed is None else self.sampling.seed + request.repeat),
        ):
            if value is not None:
                body[name] = value
        body.update(self._extra)
        return body

    async def _score(self, prompt: str, letters: Sequence[str], answer: Mapping[str, Any]) -> list[Scored]:
        """Log-probabilities of the letters, alone and after a space, as continuations of the prompt."""
        scoring = self._scoring
        if scoring is Scoring.AUTO:
            scoring = Scoring.WIDE if _of_llama_cpp(answer) else Scoring.ECHO
        if scoring is Scoring.WIDE:
            return await self._score_wide(prompt, letters)
        scored: list[Scored] = []
        for letter in letters:
            for continuation in (letter, " " + letter):
                text = prompt + continuation
                body: dict[str, object] = {"model": self.model, "prompt": text, "max_tokens": 1, "temperature": 0.0}
                if scoring is Scoring.ECHO:
                    body.update(echo=True, logprobs=1)
                else:
                    body.update(prompt_logprobs=0)
                body.update(self._extra)
                again = parsed(await self.wire.post("/completions", body))
                value = None if MARK in again else continuation_logprob(again, prompt, continuation)
                if value is not None:
                    scored.append(Scored(continuation, value))
        return scored

    async def _score_wide(self, prompt: str, letters: Sequence[str]) -> list[Scored]:
        body: dict[str, object] = {
            "model": self.model,
            "prompt": prompt,
            "max_tokens": 1,
            "temperature": 0.0,
            "logprobs": _WIDE,
        }
        again = parsed(await self.wire.post("/completions", {**body, **self._extra}))
        if MARK in again:
            return []
        return [Scored(token, value) for token, value in first_candidates(again) or () if letter_of(token) in letters]


def prompt_of(request: Request, sampling: Sampling) -> str:
    """The plain text of a request: the system prompt and the messages' contents, joined by blank lines."""
    parts = [sampling.system or "", *(message.content for message in request.messages)]
    return "\n\n".join(part for part in parts if part)


def option_letters(prompt: str) -> tuple[str, ...]:
    """The letters of the options that a prompt lists, one at the beginning of a line, as half-width capitals."""
    return tuple(dict.fromkeys(letter_of(found) for found in _OPTION.findall(prompt)))


def letter_of(token: str) -> str:
    """The token without white space, full-width letters as half-width ones."""
    stripped = token.strip()
    return chr(ord(stripped) - 0xFEE0) if len(stripped) == 1 and "Ａ" <= stripped <= "Ｚ" else stripped


def missing_letters(letters: Sequence[str], candidates: Candidates) -> list[str]:
    """The letters that no candidate stands for."""
    found = {letter_of(token) for token, _ in candidates}
    return [letter for letter in letters if letter not in found]


def first_candidates(answer: Mapping[str, Any]) -> Candidates | None:
    """The candidates of the first token of a completion, in either form of log-probabilities."""
    logprobs = first_choice(answer).get("logprobs")
    if not isinstance(logprobs, dict):
        return None
    if "content" in logprobs:
        entries = logprobs["content"]
        return first_answer_token(entries[:1], "", reasoned=False) if isinstance(entries, list) else None
    tops = logprobs.get("top_logprobs")
    if not isinstance(tops, list) or not tops or not isinstance(tops[0], dict):
        return None
    ranked = sorted(tops[0].items(), key=lambda pair: (-float(pair[1]), pair[0]))
    return tuple((token, float(value)) for token, value in ranked) or None


def continuation_logprob(answer: Mapping[str, Any], prompt: str, continuation: str) -> float | None:
    """The log-probability of `continuation` after `prompt`, summed over its tokens, from an answer to both together.

    None where the server gives none, or where a token reaches over the boundary: its probability is not that of the
    continuation.
    """
    choice = first_choice(answer)
    entries = choice.get("prompt_logprobs", answer.get("prompt_logprobs"))
    if isinstance(entries, list):
        return _from_prompt_logprobs(entries, continuation)
    logprobs = choice.get("logprobs")
    if not isinstance(logprobs, dict):
        return None
    tokens, values, offsets = (logprobs.get(name) for name in ("tokens", "token_logprobs", "text_offset"))
    if not (isinstance(tokens, list) and isinstance(values, list) and isinstance(offsets, list)):
        return None
    begin, end = len(prompt), len(prompt) + len(continuation)
    inside = [index for index, offset in enumerate(offsets) if begin <= offset < end]
    if not inside or offsets[inside[0]] != begin or any(values[index] is None for index in inside):
        return None
    if "".join(str(tokens[index]) for index in inside) != continuation:
        return None
    return float(sum(values[index] for index in inside))


def _from_prompt_logprobs(entries: Sequence[Any], continuation: str) -> float | None:
    """Sums tokens from the end of the prompt until they are the continuation. vLLM gives a mapping per prompt token,
    whose first entry is the token itself."""
    text, total = "", 0.0
    for entry in reversed(entries):
        if not isinstance(entry, dict) or not entry:
            return None
        token = next(iter(entry.values()))
        text = str(token.get("decoded_token", "")) + text
        total += float(token["logprob"])
        if len(text) >= len(continuation):
            break
    return total if text == continuation else None


def _of_llama_cpp(answer: Mapping[str, Any]) -> bool:
    logprobs = first_choice(answer).get("logprobs")
    return isinstance(logprobs, dict) and "content" in logprobs


def read_completion(raw: bytes) -> Reply:
    """A raw completion, or a completion with scored letters. Raises `BadAnswer` when the bytes are none."""
    body = parsed(raw)
    if MARK in body:
        return filtered_reply(body)
    scored: list[tuple[str, float]] = []
    if _SCORED in body:
        scored = [(str(each["text"]), float(each["logprob"])) for each in body[_SCORED]]
        body = body[_FIRST]
    choice = first_choice(body)
    text = choice.get("text")
    reasoning, answer = split_reasoning(text if isinstance(text, str) else "")
    finish, filter_code = finish_of(choice)
    candidates = first_candidates(body)
    known = {token for token, _ in candidates or ()}
    added = tuple(pair for pair in scored if pair[0] not in known)
    return Reply(
        text=answer,
        finish=finish,
        reasoning=reasoning,
        filter_code=filter_code,
        first_token=(*(candidates or ()), *added) or None,
        usage=usage_of(body),
        served_model=served_by(body),
    )
