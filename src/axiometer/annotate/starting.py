"""A project begun: rows gathered, some of them drawn, shared out among raters, and written into a folder."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from axiometer.annotate.assigning import assign, shared_units, units_needed
from axiometer.annotate.gathering import Gathered, GatherOptions, checks_of, draw, gather
from axiometer.annotate.project import AssignmentDesign, Project, Source, create_project
from axiometer.annotate.tasks import Task, TaskTable
from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.measure.labels import read_asked
from axiometer.records.ids import content_id
from axiometer.records.rows import Item

SHARED_BY: Final = 3
ATTENTION: Final = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a project is to be. `raters`: pseudonyms; `per_rater` None: as many rows as the table allows; `overlap`: the
    share of each rater's rows that others label too, `shared_by` how many raters each such row has (None: all, at most
    three); `attention` None: two checks, or as many as the task has; `framework`, `level`: whose values are the labels,
    where the task takes them from a framework (None of a run: those that `express profile` told)."""

    raters: Sequence[str]
    per_rater: int | None = None
    overlap: float = 0.3
    shared_by: int | None = None
    attention: int | None = None
    seed: int = 0
    framework: str | None = None
    level: str | None = None
    table: TaskTable | None = None
    langs: tuple[str, ...] | None = None
    about: str | None = None
    text_column: str | None = None
    retention: datetime.date | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """What was made: `units` rows, `shared` of them shown to several raters; `of` rows could have been shown, and
    `left_out` could not, by reason."""

    project: Project
    units: int
    shared: int
    of: int
    left_out: Mapping[str, int] = field(default_factory=dict)


def numbered(count: int) -> tuple[str, ...]:
    """So many pseudonyms: R01, R02, …"""
    width = max(2, len(str(count)))
    return tuple(f"R{number:0{width}d}" for number in range(1, count + 1))


def start_project(task: Task, table: Path, folder: Path, wanted: Wanted) -> Started:
    """Makes a project in `folder`; the same call with the same seed gives the same rows and orders.

    Raises `InputError` as `gather`, `assign` and `create_project` do, before anything is written.
    """
    framework = None if wanted.framework is None else load_framework(wanted.framework)
    if wanted.table is not None:
        task = task.model_copy(update={"table": wanted.table})
    if task.source == "framework":
        task = _with_values(task, framework, wanted.level, table)
    options = GatherOptions(langs=wanted.langs, about=wanted.about, framework=framework, text_column=wanted.text_column)
    gathered = gather(task, table, options)
    design = _design(wanted, len(gathered.units))
    units = draw(gathered.units, units_needed(design), design.seed)
    checks = checks_of(task, sorted({unit.lang for unit in units}))
    if wanted.attention is None:
        design = design.model_copy(update={"attention": min(ATTENTION, len(checks))})
    assignments = assign(units, checks, design, shuffle=task.shuffle)
    seen = {row.unit for row in assignments}
    used = [check for check in checks if check.id in seen]
    project = create_project(
        folder,
        task,
        [*units, *used],
        assignments,
        source=_source(table, gathered),
        design=design,
        items=_items(gathered, {unit.subject for unit in units}),
        retention=wanted.retention,
        contact=wanted.contact,
    )
    return Started(project, len(units), shared_units(design), len(gathered.units), gathered.left_out)


def _with_values(task: Task, framework: Framework | None, level: str | None, table: Path) -> Task:
    """The task with its labels: the values of the framework, or those that people are to be asked about in a run."""
    if framework is not None:
        return task.of_framework(framework, level)
    asked = read_asked(table) if task.table is TaskTable.FREE and level is None else None
    if asked is None:
        raise InputError(
            "task {task} has a framework's values as labels, and none is given", mend="--framework", task=task.id
        )
    return task.of_framework(asked.framework, values=asked.values)


def _design(wanted: Wanted, there: int) -> AssignmentDesign:
    raters = tuple(wanted.raters)
    shared_by = min(SHARED_BY, len(raters)) if wanted.shared_by is None else wanted.shared_by

    def of(per_rater: int) -> AssignmentDesign:
        return AssignmentDesign(
            raters=raters,
            per_rater=per_rater,
            overlap=wanted.overlap,
            shared_by=shared_by,
            attention=wanted.attention or 0,
            seed=wanted.seed,
        )

    if wanted.per_rater is not None:
        return of(wanted.per_rater)
    fewest, most = 1, there
    while fewest < most:
        middle = (fewest + most + 1) // 2
        fewest, most = (middle, most) if units_needed(of(middle)) <= there else (fewest, middle - 1)
    return of(fewest)


def _source(table: Path, gathered: Gathered) -> Source:
    digest = content_id("rows", sorted(unit.id for unit in gathered.units))
    return Source(table=str(table), digest=digest, rows=gathered.rows)


def _items(gathered: Gathered, wanted: set[str]) -> list[Item]:
    return [item for item in gathered.items if item.id in wanted]
