from __future__ import annotations

import itertools
import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from axiometer.measure.design import (
    Design,
    Orders,
    nth_permutation,
    permutations,
    presentations,
    presentations_per_item,
    verdicts_per_answer,
)
from axiometer.records import Item, Mode
from axiometer.records.rows import WEIGHED

from .conftest import dilemma


def test_swap_puts_each_side_once_before_the_other() -> None:
    for number in range(50):
        item = dilemma(number)
        first, second = permutations(item, Orders.SWAP)
        before = [order.index(0) < order.index(1) for order in (first, second)]
        assert sorted(before) == [False, True]
        assert sorted(first) == sorted(second) == [0, 1, 2]


def test_every_permutation_is_about_equally_frequent_over_a_set() -> None:
    counts = Counter(permutations(dilemma(number), Orders.ONE)[0] for number in range(3_000))
    assert len(counts) == 6
    assert max(counts.values()) < 1.2 * min(counts.values())


def test_an_item_has_the_same_orders_in_every_language() -> None:
    for number in range(20):
        pair = f"p{number}"
        assert permutations(dilemma(number, "en", pair), Orders.SWAP) == permutations(
            dilemma(number, "zh", pair), Orders.SWAP
        )


def test_adding_items_changes_no_order_of_old_ones() -> None:
    old = [dilemma(number) for number in range(10)]
    more = [dilemma(number) for number in range(20)]
    design = Design(orders=Orders.ONE)
    assert [p.order for p in presentations(old, design)] == [p.order for p in presentations(more, design)][:10]


@given(st.integers(1, 5), st.integers(0, 10_000))
def test_nth_permutation_counts_through_all_permutations_in_order(count: int, index: int) -> None:
    index %= math.factorial(count)
    assert nth_permutation(count, index) == list(itertools.permutations(range(count)))[index]


@given(
    mode=st.sampled_from(list(Mode)),
    orders=st.sampled_from(list(Orders)),
    wordings=st.integers(1, 3),
    repeats=st.integers(1, 3),
    count=st.integers(0, 5),
)
def test_the_plan_has_as_many_presentations_as_foretold(
    mode: Mode, orders: Orders, wordings: int, repeats: int, count: int
) -> None:
    repeats = 1 if mode in WEIGHED else repeats
    free = mode in (Mode.JUDGED, Mode.OPEN)
    orders = Orders.SWAP if free and orders is Orders.ALL else orders
    design = Design(mode, orders, wordings, repeats)
    items: list[Item] = [dilemma(number) for number in range(count)]
    plan = list(presentations(items, design))
    rows_each = verdicts_per_answer(design) if free else 1
    assert len(plan) * rows_each == count * presentations_per_item(3, 2, design)
    assert [presentation.seq for presentation in plan] == list(range(len(plan)))
    shown = {(p.item.id, p.order, p.wording, p.repeat, p.shown, p.negated) for p in plan}
    assert len(shown) == len(plan)


def test_agree_mode_shows_each_side_alone_in_both_polarities() -> None:
    plan = list(presentations([dilemma(1)], Design(mode=Mode.AGREE)))
    assert [(p.shown, p.negated) for p in plan] == [(0, False), (0, True), (1, False), (1, True)]
