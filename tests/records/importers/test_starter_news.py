"""The starter news and the planted position as items."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from axiometer.errors import InputError
from axiometer.records.importers import ImportOptions, importer
from axiometer.records.importers.starter_news import news_items, planted_items
from axiometer.records.rows import Item
from axiometer.starter.news import NATIONS, load_news


@pytest.mark.parametrize("nation", NATIONS)
def test_every_statement_that_is_no_copy_becomes_an_item_with_its_reverse(nation: str) -> None:
    said = [each for text in load_news(nation).texts if text.copy_of is None for each in text.statements]
    items = news_items((nation,))
    assert len(items) == len({(each.text, each.issue) for each in said})
    for item in items:
        statement, reverse = item.options
        (one,), (other,) = statement.expresses, reverse.expresses
        assert one.target == other.target and (one.polarity, other.polarity) == (1, -1)
        assert item.meta["constructed"] == "reversed" and item.meta["nation"] == nation
        assert "speaker" not in item.meta


def _positions(items: list[Item]) -> Counter[str]:
    return Counter(item.options[0].expresses[0].target for item in items)


def test_no_position_holds_both_sides_of_an_issue() -> None:
    sides: dict[tuple[str, str], set[str]] = {}
    for item in news_items():
        position = item.options[0].expresses[0].target
        if "divided" not in position and "another view" not in position:
            sides.setdefault((position, item.clusters[0]), set()).add(item.meta["stance"])
    assert sides and all(len(stances) == 1 for stances in sides.values())


def test_what_most_sources_say_keeps_the_nations_name() -> None:
    positions = _positions(news_items(("us",)))
    assert positions["us news"] > 30
    assert any(name.startswith("us news, another view: ") for name in positions)
    assert any(name.startswith("us news, divided: ") for name in positions)


def test_words_taken_out_of_a_sentence_become_one() -> None:
    for item in news_items():
        for option in item.options:
            assert option.text == option.text.strip() and not option.text[0].islower()
            assert option.text[-1] in ".!?。！？…", option.text


def test_the_planted_position_is_the_same_in_both_languages() -> None:
    items = planted_items()
    assert len(items) == 240 and len({item.parallel_id for item in items}) == 120
    assert Counter(item.lang for item in items) == {"en": 120, "zh": 120}
    assert _positions(items) == {"one rule for all": 240}
    assert [item.id for item in planted_items("zh")] == [item.id for item in items if item.lang == "zh"]


def test_a_nation_or_language_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no nation 'xx'"):
        importer("starter-news").read(None, ImportOptions(nation="uk,xx"))
    with pytest.raises(InputError, match="no language 'fr'"):
        importer("planted-position").read(None, ImportOptions(lang="fr"))
    with pytest.raises(InputError, match="takes no file"):
        importer("starter-news").read(tmp_path, ImportOptions())
    assert importer("starter-news").read(None, ImportOptions(lang="de")).imported == len(news_items(("de",)))
