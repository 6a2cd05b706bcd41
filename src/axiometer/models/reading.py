"""Raw answers of OpenAI-compatible services read to a `Reply`: pure, shared by wire, local and batch respondents."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from axiometer.models.filters import MARK, filter_finish
from axiometer.models.protocols import BadAnswer, Finish, Reply, Usage

_FINISHES = {
    "stop": Finish.STOP,
    "eos": Finish.STOP,
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
}
_OPEN, _CLOSE = "<think>", "</think>"

Candidates = tuple[tuple[str, float], ...]


def read_chat(raw: bytes) -> Reply:
    """A raw chat completion. Raises `BadAnswer` when the bytes are none."""
    body = parsed(raw)
    if MARK in body:
        return filtered_reply(body)
    choice = first_choice(body)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise BadAnswer("the answer holds no message")
    content, part_reasoning, part_refusal = _content(message.get("content"))
    reasoning = _string(message.get("reasoning_content")) or _string(message.get("reasoning")) or part_reasoning
    inline, text = split_reasoning(content)
    finish, filter_code = finish_of(choice)
    logprobs = choice.get("logprobs")
    entries = logprobs.get("content") if isinstance(logprobs, dict) else None
    return Reply(
        text=text,
        finish=finish,
        reasoning=reasoning or inline,
        refusal=_string(message.get("refusal")) or part_refusal,
        filter_code=filter_code,
        first_token=first_answer_token(entries, text, reasoned=bool(reasoning or inline)),
        usage=usage_of(body),
        served_model=served_by(body),
    )


def parsed(raw: bytes) -> dict[str, Any]:
    """The JSON object in the bytes. Raises `BadAnswer`."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise BadAnswer(f"the answer is not JSON ({len(raw)} bytes)") from None
    if not isinstance(body, dict):
        raise BadAnswer("the answer is no JSON object")
    return body


def filtered_reply(body: Mapping[str, Any]) -> Reply:
    """The reply for a request that a content filter blocked."""
    inside = body[MARK]
    code = inside.get("code") if isinstance(inside, dict) else None
    return Reply(text="", finish=Finish.FILTER, filter_code=_string(code) or "unknown")


def first_choice(body: Mapping[str, Any]) -> dict[str, Any]:
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise BadAnswer("the answer holds no choices")
    return choices[0]


def finish_of(choice: Mapping[str, Any]) -> tuple[Finish, str | None]:
    """How the answer ended, and the service's own word where a filter ended it."""
    reason = choice.get("finish_reason")
    if not isinstance(reason, str):
        return Finish.OTHER, None
    if filter_finish(reason):
        return Finish.FILTER, reason
    return _FINISHES.get(reason.lower(), Finish.OTHER), None


def split_reasoning(text: str) -> tuple[str | None, str]:
    """Reasoning and answer of a text with a `<think>` block. A block that was never closed leaves no answer; a
    closing tag alone ends reasoning that the chat template had opened."""
    stripped = text.lstrip()
    opened = stripped.startswith(_OPEN)
    if opened:
        stripped = stripped[len(_OPEN) :]
    reasoning, closed, answer = stripped.partition(_CLOSE)
    if closed:
        return reasoning.strip() or None, answer.lstrip()
    return (reasoning.strip(), "") if opened else (None, text)


def first_answer_token(entries: object, text: str, *, reasoned: bool) -> Candidates | None:
    """The candidates of the first token of the answer that is not white space, past any reasoning.

    entries: one per token, as `{"token", "logprob", "top_logprobs"}`. None where there are none, or where the answer
    cannot be found among the tokens after reasoning.
    """
    if not isinstance(entries, list) or not entries:
        return None
    tokens = [entry["token"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("token"), str)]
    if len(tokens) < len(entries):
        return None
    start = 0
    if reasoned:
        found = _answer_start(tokens, text)
        if found is None:
            return None
        start = found
    for entry in entries[start:]:
        if entry["token"].strip():
            return _candidates(entry)
    return _candidates(entries[start]) if start < len(entries) else None


def usage_of(body: Mapping[str, Any]) -> Usage:
    """Tokens in, out and read from the service's cache, where the answer tells them."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return Usage()
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    for name in ("prompt_cache_hit_tokens", "cached_tokens"):
        cached = usage.get(name) if cached is None else cached
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached))


def served_by(body: Mapping[str, Any]) -> str | None:
    """The model that the service says it served, with its fingerprint: `model@fingerprint`."""
    model, fingerprint = _string(body.get("model")), _string(body.get("system_fingerprint"))
    return f"{model}@{fingerprint}" if model and fingerprint else model


def _answer_start(tokens: Sequence[str], text: str) -> int | None:
    """The index of the token at which the answer `text` begins; None where the tokens do not end with it."""
    together = "".join(tokens)
    answer = text.rstrip()
    if not answer:
        return None
    position = together.rfind(answer)
    if position < 0 or together[position + len(answer) :].strip():
        return None
    offset = 0
    for index, token in enumerate(tokens):
        offset += len(token)
        if offset > position:
            return index
    return None


def _candidates(entry: Mapping[str, Any]) -> Candidates | None:
    top = entry.get("top_logprobs")
    rows = top if isinstance(top, list) and top else [entry]
    found: list[tuple[str, float]] = []
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("token"), str):
            value = _number(row.get("logprob"))
            if value is not None:
                found.append((row["token"], value))
    return tuple(found) or None


def _content(content: object) -> tuple[str, str | None, str | None]:
    """Text, reasoning and refusal of a message's content: a string, or a list of parts."""
    if isinstance(content, str):
        return content, None, None
    if not isinstance(content, list):
        return "", None, None
    text: list[str] = []
    reasoning: list[str] = []
    refusal: list[str] = []
    for part in content:
        if isinstance(part, str):
            text.append(part)
        elif isinstance(part, dict):
            inside = part.get("text", part.get("thinking", part.get("reasoning", part.get("refusal"))))
            piece = inside if isinstance(inside, str) else _content(inside)[0]
            kind = part.get("type")
            (reasoning if kind in ("thinking", "reasoning") else refusal if kind == "refusal" else text).append(piece)
    return "".join(text), "".join(reasoning) or None, "".join(refusal) or None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int:
    number = _number(value)
    return int(number) if number is not None and number > 0 else 0


def _number(value: object) -> float | None:
    """A finite number, if it is one."""
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
