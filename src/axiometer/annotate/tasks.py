"""What people are asked: a task is a YAML file that says which rows are shown, what can be said, and in what words.

Shipped tasks are in `data/tasks`; a user's own file is named by its path. Every text that a rater reads is there in
English and in Chinese.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import pydantic

from axiometer.annotate.units import Unit
from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.measure.labels import in_order
from axiometer.records.yaml_files import checked, read_yaml

LANGUAGES: Final = ("en", "zh")
NOTHING: Final = "none"
"""The label of a task with several labels where none of them fits."""

RESERVED_KEYS: Final = frozenset("us")  # on the rater's page: undo, skip
_MOST_NAMED: Final = 12
_DATA = files("axiometer.annotate").joinpath("data")
_TASKS = _DATA.joinpath("tasks")


class TaskKind(StrEnum):
    """RULE: does a rule fit (-1, 0, 1); CLASSIFY: which values; CHOOSE: the rater answers an item as a respondent;
    CHECK: what is wrong with a generated item; JUDGE: which option a free answer is closer to; STANCE: does a text
    endorse or oppose something."""

    RULE = "rule"
    CLASSIFY = "classify"
    CHOOSE = "choose"
    CHECK = "check"
    JUDGE = "judge"
    STANCE = "stance"


class TaskTable(StrEnum):
    """The rows that are shown: items, rules, the free answers of a run, texts."""

    ITEMS = "items"
    RULES = "rules"
    FREE = "free"
    TEXTS = "texts"


class Scale(StrEnum):
    """How labels are compared: different or not, by their distance in the order of the task, or as sets."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    SETS = "sets"


class _Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(_Model):
    """One text in both languages."""

    zh: str
    en: str

    def said(self, lang: str) -> str:
        """In Chinese for any Chinese, else in English."""
        return self.zh if lang.lower().startswith("zh") else self.en


class TaskLabel(_Model):
    """A label: `id` is what is stored, `key` what is pressed on the rater's page. `parent` is the id of the label above
    it in a tree; `help` is shown beside it."""

    id: str = pydantic.Field(min_length=1)
    zh: str
    en: str
    key: str | None = None
    help: Words | None = None
    parent: str | None = None

    @property
    def words(self) -> Words:
        return Words(zh=self.zh, en=self.en)


class Check(_Model):
    """A row whose label is known beforehand: whether a rater reads what is shown. `expected` is the label, or the
    number (from 0) of the option in `options`."""

    lang: str
    text: str
    expected: str
    title: str = ""
    context: str = ""
    options: tuple[str, ...] = ()


class Task(_Model):
    """What raters see and may say.

    `source` (`from` in the file): `framework` makes a label of each value of a framework's `level`, `options` of each
    option of the row; `labels` are those that stand beside them. `multi`: several labels of one row, or `none`;
    `rewrite`: a field for other words; `shuffle`: each rater sees the options in an order of its own.
    """

    id: str = pydantic.Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = pydantic.Field(ge=1)
    kind: TaskKind
    table: TaskTable
    title: Words
    instructions: Words
    purpose: Words
    consent: Words
    warning: Words
    labels: tuple[TaskLabel, ...] = ()
    source: Literal["framework", "options"] | None = pydantic.Field(default=None, alias="from")
    framework: str | None = None
    level: str | None = None
    multi: bool = False
    ordered: bool = False
    rewrite: bool = False
    shuffle: bool = False
    checks: tuple[Check, ...] = ()

    @pydantic.model_validator(mode="after")
    def _fits_together(self) -> Task:
        ids = [label.id for label in self.labels]
        keys = [label.key for label in self.labels if label.key is not None]
        if not self.labels and self.source is None:
            raise ValueError("labels are missing")
        if len(set(ids)) < len(ids):
            raise ValueError("two labels have the same id")
        if any("," in name or "|" in name or name.isspace() for name in ids):
            raise ValueError("the id of a label has no comma and no bar")
        if self.source == "options" and any(name.isdecimal() for name in ids):
            raise ValueError("the id of a label beside options is not a number")
        if self.multi and NOTHING in ids:
            raise ValueError("`none` is what is said where no label fits; it is no label")
        if len(set(keys)) < len(keys) or any(len(key) != 1 or key in RESERVED_KEYS for key in keys):
            raise ValueError("keys are single characters, each once, without u (undo) and s (skip)")
        if any(label.parent is not None and label.parent not in ids for label in self.labels):
            raise ValueError("the parent of a label is not among the labels")
        if self.multi and (self.source == "options" or self.ordered):
            raise ValueError("several labels of one row are neither options nor ordered")
        if self.ordered and self.source is not None:
            raise ValueError("only labels that stand in the file are ordered")
        for check in self.checks:
            if self.source != "framework" and check.expected not in self._said_of(range(len(check.options))):
                raise ValueError(f"what is expected of a check is no label: {check.expected}")
        return self

    @property
    def scale(self) -> Scale:
        if self.multi:
            return Scale.SETS
        return Scale.ORDINAL if self.ordered else Scale.NOMINAL

    @property
    def label_ids(self) -> tuple[str, ...]:
        """The labels of the file, or of the framework; not the options of a row."""
        return tuple(label.id for label in self.labels)

    def value_of(self, said: str, unit: Unit) -> str:
        """What is stored for a label: `said` as a label's id, an option's number in the row's own order, or ids with
        commas between them, brought into the task's order. Raises `InputError` where it is none of them."""
        plain = said.strip()
        if self.multi:
            return self._set_of(plain)
        if self.source == "options" and plain.isdecimal() and int(plain) in unit.shown:
            return str(int(plain))
        if plain in self.label_ids:
            return plain
        raise not_a_label(plain, self.known(unit))

    def _set_of(self, said: str) -> str:
        names = {name.strip() for name in said.split(",") if name.strip()}
        if names in (set(), {NOTHING}):
            if not said:
                raise not_a_label(said, (*self.label_ids, NOTHING))
            return NOTHING
        strange = sorted(names - set(self.label_ids))
        if strange:
            raise not_a_label(strange[0], (*self.label_ids, NOTHING))
        return ",".join(name for name in self.label_ids if name in names)

    def known(self, unit: Unit) -> tuple[str, ...]:
        """All that can be said of a row by itself."""
        return self._said_of(unit.shown)

    def _said_of(self, options: Sequence[int]) -> tuple[str, ...]:
        numbers = tuple(map(str, options)) if self.source == "options" else ()
        return (*numbers, *self.label_ids, *((NOTHING,) if self.multi else ()))

    def of_framework(self, framework: Framework, level: str | None = None, values: Sequence[str] | None = None) -> Task:
        """The task with the framework's values as labels: these `values`, or those of `level` (or the task's own, or
        all levels, as a tree). They keep the framework's order; the first nine without parents have the keys 1 to 9."""
        chosen = level or self.level
        on_level = framework.values if chosen is None else framework.values_at(chosen)
        listed = on_level if values is None else [framework.value(value) for value in in_order(framework, values)]
        there = {value.id for value in listed}
        taken = {label.key for label in self.labels}
        keys = iter([key for key in "123456789" if key not in taken])
        single = len({value.level for value in listed}) == 1
        labels = [
            TaskLabel(
                id=value.id,
                zh=framework.name(value.id, "zh"),
                en=framework.name(value.id, "en"),
                key=next(keys, None) if single else None,
                help=_definition(framework, value.id),
                parent=next((parent for parent in value.parents if parent in there), None),
            )
            for value in listed
        ]
        own = {"labels": (*labels, *self.labels), "source": None, "framework": framework.id, "level": chosen}
        return checked(Task, self.model_copy(update=own).content(), self.id)

    def content(self) -> dict[str, object]:
        """The whole task as plain data, as it stands in a file; `Task.model_validate` reads it back."""
        return self.model_dump(mode="json", by_alias=True)


def _definition(framework: Framework, value: str) -> Words | None:
    found = framework.value(value).definitions
    if not found:
        return None
    fallback = next(iter(found.values()))
    return Words(zh=found.get("zh", fallback), en=found.get("en", fallback))


def not_a_label(said: str, known: Sequence[str]) -> InputError:
    """The error for what is none of the labels `known`; of many it names the nearest."""
    what, mend = "{said!r} is not a label", "labels: {known}"
    named = known
    if len(known) > _MOST_NAMED:
        named = [*get_close_matches(said.casefold(), known, _MOST_NAMED, cutoff=0.3), "…"]
    return InputError(what, mend=mend, said=said, known=", ".join(named))


def shipped_tasks() -> tuple[str, ...]:
    """The ids of the tasks in the package."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in _TASKS.iterdir() if entry.name.endswith(".yaml")))


def load_task(name: str | Path) -> Task:
    """A shipped task by its id, or a file's. Raises `InputError` for neither, or a file that is no task."""
    path = Path(name)
    if str(name) in shipped_tasks():
        path = Path(str(_TASKS.joinpath(f"{name}.yaml")))
    elif path.suffix not in (".yaml", ".yml"):
        raise InputError(
            "there is no task {name!r}",
            mend="shipped: {known}; or a .yaml file",
            name=str(name),
            known=", ".join(shipped_tasks()),
        )
    content = read_yaml(path)
    if isinstance(content, dict):
        content = {**_standard(), **content}
    return checked(Task, content, path)


def _standard() -> dict[str, object]:
    """The texts that a task has where its file says nothing else."""
    found = read_yaml(Path(str(_DATA.joinpath("standard.yaml"))))
    assert isinstance(found, dict)
    return found
