"""What a corpus would take: calls, tokens and price per step, before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from axiometer.build.corpus.ingest import estimate_rows, first_texts
from axiometer.build.corpus.plan import CorpusPlan, Step
from axiometer.measure.estimate import FREE, max_tokens_of, tokens_of
from axiometer.models.prices import cost
from axiometer.models.protocols import Request, Usage
from axiometer.records.corpus_rows import Rule, Text, make_rule

SAMPLE = 100
# Rows out per row in that are assumed where nothing is known yet: half of the texts touch a value and give two rules.
ASSUMED = {"screen": 0.5, "write": 2.0, "refine": 1.0, "filter": 0.8, "classify": 0.9, "label": 0.8}
MOST = {"write": 3.0}
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


def estimate(plan: CorpusPlan) -> list[StepEstimate]:
    """One row per step that asks a model. Tokens are those of the prompts of the first texts, estimated; how many rows
    go on is assumed (`ASSUMED`). Answers in a journal are not known here and are counted."""
    texts = first_texts(plan.sources, plan.options.ingest, SAMPLE)
    expected = most = float(estimate_rows(plan.sources, plan.options.ingest))
    rows: list[Any] = list(texts)
    found: list[StepEstimate] = []
    shared: set[str] = set()
    for step in plan.steps:
        requests = [request for row in rows if isinstance(request := step.stage.render(row), Request)]
        key = requests[0].messages[0].content if requests else step.name
        free = not requests or key in shared  # settled without a call, or asked before: the journal answers
        shared.add(key)
        tokens_in = _average(requests)
        found.append(_step(step, 0 if free else expected, 0 if free else most, tokens_in, requests))
        expected *= ASSUMED.get(step.name, 1.0)
        most *= MOST.get(step.name, 1.0)
        rows = _onwards(step, rows)
    return found


def _step(step: Step, expected: float, most: float, tokens_in: float, requests: list[Request]) -> StepEstimate:
    respondent = step.respondent
    price = respondent.price
    longest = (requests[0].max_tokens if requests else 0) or max_tokens_of(respondent)
    answer = ANSWER_TOKENS.get(step.name, 40)

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


def _onwards(step: Step, rows: list[Any]) -> list[Any]:
    """Rows as they would come out of the step: a rule of common length for each text that is written about."""
    if step.stage.output is Rule and rows and isinstance(rows[0], Text):
        return [
            make_rule(
                lang=text.lang, text=_STAND_IN.get(text.lang, _STAND_IN["en"]), origin="estimate", text_id=text.id
            )
            for text in rows
        ]
    return rows


def as_json(row: StepEstimate) -> Mapping[str, object]:
    return {name: getattr(row, name) for name in StepEstimate.__dataclass_fields__}
