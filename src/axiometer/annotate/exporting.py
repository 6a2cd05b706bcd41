"""Labels out of a project: as a table, as the answers of people, and into the run whose answers they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.annotate.project import Project
from axiometer.annotate.store import Kept
from axiometer.annotate.tasks import TaskKind, TaskTable
from axiometer.annotate.units import Unit
from axiometer.errors import InputError, Refused
from axiometer.measure.design import LETTERS
from axiometer.measure.labels import EXPRESSED, LABELS, TASK, write_sheet_values
from axiometer.measure.reading import read_free_answers
from axiometer.measure.recorded import write_recorded_run
from axiometer.records.corpus_rows import Label
from axiometer.records.exports import write_csv_for_people, write_xlsx
from axiometer.records.ids import content_id
from axiometer.records.importers.recorded import recorded_answer
from axiometer.records.rows import PEOPLE, Answer, Item, Outcome
from axiometer.records.schemas import to_frame, to_rows
from axiometer.records.tables import write_parquet, write_rows

BESIDE: Final = pl.Schema(
    {
        "unit": pl.String(),
        "lang": pl.String(),
        "context": pl.String(),
        "clusters": pl.List(pl.String()),
        "stratum": pl.String(),
        "inclusion": pl.Float64(),
        "rewrite": pl.String(),
        "seconds": pl.Float64(),
        "check": pl.Boolean(),
        "expected": pl.String(),
        "settled": pl.String(),
    }
)
"""What stands beside the columns of `Label`."""

PREFIX: Final = "annotation"

_OUTCOMES: Final[Mapping[str, Outcome]] = {"refused": Outcome.REFUSED, "both": Outcome.BOTH}
_WRITERS: Final[Mapping[str, Callable[[pl.DataFrame, Path], None]]] = {
    ".parquet": write_parquet,
    ".csv": write_csv_for_people,
    ".xlsx": write_xlsx,
}


def export_labels(project: Project) -> pl.DataFrame:
    """Every label that stands, by rater and time: the columns of `Label` and those of `BESIDE`.

    `subject` is the id of the row that was labelled; `unit` what of it was shown (a rule may be shown once for each of
    its values). `inclusion` is how likely the row was drawn within its `stratum`. `check`: an attention check, whose
    label is `expected` to be this. `settled`: what was decided on the unit. Raters who withdrew have no rows.
    """
    with project.store() as store:
        kept, settled = store.labels(), store.settled()
    rows = [(each, project.units[each.unit]) for each in kept if each.unit in project.units]
    labels = to_frame([_label(project, each, unit) for each, unit in rows], Label)
    beside = pl.DataFrame(
        [
            (
                unit.id,
                unit.lang,
                unit.context,
                list(unit.clusters),
                unit.stratum,
                unit.inclusion,
                each.rewrite,
                each.seconds,
                unit.is_check,
                unit.expected,
                settled[unit.id].value if unit.id in settled else None,
            )
            for each, unit in rows
        ],
        schema=BESIDE,
        orient="row",
    )
    return labels.hstack(beside)


def task_name(project: Project) -> str:
    """What `Label.task` holds: labels of free answers have the names that `analyze` and `express profile` know."""
    known = {TaskKind.JUDGE: TASK, TaskKind.CLASSIFY: EXPRESSED} if project.task.table is TaskTable.FREE else {}
    return known.get(project.task.kind, project.task.id)


def _label(project: Project, kept: Kept, unit: Unit) -> Label:
    name = task_name(project)
    return Label(
        id=content_id("label", kept.rater, name, project.id, unit.id, kept.value),
        parent_ids=(unit.subject, unit.id),
        rater=kept.rater,
        task=name,
        subject=unit.subject,
        value=kept.value or "",
        time=kept.at,
    )


def export_answers(project: Project, name: str | None = None) -> list[Answer]:
    """What people chose, as answers of the respondent `people` (`people/NAME`), attention checks aside; `repeat` is the
    number of the rater in the project. Raises `Refused` for a task that is not `choose`."""
    if project.task.kind is not TaskKind.CHOOSE:
        raise Refused("in task {task} nobody answers items: these are labels", task=project.task.id)
    items = {item.id: item for item in project.items()}
    model = PEOPLE if name is None else f"{PEOPLE}/{name}"
    numbers = {rater: number for number, rater in enumerate(project.raters)}
    orders = {(row.rater, row.unit): row.order for rows in project.assignments.values() for row in rows}
    with project.store() as store:
        kept = [each for each in store.labels() if not project.units[each.unit].is_check]
    answers: list[Answer] = []
    for each in sorted(kept, key=lambda one: (numbers.setdefault(one.rater, len(numbers)), one.seq)):
        item = items[project.units[each.unit].subject]
        order = orders.get((each.rater, each.unit), tuple(range(len(item.options))))
        answers.append(_answer(each, item, model, numbers[each.rater], order, len(answers)))
    return answers


def _answer(kept: Kept, item: Item, model: str, number: int, order: Sequence[int], seq: int) -> Answer:
    said = kept.value or ""
    option = int(said) if said.isdecimal() else None
    outcome = Outcome.CHOSEN if option is not None else _OUTCOMES.get(said, Outcome.EVASIVE)
    shown = tuple(order)
    found = recorded_answer(
        item,
        model=model,
        raw=said,
        outcome=outcome,
        option=option,
        letter=None if option is None else LETTERS[shown.index(option)],
        repeat=number,
        reason=None if option is not None else said,
        parent_ids=(kept.unit,),
        seq=seq,
    )
    own = content_id("answer", model, item.id, list(shown), number)
    return replace(found, id=own, model=model, wording=PEOPLE, order=shown)


def export_project(project: Project, output: Path, name: str | None = None, frameworks: Sequence[Path] = ()) -> int:
    """Writes the labels to a file (.parquet, .csv, .xlsx). Into a folder go, where people chose in items, a run of
    `people` (or `people/NAME`) that is analysed like any other, and `labels.parquet`. `frameworks`: files of those that
    the items name, where they are not shipped. Gives how many labels there are.

    Raises `InputError` where there are none, or the file has another ending.
    """
    labels = export_labels(project)
    if labels.is_empty():
        raise InputError("no labels yet", file=project.folder)
    if output.suffix:
        if output.suffix not in _WRITERS:
            raise InputError("must end in .parquet, .csv or .xlsx", file=output)
        _WRITERS[output.suffix](labels, output)
        return labels.height
    if project.task.kind is TaskKind.CHOOSE:
        write_recorded_run(
            project.items(), export_answers(project, name), output, frameworks=frameworks, persons=project.raters
        )
    write_parquet(labels, output / "labels.parquet")
    return labels.height


def export_into(project: Project, run: Path) -> int:
    """Writes the labels of a project about free answers into their run, where `analyze` and `express profile` find
    them; attention checks stay out. A second export replaces the first, also where raters withdrew since. Raters are
    named with the project (`R01@SHEET`): R01 of another project is somebody else. Gives how many labels there are.

    Raises `Refused` for a project about something else, `InputError` where the answers are not of this run.
    """
    if project.task.table is not TaskTable.FREE:
        raise Refused("these labels are not about the free answers of a run")
    labels = export_labels(project).filter(~pl.col("check"))
    sheet = f"a{project.id[:8]}"  # as a sheet of the run would be called
    file = run / LABELS / f"{PREFIX}-{sheet}.parquet"
    if labels.is_empty():
        if not file.is_file():
            raise InputError("no labels yet", file=project.folder)
        file.unlink()
        return 0
    there = set(read_free_answers(run)["id"])
    strange = set(labels["subject"]) - there
    if strange:
        what = "{n} labelled answers are not of this run"
        raise InputError(what, file=run, mend="give the run that the project was made of", n=len(strange))
    rows = [
        replace(row, rater=f"{row.rater}@{sheet}", parent_ids=(row.subject, sheet)) for row in to_rows(labels, Label)
    ]
    if task_name(project) == EXPRESSED:
        write_sheet_values(run, sheet, project.task.label_ids)
    write_rows(rows, Label, file)
    return labels.height
