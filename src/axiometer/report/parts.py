"""What a page is put together from: sections of panels, panels of charts and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from axiometer.report.charts import Drawing
from axiometer.report.texts import Texts

WIDE = 880.0
NARROW = 350.0


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers as text. The first `words` columns are words, the others numbers.

    `items` may hold one item id per row: its first cell then leads to that item.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart for wide screens, paper and files, its twin for narrow screens, and its numbers.

    `name` is the stem of the figure's file, `caption` stands above it; `folded` hides the chart under its caption until
    it is asked for.
    """

    name: str
    wide: Drawing
    narrow: Drawing | None = None
    table: Table | None = None
    caption: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One side of a section; where a section has several, a reader switches between them by `tab`.

    `grid` sets small charts beside each other; `folded` hides the table until it is asked for.
    """

    tab: str
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    table: Table | None = None
    grid: bool = False
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    intro: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    notes: tuple[str, ...] = ()
    first: int = 0


def both_widths(draw: Callable[[float], Drawing], name: str, table: Table | None = None, caption: str = "") -> Chart:
    """A chart drawn for a wide and for a narrow screen."""
    return Chart(name, draw(WIDE), draw(NARROW), table, caption)


def reason_notes(
    texts: Texts, missing: Sequence[tuple[str, str | None]], key: str = "chart.no_interval"
) -> tuple[str, ...]:
    """One note per reason why intervals (or estimates) are missing. `missing`: what it concerns, and `why_not`."""
    grouped: dict[str, list[str]] = {}
    for what, why in missing:
        concerned = grouped.setdefault(texts.general_reason(why), [])
        if what not in concerned:
            concerned.append(what)
    return tuple(texts(key, reason=reason, what=some(texts, what)) for reason, what in grouped.items())


def some(texts: Texts, names: Sequence[str], most: int = 6) -> str:
    """The names as a list, the last of many only counted."""
    if len(names) <= most:
        return texts.listing(list(names))
    return texts("chart.and_others", names=texts("number.comma").join(names[:most]), n=len(names) - most)


def file_stem(*parts: str) -> str:
    """A file name from words: lower case, ASCII letters, digits and hyphens."""
    joined = "-".join(part for part in parts if part).lower()
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in joined)
    return "-".join(piece for piece in kept.split("-") if piece) or "figure"


def number_of(row: Mapping[str, object], column: str) -> float | None:
    """A number of a table's row; None where the column is absent, null or not a number."""
    value = row.get(column)
    if isinstance(value, int | float) and value == value:
        return float(value)
    return None


def whole_of(row: Mapping[str, object], column: str) -> int:
    """A count of a table's row; 0 where it is absent."""
    value = number_of(row, column)
    return 0 if value is None else round(value)


def text_of(row: Mapping[str, object], column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value)
