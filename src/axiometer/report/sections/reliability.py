"""Slot bias and reliability: how much of an answer is position, wording or chance rather than content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import Axis, DotRow, Estimate, dot_plot
from axiometer.report.parts import (
    Panel,
    Section,
    Table,
    both_widths,
    number_of,
    reason_notes,
    text_of,
    whole_of,
)
from axiometer.report.sections.profile import TICKS
from axiometer.report.views import Study

Row = Mapping[str, object]


def reliability(study: Study) -> Section:
    """Panels on consistency between presentations, on slots, and on components of variance."""
    texts = study.texts
    panels = [panel for panel in (_consistency(study), _slots(study), _variance(study)) if panel is not None]
    judged = study.table("slots").filter(pl.col("mode").is_in(["judged", "open"])).height > 0
    persons = any(entry.people for entry in study.respondents)
    more = [name for name, there in (("judge", judged), ("people", persons)) if there]
    intro = (texts("reliability.intro"), *(texts(f"reliability.{name}") for name in more))
    return Section("reliability", texts("reliability.title"), intro, tuple(panels))


def _dot(study: Study, row: Row, column: str, what: str, *, points: bool) -> Estimate | None:
    texts, value = study.texts, number_of(row, column)
    if value is None:
        return None
    low, high = number_of(row, "low"), number_of(row, "high")
    written = texts.points(value) if points else texts.percent(value)
    interval = texts.point_interval(low, high) if points else texts.interval(low, high)
    tail = (
        texts("reliability.tooltip_interval", interval=interval)
        if interval
        else texts("profile.tooltip_none", reason=texts.reason(text_of(row, "why_not")))
    )
    said = texts("reliability.tooltip", who=text_of(row, "model"), what=what, estimate=written, n=whole_of(row, "n"))
    mark = study.respondent(str(row["model"])).mark
    return Estimate(mark, value, low, high, said + tail, written, interval)


def _rows_in_order(study: Study, rows: Sequence[Row]) -> list[Row]:
    labels = [entry.label for entry in study.respondents]
    return sorted(rows, key=lambda row: labels.index(str(row["model"])))


def _consistency(study: Study) -> Panel | None:
    texts = study.texts
    table = study.table("consistency").filter(pl.col("lang") == "all")
    rows = [row for row in table.iter_rows(named=True) if number_of(row, "estimate") is not None]
    flips = [row for row in rows if not str(row["quantity"]).endswith("_consistency")]
    quantities = list(dict.fromkeys(str(row["quantity"]) for row in flips))
    dots, missing = [], []
    for quantity in quantities:
        mine = _rows_in_order(study, [row for row in flips if row["quantity"] == quantity])
        name = texts.named("quantity", quantity)
        found = [dot for row in mine if (dot := _dot(study, row, "estimate", name, points=False)) is not None]
        dots.append(DotRow(name, "", tuple(found)))
        missing += [(name, text_of(row, "why_not")) for row in mine if number_of(row, "low") is None]
    absent = [
        (texts.named("quantity", str(row["quantity"])), text_of(row, "why_not"))
        for row in table.iter_rows(named=True)
        if number_of(row, "estimate") is None and not str(row["quantity"]).endswith("_consistency")
    ]
    notes = reason_notes(texts, missing) + reason_notes(texts, absent, "chart.not_estimated")
    if not dots:
        return Panel(texts("reliability.consistency"), notes=notes) if notes else None
    lowest = min(end for row in dots for dot in row.estimates for end in _ends(dot))
    below = () if lowest >= 0 else (-0.25,) if lowest >= -0.25 else (-0.5, -0.25)
    axis = Axis(
        min((0.0, *below)),
        1.0,
        (*below, *TICKS),
        lambda tick: f"{100 * tick:.0f}%".replace("-", "−"),
        texts("reliability.axis"),
        0.0,
    )
    series = [respondent.series for respondent in study.respondents]
    title = texts("reliability.chart")
    numbers = _table(study, rows, "quantity", "estimate", points=False)
    chart = both_widths(lambda width: dot_plot(dots, series, axis, title, width), "consistency", numbers)
    return Panel(texts("reliability.consistency"), (chart,), (texts("reliability.reading"), *notes))


def _slots(study: Study) -> Panel | None:
    texts = study.texts
    table = study.table("slots").filter(pl.col("lang") == "all")
    rows = [row for row in table.sort("slot").iter_rows(named=True) if number_of(row, "excess") is not None]
    if not rows:
        return None
    dots, missing = [], []
    for slot in dict.fromkeys(whole_of(row, "slot") for row in rows):
        mine = _rows_in_order(study, [row for row in rows if whole_of(row, "slot") == slot])
        name = texts("reliability.slot", letter=text_of(mine[0], "letter") or str(slot + 1))
        found = [dot for row in mine if (dot := _dot(study, row, "excess", name, points=True)) is not None]
        dots.append(DotRow(name, "", tuple(found)))
        missing += [(name, text_of(row, "why_not")) for row in mine if number_of(row, "low") is None]
    axis = point_axis(dots, texts("reliability.slot_axis"))
    series = [respondent.series for respondent in study.respondents]
    title = texts("reliability.slot_chart")
    chart = both_widths(
        lambda width: dot_plot(dots, series, axis, title, width),
        "slots",
        _table(study, rows, "letter", "excess", points=True),
    )
    return Panel(texts("reliability.slots"), (chart,), reason_notes(texts, missing))


def point_axis(rows: Sequence[DotRow], title: str) -> Axis:
    """A symmetric axis of percentage points, wide enough for every dot and interval."""
    reach = max((abs(end) for row in rows for dot in row.estimates for end in _ends(dot)), default=0.0)
    half = next((step for step in (0.1, 0.2, 0.3, 0.4, 0.6, 0.8) if reach <= step), 1.0)
    ticks = tuple(half * step / 2 for step in range(-2, 3))
    return Axis(-half, half, ticks, lambda tick: f"{100 * tick:+.0f}".replace("-", "−").replace("+0", "0"), title, 0.0)


def _ends(dot: Estimate) -> tuple[float, ...]:
    return tuple(end for end in (dot.value, dot.low, dot.high) if end is not None)


def _table(study: Study, rows: Sequence[Row], key: str, column: str, *, points: bool) -> Table:
    texts = study.texts
    first = "quantity" if key == "quantity" else "slot"
    written = []
    for row in rows:
        low, high, value = number_of(row, "low"), number_of(row, "high"), number_of(row, column)
        written.append(
            (
                texts.named("quantity", text_of(row, key)) if key == "quantity" else text_of(row, key),
                text_of(row, "model"),
                texts.points(value) if points else texts.percent(value, 1),
                (texts.point_interval(low, high) if points else texts.interval(low, high)) or "–",
                texts.count(whole_of(row, "n")),
                texts.reason(text_of(row, "why_not")) if row.get("why_not") else "",
            )
        )
    names = (first, "respondent", "points" if points else "estimate", "interval", "n", "why_not")
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=2)


def _variance(study: Study) -> Panel | None:
    texts, table = study.texts, study.table("variance")
    if table.is_empty():
        return None
    rows = tuple(
        (
            texts.named("component", text_of(row, "component")),
            text_of(row, "model"),
            texts.percent(number_of(row, "share")),
            texts.reason(text_of(row, "why_not")) if row.get("why_not") else "",
        )
        for row in table.iter_rows(named=True)
    )
    headers = tuple(texts(f"column.{name}") for name in ("component", "respondent", "share", "why_not"))
    return Panel(
        texts("reliability.variance"), (), (texts("reliability.variance_reading"),), Table(headers, rows, words=2)
    )
