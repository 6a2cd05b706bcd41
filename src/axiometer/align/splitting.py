"""Items into training, validation and held-out parts so that nothing leaks from one into another.

Items belong together where they share a cluster (an issue group, a rule, a source), a `parallel_id` (translations) or a
question: connected components of that graph are split, never items. Components are taken in an order that is a hash of
the seed and of what they share, so that the split is the same on every machine and in every order of the table.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from axiometer.errors import InputError
from axiometer.records.rows import Item

ENOUGH = 20
"""Held-out groups below which no interval is given (`AnalysisOptions.min_sources`)."""

HIDDEN = frozenset({"blind", "origin"})
"""Forms of an item (`meta["form"]`) in which the question is not shown: they are no preferences about anything."""


class Part(StrEnum):
    TRAIN = "train"
    VALIDATION = "validation"
    HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True)
class Group:
    """Items that share something: `name` is the least of their ids, `members` their places in the table."""

    name: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of the items that are validated with and held out; the rest is trained on."""

    validation: float = 0.1
    held_out: float = 0.3

    def __post_init__(self) -> None:
        if not (0 <= self.validation < 1 and 0 < self.held_out < 1 and self.validation + self.held_out < 1):
            raise InputError("--validation and --held-out must be shares that leave something to train on")


def groups_of(items: Sequence[Item]) -> list[Group]:
    """The connected components of items, in the order of their names."""
    above = list(range(len(items)))

    def root(node: int) -> int:
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    first: dict[str, int] = {}
    for place, item in enumerate(items):
        for tie in _ties(item):
            above[root(place)] = root(first.setdefault(tie, place))
    members: dict[int, list[int]] = {}
    for place in range(len(items)):
        members.setdefault(root(place), []).append(place)
    groups = [Group(min(items[place].id for place in places), tuple(places)) for places in members.values()]
    return sorted(groups, key=lambda group: group.name)


def split(groups: Sequence[Group], shares: Shares, seed: int) -> dict[Part, list[Group]]:
    """The groups of each part. Held-out and validation are filled up to their share of the items, in the drawn order;
    a group that would go beyond is passed over. Raises `InputError` where a part would be empty."""
    total = sum(len(group.members) for group in groups)
    left = sorted(groups, key=lambda group: blake2b(f"{seed}/{group.name}".encode(), digest_size=16).digest())
    parts: dict[Part, list[Group]] = {}
    for part, share in ((Part.HELD_OUT, shares.held_out), (Part.VALIDATION, shares.validation)):
        taken, size = [], 0
        for group in left:
            if size + len(group.members) <= max(share * total, 1 if share else 0):
                taken.append(group)
                size += len(group.members)
        parts[part] = taken
        names = {group.name for group in taken}
        left = [group for group in left if group.name not in names]
    parts[Part.TRAIN] = left
    if not parts[Part.TRAIN] or not parts[Part.HELD_OUT]:
        raise InputError(
            "{n} items in {groups} groups that share nothing: too few groups to hold some out",
            mend="give more items, or items whose clusters are smaller",
            n=total,
            groups=len(groups),
        )
    return parts


def _ties(item: Item) -> Iterator[str]:
    """What items may share. Clusters and parallel ids are names; questions are compared without case and width, but
    where the question is hidden (forms of `build statements`) the prompt is the same for all and ties nothing."""
    yield from (f"cluster {name}" for name in item.clusters)
    if item.parallel_id is not None:
        yield f"parallel {item.parallel_id}"
    if item.meta.get("form") in HIDDEN:
        return
    folded = unicodedata.normalize("NFKC", item.prompt).casefold()
    yield f"prompt {''.join(character for character in folded if character.isalnum())}"
