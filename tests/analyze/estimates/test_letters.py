"""The same letter: counted on common presentations, with what chance alone would give."""

from __future__ import annotations

import numpy as np
import pytest

from axiometer.analyze import AnalysisOptions
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.presentations import presentations_of
from axiometer.analyze.estimates.letters import letters
from axiometer.records import Item, to_frame

FEW = AnalysisOptions(resamples=100)


def found(items, answers, kit) -> dict[str, object]:
    catalogue = catalogue_of(to_frame(items, Item), {})
    (row,) = letters(list(presentations_of(kit.frame(answers), catalogue)), catalogue, FEW).rows(named=True)
    return row


def items_of(kit, count: int) -> list[Item]:
    sides = [kit.option("one", "a"), kit.option("two", "b")]
    return [kit.dilemma(f"d{i}", sides, clusters=(f"r{i}",)) for i in range(count)]


def test_the_same_letter_is_counted_where_both_saw_the_same_order(kit):
    items = items_of(kit, 5)
    orders = [(0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 1, 2), (0, 1, 2)]
    of_m, of_n = [0, 1, 0, 1, 2], [0, 2, 0, 0, 2]
    answers = [
        kit.answer(model, item, order, chosen)
        for model, options in (("m", of_m), ("n", of_n))
        for item, order, chosen in zip(items, orders, options, strict=True)
    ]
    # letters: m A A B B C, n A B B A C
    row = found(items, answers, kit)
    assert (row["model_a"], row["model_b"], row["n"], row["n_items"]) == ("m", "n", 5, 5)
    assert row["same"] == pytest.approx(3 / 5)
    assert row["by_chance"] == pytest.approx((2 / 5) * (2 / 5) + (2 / 5) * (2 / 5) + (1 / 5) * (1 / 5))
    assert row["interval"] is None and row["why_not"] == "5 sources, fewer than 20"


def test_presentations_that_only_one_saw_or_answered_do_not_count(kit):
    items = items_of(kit, 3)
    answers = [kit.answer("m", item, order, 0) for item in items for order in ((0, 1, 2), (2, 1, 0))]
    answers += [kit.answer("n", items[0], (0, 1, 2), 0), kit.answer("n", items[1], (1, 0, 2), 0)]
    row = found(items, answers, kit)
    assert (row["n"], row["n_items"], row["same"]) == (1, 1, 1.0)


def test_two_that_only_look_at_the_place_give_the_same_letter_always_and_chance_says_so(kit, eight):
    items = kit.dilemmas(eight, 3, 6)
    always_first = {"sure": True, "slot": (50.0, 0.0, -50.0)}
    answers = [a for name in "mn" for a in kit.Respondent(name=name, **always_first).answers(items, orders=1)]
    row = found(items, answers, kit)
    assert row["same"] == 1.0 and row["low"] is None and row["why_not"] is not None
    assert row["by_chance"] > 0.5  # the third option may stand first, so not always A


def test_answers_drawn_independently_agree_beyond_what_letters_alone_would_give(kit, eight):
    items = kit.dilemmas(eight, 20, 8)
    generator = np.random.default_rng(3)
    answers = []
    for item in items:
        order = generator.permutation(3)
        answers += [kit.answer(model, item, order, int(generator.integers(2))) for model in "mn"]
    row = found(items, answers, kit)
    assert row["low"] < row["same"] < row["high"] and row["n"] == len(items)
    assert row["same"] == pytest.approx(0.5, abs=0.06)  # two sides by lot, the third option never
    assert row["by_chance"] == pytest.approx(1 / 3, abs=0.03)  # letters alone do not know the third option
