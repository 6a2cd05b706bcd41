"""Two sets with a planted difference of style, matched and made into items: balance, accounts, the map of positions."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.build.themes.planted import write_sets

from axiometer.build.dilemmas.options import CHECK, REQUESTS, WRITE
from axiometer.build.dilemmas.rows import SceneRequest
from axiometer.build.themes.fates import MATCHED, NO_THEME, RuleFate
from axiometer.build.themes.matching import NO_PARTNERS, NOT_DRAWN
from axiometer.build.themes.options import ThemeOptions, ThemesFolder
from axiometer.build.themes.pipeline import run_themes
from axiometer.build.themes.plan import Named, plan_themes
from axiometer.build.themes.publish import AFTER, ALL, BEFORE, CHOSEN, ITEMS, ThemesSummary
from axiometer.build.themes.status import status
from axiometer.errors import InputError
from axiometer.models.simulated_writer import SimulatedWriter
from axiometer.models.writer_dilemmas import Telling, planted_scene, telling
from axiometer.models.writer_profile import load_writer
from axiometer.records.corpus_rows import Rule, RulePair, make_rule
from axiometer.records.rows import Expression, ExpressionKind, ItemKind, Role
from axiometer.records.schemas import to_rows
from axiometer.records.tables import read_items, read_rows, write_rows
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.runners import open_runner

PROFILE = load_writer("rulewriter")
NAMES = ("CVC", "Social Chemistry")


def make(folder: Path, sets: tuple[Path, Path], output: str = "items", **options: object) -> ThemesSummary:
    wanted = ThemeOptions.of(**options)  # type: ignore[arg-type]
    named = [Named(path, name) for path, name in zip(sets, NAMES, strict=True)]
    plan = plan_themes(named[0], named[1], wanted, Respondent(SimulatedWriter(PROFILE)))
    with open_runner("local", processes=1) as runner:
        return run_themes(plan, folder / output, folder / "cache", runner)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ThemesSummary]:
    """30 rules of each theme in either set, in English, and the summary of their items."""
    folder = tmp_path_factory.mktemp("themes")
    return folder, make(folder, write_sets(folder))


def difference(summary: ThemesSummary, theme: str, stage: str, quantity: str) -> float:
    (row,) = [each for each in summary.balance if (each.theme, each.stage, each.quantity) == (theme, stage, quantity)]
    return abs(row.difference or 0.0)


def test_matching_makes_the_styles_of_both_sets_alike(made: tuple[Path, ThemesSummary]) -> None:
    _, summary = made
    for quantity in ("length", "obligation", "prohibition", "says no"):
        before, after = (difference(summary, ALL, stage, quantity) for stage in (BEFORE, AFTER))
        assert before > 0.4 and after < 0.1 and difference(summary, ALL, ITEMS, quantity) < 0.2, quantity
    closer = [
        difference(summary, theme.theme, AFTER, "length") < difference(summary, theme.theme, BEFORE, "length")
        for theme in summary.themes
    ]
    assert closer.count(True) >= 5


def test_every_rule_of_both_sets_is_accounted_for(made: tuple[Path, ThemesSummary]) -> None:
    folder, summary = made
    rules = list(read_rows(ThemesFolder(folder / "items").rules, RuleFate))
    for name, each, file in zip(NAMES, summary.sets, ("cvc", "social"), strict=True):
        ids = {rule.id for rule in read_rows(folder / f"{file}.parquet", Rule)}
        mine = [rule for rule in rules if rule.position == name]
        assert {rule.id for rule in mine} == ids and each.rules == len(ids)
        without = [rule for rule in mine if rule.fate == NO_THEME]
        assert each.unassigned == len(without) > 10 and all(rule.theme is None for rule in without)
        assert len({(rule.id, rule.theme) for rule in mine}) == len(mine)
        for theme in summary.themes:
            here = [rule for rule in mine if rule.theme == theme.theme]
            assert theme.rules[name] == len(here) == sum(each.under[theme.theme].values())
            fates = Counter(rule.reason or rule.fate for rule in here)
            assert fates.pop(MATCHED) == theme.matched and dict(theme.unmatched[name]) == dict(fates)
    by_key = {(rule.position, rule.id, rule.theme): rule for rule in rules}
    for rule in rules:
        if rule.fate == MATCHED:
            other = by_key[NAMES[rule.position == NAMES[0]], str(rule.partner), rule.theme]
            assert other.partner == rule.id and other.pair == rule.pair and other.place == rule.place


def test_sides_express_the_position_of_the_set_that_their_rule_is_of(made: tuple[Path, ThemesSummary]) -> None:
    folder, summary = made
    sets = {
        name: {rule.id for rule in read_rows(folder / f"{file}.parquet", Rule)}
        for name, file in zip(NAMES, ("cvc", "social"), strict=True)
    }
    items = read_items(folder / "items" / "items.parquet")
    assert len(items) == summary.scenes.items > 60
    for item in items:
        assert item.kind is ItemKind.THEME and item.mapped and item.clusters == item.parent_ids[2:]
        first, second, third = item.options
        assert third.role is Role.DISTRACTOR and not third.expresses
        positions = set()
        for option, rule in zip((first, second), item.clusters, strict=True):
            position, itself = option.expresses
            assert itself == Expression(ExpressionKind.RULE, rule, 1) and position.polarity == 1
            assert position.kind is ExpressionKind.POSITION and rule in sets[position.target]
            positions.add(position.target)
        assert positions == set(NAMES)
        assert item.meta["theme"] in {"surrogacy", "drugs", "prejudice", "firearms", "politics", "suicide"}
        assert item.meta["theme_zh"] and item.meta["theme_en"] == item.meta["theme"]
    first_positions = Counter(item.options[0].expresses[0].target for item in items)
    assert min(first_positions[name] for name in NAMES) > len(items) / 4
    by_theme = Counter(item.meta["theme"] for item in items)
    assert {theme.theme: theme.items for theme in summary.themes} == dict(by_theme)


def test_the_account_of_scenes_equals_what_was_planted(made: tuple[Path, ThemesSummary]) -> None:
    folder, summary = made
    stage = ThemesFolder(folder / "items").dilemmas.stage(REQUESTS)
    requests = [row for part in stage.parts() for row in to_rows(stage.rows_of(part.name), SceneRequest)]
    assert len(requests) == summary.scenes.scenes == sum(theme.chosen for theme in summary.themes)
    assert all(row.theme and row.theme_names and {row.position_a, row.position_b} == set(NAMES) for row in requests)
    readable = [row for row in requests if not _unreadable(row)]
    turned = sum(
        planted.fault == "turned" and not planted.overlooked
        for row in readable
        if (planted := planted_scene(PROFILE.dilemmas, PROFILE.seed, row.id))
    )
    assert summary.scenes.lost.get("the sides fit each other's rule", 0) == turned > 0
    assert summary.scenes.items + sum(summary.scenes.lost.values()) == summary.scenes.scenes
    said = json.loads((folder / "items" / "summary.json").read_text(encoding="utf-8"))
    assert said["items"] == summary.scenes.items and len(said["themes"]) == 6 and said["balance"][0]["stage"] == BEFORE
    found = status(folder / "items")
    assert found.positions == NAMES and found.themes is not None
    assert [theme.matched for theme in found.themes] == [theme.matched for theme in summary.themes]


def _unreadable(row: SceneRequest) -> bool:
    """Whether one of the two calls about a scene is declined, or answered in prose both times."""
    told = {telling(PROFILE.dilemmas, PROFILE.seed, f"dilemma-{step}", row.id) for step in (WRITE, CHECK)}
    return bool(told & {Telling.REFUSED, Telling.LOST})


def test_more_pairs_of_a_theme_in_the_same_folder_keep_those_that_are_there(tmp_path: Path) -> None:
    sets = write_sets(tmp_path, 15)
    few = make(tmp_path, sets, per_theme=3)
    ids = {item.id for item in read_items(tmp_path / "items" / "items.parquet")}
    assert all(theme.chosen == 3 for theme in few.themes) and few.scenes.calls > 0
    assert {row.stage for row in few.balance} == {BEFORE, AFTER, CHOSEN, ITEMS}
    more = make(tmp_path, sets, per_theme=6)
    assert all(theme.chosen == 6 for theme in more.themes)
    assert more.scenes.hits >= few.scenes.calls - few.scenes.retry
    assert len(ids - {item.id for item in read_items(tmp_path / "items" / "items.parquet")}) <= 2  # near-duplicates


def test_rules_in_two_languages_are_matched_where_the_sets_share_none(tmp_path: Path) -> None:
    sets = write_sets(tmp_path, 15, ("zh", "en"))
    with pytest.raises(InputError, match="rules of several languages are matched with each other: en, zh"):
        make(tmp_path, sets)
    assert not (tmp_path / "items").exists()
    summary = make(tmp_path, sets, lang="zh")
    pairs = list(read_rows(ThemesFolder(tmp_path / "items").pairs, RulePair))
    assert len(pairs) > 40 and all({pair.lang, pair.lang_b} == {"zh", "en"} for pair in pairs)
    assert {item.lang for item in read_items(tmp_path / "items" / "items.parquet")} == {"zh"}
    assert summary.sets[0].under["drugs"].keys() == {"zh"}
    assert difference(summary, ALL, AFTER, "length") < 0.1


def test_rules_stay_within_their_language_where_the_sets_share_one(tmp_path: Path) -> None:
    sets = write_sets(tmp_path, 12)
    both = [*read_rows(sets[0], Rule), make_rule(lang="zh", text="应当禁止吸毒", origin="a")]
    write_rows(both, Rule, sets[0])
    summary = make(tmp_path, sets)
    drugs = next(theme for theme in summary.themes if theme.theme == "drugs")
    assert drugs.unmatched["CVC"][NO_PARTNERS] == 1 and summary.sets[0].under["drugs"]["zh"] == 1
    pairs = read_rows(ThemesFolder(tmp_path / "items").pairs, RulePair)
    assert all(pair.lang == "en" and pair.lang_b is None for pair in pairs)


def test_a_theme_with_many_rules_is_matched_by_a_sample_and_says_so(tmp_path: Path) -> None:
    sets = write_sets(tmp_path, 12)
    summary = make(tmp_path, sets, sample=8)
    for theme in summary.themes:
        for name in NAMES:
            assert theme.unmatched[name].get(NOT_DRAWN, 0) == max(0, theme.rules[name] - 8) > 0


def test_values_go_with_the_framework_that_they_are_of(tmp_path: Path) -> None:
    sets = write_sets(tmp_path, 12)
    valued = [
        replace(rule, framework="core-socialist-values", values=("freedom",)) for rule in read_rows(sets[0], Rule)
    ]
    write_rows(valued, Rule, sets[0])
    write_rows([replace(rule, values=("freedom",)) for rule in read_rows(sets[1], Rule)], Rule, sets[1])
    make(tmp_path, sets)
    items = read_items(tmp_path / "items" / "items.parquet")
    for item in items:
        values = {
            option.expresses[0].target: [each.target for each in option.expresses if each.kind is ExpressionKind.VALUE]
            for option in item.options[:2]
        }
        assert values == {"CVC": ["freedom"], "Social Chemistry": []} and item.framework == "core-socialist-values"
    assert len(items) > 20


def test_the_order_of_rows_changes_nothing(made: tuple[Path, ThemesSummary], tmp_path: Path) -> None:
    folder, _ = made
    for file in ("cvc", "social"):
        pl.read_parquet(folder / f"{file}.parquet").reverse().write_parquet(tmp_path / f"{file}.parquet")
    make(tmp_path, (tmp_path / "cvc.parquet", tmp_path / "social.parquet"))
    one, other = (pl.read_parquet(place / "items" / "items.parquet") for place in (folder, tmp_path))
    assert one.equals(other) and one.height > 60
