"""What preference data is to teach: one side of items over the other, by the position that they express."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from axiometer.errors import InputError
from axiometer.records.rows import ExpressionKind, Item, Option, Role

_KINDS = (ExpressionKind.POSITION, ExpressionKind.VALUE)


@dataclass(frozen=True, slots=True)
class Target:
    """A position (or value) that options express, and which side of it is to be chosen: +1 the one that expresses it,
    -1 the one against it."""

    name: str
    toward: int = 1

    @property
    def reversed(self) -> Target:
        return Target(self.name, -self.toward)

    @property
    def words(self) -> str:
        """`uk news`, or `against uk news`."""
        return self.name if self.toward > 0 else f"against {self.name}"


@dataclass(frozen=True, slots=True)
class Sides:
    """Indices of the options of an item that are chosen and rejected for a target."""

    chosen: int
    rejected: int


def sides_for(item: Item, target: Target) -> Sides | None:
    """Which side a target chooses and which it rejects; None where the item does not set the one against the other.

    A side against the target is one that opposes it, or, where none does, one that says nothing of it (two sets of
    rules against each other).
    """
    stances = [None if option.role is not Role.SIDE else _stance(option, target.name) for option in item.options]
    wanted = [index for index, stance in enumerate(stances) if stance == target.toward]
    against = [index for index, stance in enumerate(stances) if stance == -target.toward]
    silent = [index for index, stance in enumerate(stances) if stance == 0]
    if not item.mapped or len(wanted) > 1 or len(against) > 1:
        return None
    if wanted and against:
        return Sides(wanted[0], against[0])
    if len(silent) == 1 and len(wanted) + len(against) == 1:
        return Sides(wanted[0], silent[0]) if wanted else Sides(silent[0], against[0])
    return None


def targets_in(items: Sequence[Item]) -> Counter[str]:
    """How many items could teach each position or value."""
    return Counter(name for item in items for name in sorted(_named(item)) if sides_for(item, Target(name)) is not None)


def checked_targets(names: Sequence[str], toward: int, items: Sequence[Item]) -> tuple[Target, ...]:
    """The targets of these names. Raises `InputError` where there is none, or one that no item could teach."""
    known = targets_in(items)
    some = "; ".join(name for name, _ in known.most_common(6)) or "none"
    if not names:
        raise InputError("no target", mend="name one with --target: {known}", known=some)
    if toward not in (1, -1):
        raise InputError("--toward must be +1 or -1")
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise InputError("the target {name!r} is named twice", name=twice[0])
    for name in names:
        if name not in known:
            raise InputError(
                "no item sets {name!r} against something", mend="positions there: {known}", name=name, known=some
            )
    return tuple(Target(name, toward) for name in names)


def _stance(option: Option, name: str) -> int:
    said = {each.polarity for each in option.expresses if each.kind in _KINDS and each.target == name}
    return said.pop() if len(said) == 1 else 0


def _named(item: Item) -> set[str]:
    return {each.target for option in item.options for each in option.expresses if each.kind in _KINDS}
