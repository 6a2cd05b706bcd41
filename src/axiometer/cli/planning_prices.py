"""What a planned presentation costs: tokens of the items' prompts, prices of `models.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from axiometer.measure.reading import Run

LONGEST = 256
"""Tokens of an answer where nothing else is said: what `measure` allows."""


@dataclass(frozen=True, slots=True)
class Price:
    """Of one call: tokens in on average, tokens out at most, US dollars at most (None: the price is not known)."""

    model: str
    tokens_in: float
    tokens_out: float
    usd_per_call: float | None

    def as_json(self, designs: Sequence[Mapping[str, object]]) -> dict[str, object]:
        """With what each design would cost."""
        costs = [
            {"goal": row["goal"], "presentations": row["presentations"], "usd": self.usd_per_call * int(calls)}
            for row in designs
            if isinstance(calls := row.get("presentations"), int) and self.usd_per_call is not None
            and row["goal"] in ("interval", "difference", "all")
        ]  # fmt: skip
        return {
            "model": self.model,
            "tokens_in_per_call": self.tokens_in,
            "tokens_out_per_call": self.tokens_out,
            "usd_per_call": self.usd_per_call,
            "designs": costs,
        }


def prices_of(run: Run | None, ask: Sequence[str], models: Path | None) -> list[Price]:
    """A price for each model of `ask`. Tokens in are those of the pilot's items (or the starter dilemmas) as they would
    be put in its mode; a judge's calls are not in it."""
    if not ask:
        return []
    from axiometer.models.prices import cost
    from axiometer.models.protocols import Usage
    from axiometer.models.settings import load_models

    tokens_in = _tokens_in(run)
    known = load_models(models)
    found = []
    for name in ask:
        entry = known.entry(name)
        longest = entry.parameters.max_tokens or LONGEST
        usd = None
        if entry.price is not None:
            usd = cost(Usage(round(tokens_in * 1000), longest * 1000), entry.price.price()) / 1000
        found.append(Price(name, tokens_in, float(longest), usd))
    return found


def _tokens_in(run: Run | None) -> float:
    """Tokens of a prompt on average, by `measure.estimate` with a simulated respondent in place of the model."""
    from axiometer.cli.respondents import Wanted, judge_of, respondents
    from axiometer.cli.starter import STARTER, items_path
    from axiometer.measure.design import Design
    from axiometer.measure.estimate import estimate
    from axiometer.measure.run import MeasureOptions, plan_run
    from axiometer.records.rows import Mode

    said = Wanted()
    design, items, files = Design(), items_path(STARTER), []
    if run is not None:
        design = Design(mode=Mode(str(run.specification.asked["design"]["mode"])))
        items = run.folder / "items"
        files = sorted((run.folder / "frameworks").glob("*.yaml"))
    judge = judge_of("sim/judge", said) if design.is_judged else None
    plan = plan_run(items, respondents(["sim/balanced"], said), design, MeasureOptions(judge=judge), files)
    first = estimate(plan)[0]
    return first.tokens_in / max(first.calls, 1)
