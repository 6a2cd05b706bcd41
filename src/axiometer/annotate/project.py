"""An annotation project: a folder that holds a task, what is shown to whom, and what was said of it.

`project.yaml` is written once and holds the whole task, so that nothing changes under the raters' eyes; `units.parquet`
and `assignments.parquet` lie beside it, `items.parquet` where items are answered; labels are in `labels.sqlite`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pydantic
import yaml

from axiometer.annotate.store import Kept, LabelStore
from axiometer.annotate.tasks import LANGUAGES, Task, Words
from axiometer.annotate.units import Assignment, Unit
from axiometer.errors import InputError
from axiometer.records.ids import content_id
from axiometer.records.rows import Item
from axiometer.records.tables import read_rows, write_rows, write_text
from axiometer.records.yaml_files import checked, read_yaml

FILE: Final = "project.yaml"
UNITS: Final = "units.parquet"
ASSIGNMENTS: Final = "assignments.parquet"
ITEMS: Final = "items.parquet"
STORE: Final = "labels.sqlite"
FORMAT: Final = 1
RETENTION_DAYS: Final = 365
_NOBODY: Final = Words(en="whoever gave you the rows", zh="向您提供题目的人")
_RATER: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"


class _Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Source(_Model):
    """The table that the units come from: its path as it was given, a hash of its rows, and how many it has."""

    table: str
    digest: str
    rows: int


class Rater(pydantic.RootModel[str]):
    """A pseudonym: letters, digits, `-`, `_` and `.`; never a person's name."""

    root: str = pydantic.Field(pattern=_RATER)


class AssignmentDesign(_Model):
    """`raters` are pseudonyms, each with `per_rater` units, of which the share `overlap` is labelled by `shared_by`
    raters, and `attention` checks."""

    raters: tuple[str, ...]
    per_rater: int = pydantic.Field(ge=1)
    overlap: float = pydantic.Field(ge=0.0, le=1.0)
    shared_by: int = pydantic.Field(ge=1)
    attention: int = pydantic.Field(ge=0)
    seed: int = pydantic.Field(ge=0)

    @pydantic.field_validator("raters")
    @classmethod
    def _pseudonyms(cls, raters: tuple[str, ...]) -> tuple[str, ...]:
        for rater in raters:
            Rater.model_validate(rater)
        if not raters or len(set(raters)) < len(raters):
            raise ValueError("raters are named once each")
        return raters


class _File(_Model):
    """`project.yaml`."""

    format: int
    id: str
    task: Task
    source: Source
    design: AssignmentDesign
    langs: tuple[str, ...]
    retention: datetime.date
    created: datetime.datetime
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """The texts before the first row."""

    purpose: str
    consent: str
    warning: str


@dataclass(frozen=True)
class Project:
    """A project as it lies on disk. `retention` is the last day on which labels are taken and kept."""

    folder: Path
    id: str
    task: Task
    source: Source
    design: AssignmentDesign
    langs: tuple[str, ...]
    retention: datetime.date
    created: datetime.datetime
    contact: str | None = None

    @property
    def raters(self) -> tuple[str, ...]:
        return self.design.raters

    @property
    def expired(self) -> bool:
        """Whether the day until which labels are kept is over."""
        return datetime.datetime.now(datetime.UTC).date() > self.retention

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """Every unit by its id, attention checks too."""
        return {unit.id: unit for unit in read_rows(self.folder / UNITS, Unit)}

    @cached_property
    def assignments(self) -> Mapping[str, tuple[Assignment, ...]]:
        """What each rater is shown, in its order."""
        found: dict[str, list[Assignment]] = {rater: [] for rater in self.raters}
        for row in read_rows(self.folder / ASSIGNMENTS, Assignment):
            found.setdefault(row.rater, []).append(row)
        return {rater: tuple(sorted(rows, key=lambda row: row.place)) for rater, rows in found.items()}

    @cached_property
    def _assigned(self) -> frozenset[tuple[str, str]]:
        return frozenset((row.rater, row.unit) for rows in self.assignments.values() for row in rows)

    def items(self) -> list[Item]:
        """The items that the units show, where a project is about items."""
        path = self.folder / ITEMS
        return list(read_rows(path, Item)) if path.exists() else []

    def value_of(self, rater: str, unit: str, said: str) -> str:
        """What is stored for a label of a rater, as `Task.value_of`. Raises `InputError` for a rater that is not of
        this project or was not given the unit, and for what is no label."""
        if rater not in self.raters:
            raise InputError("no rater {rater!r} in this project", file=self.folder, rater=rater)
        if (rater, unit) not in self._assigned:
            raise InputError("{rater} was not given the row {unit}", file=self.folder, rater=rater, unit=unit)
        return self.task.value_of(said, self.units[unit])

    def agreed(self, lang: str) -> Agreed:
        """What a rater reads and agrees to before the first row, in Chinese or English."""
        fields = {"{retention}": self.retention.isoformat(), "{contact}": self.contact or _NOBODY.said(lang)}
        consent = self.task.consent.said(lang)
        for name, text in fields.items():
            consent = consent.replace(name, text)
        return Agreed(self.task.purpose.said(lang), consent, self.task.warning.said(lang))

    @cached_property
    def consent_digest(self) -> str:
        """A hash of all that raters agree to, in both languages: what `LabelStore.agree` keeps."""
        texts = [self.agreed(lang) for lang in LANGUAGES]
        return content_id("consent", [[each.purpose, each.consent, each.warning] for each in texts])

    def store(self) -> LabelStore:
        """The project's labels, open for writing: it takes what `value_of` takes, until `retention`."""
        return LabelStore(self.folder / STORE, until=self.retention, check=self.value_of)

    def next_of(self, rater: str, standing: Mapping[str, Kept]) -> Assignment | None:
        """The first row that a rater neither labelled nor skipped; None where there is none."""
        return next((row for row in self.assignments.get(rater, ()) if row.unit not in standing), None)


def create_project(
    folder: Path,
    task: Task,
    units: Sequence[Unit],
    assignments: Sequence[Assignment],
    *,
    source: Source,
    design: AssignmentDesign,
    items: Sequence[Item] = (),
    retention: datetime.date | None = None,
    contact: str | None = None,
    created: datetime.datetime | None = None,
) -> Project:
    """Writes a project into `folder`, which must be new or empty; `project.yaml` last, so that a folder with one is
    whole. `retention` is a year from now by default.

    Raises `InputError` where the folder holds something, the task still has no labels, or the date is past.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("exists already", file=folder, mend="give another -o")
    if task.source == "framework":
        raise InputError("task {task}: the framework of its labels is not given", mend="--framework", task=task.id)
    now = created or datetime.datetime.now(datetime.UTC)
    until = retention or now.date() + datetime.timedelta(days=RETENTION_DAYS)
    if until < now.date():
        raise InputError("the day {day} is past", mend="give --retention a later day", day=until.isoformat())
    content = {
        "format": FORMAT,
        "id": content_id("project", task.content(), source.digest, design.model_dump(mode="json"), now.isoformat()),
        "task": task.content(),
        "source": source.model_dump(mode="json"),
        "design": design.model_dump(mode="json"),
        "langs": sorted({unit.lang for unit in units if not unit.is_check}),
        "retention": until.isoformat(),
        "created": now.isoformat(timespec="seconds"),
        "contact": contact,
    }
    write_rows(list(units), Unit, folder / UNITS)
    write_rows(list(assignments), Assignment, folder / ASSIGNMENTS)
    if items:
        write_rows(list(items), Item, folder / ITEMS)
    LabelStore(folder / STORE).close()
    write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120), folder / FILE)
    return open_project(folder)


def open_project(folder: Path) -> Project:
    """The project in a folder. Raises `InputError` where there is none, or a file of it is damaged."""
    path = folder / FILE
    if not path.is_file():
        raise InputError(
            "{name} is not here", file=folder, mend="give a folder made by `axiometer annotate start`", name=FILE
        )
    found = checked(_File, read_yaml(path), path)
    if found.format != FORMAT:
        raise InputError("format {format} of projects is not known", file=path, format=found.format)
    return Project(
        folder,
        found.id,
        found.task,
        found.source,
        found.design,
        found.langs,
        found.retention,
        found.created,
        found.contact,
    )
