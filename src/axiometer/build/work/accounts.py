"""Accounts of the steps that ask a model: what they did with their rows, and what they would take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from axiometer.measure.estimate import FREE, max_tokens_of, tokens_of
from axiometer.measure.specification import Specification
from axiometer.models.prices import Price, cost, cost_or_none
from axiometer.models.protocols import Request, Usage
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import alike
from axiometer.runtime.stages.parts import StageFolder, together
from axiometer.runtime.stages.rows import Account, CallStage


@dataclass(frozen=True, slots=True)
class StepAccount:
    """One step: its rows so far, how many wait, how many calls failed and are made again on resume, what its tokens
    cost (None: price not known), and (same, answers) where its model always answered about the same."""

    step: str
    model: str | None
    waiting: int
    account: Account
    retry: int = 0
    usd: float | None = None
    alike: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class StepEstimate:
    """One step: rows that come in and calls as expected, and at most; tokens and price (None: not known) as expected
    and at most. At most: every row goes on, three rules a text, every answer at its full length."""

    step: str
    model: str
    calls: int
    calls_at_most: int
    tokens_in: int
    tokens_out: int
    usd: float | None
    usd_at_most: float | None
    paid: bool


def step_account(
    name: str, folder: StageFolder, before: int, asked: Mapping[str, Any], prices: Mapping[str, Mapping[str, float]]
) -> StepAccount:
    """The account of a step that `before` rows go into. asked, prices: of the steps that ask a model, by name."""
    parts = folder.parts()
    account = together(parts)
    return StepAccount(
        step=name,
        model=asked[name]["name"] if name in asked else None,
        waiting=max(0, before - account.rows),
        account=account,
        retry=sum(part.retry for part in parts),
        usd=usd_of(account, prices.get(name)),
        alike=alike(parts),
    )


def step_accounts(
    names: Sequence[str], folder: Callable[[str], StageFolder], before: int, specification: Specification
) -> list[StepAccount]:
    """The accounts of steps one after the other, the first of which `before` rows go into. What a step gives goes into
    the next."""
    asked, prices = specification.asked["steps"], specification.noted.get("prices") or {}
    found = []
    for name in names:
        found.append(step_account(name, folder(name), before, asked, prices))
        before = sum(part.rows for part in folder(name).parts())
    return found


def usd_of(account: Account, price: Mapping[str, float] | None) -> float | None:
    """What the tokens of a step cost, None where the price is not known."""
    if price is None:
        return None
    return cost(Usage(account.tokens_in, account.tokens_out), Price(input=price["input"], output=price["output"]))


def estimate_step(
    stage: CallStage[Any, Any], rows: Sequence[Any], respondent: Respondent, calls: int, answer_tokens: int
) -> StepEstimate:
    """What `calls` calls of a stage would take, one as expected and at most two for each (a repair repeats the prompt).
    Tokens in are those of the prompts of `rows`, a sample; `answer_tokens` are expected of each answer."""
    requests = [request for row in rows if isinstance(request := stage.render(row), Request)]
    tokens = sum(tokens_of(message.content) for request in requests for message in request.messages)
    tokens_in = round(tokens / max(len(requests), 1) * calls)
    longest = max([max_tokens_of(respondent), *(request.max_tokens or 0 for request in requests)])
    tokens_out = calls * answer_tokens
    price = respondent.price
    return StepEstimate(
        step=stage.name,
        model=respondent.model.name,
        calls=calls,
        calls_at_most=2 * calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        usd=cost_or_none(Usage(tokens_in, tokens_out), price),
        usd_at_most=cost_or_none(Usage(2 * tokens_in + calls * longest, 2 * calls * longest), price),
        paid=not respondent.model.name.startswith(FREE),
    )
