"""What is asked how often and in which order: pure, and the same on every machine."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from axiometer.errors import InputError, Refused
from axiometer.records.rows import Item, Mode, Role

LETTERS = "ABCDEFGH"


class Orders(StrEnum):
    """`one`: one permutation per item, drawn by hash; `swap`: that permutation and its reverse, so that each side
    stands once before the other; `all`: every permutation."""

    ONE = "one"
    SWAP = "swap"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Design:
    """How items are put to a respondent. `langs` None takes every language."""

    mode: Mode = Mode.CHOICE
    orders: Orders = Orders.SWAP
    wordings: int = 1
    repeats: int = 1
    langs: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.wordings < 1 or self.repeats < 1:
            raise InputError("--wordings and --repeats must be at least 1")
        if self.mode is Mode.LOGPROB and self.repeats > 1:
            raise Refused("--repeats above 1 has no meaning with --mode logprob: probabilities do not vary by draw")


@dataclass(frozen=True, slots=True)
class Presentation:
    """One item, put once. `order[slot]` is the index of the option at that slot; `wording` counts from 1. In agree
    mode `shown` is the one option put forward and `negated` says that its denial is."""

    seq: int
    item: Item
    order: tuple[int, ...]
    wording: int
    repeat: int
    shown: int | None = None
    negated: bool = False


def presentations(items: Iterable[Item], design: Design) -> Iterator[Presentation]:
    """Every presentation of `items` under `design`, numbered in order: by item, wording, order, repeat."""
    seq = 0
    for item in items:
        for wording, (order, shown, negated), repeat in itertools.product(
            range(1, design.wordings + 1), arrangements(item, design), range(design.repeats)
        ):
            yield Presentation(seq, item, order, wording, repeat, shown, negated)
            seq += 1


def arrangements(item: Item, design: Design) -> list[tuple[tuple[int, ...], int | None, bool]]:
    """(order, shown, negated) of each way in which `item` is put."""
    if design.mode is Mode.AGREE:
        sides = [index for index, option in enumerate(item.options) if option.role is Role.SIDE]
        return [((side,), side, negated) for side in sides for negated in (False, True)]
    return [(order, None, False) for order in permutations(item, design.orders)]


def permutations(item: Item, orders: Orders) -> list[tuple[int, ...]]:
    """The orders in which the options of `item` are shown.

    The first permutation is drawn by a hash of the item (of `parallel_id`, so that an item has the same orders in every
    language): over a set, every permutation is about equally frequent, and adding items changes nothing for old ones.
    """
    count = len(item.options)
    if orders is Orders.ALL:
        return list(itertools.permutations(range(count)))
    digest = blake2b((item.parallel_id or item.id).encode(), digest_size=8).digest()
    first = nth_permutation(count, int.from_bytes(digest, "big") % math.factorial(count))
    return [first] if orders is Orders.ONE or count < 2 else [first, first[::-1]]


def nth_permutation(count: int, index: int) -> tuple[int, ...]:
    """The `index`-th permutation of range(count) in lexicographic order (Lehmer code)."""
    left = list(range(count))
    picked = []
    for place in range(count, 0, -1):
        position, index = divmod(index, math.factorial(place - 1))
        picked.append(left.pop(position))
    return tuple(picked)


def presentations_per_item(options: int, sides: int, design: Design) -> int:
    """How many presentations an item with that many options and sides gets."""
    if design.mode is Mode.AGREE:
        ways = 2 * sides
    elif design.orders is Orders.ALL:
        ways = math.factorial(options)
    else:
        ways = 2 if design.orders is Orders.SWAP and options > 1 else 1
    return ways * design.wordings * design.repeats
