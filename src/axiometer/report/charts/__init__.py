"""Charts as SVG text: dots with intervals, ranks, stacked bars, matrices, clouds of points and curves.

Drawn directly, without a charting library: a dot, a line and a rectangle are all that is needed, every mark can carry
its own tooltip, colours can follow the page (light, dark, print), and a chart can be drawn again for a narrow screen.
"""

from axiometer.report.charts.bars import Bar, Segment, stacked_bars
from axiometer.report.charts.curves import Curve, CurvePlot, Point, curve_plots
from axiometer.report.charts.dots import Axis, DotRow, Estimate, dot_plot
from axiometer.report.charts.drawing import NEUTRAL, Drawing, Series
from axiometer.report.charts.matrix import Cell, matrix
from axiometer.report.charts.ranks import RankRow, rank_plot
from axiometer.report.charts.scatter import Cloud, Plot, scatter

__all__ = [
    "NEUTRAL",
    "Axis",
    "Bar",
    "Cell",
    "Cloud",
    "Curve",
    "CurvePlot",
    "DotRow",
    "Drawing",
    "Estimate",
    "Plot",
    "Point",
    "RankRow",
    "Segment",
    "Series",
    "curve_plots",
    "dot_plot",
    "matrix",
    "rank_plot",
    "scatter",
    "stacked_bars",
]
