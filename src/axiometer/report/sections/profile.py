"""The profile: the share of choices that express each value, per level, respondents side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import Axis, DotRow, Estimate, dot_plot
from axiometer.report.parts import (
    Chart,
    Panel,
    Section,
    Table,
    both_widths,
    file_stem,
    number_of,
    reason_notes,
    text_of,
    whole_of,
)
from axiometer.report.views import LevelView, Study

Row = Mapping[str, object]
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)

# A longer list of values (or rules) is given as a table only.
MOST_ROWS = 60


def share_axis(title: str) -> Axis:
    return Axis(0.0, 1.0, TICKS, lambda tick: f"{100 * tick:.0f}%", title, reference=0.5)


def profile(study: Study) -> Section:
    """One panel per mode and level; modes are never pooled."""
    texts = study.texts
    shares = study.table("shares").filter(pl.col("lang") == "all")
    modes = [str(mode) for mode in shares["mode"].unique().sort()]
    panels: list[Panel] = []
    first = 0
    for mode in modes:
        for level in study.levels:
            rows = shares.filter((pl.col("mode") == mode) & (pl.col("level") == level.id))
            if rows.is_empty():
                continue
            if level == study.main_level and mode == modes[0]:
                first = len(panels)
            tab = level.name if len(modes) == 1 else f"{level.name} · {texts.named('mode', mode)}"
            panels.append(_panel(study, level, mode, tab, rows))
    intro = tuple(texts(f"profile.intro_{mode}") for mode in modes if mode in ("choice", "logprob", "agree"))
    return Section("profile", texts("profile.title"), (*intro, texts("profile.reading")), tuple(panels), first=first)


def _panel(study: Study, level: LevelView, mode: str, tab: str, rows: pl.DataFrame) -> Panel:
    by_value: dict[str, list[Row]] = {}
    for row in rows.iter_rows(named=True):
        by_value.setdefault(str(row["value"]), []).append(row)
    ordered = sorted(
        (value for value in level.values if value in by_value), key=lambda value: -_mean_share(by_value[value])
    )
    dots = [_dot_row(study, value, by_value[value]) for value in ordered]
    missing = [
        (study.value_name(value), text_of(row, "why_not"))
        for value in ordered
        for row in by_value[value]
        if number_of(row, "share") is not None and number_of(row, "low") is None
    ]
    table = _table(study, ordered, by_value)
    if len(ordered) > MOST_ROWS:
        return Panel(tab, (), (study.texts("profile.table_only", n=len(ordered)),), table, folded=True)
    chart = _chart(study, tab, dots, file_stem("profile", mode, level.id), table)
    return Panel(tab, (chart,), reason_notes(study.texts, missing))


def _chart(study: Study, tab: str, dots: list[DotRow], name: str, table: Table) -> Chart:
    texts = study.texts
    title = texts("profile.chart", level=tab)
    axis = share_axis(texts("profile.axis"))
    series = [respondent.series for respondent in study.respondents]
    return both_widths(lambda width: dot_plot(dots, series, axis, title, width), name, table)


def _mean_share(rows: list[Row]) -> float:
    known = [share for row in rows if (share := number_of(row, "share")) is not None]
    return sum(known) / len(known) if known else -1.0


def _dot_row(study: Study, value: str, rows: list[Row]) -> DotRow:
    by_model = {str(row["model"]): row for row in rows}
    present = [by_model[entry.label] for entry in study.respondents if entry.label in by_model]
    dots = [dot for row in present if (dot := share_estimate(study, value, row)) is not None]
    return DotRow(study.value_name(value), _items_note(study, present), tuple(dots))


def _items_note(study: Study, rows: Sequence[Row]) -> str:
    """On how many items the estimates rest; a range where respondents met different numbers of them."""
    counts = [whole_of(row, "items") for row in rows]
    if not counts:
        return ""
    if min(counts) == max(counts):
        return study.texts("profile.items", n=counts[0])
    return study.texts("profile.items_range", low=min(counts), high=max(counts))


def share_estimate(study: Study, value: str, row: Row) -> Estimate | None:
    """The dot for one share, None where it has no denominator."""
    texts, share = study.texts, number_of(row, "share")
    if share is None:
        return None
    low, high = number_of(row, "low"), number_of(row, "high")
    name = str(row["model"])
    said = texts(
        "profile.tooltip", who=name, value=study.value_name(value), share=texts.percent(share), n=whole_of(row, "n")
    )
    if low is not None and high is not None:
        method = texts.named("interval", text_of(row, "interval"))
        said += texts("profile.tooltip_interval", interval=texts.interval(low, high), method=method)
    else:
        said += texts("profile.tooltip_none", reason=texts.reason(text_of(row, "why_not")))
    bounds = texts.interval(number_of(row, "bound_low"), number_of(row, "bound_high"))
    if bounds:
        said += texts("profile.tooltip_bounds", bounds=bounds)
    return Estimate(
        study.respondent(name).mark,
        share,
        low,
        high,
        said,
        texts.percent(share),
        texts.interval(low, high),
        number_of(row, "bound_low"),
        number_of(row, "bound_high"),
    )


def _table(study: Study, ordered: list[str], by_value: Mapping[str, list[Row]]) -> Table:
    texts = study.texts
    opposed = any(whole_of(row, "n_opposed") for rows in by_value.values() for row in rows)
    headers = ("value", "respondent", "share", "interval", "n", "items", "clusters", "bounds", "bounds_ci", "why_not")
    more = ("opposed", "opposed_n") if opposed else ()
    rows = []
    for value in ordered:
        for row in by_value[value]:
            cells = [
                study.value_name(value),
                text_of(row, "model"),
                texts.percent(number_of(row, "share"), 1),
                texts.interval(number_of(row, "low"), number_of(row, "high")) or "–",
                texts.count(whole_of(row, "n")),
                texts.count(whole_of(row, "items")),
                texts.count(whole_of(row, "clusters")),
                texts.interval(number_of(row, "bound_low"), number_of(row, "bound_high")) or "–",
                texts.interval(number_of(row, "bound_ci_low"), number_of(row, "bound_ci_high")) or "–",
                texts.reason(text_of(row, "why_not")) if row.get("why_not") else "",
            ]
            if opposed:
                cells += [texts.percent(number_of(row, "opposed_share"), 1), texts.count(whole_of(row, "n_opposed"))]
            rows.append(tuple(cells))
    return Table(tuple(texts(f"column.{name}") for name in (*headers, *more)), tuple(rows), words=2)
