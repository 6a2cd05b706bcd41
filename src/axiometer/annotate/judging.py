"""What a judge or a classifier says of the rows that people labelled, as labels like theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.annotate.project import FILE, open_project
from axiometer.annotate.tasks import NOTHING
from axiometer.errors import InputError
from axiometer.measure.labels import BOTH, NEITHER, REFUSED
from axiometer.measure.reading import open_run
from axiometer.records.rows import Outcome
from axiometer.records.spreadsheets import read_source
from axiometer.records.tables import read_part

PROFILED: Final = Path("profile", "answers.parquet")
"""Where `express profile` writes what its classifier said of each answer of a run."""

_WORDS: Final = {str(Outcome.BOTH): BOTH, str(Outcome.EVASIVE): NEITHER, str(Outcome.REFUSED): REFUSED}
_KEYS: Final = ("subject", "unit", "id")
_VALUES: Final = ("value", "label")


@dataclass(frozen=True, slots=True)
class JudgeLabels:
    """`values`: a label by the id of the row. `differ`: on how many answers of a judged run the verdicts in both orders
    differ (that on the first order counts)."""

    values: Mapping[str, str]
    differ: int = 0


def judge_labels(place: Path) -> JudgeLabels:
    """The labels of a run by free answer, as its judge gave them or the classifier that read it (`express profile`); or
    of a table with the columns subject (or unit, or id) and value.

    Raises `InputError` for a run that nobody judged, missing columns, and two labels of one row.
    """
    if not place.is_dir():
        return _of_table(place)
    return _of_profile(place / PROFILED) if (place / PROFILED).is_file() else _of_run(place)


def of_units(judge: JudgeLabels, labels: Path, units: Sequence[str], *, sets: bool = False) -> dict[str, str]:
    """The judge's labels by the units that people labelled, whether it names these or the rows that they show. `sets`:
    `none` is the empty set, as it is among people's labels.

    Raises `InputError` where it labelled none of them.
    """
    subjects = _subjects(labels)
    found: dict[str, str] = {}
    for unit in units:
        value = judge.values.get(unit, judge.values.get(subjects.get(unit, unit)))
        if value is not None:
            found[unit] = "" if sets and value == NOTHING else value
    if not found:
        raise InputError("the judge labelled none of the rows that people labelled", file=labels)
    return found


def _subjects(labels: Path) -> dict[str, str]:
    """The row that each unit shows, where units are named apart from their rows."""
    if (labels / FILE).is_file():
        return {unit.id: unit.subject for unit in open_project(labels).units.values()}
    if labels.is_dir():
        return {}
    source = read_source(labels)
    if "unit" not in source.columns:
        return {}
    return {
        str(record.cells.get("unit") or ""): str(record.cells.get("subject") or "")
        for record in source.records
        if record.problem is None
    }


def _of_run(folder: Path) -> JudgeLabels:
    answers = open_run(folder, texts=False).answers
    if "free" not in answers.columns or answers["free"].null_count() == answers.height:
        raise InputError("nothing was judged in this run", file=folder, mend="give the judge's labels as a table")
    read = answers.filter(pl.col("free").is_not_null()).select(
        "free",
        value=pl.when(pl.col("outcome") == str(Outcome.CHOSEN))
        .then(pl.col("option").cast(pl.String))
        .otherwise(pl.col("outcome").replace_strict(_WORDS, default=None, return_dtype=pl.String)),
    )
    said = read.drop_nulls("value").group_by("free", maintain_order=True).agg(pl.col("value"))
    values = {free: both[0] for free, both in said.iter_rows()}
    return JudgeLabels(values, sum(len(set(both)) > 1 for both in said["value"].to_list()))


def _of_profile(file: Path) -> JudgeLabels:
    answers = read_part(file, ("id", "outcome", "expressed"))
    read = answers.filter(pl.col("outcome") == str(Outcome.CHOSEN)).drop_nulls("expressed")
    return JudgeLabels({name: ",".join(values) or NOTHING for name, values in read.select("id", "expressed").rows()})


def _of_table(file: Path) -> JudgeLabels:
    source = read_source(file)
    key = next((name for name in _KEYS if name in source.columns), None)
    value = next((name for name in _VALUES if name in source.columns), None)
    if key is None or value is None:
        raise InputError("columns missing: {missing}", file=file, missing="subject, value")
    values: dict[str, str] = {}
    for record in source.records:
        if record.problem is not None:
            raise InputError("{problem}", file=file, row=record.row, problem=record.problem)
        name, said = ((record.cells.get(column) or "").strip() for column in (key, value))
        if not name:
            continue
        if name in values and values[name] != said:
            raise InputError("two labels of {id!r}", file=file, row=record.row, id=name)
        values[name] = said
    return JudgeLabels({name: said for name, said in values.items() if said})
