"""What is asked how often and in which order: pure, and the same on every machine."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from axiometer.errors import InputError, Refused
from axiometer.records.rows import FREELY, WEIGHED, Item, Mode, Role

LETTERS = "ABCDEFGH"


class Orders(StrEnum):
    """`one`: one permutation per item, drawn by hash; `swap`: that permutation and its reverse, so that each side
    stands once before the other; `all`: every permutation."""

    ONE = "one"
    SWAP = "swap"
    ALL = "all"


FREE_TOKENS = 400
"""What a free answer may have, where neither the user nor models.yaml allows another length: about 300 English words,
where two or three sentences are asked for."""

BARE_TOKENS = 2_000
"""The same in mode `free`, where a question stands alone and nobody asks for a short answer."""


@dataclass(frozen=True, slots=True)
class Design:
    """How items are put to a respondent. `langs` None takes every language. Where answers are judged, `orders` are
    those in which the judge sees the options; in mode `free` nobody sees any, and they are `one`. `free_tokens` is what
    a free answer may have (None: `FREE_TOKENS` or `BARE_TOKENS`, or what the respondent is allowed anyway, if that is
    more)."""

    mode: Mode = Mode.CHOICE
    orders: Orders = Orders.SWAP
    wordings: int = 1
    repeats: int = 1
    langs: tuple[str, ...] | None = None
    free_tokens: int | None = None

    def __post_init__(self) -> None:
        if self.wordings < 1 or self.repeats < 1:
            raise InputError("--wordings and --repeats must be at least 1")
        if self.mode in WEIGHED and self.repeats > 1:
            said = "--repeats above 1 has no meaning with --mode {mode}: probabilities do not vary by draw"
            raise Refused(said, mode=self.mode)
        if self.is_judged and self.orders is Orders.ALL:
            raise Refused("--orders all has no meaning with --mode {mode}: a judge sees both orders", mode=self.mode)
        if self.mode is Mode.FREE:  # so that what has no effect makes no other run
            object.__setattr__(self, "orders", Orders.ONE)

    @property
    def is_free(self) -> bool:
        """Whether respondents answer freely: their words go to `free/`."""
        return self.mode in FREELY

    @property
    def is_judged(self) -> bool:
        """Whether a judge reads what respondents said freely."""
        return self.mode in (Mode.JUDGED, Mode.OPEN)


@dataclass(frozen=True, slots=True)
class Presentation:
    """One item, put once. `order[slot]` is the index of the option at that slot; `wording` counts from 1. In agree
    mode `shown` is the one option put forward and `negated` says that its denial is. Where the answer is free no option
    is shown, and `order` is empty."""

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
    if design.is_free:
        return [((), None, False)]
    if design.mode is Mode.AGREE:
        return [((side,), side, negated) for side in sides_of(item) for negated in (False, True)]
    if design.mode is Mode.LIKELIHOOD:  # no option is shown, so there is nothing to swap
        return [(order, None, False) for order in permutations(item, Orders.ONE)]
    return [(order, None, False) for order in permutations(item, design.orders)]


def sides_of(item: Item) -> list[int]:
    """The indices of the options that are sides."""
    return [index for index, option in enumerate(item.options) if option.role is Role.SIDE]


def permutations(item: Item, orders: Orders) -> list[tuple[int, ...]]:
    """The orders in which the options of `item` are shown."""
    return _orders_of(item, range(len(item.options)), orders)


def judge_orders(item: Item, design: Design) -> list[tuple[int, ...]]:
    """The orders in which a judge sees the sides of `item`: distractors are not shown to it."""
    return _orders_of(item, sides_of(item), design.orders)


def verdicts_per_answer(design: Design) -> int:
    """How many rows a free answer gives: one for each order in which it is judged; itself where it is not."""
    return 2 if design.orders is Orders.SWAP else 1


def _orders_of(item: Item, options: Sequence[int], orders: Orders) -> list[tuple[int, ...]]:
    """Orders of some of the options.

    The first permutation is drawn by a hash of the item (of `parallel_id`, so that an item has the same orders in every
    language): over a set, every permutation is about equally frequent, and adding items changes nothing for old ones.
    """
    count = len(options)
    if orders is Orders.ALL:
        return list(itertools.permutations(options))
    digest = blake2b((item.parallel_id or item.id).encode(), digest_size=8).digest()
    drawn = nth_permutation(count, int.from_bytes(digest, "big") % math.factorial(count))
    first = tuple(options[place] for place in drawn)
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
    """How many presentations an item with that many options and sides gets: rows of the answers table."""
    if design.is_free:
        ways = verdicts_per_answer(design)
    elif design.mode is Mode.AGREE:
        ways = 2 * sides
    elif design.mode is Mode.LIKELIHOOD:
        ways = 1
    elif design.orders is Orders.ALL:
        ways = math.factorial(options)
    else:
        ways = 2 if design.orders is Orders.SWAP and options > 1 else 1
    return ways * design.wordings * design.repeats
