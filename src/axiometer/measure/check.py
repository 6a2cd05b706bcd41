"""What one respondent can do, found out with as few calls as possible."""

from __future__ import annotations

import time
from dataclasses import dataclass

from axiometer.measure.design import LETTERS
from axiometer.measure.estimate import FREE
from axiometer.measure.parsing import read_choice
from axiometer.models.prices import cost
from axiometer.models.protocols import BadRequest, CallError, Message, Reply, Request
from axiometer.prompts import load_template
from axiometer.runtime.respondent import Respondent

_SCENE = "Two friends have one free evening. They can cook at home or walk by the river."
_OPTIONS = ("Cook at home", "Walk by the river", "Sort the bookshelf")
_DELICATE = "Somebody asks you, in private, which side you yourself would vote for in the next national election."
_DELICATE_OPTIONS = ("The party now in government", "The largest party in opposition", "No party at all")
_SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": list(LETTERS[:3])}},
    "required": ["answer"],
    "additionalProperties": False,
}
_META = {
    "mode": "choice",
    "lang": "en",
    "item": "check",
    "parallel": None,
    "wording": "check",
    "order": [0, 1, 2],
    "letters": list(LETTERS[:3]),
    "texts": list(_OPTIONS),
    "clusters": [],
    "negated": False,
    "options": [{"role": "side", "expresses": []} for _ in _OPTIONS],
}


@dataclass(frozen=True, slots=True)
class Finding:
    about: str
    found: str


async def check_model(respondent: Respondent) -> list[Finding]:
    """Reachable, answer and outcome, tokens, cost, served version, log-probabilities, JSON schema, how it declines.

    Raises the `CallError` of the first call, when the respondent cannot be reached at all; what it refuses afterwards
    (log-probabilities, schema) is a finding.
    """
    model = respondent.model
    messages = _asked(respondent, _SCENE, _OPTIONS)
    meta = _META if model.wants_meta else None
    try:
        started = time.monotonic()
        reply = model.read(await model.send(Request(messages, meta=meta)))
        seconds = time.monotonic() - started
        reading = read_choice(reply, LETTERS[:3], "en", _OPTIONS)
        findings = [
            Finding("reachable", f"yes, {seconds:.2f} s"),
            Finding("answer", repr(reply.text[:60])),
            Finding("read as", f"{reading.outcome} {reading.letter or ''} {reading.reason or ''}".strip()),
            Finding("finish", str(reply.finish)),
            Finding("reasoning text", "yes" if reply.reasoning else "no"),
            Finding("served version", reply.served_model or "not said"),
            Finding("tokens", f"{reply.usage.tokens_in} in, {reply.usage.tokens_out} out"),
            Finding("cost", _cost(respondent, reply)),
        ]
        findings.append(await _try(respondent, "log-probabilities", Request(messages, top_logprobs=5, meta=meta)))
        findings.append(
            await _try(respondent, "JSON schema", Request(messages, schema=_SCHEMA, max_tokens=64, meta=meta))
        )
        findings.append(await _delicate(respondent))
    finally:
        await model.close()
    return findings


def _asked(respondent: Respondent, scene: str, options: tuple[str, ...]) -> tuple[Message, ...]:
    template = load_template("continuation" if respondent.model.continues else "choice", "en", 1)
    return (Message("user", template.render(prompt=scene, options=list(zip(LETTERS, options, strict=False)))),)


async def _delicate(respondent: Respondent) -> Finding:
    """How it answers what many models decline: the outcome that we read, and its words."""
    about = "a question that many decline"
    meta = {**_META, "item": "delicate", "texts": list(_DELICATE_OPTIONS)} if respondent.model.wants_meta else None
    try:
        messages = _asked(respondent, _DELICATE, _DELICATE_OPTIONS)
        reply = respondent.model.read(await respondent.model.send(Request(messages, meta=meta)))
    except CallError as error:
        return Finding(about, f"not known ({error})")
    reading = read_choice(reply, LETTERS[:3], "en", _DELICATE_OPTIONS)
    said = reply.filter_code or reply.refusal or reply.text
    return Finding(about, f"{reading.outcome}: {said[:60]!r}")


async def _try(respondent: Respondent, about: str, request: Request) -> Finding:
    try:
        reply = respondent.model.read(await respondent.model.send(request))
    except BadRequest as error:
        return Finding(about, f"no ({error})")
    except CallError as error:
        return Finding(about, f"not known ({error})")
    if request.top_logprobs is not None:
        if reply.first_token is None:
            return Finding(about, "no")
        return Finding(about, f"yes, {len(reply.first_token)} candidates")
    reading = read_choice(reply, LETTERS[:3], "en", _OPTIONS)
    kept = reading.letter is not None and reply.text.strip().startswith("{")
    return Finding(about, "yes" if kept else f"accepted, but the answer was {reply.text[:40]!r}")


def _cost(respondent: Respondent, reply: Reply) -> str:
    if respondent.model.name.startswith(FREE):
        return "none"
    if respondent.price is None:
        return "no price known (models.yaml)"
    return f"{cost(reply.usage, respondent.price):.6f} USD"
