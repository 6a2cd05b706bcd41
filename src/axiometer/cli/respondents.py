"""From names on the command line to respondents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from axiometer.measure.run import Respondent
from axiometer.models.registry import open_model
from axiometer.models.settings import Parameters, load_models
from axiometer.runtime import Limits


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says about all respondents of a run."""

    parameters: Parameters = field(default_factory=Parameters)
    concurrency: int | None = None
    max_calls: int | None = None
    max_usd: float | None = None
    models_file: Path | None = None


def respondents(names: Sequence[str], wanted: Wanted) -> list[Respondent]:
    """Opens every named respondent. Raises `InputError` for an unknown one, or a missing key or file."""
    known = load_models(wanted.models_file)
    opened = []
    for name in names:
        entry = known.entry(name)
        limits = Limits(
            concurrency=wanted.concurrency or entry.limits.concurrency,
            attempts=entry.limits.attempts,
            max_calls=wanted.max_calls,
            max_usd=wanted.max_usd,
        )
        price = entry.price.price() if entry.price is not None else None
        opened.append(Respondent(open_model(name, entry, wanted.parameters), limits, price))
    return opened
