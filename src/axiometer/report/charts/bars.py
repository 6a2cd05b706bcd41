"""Stacked bars: what became of the presentations, nothing left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from axiometer.report.charts.drawing import SIZE, SMALL, Drawing, group, label, rectangle
from axiometer.report.fonts import fitted, text_width

NARROW = 520


@dataclass(frozen=True, slots=True)
class Segment:
    """One kind of outcome: `kind` gives its colour, `share` its length; `link`: where a press on it leads."""

    kind: int
    name: str
    share: float
    written: str
    tooltip: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    note: str
    segments: tuple[Segment, ...]


def stacked_bars(bars: Sequence[Bar], title: str, width: float) -> Drawing:
    """One full-length bar per row; a legend names the outcomes that occur."""
    narrow = width < NARROW
    drawn, top = _legend(bars, width)
    labels = max((text_width(bar.label, SIZE) for bar in bars), default=0)
    notes = max((text_width(bar.note, SMALL) for bar in bars), default=0)
    left = 2.0 if narrow else min(max(labels, notes) + 18, width * 0.38)
    row = 50.0 if narrow else 36.0
    for number, bar in enumerate(bars):
        y = top + 4 + row * number
        if narrow:
            short = fitted(bar.label, SIZE, width - text_width(bar.note, SMALL) - 14)
            drawn += label(2, y + 9, short, full=bar.label) + label(width - 2, y + 9, bar.note, "small soft end")
            drawn += _segments(bar, left, width - 2, y + 20, tooltips=False)
        else:
            drawn += label(left - 12, y + 8, fitted(bar.label, SIZE, left - 14), "end", full=bar.label)
            drawn += label(left - 12, y + 23, bar.note, "small soft end")
            drawn += _segments(bar, left, width - 2, y + 4)
    return Drawing(drawn, width, top + 8 + row * len(bars), title)


def _segments(bar: Bar, left: float, right: float, y: float, *, tooltips: bool = True) -> Markup:
    drawn, x = Markup(""), left
    for segment in bar.segments:
        wide = segment.share * (right - left)
        if wide <= 0:
            continue
        piece = rectangle(x, y, wide, 22, f"cell o{segment.kind}")
        if wide > text_width(segment.written, SMALL) + 10:
            style = "small middle" + (" on" if segment.kind in _DARK else " off")
            piece += label(x + wide / 2, y + 11, segment.written, style)
        drawn += group(piece, segment.tooltip if tooltips else "", segment.link)
        x += wide
    return drawn


_DARK = frozenset({0, 4, 5, 7})


def _legend(bars: Sequence[Bar], width: float) -> tuple[Markup, float]:
    kinds = {segment.kind: segment.name for bar in bars for segment in bar.segments if segment.share > 0}
    drawn, x, y = Markup(""), 2.0, 12.0
    for kind in sorted(kinds):
        wide = text_width(kinds[kind], SIZE) + 36
        if x > 2 and x + wide > width:
            x, y = 2.0, y + 22
        drawn += rectangle(x, y - 6, 12, 12, f"o{kind}") + label(x + 18, y, kinds[kind])
        x += wide
    return drawn, y + 18
