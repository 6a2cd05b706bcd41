"""Charts of a run, drawn by the report's own hand, so that a page and a figure look alike.

On a page every mark is a link to the items behind it; a figure that is taken away has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import polars as pl

from axiometer.report.charts import (
    Axis,
    Bar,
    DotRow,
    Drawing,
    Estimate,
    RankRow,
    Segment,
    Series,
    dot_plot,
    rank_plot,
    stacked_bars,
)
from axiometer.web.explorer.index import OUTCOMES
from axiometer.web.explorer.summary import Share

WIDTH: Final = 1060.0
_COLOURS: Final = {
    **{"chosen": 0, "both": 2, "evasive": 3, "refused": 4, "invalid": 5, "truncated": 6, "filtered": 7, "error": 8}
}

Say = Callable[..., str]
Row = Mapping[str, object]


def nowhere(*_: object) -> str:
    """The address of marks in a figure that stands alone."""
    return ""


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def outcome_bars(
    rows: pl.DataFrame, labels: Mapping[int, str], say: Say, link: Callable[[int, str], str] = nowhere
) -> Drawing:
    """What became of the presentations of each respondent; rows as `summary.outcomes` gives them. `link`: the address
    for a respondent and an outcome."""
    bars = []
    for number, label in labels.items():
        own = {row["outcome"]: row for row in rows.filter(pl.col("model") == number).iter_rows(named=True)}
        if own:
            segments = tuple(
                _segment(own[outcome], say, link(number, outcome)) for outcome in OUTCOMES if outcome in own
            )
            of = next(iter(own.values()))["of"]
            bars.append(Bar(label, say("{n} presentations", n=f"{of:,}"), segments))
    return stacked_bars(bars, say("What became of the presentations"), WIDTH)


def _segment(row: Mapping[str, int | str], say: Say, link: str) -> Segment:
    outcome, n, of = str(row["outcome"]), int(row["n"]), int(row["of"])
    name = say(outcome)
    return Segment(_COLOURS[outcome], name, n / of, percent(n / of), f"{name}: {n:,} / {of:,}", link)


def profile_dots(
    rows: Sequence[tuple[str, Sequence[tuple[int, Share]]]],
    series: Sequence[Series],
    say: Say,
    link: Callable[[int, str], str] = nowhere,
) -> Drawing:
    """Shares by value: for each value its name and each respondent's share, with its interval where there is one.
    `link`: the address for a respondent and a value."""
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    axis = Axis(
        0.0, 1.0, ticks, lambda share: f"{100 * share:.0f} %", say("share that chose it where it was at stake"), 0.5
    )
    dots = [
        DotRow(name, "", tuple(_estimate(mark, share, say, link(mark, share.value)) for mark, share in shares))
        for name, shares in rows
        if shares
    ]
    return dot_plot(dots, series, axis, say("Values: how often each was chosen where it was at stake"), WIDTH)


def _estimate(mark: int, share: Share, say: Say, link: str) -> Estimate:
    interval = "" if share.low is None or share.high is None else f"[{100 * share.low:.1f}, {100 * share.high:.1f}]"
    told = f"{share.model}: {percent(share.share)} {interval} ({say('{n} presentations', n=f'{share.n:,}')})"
    return Estimate(mark, share.share, share.low, share.high, told, percent(share.share), interval, link=link)


def rank_panel(rows: Sequence[Row], mark: int, title: str, say: Say, link: Callable[[int, str], str]) -> Drawing:
    """A respondent's values by rank; rows of the table `ranking`, with the value's `name`."""
    ranked = [_ranked(row, say, link(mark, str(row["value"]))) for row in rows if row["tier"] is not None]
    return rank_plot(ranked, mark, say("Tier") + " {n}", title, WIDTH / 2)


def _ranked(row: Row, say: Say, link: str) -> RankRow:
    name, rank, low, high = str(row["name"]), _whole(row["rank"]), _known(row["rank_low"]), _known(row["rank_high"])
    interval = "" if low is None else f" [{low}, {high}]"
    return RankRow(name, rank, low, high, _whole(row["tier"]), f"{name}: {say('Rank')} {rank}{interval}", link)


def _whole(value: object) -> int:
    return round(float(str(value)))


def _known(value: object) -> int | None:
    return None if value is None else _whole(value)
