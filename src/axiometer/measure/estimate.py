"""What a run would take: calls, tokens and price, before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice

from axiometer.measure.design import presentations
from axiometer.measure.run import Plan
from axiometer.models.prices import cost
from axiometer.models.protocols import Usage
from axiometer.records.rows import Item
from axiometer.records.schemas import to_rows
from axiometer.runtime.respondent import Respondent

SAMPLE = 200
FREE = ("sim/", "recorded/", "local/")


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
    """One row per respondent. Answers that are already in a journal are not known here and are counted."""
    return [_estimate(plan, respondent) for respondent in plan.respondents]


def _estimate(plan: Plan, respondent: Respondent) -> Estimate:
    renderer = plan.renderer(respondent)
    items = (item for frame in plan.selection.frames() for item in to_rows(frame.head(SAMPLE), Item))
    tokens, seen, longest = 0.0, 0, 0
    for presentation in islice(presentations(items, plan.design), SAMPLE):
        request = renderer.render(presentation).request
        tokens += sum(tokens_of(message.content) for message in request.messages)
        longest = request.max_tokens or max_tokens_of(respondent)
        seen += 1
    number, of = plan.options.shard
    calls = len(range(number - 1, plan.selection.presentations, of))
    tokens_in = round(tokens / max(seen, 1) * calls)
    tokens_out = longest * calls
    price = respondent.price
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
