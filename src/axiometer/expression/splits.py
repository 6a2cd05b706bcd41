"""Which texts train, which choose thresholds, and which are only looked at: no text stands on two sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from axiometer.errors import InputError
from axiometer.models.draws import uniform

if TYPE_CHECKING:
    from axiometer.expression.labelled import Labelled

AUTHORS_TRAIN: Final = 3_500
AUTHORS_VALIDATION: Final = 1_000
TRAIN_SHARE: Final = 0.7
VALIDATION_SHARE: Final = 0.15


class SplitKind(StrEnum):
    """`authors`: by order, 3,500 and 1,000, the rest test (as ValueCSV was published); `random`: 70, 15 and 15 %;
    `grouped`: the same with texts of one group kept together."""

    AUTHORS = "authors"
    RANDOM = "random"
    GROUPED = "grouped"


@dataclass(frozen=True, slots=True)
class Split:
    """Places in `Labelled`. `moved`: texts left out because they, or near-copies of them, stand on a later side."""

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    moved: tuple[int, ...] = ()


def split(data: Labelled, kind: SplitKind, seed: int = 0) -> Split:
    """The split, the same for equal texts and seed. Copies go to one side. Raises `InputError` where a side would be
    empty."""
    if kind is SplitKind.AUTHORS:
        sides = [
            min(2, (place >= AUTHORS_TRAIN) + (place >= AUTHORS_TRAIN + AUTHORS_VALIDATION))
            for place in range(len(data))
        ]
    elif kind is SplitKind.RANDOM:
        sides = [_side(uniform(seed, "split", unit)) for unit in data.units]
    elif data.groups is not None:
        sides = [_side(uniform(seed, "split", group)) for group in data.groups]
    else:
        raise InputError("no column says which texts belong together", file=data.file, mend="call it `group`")
    return _without_leaks(data, sides)


def _side(draw: float) -> int:
    return 0 if draw < TRAIN_SHARE else 1 if draw < TRAIN_SHARE + VALIDATION_SHARE else 2


def _without_leaks(data: Labelled, sides: Sequence[int]) -> Split:
    """Texts that stand on a later side too are taken from the earlier ones."""
    last: dict[str, int] = {}
    for unit, side in zip(data.units, sides, strict=True):
        last[unit] = max(side, last.get(unit, 0))
    kept: list[list[int]] = [[], [], []]
    moved = []
    for place, (unit, side) in enumerate(zip(data.units, sides, strict=True)):
        if last[unit] == side:
            kept[side].append(place)
        else:
            moved.append(place)
    if not kept[0] or not kept[1]:
        raise InputError(
            "too few texts to train and to validate: {n}",
            file=data.file,
            mend="the authors' split is for the published file; --split random fits any",
            n=len(data),
        )
    return Split(tuple(kept[0]), tuple(kept[1]), tuple(kept[2]), tuple(moved))
