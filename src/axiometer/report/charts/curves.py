"""Curves in unit squares, side by side: calibration, precision against recall, F1 by threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from axiometer.report.charts.drawing import (
    SIZE,
    SMALL,
    Drawing,
    Series,
    colour_of,
    element,
    group,
    label,
    legend,
    line,
    mark,
    number,
    rectangle,
)
from axiometer.report.fonts import fitted

TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
LEFT, RIGHT, FOOT, HEAD, GAP = 34.0, 14.0, 36.0, 26.0, 18.0
LARGEST = 360.0


@dataclass(frozen=True, slots=True)
class Point:
    """A place that gets the mark of its series: an interval up and down where there is one, and what is said of it."""

    x: float
    y: float
    tooltip: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """path: places in [0, 1]² joined by lines; points: those that are marked."""

    series: Series
    path: tuple[tuple[float, float], ...]
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class CurvePlot:
    """diagonal: whether the line of equal x and y is drawn."""

    title: str
    curves: tuple[Curve, ...]
    diagonal: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    side: float

    def x(self, value: float) -> float:
        return self.left + min(max(value, 0.0), 1.0) * self.side

    def y(self, value: float) -> float:
        return self.top + (1 - min(max(value, 0.0), 1.0)) * self.side


def curve_plots(
    plots: Sequence[CurvePlot], axes: tuple[str, str], title: str, width: float, columns: int = 4
) -> Drawing:
    """Plots in rows of at most `columns`, all axes from 0 to 1. axes: what stands along x and what up y."""
    series = list(dict.fromkeys(curve.series for plot in plots for curve in plot.curves))
    drawn, top = legend(series, width)
    drawn += label(2, top + 6, axes[1], "small soft")
    top += 22
    columns = max(1, min(columns, len(plots)))
    side = min((width - RIGHT - columns * LEFT - (columns - 1) * GAP) / columns, LARGEST)
    for place, plot in enumerate(plots):
        row, column = divmod(place, columns)
        left = LEFT + column * (side + LEFT + GAP)
        drawn += _plot(plot, _Box(left, top + HEAD + row * (side + HEAD + FOOT), side), axes[0])
    rows = -(-len(plots) // columns)
    return Drawing(drawn, width, top + rows * (side + HEAD + FOOT) + 4, title)


def _plot(plot: CurvePlot, box: _Box, along: str) -> Markup:
    drawn = label(box.left, box.top - 12, fitted(plot.title, SIZE, box.side), full=plot.title)
    few = box.side < 170
    for tick in TICKS:
        drawn += line(box.x(tick), box.y(0), box.x(tick), box.y(1), "grid")
        drawn += line(box.x(0), box.y(tick), box.x(1), box.y(tick), "grid")
        if not few or tick in (0.0, 0.5, 1.0):
            written = f"{tick:.2f}" if tick in (0.25, 0.75) else f"{tick:.1f}"
            drawn += label(box.x(tick), box.y(0) + 11, written, "small soft middle")
            drawn += label(box.left - 6, box.y(tick), written, "small soft end")
    if plot.diagonal:
        corner = f"M{number(box.x(0))} {number(box.y(0))}L{number(box.x(1))} {number(box.y(1))}"
        drawn += element("path", d=corner, class_="zero")
    drawn += label(box.left + box.side / 2, box.y(0) + 26, fitted(along, SMALL, box.side), "small soft middle")
    drawn += rectangle(box.left, box.top, box.side, box.side, "absent")
    for curve in plot.curves:
        drawn += _path(curve, box)
    for curve in plot.curves:
        for point in curve.points:
            drawn += _point(point, curve.series, box)
    return drawn


def _path(curve: Curve, box: _Box) -> Markup:
    if len(curve.path) < 2:
        return Markup("")
    places = "L".join(f"{number(box.x(x))} {number(box.y(y))}" for x, y in curve.path)
    path = element("path", d=f"M{places}", class_=f"interval s{colour_of(curve.series.mark)}")
    return group(path, curve.series.label)


def _point(point: Point, series: Series, box: _Box) -> Markup:
    drawn = Markup("")
    if point.low is not None and point.high is not None:
        x = box.x(point.x)
        drawn += line(x, box.y(point.low), x, box.y(point.high), f"interval s{colour_of(series.mark)}")
    drawn += mark(series.mark, box.x(point.x), box.y(point.y))
    return group(drawn, point.tooltip)
