"""What a rater's page shows of a row: pure functions of the task, the row and what stands for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final

from axiometer.annotate.project import Project
from axiometer.annotate.store import Kept
from axiometer.annotate.tasks import NOTHING, RESERVED_KEYS, Task, TaskKind, TaskLabel
from axiometer.annotate.units import Assignment, Unit
from axiometer.web.words import Words

REASONS: Final = {
    "unclear": "I do not understand it",
    "distressing": "too distressing",
    "other": "another reason",
}
"""What raters may say of a row that they pass over (`annotate.store.SKIP_REASONS`), in words for a page."""

REWRITTEN: Final = "-1"
"""The label of the kind `rule` that other words belong to."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A label as a rater sees it. `keys`: what may be pressed for it, the first is shown; `depth`: how far down a tree;
    `chosen`: whether it is what stands; `wants_text`: whether other words belong to it."""

    value: str
    text: str
    keys: tuple[str, ...]
    help: str = ""
    depth: int = 0
    chosen: bool = False
    wants_text: bool = False
    is_option: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One row on a rater's page. `place` counts from 1. `seen`: the number of the event that stands for it, 0 for
    none; `last`: that of the rater's latest, which an undo from this page takes back."""

    unit: Unit
    place: int
    of: int
    done: int
    choices: tuple[Choice, ...]
    nothing: Choice | None
    multi: bool
    takes_text: bool
    rewrite: str
    skipped: bool
    reason: str | None
    seen: int
    last: int


@dataclass(frozen=True, slots=True)
class Account:
    """How far a rater is."""

    of: int
    labelled: int
    skipped: int

    @property
    def left(self) -> int:
        return self.of - self.labelled - self.skipped


def account_of(assigned: Sequence[Assignment], standing: Mapping[str, Kept]) -> Account:
    units = {row.unit for row in assigned}
    kept = [entry for unit, entry in standing.items() if unit in units]
    skipped = sum(entry.skipped for entry in kept)
    return Account(len(assigned), len(kept) - skipped, skipped)


def shown_row(project: Project, assignment: Assignment, standing: Mapping[str, Kept], words: Words) -> Shown:
    """One row for one rater, its options in that rater's order."""
    task, unit = project.task, project.units[assignment.unit]
    assigned = project.assignments[assignment.rater]
    kept = standing.get(unit.id)
    value = None if kept is None else kept.value
    account = account_of(assigned, standing)
    return Shown(
        unit=unit,
        place=assigned.index(assignment) + 1,
        of=account.of,
        done=account.labelled + account.skipped,
        choices=choices_of(task, unit, assignment.order, value, words.lang),
        nothing=Choice(NOTHING, words("None of these"), ("0",), chosen=value == NOTHING) if task.multi else None,
        multi=task.multi,
        takes_text=task.rewrite,
        rewrite="" if kept is None else kept.rewrite or "",
        skipped=kept is not None and kept.skipped,
        reason=None if kept is None else kept.reason,
        seen=0 if kept is None else kept.seq,
        last=latest_of(standing),
    )


def latest_of(standing: Mapping[str, Kept]) -> int:
    """The number of a rater's latest label or skip that stands, 0 for none."""
    return max((kept.seq for kept in standing.values()), default=0)


def choices_of(task: Task, unit: Unit, order: Sequence[int], value: str | None, lang: str) -> tuple[Choice, ...]:
    """The options in the order given, then the labels of the task."""
    chosen = set() if value is None else set(value.split(",")) if task.multi else {value}
    taken = {label.key for label in task.labels if label.key is not None}
    found = []
    if task.source == "options":
        keys = _option_keys(len(order), taken)
        found = [
            Choice(str(option), unit.options[option], keys[slot], chosen=str(option) in chosen, is_option=True)
            for slot, option in enumerate(order)
        ]
    parents = {label.id: label.parent for label in task.labels}
    for label in _as_tree(task.labels):
        found.append(
            Choice(
                value=label.id,
                text=label.words.said(lang),
                keys=(label.key.lower(),) if label.key is not None else (),
                help="" if label.help is None else label.help.said(lang),
                depth=_depth(label.id, parents),
                chosen=label.id in chosen,
                wants_text=task.rewrite and task.kind is TaskKind.RULE and label.id == REWRITTEN,
            )
        )
    return tuple(found)


def _option_keys(slots: int, taken: set[str]) -> list[tuple[str, ...]]:
    """1 to 9 for options, and a, b, c ... too where no label has one of these letters."""
    letters = ascii_lowercase[:slots]
    spelt = slots <= len(ascii_lowercase) and not (set(letters) & (taken | RESERVED_KEYS))
    return [
        tuple(
            key
            for key in (str(slot + 1) if slot < 9 else "", letters[slot] if spelt else "")
            if key and key not in taken
        )
        for slot in range(slots)
    ]


def _as_tree(labels: Sequence[TaskLabel]) -> list[TaskLabel]:
    """Each label below the one above it, siblings in the task's order."""
    below: dict[str | None, list[TaskLabel]] = {}
    for label in labels:
        below.setdefault(label.parent, []).append(label)
    found: list[TaskLabel] = []
    open_ = list(reversed(below.get(None, [])))
    while open_:
        label = open_.pop()
        found.append(label)
        open_.extend(reversed(below.pop(label.id, [])))
    return [*found, *(label for rest in below.values() for label in rest if label not in found)]  # parents in a circle


def _depth(label: str, parents: Mapping[str, str | None]) -> int:
    depth, above = 0, parents.get(label)
    while above is not None and depth < 8:
        depth, above = depth + 1, parents.get(above)
    return depth


def said_of(value: str, task: Task, unit: Unit, lang: str) -> str:
    """A stored value in a reader's words."""
    if value == NOTHING and task.multi:
        return Words(lang)("None of these")
    names = {label.id: label.words.said(lang) for label in task.labels}
    if task.source == "options":
        names |= {str(number): option for number, option in enumerate(unit.options)}
    return "; ".join(names.get(part, part) for part in (value.split(",") if task.multi else [value]))
