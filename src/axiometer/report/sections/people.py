"""Models beside people: agreement beside that of one person with the others, and distances beside their noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from axiometer.report.beside_people import AGREEMENT, DISTANCE
from axiometer.report.charts import Axis, DotRow, Estimate, dot_plot
from axiometer.report.parts import Panel, Section, Table, both_widths, file_stem, number_of, text_of, whole_of
from axiometer.report.parts import reason_notes as reasons
from axiometer.report.sections.profile import TICKS
from axiometer.report.views import Study

Row = Mapping[str, object]

CHARTED = "js_distance"
"""The distance that the chart shows; the table has all."""

_FEW_PERSONS = 20


def people(study: Study) -> Section | None:
    """A panel per group of people and measure of agreement, and one for distances. Models stand in alphabetical order,
    other groups of people after them. None where no model answered items that people answered."""
    texts = study.texts
    agreement, distance = (_in_order(study.table(name)) for name in (AGREEMENT, DISTANCE))
    if distance.is_empty():
        return None
    several = distance["people"].n_unique() > 1
    panels = []
    for group in distance["people"].unique(maintain_order=True):
        of_group = agreement.filter(pl.col("people") == group)
        for measure in of_group["measure"].unique(maintain_order=True):
            rows = list(of_group.filter(pl.col("measure") == measure).iter_rows(named=True))
            panels.append(_agreement(study, str(group), str(measure), rows, several))
        panels.append(_distance(study, str(group), distance.filter(pl.col("people") == group), several))
    intro = texts("people.intro", groups=texts.listing(_groups(study, distance)))
    notes = [texts("people.not_better")]
    if any(count < _FEW_PERSONS for count in distance["persons"]):
        notes.append(texts("people.few"))
    if len(study.runs) > 1:
        notes.append(texts("people.same_items"))
    return Section("people", texts("people.title"), (intro,), tuple(panels), tuple(notes))


def _in_order(table: pl.DataFrame) -> pl.DataFrame:
    """Alphabetical within a group of people, with other groups of people last."""
    others = table["people"].unique().implode()
    return table.sort(
        pl.col("people"), pl.col("model").is_in(others), pl.col("model"), pl.col("mode"), maintain_order=True
    )


def _groups(study: Study, distance: pl.DataFrame) -> list[str]:
    texts = study.texts
    found: dict[str, int] = {}
    for group, persons in distance.select("people", "persons").iter_rows():
        found[group] = max(int(persons), found.get(group, 0))
    return [texts("people.group", who=group, n=persons) for group, persons in found.items()]


def _tab(study: Study, name: str, group: str, several: bool) -> str:
    return study.texts("people.tab_of", tab=name, who=group) if several else name


def _who(study: Study, row: Row, modes: bool) -> str:
    mode = study.texts.named("mode_short", text_of(row, "mode"))
    return study.texts("people.in_mode", who=text_of(row, "model"), mode=mode) if modes else text_of(row, "model")


def _rested(study: Study, row: Row) -> str:
    return study.texts("people.rested", items=whole_of(row, "items"), persons=whole_of(row, "persons"))


def _agreement(study: Study, group: str, measure: str, rows: Sequence[Row], several: bool) -> Panel:
    texts = study.texts
    modes = len({row["mode"] for row in rows}) > 1
    dots = [DotRow(_who(study, row, modes), _rested(study, row), (_agreement_dot(study, row),)) for row in rows]
    title = texts(f"people.chart_{measure}", who=group)
    axis = _axis(texts(f"people.axis_{measure}"), lambda tick: f"{100 * tick:.0f}%")
    stem, table = file_stem("people", group if several else "", measure), _agreement_table(study, rows)
    chart = both_widths(lambda width: dot_plot(dots, (), axis, title, width), stem, table)
    missing = [
        (_who(study, row, modes), text_of(row, "estimate_why_not")) for row in rows if row["estimate_low"] is None
    ]
    notes = (texts(f"people.note_{measure}"), texts("people.upright"), *reasons(texts, missing))
    return Panel(_tab(study, texts(f"people.tab_{measure}"), group, several), (chart,), notes)


def _agreement_dot(study: Study, row: Row) -> Estimate:
    texts, value = study.texts, number_of(row, "estimate") or 0.0
    ceiling = number_of(row, "ceiling")
    low, high = number_of(row, "estimate_low"), number_of(row, "estimate_high")
    interval = texts.interval(low, high)
    said = texts(
        "people.tooltip",
        who=text_of(row, "model"),
        share=texts.percent(value),
        ceiling=texts.percent(ceiling),
        difference=texts.points(number_of(row, "difference")),
        rested=_rested(study, row),
    )
    if interval:
        said += texts("reliability.tooltip_interval", interval=interval)
    mark = study.respondent(text_of(row, "model")).mark
    return Estimate(mark, value, low, high, said, texts.percent(value), interval, beside=ceiling)


def _agreement_table(study: Study, rows: Sequence[Row]) -> Table:
    texts = study.texts
    written = tuple(
        (
            text_of(row, "model"),
            texts.named("mode_short", text_of(row, "mode")),
            texts.percent(number_of(row, "estimate"), 1),
            texts.interval(number_of(row, "estimate_low"), number_of(row, "estimate_high")) or "–",
            texts.percent(number_of(row, "ceiling"), 1),
            texts.interval(number_of(row, "ceiling_low"), number_of(row, "ceiling_high")) or "–",
            texts.points(number_of(row, "difference")),
            texts.point_interval(number_of(row, "difference_low"), number_of(row, "difference_high")) or "–",
            texts.count(whole_of(row, "items")),
            texts.count(whole_of(row, "persons")),
            _why(study, row, "estimate_why_not", "difference_why_not"),
        )
        for row in rows
    )
    numbers = ("with_people", "interval", "each_other", "interval", "points", "interval", "items", "persons", "why_not")
    return Table(tuple(texts(f"column.{name}") for name in ("respondent", "mode", *numbers)), written, words=2)


def _why(study: Study, row: Row, *columns: str) -> str:
    return next((study.texts.reason(text_of(row, name)) for name in columns if row[name]), "")


def _distance(study: Study, group: str, table: pl.DataFrame, several: bool) -> Panel:
    texts = study.texts
    rows = list(table.filter(pl.col("measure") == CHARTED).iter_rows(named=True))
    modes = table["mode"].n_unique() > 1
    dots = [DotRow(_who(study, row, modes), _rested(study, row), (_distance_dot(study, row),)) for row in rows]
    title, axis = texts("people.chart_distance", who=group), _axis(texts("people.axis_distance"), "{:g}".format)
    stem, numbers = file_stem("people", group if several else "", "distance"), _distance_table(study, table)
    chart = both_widths(lambda width: dot_plot(dots, (), axis, title, width), stem, numbers)
    missing = [(_who(study, row, modes), text_of(row, "why_not")) for row in rows if row["low"] is None]
    notes = (texts("people.note_distance"), texts("people.alike"), *reasons(texts, missing))
    return Panel(_tab(study, texts("people.tab_distance"), group, several), (chart,), notes)


def _axis(title: str, write: Callable[[float], str]) -> Axis:
    """From 0 to 1; nothing on it is a reference for all respondents."""
    return Axis(0.0, 1.0, TICKS, write, title)


def _distance_dot(study: Study, row: Row) -> Estimate:
    texts, value = study.texts, number_of(row, "estimate") or 0.0
    low, high, alike = (number_of(row, name) for name in ("low", "high", "alike"))
    said = texts(
        "people.distance_tooltip",
        who=text_of(row, "model"),
        distance=texts.decimal(value),
        alike=texts.decimal(alike),
        excess=texts.decimal(number_of(row, "excess")),
        rested=_rested(study, row),
    )
    interval = _between(study, row)
    if interval:
        said += texts("reliability.tooltip_interval", interval=interval)
    mark = study.respondent(text_of(row, "model")).mark
    return Estimate(mark, value, low, high, said, texts.decimal(value), interval, beside=alike)


def _between(study: Study, row: Row) -> str:
    texts, low, high = study.texts, number_of(row, "low"), number_of(row, "high")
    if low is None or high is None:
        return ""
    return texts("number.from_to", low=texts.decimal(low), high=texts.decimal(high))


def _distance_table(study: Study, table: pl.DataFrame) -> Table:
    texts = study.texts
    decimals = ("alike", "excess", "people_halves", "model_halves")
    written = tuple(
        (
            text_of(row, "model"),
            texts.named("mode_short", text_of(row, "mode")),
            texts.named("distance", text_of(row, "measure")),
            texts.decimal(number_of(row, "estimate"), 3),
            _between(study, row) or "–",
            *(texts.decimal(number_of(row, name), 3) for name in decimals),
            texts.count(whole_of(row, "items")),
            texts.count(whole_of(row, "persons")),
            _why(study, row, "why_not"),
        )
        for row in table.iter_rows(named=True)
    )
    names = ("respondent", "mode", "measure", "distance", "interval", *decimals, "items", "persons", "why_not")
    return Table(tuple(texts(f"column.{name}") for name in names), written, words=3)
