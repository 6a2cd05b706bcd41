"""A run before anything is asked: what is asked of whom, and everything checked that can be wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from axiometer.errors import InputError, Refused
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of, shipped
from axiometer.measure.design import Design, verdicts_per_answer
from axiometer.measure.judging.who import check_judge
from axiometer.measure.render import Renderer, Steering
from axiometer.measure.selection import Selection, select_items
from axiometer.measure.specification import Specification, specify
from axiometer.models.protocols import scores_continuations
from axiometer.models.simulated_judge import SimulatedJudge
from axiometer.models.simulated_writer import SimulatedWriter
from axiometer.records.rows import Mode, Outcome
from axiometer.runtime.batch import refuse_without_batches
from axiometer.runtime.respondent import Respondent


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    """How a run goes, beside what is asked. `again`: outcomes to ask once more although they were answered. `steering`
    puts a system prompt before every item (`axiometer validate`). `judge` reads what respondents said freely; it must
    be another model than any of them, unless `judge_itself`."""

    limit: int | None = None
    seed: int = 0
    occasion: str | None = None
    shard: tuple[int, int] = (1, 1)
    again: frozenset[Outcome] = frozenset({Outcome.ERROR})
    batch: bool = False
    steering: Steering | None = None
    judge: Respondent | None = None
    judge_itself: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A run before anything is asked: everything that can be wrong has been checked, nothing is written."""

    selection: Selection
    design: Design
    respondents: tuple[Respondent, ...]
    specification: Specification
    frameworks: Mapping[str, Path]
    options: MeasureOptions

    @property
    def puts(self) -> int:
        """How many presentations each respondent gets in this shard."""
        number, of = self.options.shard
        return len(range(number - 1, self.selection.presentations // self.rows_per_put, of))

    @property
    def rows(self) -> int:
        """How many rows each respondent has in the answers table of this shard."""
        return self.puts * self.rows_per_put

    @property
    def rows_per_put(self) -> int:
        return verdicts_per_answer(self.design) if self.design.is_free else 1

    def renderer(self, respondent: Respondent) -> Renderer:
        return Renderer(self.design, respondent.model, self.options.occasion, self.options.steering)


def plan_run(
    items: Path,
    respondents: Sequence[Respondent],
    design: Design,
    options: MeasureOptions,
    frameworks: Sequence[Path] = (),
    only: pl.Series | None = None,
) -> Plan:
    """Checks items, prompts and respondents; `frameworks` are files of the user's own frameworks, `only` the ids of the
    items to ask (default: all).

    Raises an `AxiometerError` for anything that cannot be asked or could not be analysed afterwards.
    """
    if not respondents:
        raise InputError("no respondent", mend="name one with -m, for example -m sim/balanced")
    names = [respondent.model.name for respondent in respondents]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError("the respondent {name} is named twice", name=twice[0])
    number, of = options.shard
    if not 1 <= number <= of:
        raise InputError("--shard {number}/{of}: the first number counts from 1 to the second", number=number, of=of)
    for respondent in respondents:
        _refuse_writer(respondent)
        _refuse_without_likelihoods(respondent, design)
    check_judge(design, options.judge, respondents, itself=options.judge_itself)
    if options.batch:
        for each in (*respondents, *([options.judge] if options.judge is not None else [])):
            refuse_without_batches(each.model)
    selection = select_items(items, design, limit=options.limit, seed=options.seed, only=only)
    files = _framework_files(selection, frameworks)
    templates = {
        template.id: template
        for respondent in respondents
        for template in Renderer(design, respondent.model).templates(list(selection.langs), selection.kinds)
    }
    specification = specify(
        selection,
        design,
        [respondent.model for respondent in respondents],
        list(templates.values()),
        frameworks={name: load_framework(path).fingerprint for name, path in files.items()},
        seed=options.seed,
        limit=options.limit,
        occasion=options.occasion,
        shard=options.shard,
        steering=options.steering,
        judge=options.judge.model if options.judge is not None else None,
    )
    return Plan(selection, design, tuple(respondents), specification, files, options)


def _refuse_without_likelihoods(respondent: Respondent, design: Design) -> None:
    if design.mode is Mode.LIKELIHOOD and not scores_continuations(respondent.model):
        raise Refused(
            "{model} cannot say how likely given words are, which --mode likelihood needs (hf/ models can)",
            model=respondent.model.name,
        )


def _refuse_writer(respondent: Respondent) -> None:
    if isinstance(respondent.model, SimulatedWriter):
        raise InputError(
            "{model} plays the steps of a corpus and answers no items",
            mend="use a simulated respondent such as sim/balanced",
            model=respondent.model.name,
        )
    if isinstance(respondent.model, SimulatedJudge):
        raise InputError(
            "{model} judges answers and answers no items",
            mend="use a simulated respondent such as sim/balanced",
            model=respondent.model.name,
        )


def _framework_files(selection: Selection, given: Sequence[Path]) -> dict[str, Path]:
    """The file of every framework that the items name: the user's own first, then the shipped ones."""
    own = {load_framework(path).id: path for path in given}
    unknown = [name for name in selection.frameworks if name not in own and name not in shipped()]
    if unknown:
        raise InputError(
            "the items belong to the framework {name!r}, which is not shipped",
            file=selection.path,
            mend="give its file with --framework",
            name=unknown[0],
        )
    return {name: own.get(name) or path_of(name) for name in selection.frameworks}
