"""Known groups: the same items asked under system prompts that name one value each, and once without.

A *steering* for a value is a system prompt, in the item's language, that asks to hold that value dear; the *baseline*
is the same respondent without it. Each is an ordinary, resumable run folder. Under the steering for a value are asked
all items in which the value is at stake and, so that movement elsewhere can be seen, a seeded number of groups of items
that it does not touch. The baseline asks everything that some steering asks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from axiometer.errors import InputError, Refused
from axiometer.frameworks import Framework, load_framework
from axiometer.measure.design import Design
from axiometer.measure.reading import open_run
from axiometer.measure.render import Steering
from axiometer.measure.run import MeasureOptions, Plan, RunSummary, plan_run, run_plan
from axiometer.measure.specification import FILE, check_same, read_specification
from axiometer.prompts import load_template
from axiometer.records.rows import ExpressionKind, Item, Mode, Role
from axiometer.records.schemas import to_rows
from axiometer.runtime import Progress
from axiometer.runtime.journal import neighbours_of
from axiometer.runtime.respondent import Respondent

BASELINE = "baseline"
STEP = "steer"


@dataclass(frozen=True, slots=True)
class SteeringOptions:
    """What is steered. `level` None: the framework's level above its most specific one. `values` None: every value of
    the level that is at stake in some item. `others`: groups of items that a value does not touch, per group in which
    it is at stake."""

    level: str | None = None
    values: tuple[str, ...] | None = None
    others: float = 1.0


@dataclass(frozen=True, slots=True)
class Toward:
    """What a choice towards a value is in an item: taking `option` (`sign` +1: the only side that endorses the value)
    or leaving it (-1: the only side that opposes it, where none endorses it)."""

    option: int
    sign: int


@dataclass(frozen=True, slots=True)
class SteeredRun:
    """One run of a validation; `value` None is the baseline."""

    value: str | None
    folder: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class SteeredPlan:
    """Everything that a validation asks, checked; nothing is written. The baseline comes first."""

    framework: Framework
    level: str
    values: tuple[str, ...]
    runs: tuple[SteeredRun, ...]


@dataclass(frozen=True, slots=True)
class SteeredAnswers:
    """What came back. `items`: schema_of(Item), all that were asked; `baseline` and each of `steered` (value id to
    answers): schema_of(Answer)."""

    items: pl.DataFrame
    baseline: pl.DataFrame
    steered: Mapping[str, pl.DataFrame]


def at_stake(item: Item, framework: Framework, level: str) -> dict[str, Toward]:
    """Values of `level` for which a choice in `item` can speak, in the framework's order.

    A value is at stake where exactly one of at least two sides endorses it, or where none endorses and exactly one
    opposes it.
    """
    sides = [index for index, option in enumerate(item.options) if option.role is Role.SIDE]
    if len(sides) < 2:
        return {}
    endorsing, opposing = (_sides_by_value(item, sides, polarity, framework, level) for polarity in (1, -1))
    found = {}
    for value in framework.values_at(level):
        for sides_of, sign in ((endorsing, 1), (opposing, -1)):
            if value.id in sides_of:
                if len(sides_of[value.id]) == 1:
                    found[value.id] = Toward(sides_of[value.id][0], sign)
                break
    return found


def touched(item: Item, framework: Framework, level: str) -> frozenset[str]:
    """Values of `level` that some side of `item` endorses or opposes, at stake or not."""
    return frozenset(
        above
        for option in item.options
        if option.role is Role.SIDE
        for expression in option.expresses
        if expression.kind is ExpressionKind.VALUE
        for above in framework.ancestors_at(expression.target, level)
    )


def _sides_by_value(
    item: Item, sides: Sequence[int], polarity: int, framework: Framework, level: str
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index in sides:
        own = {
            above
            for expression in item.options[index].expresses
            if expression.kind is ExpressionKind.VALUE and expression.polarity == polarity
            for above in framework.ancestors_at(expression.target, level)
        }
        for value in own:
            found.setdefault(value, []).append(index)
    return found


def steering_for(framework: Framework, value_id: str, langs: Sequence[str]) -> Steering:
    """The steering towards a value. Raises `Refused` where the framework does not describe it in one of `langs`."""
    value = framework.value(value_id)
    prompts = {}
    for lang in langs:
        name, definition = value.names.get(lang), value.definitions.get(lang)
        if not name or not definition:
            raise Refused(
                "framework {framework!r} does not name and define {value!r} in {lang!r}, so a respondent cannot be "
                "steered in that language (use --lang {langs})",
                framework=framework.id,
                value=value_id,
                lang=lang,
                langs=",".join(value.definitions),
            )
        prompts[lang] = load_template(STEP, lang, 1).render(name=name, definition=definition).strip()
    below = (other.id for other in framework.values if value_id in framework.ancestors_at(other.id, value.level))
    return Steering(values=tuple(below), prompts=prompts)


def plan_steered(
    items: Path,
    respondents: Sequence[Respondent],
    design: Design,
    options: MeasureOptions,
    wanted: SteeringOptions,
    frameworks: Sequence[Path] = (),
) -> SteeredPlan:
    """All runs of a validation. `options.limit` is a seeded sample of the table, taken before items are chosen for each
    value.

    Raises an `AxiometerError` for anything that cannot be asked, or that would say nothing about values.
    """
    if design.mode not in (Mode.CHOICE, Mode.LOGPROB):
        raise Refused("validate compares choices: use --mode choice or --mode logprob")
    recorded = [one.model.name for one in respondents if one.model.name.startswith("recorded/")]
    if recorded:
        raise Refused("{name}: recorded answers cannot be steered", name=recorded[0])
    whole = plan_run(items, respondents, design, options, frameworks)
    framework = _framework(whole, items)
    asked = [item for frame in whole.selection.frames() for item in to_rows(frame, Item)]
    level = _level(wanted.level, framework, asked, items)
    choice = _Choice.of(asked, framework, level)
    values = _values(wanted.values, choice, framework, level, items)
    chosen = {value: choice.groups_for(value, wanted.others, options.seed) for value in values}

    def run(value: str | None, groups: frozenset[str]) -> SteeredRun:
        ids = pl.Series("id", sorted(item.id for item in asked if _group(item) in groups))
        langs = sorted({item.lang for item in asked if _group(item) in groups})
        steering = steering_for(framework, value, langs) if value is not None else None
        plan = plan_run(
            items, respondents, design, replace(options, limit=None, steering=steering), frameworks, only=ids
        )
        return SteeredRun(value, _folder(value), plan)

    union = frozenset().union(*chosen.values())
    runs = (run(None, union), *(run(value, groups) for value, groups in chosen.items()))
    return SteeredPlan(framework, level, values, runs)


def run_steered(
    plan: SteeredPlan, output: Path, progress: Callable[[SteeredRun], Progress] | None = None
) -> list[RunSummary]:
    """Asks what is not answered yet, run after run, each into a folder of `output`. `progress` gives a run's observer.

    Limits of a respondent hold for all runs together. Raises `SpecificationChanged` before anything is asked when a
    folder holds another run, and `Stopped` when a limit, the breaker or Ctrl-C ended the work.
    """
    if (output / FILE).exists():
        raise InputError("is the folder of a run", file=output, mend="give another name with -o")
    for run in plan.runs:
        folder = output / run.folder
        if (folder / FILE).exists():
            check_same(read_specification(folder), run.plan.specification, folder)
    beside = neighbours_of(output)
    summaries = []
    for run in plan.runs:
        observer = progress(run) if progress is not None else None
        summaries.append(run_plan(run.plan, output / run.folder, observer, beside))
    return summaries


def read_steered(plan: SteeredPlan, output: Path) -> SteeredAnswers:
    """The answers of all runs in `output`. Raises `InputError` where a run is missing."""
    runs = {run.value: open_run(output / run.folder) for run in plan.runs}
    return SteeredAnswers(
        items=runs[None].items,
        baseline=runs[None].answers,
        steered={value: run.answers for value, run in runs.items() if value is not None},
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """Groups of parallel items: the values at stake in them and the values that they touch."""

    stakes: Mapping[str, frozenset[str]]
    touches: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, items: Sequence[Item], framework: Framework, level: str) -> _Choice:
        stakes: dict[str, frozenset[str]] = {}
        touches: dict[str, frozenset[str]] = {}
        for item in items:
            group = _group(item)
            stakes[group] = stakes.get(group, frozenset()) | frozenset(at_stake(item, framework, level))
            touches[group] = touches.get(group, frozenset()) | touched(item, framework, level)
        return cls(stakes, touches)

    def groups_for(self, value: str, others: float, seed: int) -> frozenset[str]:
        """The groups in which `value` is at stake and `others` times as many that it does not touch, by a hash."""
        own = [group for group, values in self.stakes.items() if value in values]
        elsewhere = [group for group, values in self.stakes.items() if values and value not in self.touches[group]]
        elsewhere.sort(key=lambda group: hashlib.sha256(f"{seed}:{value}:{group}".encode()).digest())
        return frozenset([*own, *elsewhere[: round(others * len(own))]])


def _group(item: Item) -> str:
    return item.parallel_id or item.id


def _folder(value: str | None) -> str:
    if value is None:
        return BASELINE
    return value if value != BASELINE else f"value-{value}"


def _framework(plan: Plan, items: Path) -> Framework:
    if plan.selection.unmapped:
        raise Refused(
            "{n} of {all} items are unmapped (it is not known which option expresses what), so they cannot be "
            "validated",
            n=plan.selection.unmapped,
            all=plan.selection.count,
        )
    names = plan.selection.frameworks
    if len(names) != 1:
        raise InputError(
            "the items name {n} frameworks ({names})",
            file=items,
            mend="a validation takes items of one framework, whose definitions steer the respondent",
            n=len(names),
            names=", ".join(names) or "-",
        )
    return load_framework(plan.frameworks[names[0]])


def _level(wanted: str | None, framework: Framework, items: Sequence[Item], file: Path) -> str:
    """The level asked for; else the one above the most specific, or the lowest at which the items speak."""
    if wanted is not None:
        return framework.level(wanted).id
    targets = {e.target for item in items for o in item.options for e in o.expresses if e.kind is ExpressionKind.VALUE}
    spoken = framework.levels_of(targets)
    if not spoken:
        raise Refused("{file}: the items' options express no values", file=file)
    above = framework.levels[-2:][0].id
    return above if above in spoken else spoken[-1]


def _values(
    wanted: Sequence[str] | None, choice: _Choice, framework: Framework, level: str, items: Path
) -> tuple[str, ...]:
    staked = frozenset().union(*choice.stakes.values())
    if wanted is None:
        found = tuple(value.id for value in framework.values_at(level) if value.id in staked)
        if not found:
            raise InputError("no value of level {level!r} is at stake in any item", file=items, level=level)
        return found
    ids = tuple(dict.fromkeys(framework.resolve(label, level=level) for label in wanted))
    lacking = [value for value in ids if value not in staked]
    if lacking:
        what, mend = "{value!r} is at stake in no item", "leave it out of --values"
        raise InputError(what, file=items, mend=mend, value=lacking[0])
    return ids
