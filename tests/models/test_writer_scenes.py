"""What the simulated writer plants in scenes: patterns, overlap and near-duplicates that can be counted beforehand."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest

from axiometer.models.writer_profile import Scenes
from axiometer.models.writer_scenes import PlantedPattern, planted_list, planted_pattern, scene_words
from axiometer.records.corpus_rows import SceneCondition

WITH, WITHOUT = SceneCondition.WITH_RULES, SceneCondition.WITHOUT_RULES


def planted(scenes: Scenes, value: str, count: int, rule: str | None = None) -> list[PlantedPattern]:
    condition = WITHOUT if rule is None else WITH
    return [planted_pattern(scenes, 7, value, condition, number, rule) for number in range(1, count + 1)]


def told(scenes: Scenes, value: str, count: int, *, chinese: bool = False) -> list[str]:
    found = planted(scenes, value, count)
    return [scene_words(each, 7, value, WITHOUT, number, chinese=chinese) for number, each in enumerate(found, 1)]


def test_a_value_has_as_many_patterns_as_are_planted_and_each_rule_its_own() -> None:
    scenes = Scenes(patterns=5, patterns_per_rule=3, overlap=0, overlap_with_rules=0)
    assert len({each.pattern for each in planted(scenes, "a", 200)}) == 5
    by_rule = [{each.pattern for each in planted(scenes, "a", 100, rule)} for rule in ("r1", "r2")]
    assert [len(found) for found in by_rule] == [3, 3] and not by_rule[0] & by_rule[1]


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_overlap_is_the_share_of_scenes_from_patterns_that_all_values_have(share: float) -> None:
    scenes = Scenes(patterns=4, overlap=share, overlap_with_rules=1 - share)
    one, other = planted(scenes, "a", 2_000), planted(scenes, "b", 2_000)
    assert sum(each.common for each in one) / 2_000 == pytest.approx(share, abs=0.03)
    ruled = planted(scenes, "a", 2_000, "r1")
    assert sum(each.common for each in ruled) / 2_000 == pytest.approx(1 - share, abs=0.03)
    shared = {each.pattern for each in one} & {each.pattern for each in other}
    assert shared == {each.pattern for each in one if each.common}


@pytest.mark.parametrize("chinese", [False, True])
def test_scenes_of_a_value_share_its_place_and_stock_scenes_hardly_differ(chinese: bool) -> None:
    own = told(Scenes(overlap=0, stock=0), "a", 60, chinese=chinese)
    mark = "，" if chinese else ", "
    assert len({scene.split(mark)[1] for scene in own}) == 1 and len(set(own)) == 60
    stock = told(Scenes(patterns=1, overlap=0, stock=1), "a", 20, chinese=chinese)
    assert len(set(stock)) == 5
    alike = [SequenceMatcher(None, stock[0], each, autojunk=False).ratio() for each in stock[1:]]
    others = [SequenceMatcher(None, own[0], each, autojunk=False).ratio() for each in own[1:]]
    assert min(alike) > 0.9 > max(others)


def test_lists_are_short_or_long_as_often_as_planted() -> None:
    scenes = Scenes(refused=0.1, short=0.2, long=0.1, mended=0.5)
    lists = [planted_list(scenes, 7, f"s{number}", 10) for number in range(3_000)]
    short = [each for each in lists if each.missing]
    assert len(short) / 3_000 == pytest.approx(0.2, abs=0.02) and {each.missing for each in short} == {1, 2, 3}
    assert sum(each.mended for each in short) / len(short) == pytest.approx(0.5, abs=0.06)
    assert sum(each.surplus > 0 for each in lists) / 3_000 == pytest.approx(0.1, abs=0.02)
    assert not any(each.missing and each.surplus for each in lists)


def test_shares_of_more_than_all_cannot_be_planted() -> None:
    for wrong in ({"empty": 0.6, "named": 0.6}, {"refused": 0.9, "lost": 0.2}, {"short": 0.6, "long": 0.6}):
        with pytest.raises(ValueError, match="at most 1 together"):
            Scenes(**wrong)
    sound = Scenes(overlap=0.4).without_faults()
    assert sound.overlap == 0.4 and sound.empty == sound.refused == sound.short == 0.0
