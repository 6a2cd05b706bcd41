"""Items are split so that nothing that two of them share stands in two parts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.align.items import statement

from axiometer.align.splitting import Part, Shares, groups_of, split
from axiometer.errors import InputError
from axiometer.records.importers.starter_news import news_items, planted_items
from axiometer.records.rows import Item


def _ties(item: Item) -> set[str]:
    return {*item.clusters, *([item.parallel_id] if item.parallel_id else []), item.prompt}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), max_size=3), min_size=6, max_size=40), st.integers(0, 5))
def test_parts_share_nothing(ties: list[list[int]], seed: int) -> None:
    items = [statement(number, *(f"c{tie}" for tie in own)) for number, own in enumerate(ties)]
    groups = groups_of(items)
    assert sorted(place for group in groups for place in group.members) == list(range(len(items)))
    try:
        parts = split(groups, Shares(), seed)
    except InputError as error:
        assert "too few groups" in str(error)
        return
    shared = {
        part: {tie for group in own for i in group.members for tie in _ties(items[i])} for part, own in parts.items()
    }
    assert not shared[Part.TRAIN] & shared[Part.HELD_OUT]
    assert not shared[Part.TRAIN] & shared[Part.VALIDATION]
    assert not shared[Part.VALIDATION] & shared[Part.HELD_OUT]


def test_ties_reach_through_others() -> None:
    items = [statement(0, "a"), statement(1, "a", "b"), statement(2, "b"), statement(3, parallel="p")]
    items.append(statement(4, parallel="p"))
    assert sorted(len(group.members) for group in groups_of(items)) == [2, 3]


def test_the_same_question_ties_and_a_hidden_one_does_not() -> None:
    one, other = statement(1, "a"), statement(1, "b", position="south news")
    assert len(groups_of([one, other])) == 1
    hidden = [statement(1, "a", form="blind"), statement(1, "b", position="south news", form="blind")]
    assert len(groups_of(hidden)) == 2


def test_the_split_does_not_depend_on_the_order_of_items_but_on_the_seed() -> None:
    items = planted_items("en")
    turned = items[:]
    random.Random(1).shuffle(turned)

    def held_out(of: list[Item], seed: int) -> set[str]:
        return {of[i].id for group in split(groups_of(of), Shares(), seed)[Part.HELD_OUT] for i in group.members}

    assert held_out(items, 0) == held_out(turned, 0)
    assert held_out(items, 0) != held_out(items, 1)
    assert len(held_out(items, 0)) == 36


def test_languages_of_one_item_stay_together() -> None:
    groups = groups_of(planted_items())
    assert {len(group.members) for group in groups} == {2}


def test_issues_of_the_starter_news_stay_together() -> None:
    items = news_items(("uk",))
    places = {place: group.name for group in groups_of(items) for place in group.members}
    by_issue: dict[str, set[str]] = {}
    for place, item in enumerate(items):
        by_issue.setdefault(item.clusters[0], set()).add(places[place])
    assert all(len(names) == 1 for names in by_issue.values())


@pytest.mark.parametrize(("validation", "held_out"), [(0.5, 0.5), (0.1, 0.0), (-0.1, 0.3), (0.0, 1.0)])
def test_shares_that_leave_nothing_are_refused(validation: float, held_out: float) -> None:
    with pytest.raises(InputError, match="must be shares"):
        Shares(validation, held_out)
