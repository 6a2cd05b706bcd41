"""Which side of an item a target chooses."""

from __future__ import annotations

import pytest
from tests.align.items import statement

from axiometer.align.targets import Sides, Target, checked_targets, sides_for, targets_in
from axiometer.errors import InputError
from axiometer.records.importers.starter_news import news_items
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item


def _two_sets(*, swapped: bool = False) -> Item:
    a = Option("a", expresses=(Expression(ExpressionKind.POSITION, "A", 1),))
    b = Option("b", expresses=(Expression(ExpressionKind.POSITION, "B", 1),))
    sides = (b, a) if swapped else (a, b)
    return make_item(
        kind=ItemKind.THEME,
        lang="en",
        prompt="Which?",
        options=(Option("neither", Role.DISTRACTOR), *sides),
        clusters=(),
        source="test",
    )


def test_the_statement_is_chosen_and_its_reverse_rejected() -> None:
    item = statement(1)
    assert sides_for(item, Target("north news")) == Sides(0, 1)
    assert sides_for(item, Target("north news", -1)) == Sides(1, 0)
    assert sides_for(item, Target("north news").reversed) == Sides(1, 0)


def test_sets_against_each_other_are_told_by_the_option_not_by_its_place() -> None:
    assert sides_for(_two_sets(), Target("A")) == Sides(1, 2)
    assert sides_for(_two_sets(swapped=True), Target("A")) == Sides(2, 1)
    assert sides_for(_two_sets(), Target("A", -1)) == Sides(2, 1)


def test_an_item_that_says_nothing_of_a_target_teaches_nothing() -> None:
    assert sides_for(statement(1), Target("south news")) is None


def test_positions_are_counted_by_items() -> None:
    counts = targets_in(news_items(("uk",)))
    assert counts["uk news"] > 40
    assert sum(counts.values()) == len(news_items(("uk",)))


def test_an_unknown_target_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError, match=r"positions there: north news"):
        checked_targets(["nowhere"], 1, [statement(1)])
    with pytest.raises(InputError, match="no target"):
        checked_targets([], 1, [statement(1)])
    with pytest.raises(InputError, match="toward"):
        checked_targets(["north news"], 2, [statement(1)])
