"""Where the making of theme items stands, and what it would take before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from axiometer.build.dilemmas import status as scenes
from axiometer.build.dilemmas.options import FILE as SCENES_FILE
from axiometer.build.themes.fates import MATCHED
from axiometer.build.themes.matching import Matching
from axiometer.build.themes.options import ThemesFolder
from axiometer.build.themes.plan import ThemesPlan, plan_scenes, read_themes
from axiometer.build.work.accounts import StepAccount, StepEstimate
from axiometer.records.tables import read_part


@dataclass(frozen=True, slots=True)
class MatchedTheme:
    """One theme: rules of either set under it, and pairs."""

    theme: str
    rules: Mapping[str, int]
    matched: int


@dataclass(frozen=True, slots=True)
class ThemesStatus:
    """themes: None while rules are not matched; steps: empty while no scene was asked for."""

    positions: tuple[str, str]
    themes: tuple[MatchedTheme, ...] | None
    steps: tuple[StepAccount, ...]


def status(path: Path) -> ThemesStatus:
    """Where the work in the folder stands. Raises `InputError` where there is none."""
    folder = ThemesFolder(path)
    asked = read_themes(folder).asked
    positions = (str(asked["a"]["name"]), str(asked["b"]["name"]))
    matched = None
    if folder.pairs.exists() and folder.rules.exists():
        rules = read_part(folder.rules, ["position", "theme", "fate"])
        matched = tuple(_theme(theme, rules, positions) for theme in asked["themes"]["ids"])
    steps = tuple(scenes.status(path)) if (path / SCENES_FILE).exists() else ()
    return ThemesStatus(positions, matched, steps)


def _theme(theme: str, rules: pl.DataFrame, positions: tuple[str, str]) -> MatchedTheme:
    here = rules.filter(pl.col("theme") == theme)
    counts = {name: int((here["position"] == name).sum()) for name in positions}
    first = here.filter((pl.col("position") == positions[0]) & (pl.col("fate") == MATCHED))
    return MatchedTheme(theme, counts, first.height)


def estimate(plan: ThemesPlan, matching: Matching) -> list[StepEstimate]:
    """What the scenes would take, as `build.dilemmas.status.estimate`."""
    return scenes.estimate(plan_scenes(plan, matching))
