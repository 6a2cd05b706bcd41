"""Ranks with their simultaneous intervals, one panel per respondent; tiers are bands behind the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from axiometer.report.charts.drawing import SIZE, SMALL, Drawing, colour_of, group, label, line, mark, rectangle
from axiometer.report.fonts import fitted, text_width

ROW = 24.0


@dataclass(frozen=True, slots=True)
class RankRow:
    """A value: its rank (1 = most chosen), the interval of its rank, its tier, what a reader sees on it, and where a
    press on it leads."""

    label: str
    rank: int
    low: int | None
    high: int | None
    tier: int
    tooltip: str
    link: str = ""


def rank_plot(rows: Sequence[RankRow], series: int, tier_name: str, title: str, width: float = 400) -> Drawing:
    """Values from the most to the least chosen. `tier_name`, a pattern with `{n}`, stands at each tier's first row."""
    names = max((text_width(row.label, SIZE) for row in rows), default=0)
    tiers = max((text_width(tier_name.format(n=row.tier), SMALL) for row in rows), default=0)
    left = min(tiers + 16 + names + 18, width * 0.62)
    right = width - 16
    last = max((row.high or row.rank for row in rows), default=1)

    def x(rank: float) -> float:
        return left + (rank - 1) / max(last - 1, 1) * (right - left)

    ordered = sorted(rows, key=lambda row: (row.rank, row.label))
    drawn, y, seen = Markup(""), 8.0, None
    bottom = y + ROW * len(ordered)
    for number, row in enumerate(ordered):
        top = y + ROW * number
        if row.tier % 2:
            drawn += rectangle(0, top, width, ROW, "band")
        if row.tier != seen:
            seen = row.tier
            drawn += label(6, top + ROW / 2, tier_name.format(n=row.tier), "small soft")
            drawn += line(0, top, width, top, "rule")
    for rank in _rank_ticks(last):
        drawn += line(x(rank), y, x(rank), bottom, "grid")
        drawn += label(x(rank), bottom + 12, str(rank), "small soft middle")
    for number, row in enumerate(ordered):
        drawn += _row(row, series, x, y + ROW * number + ROW / 2, left, tiers)
    return Drawing(drawn, width, bottom + 24, title)


def _row(row: RankRow, series: int, x: Callable[[float], float], y: float, left: float, tiers: float) -> Markup:
    short = fitted(row.label, SIZE, left - tiers - 28)
    drawn = label(left - 14, y, short, "end", full=row.label)
    if row.low is not None and row.high is not None:
        drawn += line(x(row.low), y, x(row.high), y, f"interval s{colour_of(series)}")
    return group(drawn + mark(series, x(row.rank), y, hollow=row.low is None), row.tooltip, row.link)


def _rank_ticks(last: int) -> list[int]:
    step = 1 if last <= 12 else 5 if last <= 40 else 10
    return sorted({1, *range(step, last + 1, step), last} if step == 1 else {1, *range(step, last + 1, step)})
