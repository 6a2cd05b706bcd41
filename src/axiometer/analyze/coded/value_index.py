"""What can be tallied: levels of values, and pseudo-levels for positions and rules, with every target's ancestors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from axiometer.errors import InputError
from axiometer.records import ExpressionKind


class LevelLike(Protocol):
    @property
    def id(self) -> str: ...


class ValueLike(Protocol):
    @property
    def id(self) -> str: ...


class FrameworkLike(Protocol):
    """What an analysis asks of a framework (`frameworks.Framework` fits). Levels run from the top to the bottom."""

    @property
    def levels(self) -> Sequence[LevelLike]: ...

    def values_at(self, level: str) -> Iterable[ValueLike]: ...

    def ancestors_at(self, value_id: str, level: str) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Level:
    """One level to tally at. `targets` are its values in the framework's order; `above[t]` are the targets of this
    level that an expression of `t` counts for (itself, or its ancestors here)."""

    name: str
    kind: ExpressionKind
    framework: str | None
    targets: tuple[str, ...]
    above: Mapping[str, tuple[str, ...]]


def levels_of(
    targets: Mapping[tuple[ExpressionKind, str | None], Sequence[str]], frameworks: Mapping[str, FrameworkLike]
) -> tuple[Level, ...]:
    """The levels that options speak of, top to bottom, values before positions before rules. `targets`: all that some
    option expresses, by kind and (for values) the framework of its item.

    With several frameworks in one set a level is named `framework:level`. Raises `InputError` for a framework that was
    not given or a value that it does not have.
    """
    owners = sorted(owner for kind, owner in targets if kind is ExpressionKind.VALUE and owner is not None)
    found: list[Level] = []
    for owner in owners:
        if owner not in frameworks:
            raise InputError(f"the items belong to framework {owner!r}, which was not given", mend="load it first")
        prefix = f"{owner}:" if len(owners) > 1 else ""
        found.extend(_framework_levels(owner, frameworks[owner], targets[ExpressionKind.VALUE, owner], prefix))
    for kind in ExpressionKind:
        flat = tuple(sorted(targets.get((kind, None), ())))
        if flat:
            found.append(Level(kind.value, kind, None, flat, {target: (target,) for target in flat}))
    return tuple(found)


def _framework_levels(owner: str, framework: FrameworkLike, targets: Iterable[str], prefix: str) -> Iterable[Level]:
    listed = list(targets)
    placed: set[str] = set()
    levels = []
    for level in framework.levels:
        here = [value.id for value in framework.values_at(level.id)]
        above = {target: found for target in listed if (found := tuple(framework.ancestors_at(target, level.id)))}
        placed.update(above)
        used = {ancestor for ancestors in above.values() for ancestor in ancestors}
        kept = tuple(value for value in here if value in used)
        if kept:
            levels.append(Level(prefix + level.id, ExpressionKind.VALUE, owner, kept, above))
    lost = [target for target in listed if target not in placed]
    if lost:
        raise InputError(f"framework {owner!r} has no value {lost[0]!r}")
    return levels
