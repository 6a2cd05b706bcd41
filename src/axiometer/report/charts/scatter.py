"""Clouds of points side by side on one scale: scenes in the plane, one plot per condition."""

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
    number,
    rectangle,
    shape_of,
)
from axiometer.report.fonts import fitted, text_width

NARROW = 520
GAP = 20.0
HEAD = 26.0
MOST_NAMED = 16  # names of more groups than this would cover each other
LOOKED_AT = 150  # points of a group among which the densest place is looked for

# Small marks, drawn from a point: circle, square, diamond, triangles up and down, cross; the order is that of `mark`.
_MARKS = (
    "m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0",
    "m-2.3-2.3h4.6v4.6h-4.6z",
    "m0-3.3l3.3 3.3l-3.3 3.3l-3.3-3.3z",
    "m0-3.2l3.1 5.6h-6.2z",
    "m0 3.2l3.1-5.6h-6.2z",
    "m-1.1-3.4h2.2v2.3h2.3v2.2h-2.3v2.3h-2.2v-2.3h-2.3v-2.2h2.3z",
)


@dataclass(frozen=True, slots=True)
class Cloud:
    """The points of one series in a plot."""

    series: Series
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    title: str
    clouds: tuple[Cloud, ...]


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a plot stands, and how places become pixels: the same scale in both directions and in every plot."""

    left: float
    top: float
    side: float
    low_x: float
    low_y: float
    scale: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + 10 + (x - self.low_x) * self.scale, self.top + self.side - 10 - (y - self.low_y) * self.scale


def scatter(plots: Sequence[Plot], title: str, width: float) -> Drawing:
    """Plots beside each other, on narrow screens below each other. Colour and shape say the series; names stand
    where their points are densest, if there are not too many."""
    series = list(dict.fromkeys(cloud.series for plot in plots for cloud in plot.clouds))
    drawn, top = legend(series, width)
    columns = 1 if width < NARROW else len(plots)
    side = min((width - GAP * (columns - 1)) / columns, 480.0)
    for place, plot in enumerate(plots):
        row, column = divmod(place, columns)
        box = _box(plots, column * (side + GAP), top + HEAD + row * (side + HEAD + GAP), side)
        drawn += _plot(plot, box, named=len(series) <= MOST_NAMED)
    rows = -(-len(plots) // columns)
    return Drawing(drawn, width, top + rows * (side + HEAD) + (rows - 1) * GAP + 4, title)


def _box(plots: Sequence[Plot], left: float, top: float, side: float) -> _Box:
    points = [point for plot in plots for cloud in plot.clouds for point in cloud.points]
    low_x, low_y = min(x for x, _ in points), min(y for _, y in points)
    reach_x, reach_y = max(x for x, _ in points) - low_x, max(y for _, y in points) - low_y
    scale = (side - 20) / max(reach_x, reach_y, 1e-9)
    spare_x, spare_y = (side - 20) / scale - reach_x, (side - 20) / scale - reach_y
    return _Box(left, top, side, low_x - spare_x / 2, low_y - spare_y / 2, scale)


def _plot(plot: Plot, box: _Box, *, named: bool) -> Markup:
    drawn = label(box.left + 2, box.top - 12, fitted(plot.title, SIZE, box.side), full=plot.title)
    drawn += rectangle(box.left, box.top, box.side, box.side, "absent")
    for cloud in plot.clouds:
        path = "".join(_place(box, point) + _MARKS[shape_of(cloud.series.mark)] for point in cloud.points)
        points = element("path", d=path, class_=f"f{colour_of(cloud.series.mark)}", fill_opacity=".72")
        drawn += group(points, cloud.series.label)
    return drawn + (_names(plot, box) if named else Markup(""))


def _place(box: _Box, point: tuple[float, float]) -> str:
    x, y = box.at(*point)
    return f"M{number(x)} {number(y)}"


def _names(plot: Plot, box: _Box) -> Markup:
    """Each name where its points are densest, moved up or down where another stands already."""
    drawn, taken = Markup(""), list[tuple[float, float, float]]()
    for cloud in plot.clouds:
        short = fitted(cloud.series.label, SMALL, box.side * 0.34)
        half = text_width(short, SMALL) / 2
        x, y = _densest([box.at(*point) for point in cloud.points], box.side / 12)
        x = min(max(x, box.left + half + 4), box.left + box.side - half - 4)
        for step in (0, 1, -1, 2, -2, 3, -3, 4, -4):
            free = min(max(y + 14 * step, box.top + 10), box.top + box.side - 10)
            if all(abs(x - other) > half + room + 3 or abs(free - line) >= 13 for other, line, room in taken):
                y = free
                break
        taken.append((x, y, half))
        drawn += label(x, y, short, "small middle halo", full=cloud.series.label)
    return drawn


def _densest(points: Sequence[tuple[float, float]], reach: float) -> tuple[float, float]:
    """The middle of what lies within `reach` of the point with most others there. The middle of all would lie between
    the parts of a group that falls apart."""
    some = points[:: -(-len(points) // LOOKED_AT)]
    around = [[other for other in some if abs(other[0] - x) + abs(other[1] - y) <= reach] for x, y in some]
    best = max(around, key=len)
    return sum(x for x, _ in best) / len(best), sum(y for _, y in best) / len(best)
