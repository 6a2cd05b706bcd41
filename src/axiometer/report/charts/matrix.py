"""A matrix of shaded cells with their numbers in them: agreement between respondents, coverage of pairs of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from axiometer.report.charts.drawing import SIZE, SMALL, Drawing, group, label, rectangle
from axiometer.report.fonts import fitted, text_width


@dataclass(frozen=True, slots=True)
class Cell:
    """`strength` in [0, 1] is the shade of `colour`; `written` the number in the cell (second line `note`)."""

    strength: float
    written: str
    tooltip: str
    note: str = ""
    colour: int = 0


def matrix(
    names: Sequence[str],
    cells: Mapping[tuple[int, int], Cell],
    title: str,
    *,
    columns: Sequence[str] | None = None,
    size: float = 72,
    width: float = 860,
) -> Drawing:
    """A matrix with rows in the order of `names`, and columns too where they have no names of their own (`columns`); a
    cell that is absent is drawn as a thin frame."""
    across = names if columns is None else columns
    longest = max((text_width(name, SIZE) for name in names), default=0)
    widest = max((text_width(name, SIZE) for name in across), default=0)
    left = min(longest + 16, width * 0.36)
    side = min(size, (width - left - 4) / max(len(across), 1))
    slanted = widest > side - 6
    top = min(widest * 0.72 + 22, 130) if slanted else 24.0
    drawn = Markup("")
    for other, name in enumerate(across):
        drawn += _column(name, left + side * (other + 0.5), top, slanted)
    for index, name in enumerate(names):
        drawn += label(left - 10, top + side * (index + 0.5), fitted(name, SIZE, left - 12), "end", full=name)
        for other in range(len(across)):
            drawn += _cell(cells.get((index, other)), left + side * other, top + side * index, side)
    extra = top * 0.8 if slanted else 0
    return Drawing(drawn, left + side * len(across) + 4 + extra, top + side * len(names) + 6, title)


def _column(name: str, x: float, top: float, slanted: bool) -> Markup:
    if not slanted:
        return label(x, top - 12, name, "middle")
    short = fitted(name, SIZE, 140)
    drawn = label(0, -4.5, short, full=name)
    return Markup('<g transform="translate({} {}) rotate(-45)">{}</g>').format(f"{x:.1f}", f"{top - 6:.1f}", drawn)


def _cell(cell: Cell | None, x: float, y: float, side: float) -> Markup:
    if cell is None:
        return rectangle(x + 1, y + 1, side - 2, side - 2, "absent")
    strength = min(max(cell.strength, 0.0), 1.0)
    deep = strength > (0.6 if cell.colour == 0 else 0.75)  # orange stays light for longer
    drawn = rectangle(x, y, side, side, f"cell f{cell.colour}", fill_opacity=f"{0.06 + 0.94 * strength:.2f}")
    size = SIZE if text_width(cell.written, SIZE) < side - 4 else SMALL
    if text_width(cell.written, size) < side:
        style = ("middle" if size == SIZE else "middle small") + (" deep" if deep else "")
        lift = 8 if cell.note and side > 54 else 0
        drawn += label(x + side / 2, y + side / 2 - lift, cell.written, style)
        if lift:
            faint = "middle small" + (" deep" if deep else "")
            drawn += label(x + side / 2, y + side / 2 + 10, fitted(cell.note, SMALL, side), faint)
    return group(drawn, cell.tooltip)
