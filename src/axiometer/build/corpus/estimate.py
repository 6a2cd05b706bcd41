"""What a corpus would take: calls, tokens and price per step, before anything is asked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from axiometer.build.corpus.imported import is_valued, within
from axiometer.build.corpus.ingest import estimate_rows, first_texts
from axiometer.build.corpus.options import FILE
from axiometer.build.corpus.plan import CorpusPlan, Step
from axiometer.build.corpus.status import status
from axiometer.build.corpus.steps.classify import RAW_LABELS
from axiometer.build.work.accounts import StepEstimate
from axiometer.frameworks import Framework
from axiometer.measure.estimate import FREE, max_tokens_of, tokens_of
from axiometer.models.prices import cost
from axiometer.models.protocols import Request, Usage
from axiometer.records.corpus_rows import Rule, Text, make_rule
from axiometer.records.tables import count_rows, read_rows
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
class _Rows:
    """Rows on their way: a sample of them, how many there are as expected, and at most."""

    sample: list[Any]
    expected: float
    most: float


@dataclass(frozen=True, slots=True)
class _Calls:
    """What a step asks about such rows. `tokens_in`: of a prompt, on average; `longest`: tokens of an answer, at most;
    0: not said."""

    expected: float = 0.0
    most: float = 0.0
    tokens_in: float = 0.0
    longest: int = 0


def estimate(plan: CorpusPlan, output: Path | None = None) -> list[StepEstimate]:
    """One row per step that asks a model. Tokens are those of the prompts of the first texts and rules, estimated.

    How many rows go on is taken from the corpus in `output` where it has gone that far, else assumed (`ASSUMED`).
    Answers in a journal are not known here and are counted; planted injections are not.
    """
    rates = rates_of(output)
    expected = float(estimate_rows(plan.sources, plan.options.ingest))
    ways = [_Rows(list(first_texts(plan.sources, plan.options.ingest, SAMPLE)), expected, expected)]
    entering = dict(_entering(plan))
    found: list[StepEstimate] = []
    asked: set[tuple[str, str]] = set()
    for step in plan.steps:
        if step.name in entering:
            ways.append(entering[step.name])
        found.append(_step(step, [_calls(step, rows, asked) for rows in ways]))
        rate, at_most = rates.get(step.name, 1.0), MOST.get(step.name, 1.0)
        ways = [_Rows(_onwards(step, rows.sample, plan), rate * rows.expected, at_most * rows.most) for rows in ways]
    return found


def _entering(plan: CorpusPlan) -> Iterator[tuple[str, _Rows]]:
    """The imported rules by the step at which they come in. A table counts as its first rules are."""
    counts, samples = defaultdict[str, float](float), defaultdict[str, list[Rule]](list)
    for table in plan.sources.rule_tables:
        sample = [within(rule, plan.framework) for rule in islice(read_rows(table, Rule), SAMPLE)]
        rows = count_rows(table)
        for rule in sample:
            step = plan.entry(is_valued(rule, plan.framework))
            samples[step].append(rule)
            counts[step] += rows / len(sample)
    for step, rules in samples.items():
        yield step, _Rows(rules, counts[step], counts[step])


def _calls(step: Step, rows: _Rows, asked: set[tuple[str, str]]) -> _Calls:
    """Rows that are settled without a call, or asked about before (the journal answers), take none."""
    requests = [request for row in rows.sample if isinstance(request := step.stage.render(row), Request)]
    if not requests:
        return _Calls()
    first = (step.respondent.model.name, requests[0].messages[0].content)
    if first in asked:
        return _Calls()
    asked.add(first)
    share = len(requests) / len(rows.sample)
    tokens = sum(tokens_of(message.content) for request in requests for message in request.messages)
    longest = max(requests[0].max_tokens or 0, max_tokens_of(step.respondent))
    return _Calls(share * rows.expected, share * rows.most, tokens / len(requests), longest)


def rates_of(output: Path | None) -> dict[str, float]:
    """Rows out per row in of each step: as seen in the corpus at `output`, else as assumed."""
    rates = dict(ASSUMED)
    if output is not None and (output / FILE).exists():
        seen = {each.step: each.account for each in status(output)}
        rates.update({step: seen[step].outputs / seen[step].rows for step in ASSUMED if _is_known(seen.get(step))})
    return rates


def _is_known(account: Account | None) -> bool:
    return account is not None and account.rows >= FEWEST_SEEN


def _step(step: Step, asked: Sequence[_Calls]) -> StepEstimate:
    respondent = step.respondent
    price = respondent.price
    combined = "compact" in step.stage.fingerprint
    answer = COMPACT_TOKENS if combined else ANSWER_TOKENS.get(step.name, 40)
    expected = sum(calls.expected for calls in asked)
    tokens_in = sum(calls.expected * calls.tokens_in for calls in asked)
    usd = usd_at_most = None
    if price is not None:
        usd = cost(Usage(round(tokens_in), round(expected * answer)), price)
        most_in = sum(calls.most * calls.tokens_in for calls in asked)
        most_out = sum(calls.most * calls.longest for calls in asked)
        usd_at_most = cost(Usage(round(most_in), round(most_out)), price)
    return StepEstimate(
        step=step.name,
        model=respondent.model.name,
        calls=round(expected),
        calls_at_most=round(sum(calls.most for calls in asked)),
        tokens_in=round(tokens_in),
        tokens_out=round(expected * answer),
        usd=usd,
        usd_at_most=usd_at_most,
        paid=not respondent.model.name.startswith(FREE),
    )


def _onwards(step: Step, rows: list[Any], plan: CorpusPlan) -> list[Any]:
    """Rows as they would come out of the step: a rule of common length for each text, later with a common value."""
    if step.stage.output is Rule and any(isinstance(row, Text) for row in rows):
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
