"""Items times respondents to answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from axiometer.measure.design import Design, Orders, Presentation, presentations
from axiometer.measure.reading import Run, open_run
from axiometer.measure.run import MeasureOptions, Plan, RunSummary, plan_run, run_plan
from axiometer.models.protocols import ChatModel
from axiometer.models.registry import open_model
from axiometer.rooms import make_callable
from axiometer.runtime import Progress
from axiometer.runtime.respondent import Respondent

__all__ = [
    "Design",
    "MeasureOptions",
    "Orders",
    "Plan",
    "Presentation",
    "Respondent",
    "Run",
    "RunSummary",
    "measure",
    "open_run",
    "plan_run",
    "presentations",
    "run_plan",
]


def measure(
    items: str | Path,
    models: Sequence[str | ChatModel | Respondent],
    output: str | Path,
    *,
    design: Design | None = None,
    options: MeasureOptions | None = None,
    frameworks: Sequence[str | Path] = (),
    progress: Progress | None = None,
) -> RunSummary:
    """Puts the items of a table to respondents and writes the run folder `output`; the same call resumes.

    `models` are names (`sim/balanced`), models, or `Respondent`s (a model with limits and a price). Raises an
    `AxiometerError` for anything that cannot be asked, before anything is written.
    """
    plan = plan_run(
        Path(items),
        [_respondent(model) for model in models],
        design or Design(),
        options or MeasureOptions(),
        [Path(path) for path in frameworks],
    )
    return run_plan(plan, Path(output), progress)


def _respondent(model: str | ChatModel | Respondent) -> Respondent:
    if isinstance(model, Respondent):
        return model
    return Respondent(open_model(model) if isinstance(model, str) else model)


make_callable(__name__)
