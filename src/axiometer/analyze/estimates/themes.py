"""Items of the kind theme: two sets of rules against each other, theme by theme.

A theme's items have sides that express the position of a set of rules. `themes` has the share of choices for each
position (estimates/shares.py, on the theme's items alone), `theme_differences` the paired differences between
respondents, and `theme_agreement` how far respondents take the same positions beyond chance, and how far each agrees
with itself: a model with its own repeats, people one person with another. `theme` is `all` for all of them together.

Of people, persons are resampled with the sources of items (coded/units.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.part import part_of
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.estimates.differences import adjust, difference_rows
from axiometer.analyze.estimates.positions import both_rows, own_rows
from axiometer.analyze.estimates.shares import languages_in, shares_at, tabulated
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import ExpressionKind, Mode

ALL = "all"

BOUNDED = ("raw", "kappa", "alpha")
"""The measures that agreement with oneself bounds."""

_INTERVAL: dict[str, type[pl.DataType]] = {
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
}

THEMES: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "theme": pl.String,
    "position": pl.String,
    "n": pl.Int64,
    "items": pl.Int64,
    "clusters": pl.Int64,
    "persons": pl.Int64,
    "share": pl.Float64,
    **_INTERVAL,
    "bound_low": pl.Float64,
    "bound_high": pl.Float64,
    "bound_ci_low": pl.Float64,
    "bound_ci_high": pl.Float64,
}

THEME_DIFFERENCES: dict[str, type[pl.DataType]] = {
    "family": pl.String,
    "model_a": pl.String,
    "model_b": pl.String,
    "mode": pl.String,
    "theme": pl.String,
    "position": pl.String,
    "n_items": pl.Int64,
    "difference": pl.Float64,
    **_INTERVAL,
    "p": pl.Float64,
    "p_adjusted": pl.Float64,
    "adjustment": pl.String,
}

THEME_AGREEMENT: dict[str, type[pl.DataType]] = {
    "model_a": pl.String,
    "model_b": pl.String,
    "mode": pl.String,
    "theme": pl.String,
    "measure": pl.String,
    "n_items": pl.Int64,
    "estimate": pl.Float64,
    **_INTERVAL,
    "ceiling": pl.Float64,
}


def themes(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """One row per respondent, mode, language, theme and position. Empty where no item has a theme."""
    rows: list[Record] = []
    parts = _parts(everyone, catalogue)
    for place in range(len(everyone)):
        for theme in parts:
            if not len(theme.everyone[place]):
                continue
            for lang, kept in languages_in(theme.everyone[place], theme.catalogue):
                own = theme.everyone[place] if kept is None else theme.everyone[place].where(kept)
                head = {"model": own.model, "mode": own.mode.value, "lang": lang, "theme": theme.name}
                persons = len(np.unique(own.repeat)) if own.persons else None
                for level in _positions(catalogue, options):
                    rows.extend(
                        {**head, "position": row["value"], "persons": persons, **row}
                        for row in shares_at(own, theme.catalogue, level, options)
                    )
    return framed(rows, THEMES)


def theme_differences(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """Per pair of respondents in one mode, theme and position: share of a minus share of b on the items both chose on.

    A family is all themes for one pair of respondents and one position; `all` themes together are a family alone.
    """
    rows: list[Record] = []
    parts = _parts(everyone, catalogue)
    for first, second in _pairs(everyone):
        found: dict[tuple[str, bool], list[Record]] = {}
        for theme, one, other in _both(parts, first, second):
            for level in _positions(catalogue, options):
                for row in difference_rows(one, other, theme.catalogue, level, options):
                    told = {**row, "theme": theme.name, "position": row["value"]}
                    found.setdefault((str(row["value"]), theme.name == ALL), []).append(told)
        a, b = everyone[first], everyone[second]
        head = {"model_a": a.model, "model_b": b.model, "mode": a.mode.value}
        for (position, together), listed in found.items():
            which = "all themes together" if together else "by theme"
            family = f"{a.model} minus {b.model}, {a.mode.value}, {position}, {which}"
            p = np.array([np.nan if row["p"] is None else row["p"] for row in listed], dtype=np.float64)
            for row, adjusted in zip(listed, adjust(p, options.adjustment), strict=True):
                rows.append({**head, **row, "family": family, "p_adjusted": number(float(adjusted))})
    return framed(rows, THEME_DIFFERENCES)


def theme_agreement(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """Per theme and pair of respondents in choice mode, a respondent with itself among them (`model_a` = `model_b`,
    where it can be known): agreement on positions, orders and repeats averaged (estimates/positions.py).

    `ceiling`: the root of the product of both respondents' agreement with themselves, which agreement between them
    cannot pass but by chance (`_ceiling`).
    """
    rows: list[Record] = []
    choosing = [each for each in everyone if each.mode is Mode.CHOICE]
    parts = _parts(choosing, catalogue)
    for level in _positions(catalogue, options):
        itself: dict[tuple[str, str, str], float] = {}
        for place, each in enumerate(choosing):
            head = {"model_a": each.model, "model_b": each.model, "mode": each.mode.value}
            for theme in parts:
                for row in own_rows(theme.everyone[place], theme.catalogue, level, options):
                    rows.append({**head, "theme": theme.name, **row})
                    if isinstance(row["estimate"], float):
                        itself[each.model, theme.name, str(row["measure"])] = row["estimate"]
        for first, second in _pairs(choosing):
            a, b = choosing[first], choosing[second]
            head = {"model_a": a.model, "model_b": b.model, "mode": a.mode.value}
            for theme, one, other in _both(parts, first, second):
                for row in both_rows(one, other, theme.catalogue, level, options):
                    measure = str(row["measure"])
                    known = [itself.get((each.model, theme.name, measure)) for each in (a, b)]
                    ceiling = _ceiling(known) if measure in BOUNDED else None
                    rows.append({**head, "theme": theme.name, **row, "ceiling": ceiling})
    return framed(rows, THEME_AGREEMENT)


def _ceiling(own: list[float | None]) -> float | None:
    """With p, q both respondents' distributions over positions in an item, P, Q their means over items: raw agreement
    E p.q is at most the root of E p.p E q.q (Cauchy and Schwarz), so is kappa's numerator E (p - P).(q - Q), and its
    denominator 1 - P.Q is at least the root of (1 - P.P) (1 - Q.Q); alpha's chance is above kappa's, so that it is at
    most kappa, but for its correction in handfuls of items. AC1 has no such bound: see the tests."""
    known = [each for each in own if each is not None and each >= 0]
    return float(np.sqrt(np.prod(known))) if len(known) == len(own) else None


def _positions(catalogue: Catalogue, options: AnalysisOptions) -> list[Level]:
    return [level for level in tabulated(catalogue, options) if level.kind is ExpressionKind.POSITION]


@dataclass(frozen=True, slots=True)
class _Theme:
    """The items of a theme by themselves, and what each respondent was asked of them (no rows where nothing)."""

    name: str
    catalogue: Catalogue
    everyone: list[Presentations]


def _parts(everyone: list[Presentations], catalogue: Catalogue) -> list[_Theme]:
    """All themes together, then each; those of which nobody was asked are left out. What is resampled for a theme
    takes time as its own items, not as all items of the analysis."""
    found = []
    for code, name in enumerate((ALL, *catalogue.themes), -1):
        kept = catalogue.theme >= 0 if code < 0 else catalogue.theme == code
        if not any(kept[each.item].any() for each in everyone):
            continue
        part = part_of(catalogue, kept)
        found.append(_Theme(name, part.catalogue, [part.of(each) for each in everyone]))
    return found


def _pairs(everyone: list[Presentations]) -> Iterator[tuple[int, int]]:
    """The places of respondents that were asked in the same mode, two by two."""
    for first, second in combinations(range(len(everyone)), 2):
        if everyone[first].mode is everyone[second].mode:
            yield first, second


def _both(parts: list[_Theme], first: int, second: int) -> Iterator[tuple[_Theme, Presentations, Presentations]]:
    for theme in parts:
        one, other = theme.everyone[first], theme.everyone[second]
        if len(one) and len(other):
            yield theme, one, other
