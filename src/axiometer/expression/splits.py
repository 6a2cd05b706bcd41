"""Which texts train, which choose thresholds, and which are only looked at: no text stands on two sides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from axiometer.errors import InputError
from axiometer.expression.labelled import Labelled
from axiometer.models.draws import uniform

AUTHORS_TRAIN: Final = 3_500
AUTHORS_VALIDATION: Final = 1_000


class SplitKind(StrEnum):
    """`authors`: by order, 3,500 and 1,000, the rest test (as ValueCSV was published); `random`: 70, 15 and 15 %;
    `grouped`: the same with texts of one group kept together."""

    AUTHORS = "authors"
    RANDOM = "random"
    GROUPED = "grouped"


@dataclass(frozen=True, slots=True)
class Split:
    """Places in `Labelled`. `moved`: texts left out of training because the same words are validated or tested on."""

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    moved: tuple[int, ...] = ()


def split(data: Labelled, kind: SplitKind, seed: int = 0) -> Split:
    """The split, the same for equal texts and seed. Raises `InputError` where a side would be empty."""
    if kind is SplitKind.AUTHORS:
        sides = [
            min(2, (place >= AUTHORS_TRAIN) + (place >= AUTHORS_TRAIN + AUTHORS_VALIDATION))
            for place in range(len(data))
        ]
    else:
        if kind is SplitKind.GROUPED and data.groups is None:
            raise InputError("no column says which texts belong together", file=data.file, mend="call it `group`")
        units = data.groups if kind is SplitKind.GROUPED and data.groups is not None else data.texts
        sides = [_side(uniform(seed, "split", unit)) for unit in units]
    return _without_leaks(data, sides)


def _side(draw: float) -> int:
    return 0 if draw < 0.7 else 1 if draw < 0.85 else 2


def _without_leaks(data: Labelled, sides: list[int]) -> Split:
    """Texts that stand on a later side too are taken from the earlier ones."""
    last: dict[str, int] = {}
    for text, side in zip(data.texts, sides, strict=True):
        last[text] = max(side, last.get(text, 0))
    kept: list[list[int]] = [[], [], []]
    moved = []
    for place, (text, side) in enumerate(zip(data.texts, sides, strict=True)):
        if last[text] == side:
            kept[side].append(place)
        else:
            moved.append(place)
    if not kept[0] or not kept[1]:
        raise InputError("too few texts to train and to validate: {n}", file=data.file, n=len(data))
    return Split(tuple(kept[0]), tuple(kept[1]), tuple(kept[2]), tuple(moved))
