"""What a corpus would take: calls, tokens and price per step, before anything is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from axiometer.build.corpus.ingest import estimate_rows, first_texts
from axiometer.build.corpus.options import FILE
from axiometer.build.corpus.plan import CorpusPlan, Step
from axiometer.build.corpus.status import status
from axiometer.build.corpus.steps.classify import RAW_LABELS
from axiometer.frameworks import Framework
from axiometer.measure.estimate import FREE, max_tokens_of, tokens_of
from axiometer.models.prices import cost
from axiometer.models.protocols import Request, Usage
from axiometer.records.corpus_rows import Rule, Text, make_rule
from axiometer.runtime.stages.rows import Account

SAMPLE = 100
FEWEST_SEEN = 20
# Rows out per row in that are assumed where nothing is known yet: half of the texts touch a value and give two rules.
ASSUMED = {"screen": 0.5, "write": 2.0, "refine": 1.0, "filter": 0.8, "classify": 0.9, "label": 0.8}
MOST = {"write": 3.0}
COMPACT_TOKENS = 90
ANSWER_TOKENS = {"screen": 30, "write": 60, "refine": 30, "filter": 30, "classify": 20, "label": 35}
_STAND_IN = {
    "zh": "公共场合应当轻声说话，照顾他人的感受。",
    "en": "It is considerate to speak quietly in public places.",
}


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


def estimate(plan: CorpusPlan, output: Path | None = None) -> list[StepEstimate]:
    """One row per step that asks a model. Tokens are those of the prompts of the first texts, estimated.

    How many rows go on is taken from the corpus in `output` where it has gone that far, else assumed (`ASSUMED`).
    Answers in a journal are not known here and are counted.
    """
    rates = rates_of(output)
    rows: list[Any] = list(first_texts(plan.sources, plan.options.ingest, SAMPLE))
    expected = most = float(estimate_rows(plan.sources, plan.options.ingest))
    found: list[StepEstimate] = []
    asked: set[str] = set()
    for step in plan.steps:
        requests = [request for row in rows if isinstance(request := step.stage.render(row), Request)]
        first = requests[0].messages[0].content if requests else None
        free = first is None or first in asked  # settled without a call, or asked before: the journal answers
        if first is not None:
            asked.add(first)
        found.append(_step(step, 0.0 if free else expected, 0.0 if free else most, _average(requests), requests))
        expected *= rates.get(step.name, 1.0)
        most *= MOST.get(step.name, 1.0)
        rows = _onwards(step, rows, plan)
    return found


def rates_of(output: Path | None) -> dict[str, float]:
    """Rows out per row in of each step: as seen in the corpus at `output`, else as assumed."""
    rates = dict(ASSUMED)
    if output is not None and (output / FILE).exists():
        seen = {each.step: each.account for each in status(output)}
        rates.update({step: seen[step].outputs / seen[step].rows for step in ASSUMED if _is_known(seen.get(step))})
    return rates


def _is_known(account: Account | None) -> bool:
    return account is not None and account.rows >= FEWEST_SEEN


def _step(step: Step, expected: float, most: float, tokens_in: float, requests: list[Request]) -> StepEstimate:
    respondent = step.respondent
    price = respondent.price
    longest = (requests[0].max_tokens if requests else 0) or max_tokens_of(respondent)
    combined = "compact" in step.stage.fingerprint
    answer = COMPACT_TOKENS if combined else ANSWER_TOKENS.get(step.name, 40)

    def usd(calls: float, tokens_out: int) -> float | None:
        return None if price is None else cost(Usage(round(calls * tokens_in), round(calls * tokens_out)), price)

    return StepEstimate(
        step=step.name,
        model=respondent.model.name,
        calls=round(expected),
        calls_at_most=round(most),
        tokens_in=round(expected * tokens_in),
        tokens_out=round(expected * answer),
        usd=usd(expected, answer),
        usd_at_most=usd(most, longest),
        paid=not respondent.model.name.startswith(FREE),
    )


def _average(requests: list[Request]) -> float:
    if not requests:
        return 0.0
    return sum(tokens_of(message.content) for request in requests for message in request.messages) / len(requests)


def _onwards(step: Step, rows: list[Any], plan: CorpusPlan) -> list[Any]:
    """Rows as they would come out of the step: a rule of common length for each text, later with a common value."""
    if step.stage.output is Rule and rows and isinstance(rows[0], Text):
        labels = {RAW_LABELS: json.dumps(_values(plan.framework))} if plan.options.compact else {}
        return [_stand_in(text, labels) for text in rows]
    if step.name == "classify":
        return [replace(rule, values=_values(plan.framework), framework=plan.framework.id) for rule in rows]
    return rows


def _stand_in(text: Text, meta: dict[str, str]) -> Rule:
    words = _STAND_IN.get(text.lang, _STAND_IN["en"])
    return make_rule(lang=text.lang, text=words, origin="estimate", text_id=text.id, meta=meta)


def _values(framework: Framework) -> tuple[str, ...]:
    return (framework.values_at(framework.levels[-1].id)[0].id,)
