"""Dots with intervals (a forest plot): one row per value, one line in it per respondent or language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from axiometer.report.charts.drawing import (
    SIZE,
    SMALL,
    Drawing,
    Series,
    colour_of,
    group,
    label,
    legend,
    line,
    mark,
    rectangle,
)
from axiometer.report.fonts import fitted, text_width

NARROW = 520
LINE = 15.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A dot: its place, its interval, the range that non-answers leave open, and what a reader sees on it.

    `low` and `high` are None where there is no interval: the dot is hollow. `tooltip` says the numbers (and why).
    `beside`: another estimate of the same thing, drawn as a short upright line. `link`: where a press on it leads.
    """

    series: int
    value: float
    low: float | None
    high: float | None
    tooltip: str
    written: str
    interval: str
    range_low: float | None = None
    range_high: float | None = None
    beside: float | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class DotRow:
    label: str
    note: str
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, with ticks; `reference` is drawn stronger (no difference, no excess, an even split)."""

    low: float
    high: float
    ticks: tuple[float, ...]
    write: Callable[[float], str]
    title: str
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class _Layout:
    width: float
    left: float
    right: float
    middle: float
    axis: Axis
    narrow: bool

    def x(self, value: float) -> float:
        inside = min(max(value, self.axis.low), self.axis.high)
        share = (inside - self.axis.low) / (self.axis.high - self.axis.low)
        return self.left + share * (self.right - self.left)


def dot_plot(rows: Sequence[DotRow], series: Sequence[Series], axis: Axis, title: str, width: float) -> Drawing:
    """Dots with intervals. Under 520 pixels labels stand above their rows, and numbers and tooltips are left out: small
    screens have the table below the chart instead."""
    layout = _layout(rows, axis, width)
    drawn, top = legend(series, width)
    heights = [_height(row, layout) for row in rows]
    tops = [top + 6 + sum(heights[:number]) for number in range(len(rows) + 1)]
    bottom = tops[-1]
    if not layout.narrow:
        for y, height in list(zip(tops, heights, strict=False))[::2]:
            drawn += rectangle(0, y, width, height, "band")
    drawn += _grid(layout, top + 4, bottom)
    for row, y, height in zip(rows, tops, heights, strict=False):
        drawn += _row(row, layout, y, height)
    drawn += _ticks(layout, bottom)
    return Drawing(drawn, width, bottom + 42, title)


def _layout(rows: Sequence[DotRow], axis: Axis, width: float) -> _Layout:
    if width < NARROW:
        return _Layout(width, 14, width - 14, width, axis, True)
    labels = max((text_width(row.label, SIZE) for row in rows), default=0)
    notes = max((text_width(row.note, SMALL) for row in rows), default=0)
    written = max((text_width(dot.written, SMALL) for row in rows for dot in row.estimates), default=0)
    intervals = max((text_width(dot.interval, SMALL) for row in rows for dot in row.estimates), default=0)
    left = min(max(labels, notes) + 26, width * 0.4)
    middle = width - 6 - intervals - (10 if intervals else 0)
    return _Layout(width, left, middle - written - 20, middle, axis, False)


def _height(row: DotRow, layout: _Layout) -> float:
    lines = max(len(row.estimates), 1) * LINE
    if layout.narrow:
        return lines + 32
    return max(lines, 30 if row.note else LINE) + 10


def _grid(layout: _Layout, top: float, bottom: float) -> Markup:
    drawn = Markup("")
    for tick in layout.axis.ticks:
        style = "zero" if tick == layout.axis.reference else "grid"
        drawn += line(layout.x(tick), top, layout.x(tick), bottom, style)
    return drawn


def _ticks(layout: _Layout, bottom: float) -> Markup:
    drawn = Markup("")
    for tick in layout.axis.ticks:
        drawn += label(layout.x(tick), bottom + 12, layout.axis.write(tick), "small soft middle")
    middle = (layout.left + layout.right) / 2
    room = 2 * min(middle, layout.width - middle)
    return drawn + label(middle, bottom + 30, fitted(layout.axis.title, SMALL, room), "small soft middle")


def _row(row: DotRow, layout: _Layout, top: float, height: float) -> Markup:
    drawn = Markup("")
    if layout.narrow:
        drawn += line(0, top, layout.width, top, "grid")
        note = text_width(row.note, SMALL)
        short = fitted(row.label, SIZE, layout.width - note - 20)
        drawn += label(4, top + 14, short, full=row.label)
        drawn += label(layout.width - 4, top + 14, row.note, "small soft end")
        y = top + 26 + LINE / 2
    else:
        short = fitted(row.label, SIZE, layout.left - 22)
        middle = top + height / 2
        drawn += label(layout.left - 14, middle - (7 if row.note else 0), short, "end", full=row.label)
        if row.note:
            drawn += label(layout.left - 14, middle + 9, row.note, "small soft end")
        y = middle - (len(row.estimates) - 1) * LINE / 2
    for dot in row.estimates:
        drawn += _dot(dot, layout, y)
        y += LINE
    return drawn


def _dot(dot: Estimate, layout: _Layout, y: float) -> Markup:
    colour = colour_of(dot.series)
    drawn = Markup("")
    if dot.range_low is not None and dot.range_high is not None and dot.range_high - dot.range_low > 0.002:
        drawn += line(layout.x(dot.range_low), y, layout.x(dot.range_high), y, f"range s{colour}")
    if dot.low is not None and dot.high is not None:
        drawn += line(layout.x(dot.low), y, layout.x(dot.high), y, f"interval s{colour}")
    if dot.beside is not None:
        drawn += line(layout.x(dot.beside), y - 6, layout.x(dot.beside), y + 6, f"interval s{colour}")
    drawn += mark(dot.series, layout.x(dot.value), y, hollow=dot.low is None)
    if not layout.narrow:
        drawn += label(layout.middle, y, dot.written, "small end")
        drawn += label(layout.width - 6, y, dot.interval, "small soft end")
    return group(drawn, "" if layout.narrow else dot.tooltip, dot.link)
