"""From names on the command line to respondents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pydantic

from axiometer.errors import InputError
from axiometer.measure.estimate import FREE
from axiometer.models.registry import open_model
from axiometer.models.settings import Parameters, load_models
from axiometer.runtime import Budget, Limits
from axiometer.runtime.respondent import Respondent


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says about all respondents of a run."""

    parameters: Parameters = field(default_factory=Parameters)
    concurrency: int | None = None
    max_calls: int | None = None
    max_usd: float | None = None
    models_file: Path | None = None


def parameters(given: Mapping[str, Any]) -> Parameters:
    """The sampling parameters among a verb's options. Raises `InputError` for a value out of range."""
    given = {name: None if value == "" else value for name, value in given.items()}
    names = ("temperature", "top_p", "max_tokens", "system", "reasoning")
    try:
        return Parameters(**{name: given.get(name) for name in names})
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        option = f"--{str(first['loc'][0]).replace('_', '-')}"
        raise InputError("{name}: {said}", name=option, said=first["msg"]) from error


def wanted(given: Mapping[str, Any]) -> Wanted:
    """What a verb's options say about all respondents. Raises `InputError` for a value out of range."""
    return Wanted(parameters(given), given["concurrency"], given["max_calls"], given["max_usd"], given["models"])


def judge_of(name: str, said: Wanted, beside: Sequence[Respondent] = ()) -> Respondent:
    """The judge of a run: its limit of calls and money is the one of the respondents beside it, together with theirs.
    Temperature, system prompt and the like are said of respondents; a judge has its own in models.yaml, or none."""
    budget = beside[0].limits.budget if beside else None
    (judge,) = respondents([name], replace(said, parameters=Parameters()), budget)
    return judge


def respondents(names: Sequence[str], said: Wanted, budget: Budget | None = None) -> list[Respondent]:
    """Opens every named respondent; they share one budget (by default the one that is said).

    Raises `InputError` for an unknown one, a missing key or file, or a limit of money for one whose price is not known.
    """
    known = load_models(said.models_file)
    budget = budget or Budget(said.max_calls, said.max_usd)
    opened = []
    for name in names:
        entry = known.entry(name)
        limits = Limits(
            concurrency=said.concurrency or entry.limits.concurrency,
            attempts=entry.limits.attempts,
            budget=budget,
        )
        price = entry.price.price() if entry.price is not None else None
        if said.max_usd is not None and price is None and not name.startswith(FREE):
            raise InputError("--max-usd needs the price of {name}", mend="give it in models.yaml", name=name)
        opened.append(Respondent(open_model(name, entry, said.parameters), limits, price))
    return opened
