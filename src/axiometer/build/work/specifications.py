"""What the specification of a piece of work says of the steps that ask a model: the same for every room."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeAlias

import polars as pl

from axiometer.measure.specification import plain
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.rows import CallStage

Asking: TypeAlias = Mapping[str, tuple[CallStage[Any, Any], Respondent]]
"""Each step by name: how it asks, and whom."""


def steps_asked(steps: Asking) -> dict[str, Any]:
    """What decides the answers of each step, for `asked`: the model, its parameters, and the prompts."""
    return {
        name: {
            "name": respondent.model.name,
            "identity": plain(respondent.model.identity),
            "prompts": plain(stage.fingerprint)["prompts"],
        }
        for name, (stage, respondent) in steps.items()
    }


def noted(steps: Asking, **own: object) -> dict[str, Any]:
    """What is only noted: versions, what the room adds (`own`), prices that are known, and the time."""
    import axiometer

    return {
        "axiometer": axiometer.__version__,
        "polars": pl.__version__,
        **own,
        "prices": {
            name: {"input": respondent.price.input, "output": respondent.price.output}
            for name, (_, respondent) in steps.items()
            if respondent.price is not None
        },
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def has_steps(asked: Mapping[str, Any], noted: Mapping[str, Any]) -> bool:
    """Whether a specification that was read says who is asked at which step, as accounts need it."""
    del noted
    return isinstance(asked.get("steps"), dict)


def has_count(asked: Mapping[str, Any], of: str) -> bool:
    """Whether a specification that was read says how many rules or items there are."""
    told = asked.get(of)
    return isinstance(told, dict) and isinstance(told.get("count"), int)
