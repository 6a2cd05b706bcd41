"""Charts: well-formed whatever the labels say, and what they draw is what the numbers say."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.report.charts import (
    Axis,
    Bar,
    Cell,
    DotRow,
    Drawing,
    Estimate,
    RankRow,
    Segment,
    Series,
    dot_plot,
    matrix,
    rank_plot,
    stacked_bars,
)

SVG = "{http://www.w3.org/2000/svg}"
AXIS = Axis(0, 1, (0, 0.5, 1), lambda tick: f"{100 * tick:.0f}%", "share", 0.5)
SERIES = (Series("one", 0), Series("two", 1))


def parsed(drawing: Drawing) -> ET.Element:
    return ET.fromstring(str(drawing.inline()).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def styled(root: ET.Element, style: str) -> list[ET.Element]:
    return [each for each in root.iter() if style in (each.get("class") or "").split()]


def dot(value: float, low: float | None = None, high: float | None = None, series: int = 0, tip: str = "t") -> Estimate:
    return Estimate(series, value, low, high, tip, f"{value:.2f}", "")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_label_gives_well_formed_svg(label: str, name: str) -> None:
    rows = [DotRow(label, name, (dot(0.4, 0.3, 0.5, tip=name),))]
    drawings = [
        dot_plot(rows, (Series(name, 0), Series(label, 1)), AXIS, label, 880),
        matrix([label, name], {(0, 1): Cell(0.5, "5", label)}, name),
        rank_plot([RankRow(label, 1, 1, 2, 1, name)], 0, "Tier {n}", label),
        stacked_bars([Bar(label, name, (Segment(0, name, 1.0, "100%", label),))], name, 350),
    ]
    assert [parsed(drawing).tag.rpartition("}")[2] for drawing in drawings] == ["svg"] * 4


def test_an_estimate_without_an_interval_is_hollow_and_has_no_line() -> None:
    root = parsed(dot_plot([DotRow("v", "", (dot(0.4), dot(0.6, 0.5, 0.7, 1)))], SERIES, AXIS, "t", 880))
    assert len(styled(root, "hollow")) == 1
    assert len(styled(root, "interval")) == 1


def test_the_line_of_an_interval_ends_where_the_axis_says() -> None:
    root = parsed(dot_plot([DotRow("v", "", (dot(0.5, 0.0, 1.0),))], (), AXIS, "t", 880))
    start, _, end = styled(root, "interval")[0].attrib["d"][1:].partition("H")
    grid = sorted(float(each.attrib["d"][1:].split()[0]) for each in [*styled(root, "grid"), *styled(root, "zero")])
    assert float(start.split()[0]) == pytest.approx(grid[0], abs=0.1)
    assert float(end) == pytest.approx(grid[-1], abs=0.1)


def test_a_mark_beyond_the_axis_stays_on_the_paper() -> None:
    root = parsed(dot_plot([DotRow("v", "", (dot(7.0, -3.0, 9.0),))], (), AXIS, "t", 880))
    circle = next(root.iter(f"{SVG}circle"))
    assert 0 < float(circle.attrib["cx"]) < 880


def test_every_mark_says_its_numbers_to_a_pointer() -> None:
    root = parsed(dot_plot([DotRow("v", "", (dot(0.5, 0.4, 0.6, tip="0.5 & more"),))], (), AXIS, "t", 880))
    assert "0.5 & more" in [each.text for each in root.iter(f"{SVG}title")]


def test_the_same_series_differ_in_colour_and_in_shape() -> None:
    marks = [str(dot_plot([DotRow("v", "", (dot(0.5, series=n),))], (), AXIS, "t", 880).body) for n in range(12)]
    assert len(set(marks)) == 12


def test_bars_fill_their_row_whatever_is_in_it() -> None:
    shares = (0.62, 0.0, 0.3, 0.08)
    bar = Bar("m", "", tuple(Segment(kind, str(kind), share, "", "") for kind, share in enumerate(shares)))
    pieces = styled(parsed(stacked_bars([bar], "t", 880)), "cell")
    widths = [float(piece.attrib["width"]) for piece in pieces]
    assert len(pieces) == 3
    assert [width / sum(widths) for width in widths] == pytest.approx([0.62, 0.3, 0.08], abs=0.002)


def test_a_pair_that_never_met_is_an_empty_frame() -> None:
    root = parsed(matrix(["a", "b"], {(0, 1): Cell(0.2, "3", ""), (1, 0): Cell(0.2, "3", "")}, "t"))
    assert len(styled(root, "absent")) == 2
    assert len(styled(root, "cell")) == 2


def test_each_tier_is_named_once() -> None:
    rows = [RankRow(f"v{rank}", rank, 1, 4, 1 if rank < 3 else 2, "") for rank in range(1, 5)]
    texts = [each.text for each in parsed(rank_plot(rows, 0, "Tier {n}", "t")).iter(f"{SVG}text")]
    assert [texts.count("Tier 1"), texts.count("Tier 2")] == [1, 1]


def test_a_figure_of_its_own_carries_its_title_its_colours_and_its_font() -> None:
    drawing = dot_plot([DotRow("自由", "", (dot(0.5, 0.4, 0.6),))], (), AXIS, "份额：核心价值", 880)
    root = ET.fromstring(drawing.file())
    style = next(root.iter(f"{SVG}style")).text or ""
    assert "data:font/woff2" in style and "http" not in style
    assert "份额：核心价值" in [each.text for each in root.iter(f"{SVG}text")]
