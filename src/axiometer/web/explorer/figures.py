"""What is drawn of a run and of a comparison: rows in the reader's language, and charts whose marks lead to items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from axiometer.report.charts import Drawing, Series
from axiometer.web.explorer import charts
from axiometer.web.explorer.asking import address
from axiometer.web.explorer.beside import Compared
from axiometer.web.explorer.index import RunIndex
from axiometer.web.explorer.query import FOR
from axiometer.web.explorer.summary import ALL, Profile, Share, counted_shares, frameworks_of, name_of, outcomes
from axiometer.web.words import Words

MOST_VALUES: Final = 500
ITEMS: Final = "/explore/items"


def outcomes_drawing(index: RunIndex, words: Words, at: str = "") -> Drawing:
    """How the presentations of each respondent ended. `at`: the run's path, for links."""
    labels = {each.number: each.name for each in index.sources.respondents}

    def link(model: int, outcome: str) -> str:
        return address(ITEMS, {"at": at, "model": model, "outcome": outcome}) if at else ""

    return charts.outcome_bars(outcomes(index), labels, words, link)


def profile_drawing(index: RunIndex, shown: Profile, words: Words, at: str = "", lang: str = ALL) -> Drawing:
    """The chart of a profile: a row per value, a dot per respondent. `at`: the run's path, for links; `lang`: the
    language of the items that it is of."""
    numbers = {each.name: each.number for each in index.sources.respondents}
    rows = [
        (name, [(numbers.get(share.model, 0), share) for share in shares])
        for _, name, shares in profile_rows(index, shown, words.lang)
    ]
    series = [Series(each.name, each.number) for each in index.sources.respondents]

    def link(model: int, value: str) -> str:
        asked = {"at": at, "value": value, "model": model, "side": FOR, "lang_of": "" if lang == ALL else lang}
        return address(ITEMS, asked) if at else ""

    return charts.profile_dots(rows, series, words, link)


def profile_rows(index: RunIndex, shown: Profile, lang: str) -> list[tuple[str, str, list[Share]]]:
    """Value, its name and the shares of respondents; those that are in no framework come last."""
    frameworks = frameworks_of(index)
    order = {value.id: place for one in frameworks.values() for place, value in enumerate(one.values)}
    by_value: dict[str, list[Share]] = {}
    for share in shown.shares:
        by_value.setdefault(share.value, []).append(share)
    values = sorted(by_value, key=lambda value: (order.get(value, len(order)), value))[:MOST_VALUES]
    return [(value, name_of(frameworks, value, lang), by_value[value]) for value in values]


def rank_panels(
    index: RunIndex, rows: Sequence[Mapping[str, object]], words: Words, at: str
) -> list[tuple[str, Drawing]]:
    """For each respondent whose values are ranked, its name and the chart of their ranks."""

    def link(model: int, value: str) -> str:
        return address(ITEMS, {"at": at, "value": value, "model": model, "side": FOR})

    found = []
    for each in index.sources.respondents:
        own = [row for row in rows if row["model"] == each.name and row["tier"] is not None]
        if own:
            title = f"{words('Ranks and tiers')}: {each.name}"
            found.append((each.name, charts.rank_panel(own, each.number, title, words, link)))
    return found


def compared_outcomes(chosen: Sequence[Compared]) -> pl.DataFrame:
    """`summary.outcomes` of each, with its place in the comparison as `model`."""
    parts = [
        outcomes(each.index).filter(pl.col("model") == each.number).with_columns(model=pl.lit(place))
        for place, each in enumerate(chosen)
    ]
    return pl.concat(parts, how="vertical_relaxed")


def compared_outcomes_drawing(
    chosen: Sequence[Compared], labels: Sequence[str], words: Words, *, linked: bool = False
) -> Drawing:
    """How the presentations of those compared ended."""

    def link(place: int, outcome: str) -> str:
        one = chosen[place]
        return address(ITEMS, {"at": one.at, "model": one.number, "outcome": outcome}) if linked else ""

    return charts.outcome_bars(compared_outcomes(chosen), dict(enumerate(labels)), words, link)


def compared_rows(
    chosen: Sequence[Compared], labels: Sequence[str], lang: str
) -> list[tuple[str, str, list[tuple[int, Share]]]]:
    """Value, name, and the shares of those compared, counted: analyses of different runs may differ in their levels."""
    by_value: dict[str, list[tuple[int, Share]]] = {}
    names: dict[str, str] = {}
    for place, each in enumerate(chosen):
        frameworks = frameworks_of(each.index)
        rows = counted_shares(each.index).filter(pl.col("model") == each.number, pl.col("n") > 0)
        for row in rows.iter_rows(named=True):
            share = Share(labels[place], row["target"], row["n"], row["for_it"] / row["n"])
            by_value.setdefault(row["target"], []).append((place, share))
            names.setdefault(row["target"], name_of(frameworks, row["target"], lang))
    return [(value, names[value], by_value[value]) for value in sorted(by_value)[:MOST_VALUES]]


def compared_drawing(
    chosen: Sequence[Compared], labels: Sequence[str], words: Words, *, linked: bool = False
) -> Drawing:
    """Shares by value of those compared."""
    rows = [(name, shares) for _, name, shares in compared_rows(chosen, labels, words.lang)]

    def link(place: int, value: str) -> str:
        one = chosen[place]
        return address(ITEMS, {"at": one.at, "model": one.number, "value": value, "side": FOR}) if linked else ""

    return charts.profile_dots(rows, [Series(label, place) for place, label in enumerate(labels)], words, link)
