"""Bodies of answers: chat completions, completions with log-probabilities, usage. Pure functions of the request."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from axiometer.testing.behaviour import (
    Behaviour,
    Body,
    Dialect,
    FilterForm,
    Reasoning,
    letter_scores,
    mixed_text,
)
from axiometer.testing.judge import answer_of_judge
from axiometer.testing.services import filter_finish

CREATED = 1_700_000_000  # answers carry no clock: equal requests have equal answers, byte for byte
_TOKEN = re.compile(r" ?[^\W\d_]+| ?\d+|\s|[^\w\s]|_")
_OPTION = re.compile(r"^\s*[(（]?([A-ZＡ-Ｚ])\s*[.．、:：)）]", re.MULTILINE)
_FILLERS = (("The", 0.6), ("I", 0.3), ("\n", 0.1))


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer and how many tokens it took."""

    body: Body
    tokens: int


def tokens_of(text: str) -> list[str]:
    """The text cut into tokens that join to it again."""
    return _TOKEN.findall(text)


def letters_in(text: str) -> tuple[str, ...]:
    """Letters of the options that a prompt lists, one a line; A and B where it lists none."""
    found = dict.fromkeys(chr(ord(letter) - 0xFEE0) if letter > "Z" else letter for letter in _OPTION.findall(text))
    return tuple(found) if len(found) > 1 else ("A", "B")


def prompt_text(body: Body) -> str:
    """All text of the request, messages joined by line ends."""
    prompt = body.get("prompt")
    if isinstance(prompt, str):
        return prompt
    messages = body.get("messages")
    parts: list[str] = []
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, str):
            parts.append(content)
        elif isinstance(content, list):
            parts.extend(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "\n".join(parts)


def chat(behaviour: Behaviour, body: Body, digest: bytes, served: str, cut: FilterForm | None = None) -> Answer:
    """The chat completion for a request; `cut` is the filter that cuts its content, if one does."""
    prompt = prompt_text(body)
    scores = letter_scores(behaviour, digest, letters_in(prompt))
    best = max(scores, key=lambda letter: scores[letter])
    text = _text(behaviour, body, digest, best)
    message: Body = {"role": "assistant", "content": text}
    if behaviour.reasoning is Reasoning.FIELD:
        message["reasoning_content"] = behaviour.reasoning_text
    tokens = tokens_of(text)
    finish = "stop"
    limit = body.get("max_completion_tokens", body.get("max_tokens"))
    if isinstance(limit, int) and len(tokens) > limit:
        tokens, finish = tokens[:limit], "length"
        message["content"] = "".join(tokens)
    if cut is not None:
        tokens, finish = [], filter_finish(cut)
        message["content"] = ""
    if behaviour.refusal is not None and cut is None:
        tokens, message["content"], message["refusal"] = [], None, behaviour.refusal
    choice: Body = {"index": 0, "message": message, "finish_reason": finish}
    if behaviour.logprobs and body.get("logprobs") is True and tokens:
        wanted = body.get("top_logprobs")
        choice["logprobs"] = {"content": _chat_logprobs(tokens, scores, wanted if isinstance(wanted, int) else 0)}
    return Answer(_envelope("chat.completion", digest, served, choice, prompt, len(tokens)), len(tokens))


def completion(behaviour: Behaviour, body: Body, digest: bytes, served: str) -> Answer:
    """The completion for a prompt, with log-probabilities of the answer and, on demand, of the prompt."""
    prompt = prompt_text(body)
    scores = letter_scores(behaviour, digest, letters_in(prompt))
    best = max(scores, key=lambda letter: scores[letter])
    lead = " " if prompt and not prompt[-1].isspace() and prompt[-1] not in "：（(" else ""
    limit = body.get("max_tokens", 16)
    tokens = tokens_of(lead + _text(behaviour, body, digest, best))
    finish = "stop"
    if isinstance(limit, int) and len(tokens) > limit:
        tokens, finish = tokens[:limit], "length"
    echo = body.get("echo") is True and behaviour.dialect is Dialect.VLLM
    choice: Body = {
        "index": 0,
        "text": ("".join([prompt, *tokens]) if echo else "".join(tokens)),
        "finish_reason": finish,
    }
    wanted = body.get("logprobs")
    if behaviour.logprobs and isinstance(wanted, int) and not isinstance(wanted, bool):
        if behaviour.dialect is Dialect.LLAMA_CPP:
            choice["logprobs"] = {"content": _chat_logprobs(tokens, scores, wanted)}
        else:
            choice["logprobs"] = _completion_logprobs(prompt if echo else "", tokens, scores, wanted)
    if behaviour.logprobs and behaviour.dialect is Dialect.VLLM and isinstance(body.get("prompt_logprobs"), int):
        choice["prompt_logprobs"] = _prompt_logprobs(prompt)
    return Answer(_envelope("text_completion", digest, served, choice, prompt, len(tokens)), len(tokens))


def usage(prompt: str, tokens_out: int) -> Body:
    tokens_in = len(prompt) // 3 + 1
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": 0},
    }


def _envelope(kind: str, digest: bytes, served: str, choice: Body, prompt: str, tokens: int) -> Body:
    return {
        "id": f"{'cmpl' if kind == 'text_completion' else 'chatcmpl'}-{digest.hex()}",
        "object": kind,
        "created": CREATED,
        "model": served,
        "system_fingerprint": "fp_fake",
        "choices": [choice],
        "usage": usage(prompt, tokens),
    }


def _text(behaviour: Behaviour, body: Body, digest: bytes, letter: str) -> str:
    if behaviour.answer is not None:
        text = behaviour.answer(body)
    elif behaviour.rulewriter and (written := _rulewriter(behaviour, body)) is not None:
        text = written
    elif (verdict := answer_of_judge(prompt_text(body), _schema_of(body))) is not None:
        text = verdict
    elif (schema := _schema_of(body)) is not None:
        text = json.dumps(_filled(schema, letter), ensure_ascii=False)
    else:
        text = mixed_text(behaviour, digest, letter)
    if behaviour.reasoning is Reasoning.THINK:
        return f"<think>\n{behaviour.reasoning_text}\n</think>\n\n{text}"
    return text


def _rulewriter(behaviour: Behaviour, body: Body) -> str | None:
    from axiometer.testing.rulewriter import answer_of_rulewriter

    return answer_of_rulewriter(prompt_text(body), _schema_of(body), behaviour.seed)


def _schema_of(body: Body) -> Mapping[str, object] | None:
    wanted = body.get("response_format")
    if not isinstance(wanted, dict) or not isinstance(wanted.get("json_schema"), dict):
        return None
    schema = wanted["json_schema"].get("schema")
    return schema if isinstance(schema, dict) else None


def _filled(schema: Mapping[str, object], letter: str) -> object:
    """A value that fits a JSON schema of objects, arrays, enums and scalars."""
    allowed = schema.get("enum")
    if isinstance(allowed, list) and allowed:
        return letter if letter in allowed else allowed[0]
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties")
        return (
            {name: _filled(part, letter) for name, part in properties.items()} if isinstance(properties, dict) else {}
        )
    if kind == "array":
        part = schema.get("items")
        return [_filled(part, letter)] if isinstance(part, dict) else []
    return {"integer": 0, "number": 0.0, "boolean": False, "null": None}.get(str(kind), letter)


def _candidates(scores: Mapping[str, float], first: str) -> dict[str, float]:
    """Log-probabilities of the first token: letters, letters after a space, and other beginnings of an answer."""
    found: dict[str, float] = {}
    spaced = first.startswith(" ")
    for letter, score in scores.items():
        found[letter] = score + math.log(0.1 if spaced else 0.8)
        found[" " + letter] = score + math.log(0.8 if spaced else 0.1)
    for token, share in _FILLERS:
        found[token] = math.log(0.1 * share)
    if first not in found:
        found = {token: score + math.log(0.1) for token, score in found.items()}
        found[first] = math.log(0.9)
    return found


def _ranked(candidates: Mapping[str, float], wanted: int) -> list[tuple[str, float]]:
    return sorted(candidates.items(), key=lambda pair: (-pair[1], pair[0]))[:wanted]


def _chat_logprobs(tokens: Sequence[str], scores: Mapping[str, float], wanted: int) -> list[Body]:
    entries: list[Body] = []
    for index, token in enumerate(tokens):
        candidates = _candidates(scores, token) if index == 0 else {token: -0.01}
        top = [_entry(name, value) for name, value in _ranked(candidates, wanted)]
        entries.append({**_entry(token, candidates[token]), "top_logprobs": top})
    return entries


def _entry(token: str, value: float) -> Body:
    return {"token": token, "logprob": value, "bytes": list(token.encode())}


def _completion_logprobs(echoed: str, tokens: Sequence[str], scores: Mapping[str, float], wanted: int) -> Body:
    shown = tokens_of(echoed)
    values: list[float | None] = [
        None if index == 0 else _planted(shown[:index], token) for index, token in enumerate(shown)
    ]
    tops: list[dict[str, float] | None] = [
        None if value is None else {token: value} for token, value in zip(shown, values, strict=True)
    ]
    for index, token in enumerate(tokens):
        candidates = _candidates(scores, token) if index == 0 else {token: -0.01}
        values.append(candidates[token])
        tops.append(dict(_ranked(candidates, wanted)))
    together = [*shown, *tokens]
    offsets = [0]
    for token in together[:-1]:
        offsets.append(offsets[-1] + len(token))
    return {"tokens": together, "token_logprobs": values, "top_logprobs": tops, "text_offset": offsets[: len(together)]}


def _prompt_logprobs(prompt: str) -> list[Body | None]:
    shown = tokens_of(prompt)
    entries: list[Body | None] = []
    for index, token in enumerate(shown):
        if index == 0:
            entries.append(None)
            continue
        value = _planted(shown[:index], token)
        entries.append({str(sum(token.encode())): {"logprob": value, "rank": 1, "decoded_token": token}})
    return entries


def _planted(before: Sequence[str], token: str) -> float:
    """The planted log-probability of a prompt token: falls with the letter of the alphabet, so that A beats B."""
    stripped = token.strip()
    if len(stripped) == 1 and "A" <= stripped <= "Z":
        return -1.0 - 0.5 * (ord(stripped) - ord("A")) - (0.0 if token.startswith(" ") else 2.0)
    return -0.5 - 0.001 * (len(before) % 7)
