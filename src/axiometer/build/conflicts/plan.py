"""A search for conflicting pairs before it begins: everything that can be wrong is checked, nothing is written."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.build.conflicts.options import FILE, NO_MODEL, ConflictOptions, PairsFolder
from axiometer.build.conflicts.rules import blocking_of, digest_of, framework_of, read_rules
from axiometer.build.work.folders import check_writes, settle
from axiometer.build.work.specifications import has_count
from axiometer.frameworks import Framework
from axiometer.measure.specification import Specification, specification_in
from axiometer.models.contradiction.judge import Judge
from axiometer.models.contradiction.registry import Opened, open_contradiction_model
from axiometer.runtime.respondent import Respondent

FORMAT = 1


@dataclass(frozen=True, slots=True)
class ConflictPlan:
    """What `run_conflicts` does. rules: as `read_rules` gives them; model: None where candidates are all that is
    wanted; judge: who is asked, where the model is one that is asked."""

    path: Path
    options: ConflictOptions
    rules: pl.DataFrame
    framework: Framework | None
    model_name: str
    model: Opened | None
    judge: Respondent | None
    specification: Specification


def plan_conflicts(path: Path, options: ConflictOptions, model: str, judge: Respondent | None = None) -> ConflictPlan:
    """Checks rules, blocking and model. model: a name as `open_contradiction_model` knows it, or `none`.

    Raises an `AxiometerError` for anything that is wrong.
    """
    opened = None if model == NO_MODEL else open_contradiction_model(model)
    if isinstance(opened, Judge):
        assert judge is not None, "a judge is asked through a respondent"
        check_writes(judge)
    rules = read_rules(path)
    framework = framework_of(rules, options.framework)
    blocking_of(rules.head(2), options.within, options.across, framework)
    return ConflictPlan(
        path, options, rules, framework, model, opened, judge, _specify(path, options, rules, framework)
    )


def _specify(path: Path, options: ConflictOptions, rules: pl.DataFrame, framework: Framework | None) -> Specification:
    """Which model scores, which kind is kept and from which score can be asked anew of the same candidates."""
    import axiometer

    asked: dict[str, Any] = {
        "rules": {"digest": digest_of(rules), "count": rules.height},
        "framework": None if framework is None else {"name": framework.id, "digest": framework.fingerprint},
        "embedder": options.embedder,
        "dedup": options.dedup,
        "cosines": {"low": options.low, "high": options.high, "width": options.width},
        "draw": str(options.draw),
        "per_rule": options.per_rule,
        "budget": options.budget,
        "within": list(options.within),
        "across": list(options.across),
        "seed": options.seed,
    }
    noted = {
        "axiometer": axiometer.__version__,
        "polars": pl.__version__,
        "rules_from": str(path),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    return Specification(asked, noted)


def read_conflicts(folder: PairsFolder) -> Specification:
    """The specification of the search in `folder`. Raises `InputError` when there is none or it is damaged."""
    return specification_in(folder.path, FILE, "axiometer build conflicts", _is_whole, format_=FORMAT)


def _is_whole(asked: Mapping[str, Any], noted: Mapping[str, Any]) -> bool:
    del noted
    return has_count(asked, "rules")


def settle_specification(plan: ConflictPlan, folder: PairsFolder) -> None:
    """Writes `conflicts.yaml`, or checks that the folder holds the same search. Raises `SpecificationChanged`."""
    settle(folder.path, FILE, plan.specification, lambda path: read_conflicts(PairsFolder(path)))
