"""What a run would take: calls, tokens and price, before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from axiometer.frameworks import load_framework
from axiometer.measure.design import presentations
from axiometer.measure.judging.questions import questions_about
from axiometer.measure.judging.rows import stage_of
from axiometer.measure.plan import Plan
from axiometer.models.prices import cost
from axiometer.models.protocols import Usage
from axiometer.records.rows import Item
from axiometer.records.schemas import to_rows
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import shown_to

SAMPLE = 200
FREE = ("sim/", "recorded/", "local/", "hf/")


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens are estimated from the prompts of a sample (0.27 a Latin character, 0.7 a Chinese one); output tokens and
    money are what it costs at most, with every answer at its full length."""

    model: str
    calls: int
    tokens_in: int
    tokens_out: int
    usd: float | None
    paid: bool

    def as_json(self) -> Mapping[str, object]:
        return asdict(self)


def estimate(plan: Plan) -> list[Estimate]:
    """One row per respondent, and one for the judge of free answers, who is asked about every answer at most. Answers
    that are already in a journal are not known here and are counted."""
    rows = [_estimate(plan, respondent) for respondent in plan.respondents]
    return rows if plan.options.judge is None else [*rows, _of_judge(plan, plan.options.judge, rows)]


def _estimate(plan: Plan, respondent: Respondent) -> Estimate:
    renderer = plan.renderer(respondent)
    tokens, seen, longest = 0.0, 0, 0
    for presentation in islice(presentations(_sample(plan), plan.design), SAMPLE):
        request = renderer.render(presentation).request
        tokens += sum(tokens_of(message.content) for message in request.messages)
        longest = request.max_tokens or max_tokens_of(respondent)
        seen += 1
    return _row(respondent, plan.puts, tokens / max(seen, 1), longest)


def _of_judge(plan: Plan, judge: Respondent, rows: Sequence[Estimate]) -> Estimate:
    """At most: every answer at its full length, judged in every order, without repairs."""
    stage, frameworks = stage_of(plan.design.mode), {n: load_framework(path) for n, path in plan.frameworks.items()}
    tokens, seen, longest = 0.0, 0, 0
    for presentation in islice(presentations(_sample(plan), plan.design), SAMPLE):
        for question in questions_about(presentation.item, "", ("", presentation.item.id), plan.design, frameworks):
            request = shown_to(judge.model, stage.render(question))
            tokens += sum(tokens_of(message.content) for message in request.messages)
            longest = request.max_tokens or max_tokens_of(judge)
            seen += 1
    calls = plan.rows * len(plan.respondents)
    answered = max((row.tokens_out / row.calls for row in rows if row.calls), default=0.0)
    return _row(judge, calls, tokens / max(seen, 1) + answered, longest)


def _sample(plan: Plan) -> Iterator[Item]:
    return (item for frame in plan.selection.frames() for item in to_rows(frame.head(SAMPLE), Item))


def _row(respondent: Respondent, calls: int, tokens_each: float, longest: int) -> Estimate:
    tokens_in, tokens_out, price = round(tokens_each * calls), longest * calls, respondent.price
    return Estimate(
        model=respondent.model.name,
        calls=calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        usd=cost(Usage(tokens_in, tokens_out), price) if price is not None else None,
        paid=not respondent.model.name.startswith(FREE),
    )


def max_tokens_of(respondent: Respondent) -> int:
    sampling = respondent.model.identity.get("sampling")
    if isinstance(sampling, Mapping):
        return int(sampling.get("max_tokens") or 0)
    return 0


def tokens_of(text: str) -> float:
    wide = sum(1 for character in text if character >= "⺀")
    return 0.7 * wide + 0.27 * (len(text) - wide)
