"""What is left of two rule sets: their items, what became of every rule, how alike matching made their styles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import polars as pl

from axiometer.build.dilemmas.publish import PAIR, DilemmasSummary
from axiometer.build.themes.balance import BalanceRow, Stage, balance
from axiometer.build.themes.fates import MATCHED, NO_THEME
from axiometer.build.themes.matching import Matching
from axiometer.build.themes.options import ThemesFolder
from axiometer.build.themes.plan import ThemesPlan
from axiometer.build.themes.style import Form, Style
from axiometer.build.themes.themes import ALL
from axiometer.records.tables import write_text

BEFORE, AFTER, CHOSEN, ITEMS = "before", "matched", "chosen", "items"


@dataclass(frozen=True, slots=True)
class SetAccount:
    """One rule set: rules in all, those without a theme, and those under each theme by language (a rule may be under
    several)."""

    name: str
    rules: int
    unassigned: int
    under: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class ThemeAccount:
    """One theme. rules: of either set under it; matched: pairs; chosen: those that scenes were wanted for; items: those
    made; unmatched: by set, then by reason."""

    theme: str
    names: Mapping[str, str]
    rules: Mapping[str, int]
    matched: int
    chosen: int
    items: int
    unmatched: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class ThemesSummary:
    """What there is in the end. sets: in the user's order; balance: of style, by theme and for all of them, at the
    stages `before`, `matched`, `chosen` (by --per-theme) and `items` (each item counts); scenes: their account."""

    sets: tuple[SetAccount, SetAccount]
    themes: tuple[ThemeAccount, ...]
    balance: tuple[BalanceRow, ...]
    scenes: DilemmasSummary


def publish(plan: ThemesPlan, matching: Matching, made: DilemmasSummary, folder: ThemesFolder) -> ThemesSummary:
    """Writes the summary: the account of the scenes, and beside it that of the sets, of themes and of balance."""
    items = pl.read_parquet(folder.dilemmas.items, columns=["parent_ids"])["parent_ids"].list.get(PAIR)
    summary = ThemesSummary(
        sets=accounts_of_sets(plan, matching.rules),
        themes=accounts_of_themes(plan, matching, items),
        balance=tuple(balances(plan, matching, items)),
        scenes=made,
    )
    assert sum(theme.items for theme in summary.themes) == made.items
    scenes = json.loads(folder.summary.read_text(encoding="utf-8"))
    said = {key: value for key, value in asdict(summary).items() if key != "scenes"}
    write_text(json.dumps({**scenes, **said}, ensure_ascii=False, indent=2, default=str) + "\n", folder.summary)
    return summary


def accounts_of_sets(plan: ThemesPlan, rules: pl.DataFrame) -> tuple[SetAccount, SetAccount]:
    """The account of either set. Raises `AssertionError` where a rule is unaccounted for."""
    found = []
    for each in (plan.a, plan.b):
        mine = rules.filter(pl.col("position") == each.name)
        assert mine["id"].n_unique() == each.rules.height
        counts = mine.filter(pl.col("theme").is_not_null()).group_by("theme", "lang").len().sort("theme", "lang")
        under: dict[str, dict[str, int]] = {theme: {} for theme in plan.themes.ids}
        for theme, lang, n in counts.iter_rows():
            under[theme][lang] = n
        unassigned = int((mine["fate"] == NO_THEME).sum())
        found.append(SetAccount(each.name, each.rules.height, unassigned, under))
    return found[0], found[1]


def accounts_of_themes(plan: ThemesPlan, matching: Matching, items: pl.Series) -> tuple[ThemeAccount, ...]:
    """The account of every theme. items: the pair of each item. Raises `AssertionError` where a rule is unaccounted
    for."""
    chosen = matching.chosen(plan.options.per_theme)
    by_pair = dict(matching.pairs.select("id", "theme").iter_rows())
    made = items.replace_strict(by_pair, return_dtype=pl.String)
    found = []
    for theme in plan.themes.themes:
        here = matching.rules.filter(pl.col("theme") == theme.id)
        pairs = int((matching.pairs["theme"] == theme.id).sum())
        rules, unmatched = {}, {}
        for name in (plan.a.name, plan.b.name):
            mine = here.filter(pl.col("position") == name)
            reasons = mine["reason"].drop_nulls().value_counts().sort("count", "reason", descending=[True, False])
            rules[name], unmatched[name] = mine.height, dict(reasons.iter_rows())
            assert mine.height == pairs + sum(unmatched[name].values())
        wanted = int((chosen["theme"] == theme.id).sum())
        there = int((made == theme.id).sum())
        found.append(ThemeAccount(theme.id, dict(theme.names), rules, pairs, wanted, there, unmatched))
    return tuple(found)


def balances(plan: ThemesPlan, matching: Matching, items: pl.Series | None) -> list[BalanceRow]:
    """The balance of style in every theme and in all. items: the pair of each item, None where there are none yet."""
    rules = matching.rules.filter(pl.col("theme").is_not_null())
    chosen = matching.chosen(plan.options.per_theme)["id"]
    stages = {BEFORE: rules, AFTER: rules.filter(pl.col("fate") == MATCHED)}
    if len(chosen) < matching.pairs.height:
        stages[CHOSEN] = rules.filter(pl.col("pair").is_in(chosen.to_list()))
    if items is not None:
        stages[ITEMS] = items.rename("pair").to_frame().join(rules, on="pair", maintain_order="left")
    found = []
    for theme in (*plan.themes.ids, ALL):
        found += balance(theme, [_stage(plan, name, frame, theme) for name, frame in stages.items()])
    return found


def _stage(plan: ThemesPlan, name: str, rules: pl.DataFrame, theme: str) -> Stage:
    here = rules if theme == ALL else rules.filter(pl.col("theme") == theme)
    sides = [_styles(here.filter(pl.col("position") == each.name)) for each in (plan.a, plan.b)]
    return Stage(name, sides[0], sides[1])


def _styles(rules: pl.DataFrame) -> Sequence[Style]:
    listed = rules.select("length", "form", "opposed").iter_rows()
    return [Style(length, Form(form), opposed) for length, form, opposed in listed]
