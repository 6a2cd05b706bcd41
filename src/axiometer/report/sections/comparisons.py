"""Respondents compared: agreement, differences per value, and the items on which they differ most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import NEUTRAL, Cell, DotRow, Estimate, dot_plot, matrix
from axiometer.report.parts import (
    NARROW,
    WIDE,
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
from axiometer.report.sections.reliability import point_axis
from axiometer.report.views import Study

Row = Mapping[str, object]

# More pairs of respondents than this are given as a table only.
MOST_PAIRS = 12


def agreement(study: Study) -> Section | None:
    """A heat map per measure of agreement. None where no two respondents share a run."""
    texts, table = study.texts, study.table("agreement")
    if table.is_empty():
        return None
    panels = []
    for measure, level in dict.fromkeys(table.select("measure", "level").iter_rows()):
        same = (pl.col("measure") == measure) & pl.col("level").eq_missing(level)
        rows = list(table.filter(same).iter_rows(named=True))
        name = texts.named("measure", measure)
        tab = name if level is None else texts("agreement.at_level", measure=name, level=study.level_name(level))
        if any(number_of(row, "estimate") is not None for row in rows):
            panels.append(_agreement_panel(study, measure, tab, rows))
        else:
            panels.append(Panel(tab, notes=reason_notes(texts, [(tab, text_of(row, "why_not")) for row in rows])))
    return Section("agreement", texts("agreement.title"), (texts("agreement.intro"),), tuple(panels))


def _agreement_panel(study: Study, measure: str, tab: str, rows: Sequence[Row]) -> Panel:
    texts = study.texts
    found = {label for row in rows for label in (str(row["model_a"]), str(row["model_b"]))}
    names = [entry.label for entry in study.respondents if entry.label in found]
    cells: dict[tuple[int, int], Cell] = {}
    for row in rows:
        cell = _agreement_cell(study, measure, row)
        if cell is not None:
            one, two = names.index(str(row["model_a"])), names.index(str(row["model_b"]))
            cells[one, two] = cells[two, one] = cell
    title = texts("agreement.chart", measure=tab)
    stem = file_stem("agreement", measure, text_of(rows[0], "level"))
    table = _agreement_table(study, rows)
    wide = matrix(names, cells, title, size=104, width=WIDE)
    chart = Chart(stem, wide, matrix(names, cells, title, size=104, width=NARROW), table)
    notes = [texts.named("measure_note", measure)] if texts.named("measure_note", measure) != measure else []
    missing = [(_pair(study, row), text_of(row, "why_not")) for row in rows if number_of(row, "low") is None]
    return Panel(tab, (chart,), (*notes, *reason_notes(texts, missing)))


def _pair(study: Study, row: Row) -> str:
    return study.texts("number.pair", a=str(row["model_a"]), b=str(row["model_b"]))


def _agreement_cell(study: Study, measure: str, row: Row) -> Cell | None:
    texts, estimate = study.texts, number_of(row, "estimate")
    if estimate is None:
        return None
    written = texts.percent(estimate) if measure == "raw" else texts.decimal(estimate)
    low, high = number_of(row, "low"), number_of(row, "high")
    interval = ""
    if low is not None and high is not None:
        interval = texts.interval(low, high) if measure == "raw" else _between(study, low, high)
    said = texts("agreement.tooltip", pair=_pair(study, row), estimate=written, n=whole_of(row, "n_items"))
    if interval:
        said += texts("reliability.tooltip_interval", interval=interval)
    if (ceiling := number_of(row, "ceiling")) is not None:
        said += texts(
            "agreement.tooltip_ceiling", ceiling=texts.percent(ceiling) if measure == "raw" else texts.decimal(ceiling)
        )
    return Cell(max(estimate, 0.0), written, said, interval)


def _between(study: Study, low: float, high: float) -> str:
    return study.texts("number.from_to", low=study.texts.decimal(low), high=study.texts.decimal(high))


def _agreement_table(study: Study, rows: Sequence[Row]) -> Table:
    texts = study.texts
    written = []
    for row in rows:
        low, high = number_of(row, "low"), number_of(row, "high")
        written.append(
            (
                _pair(study, row),
                texts.decimal(number_of(row, "estimate"), 3),
                "–" if low is None or high is None else _between(study, low, high),
                texts.decimal(number_of(row, "ceiling"), 3),
                texts.count(whole_of(row, "n_items")),
                texts.reason(text_of(row, "why_not")) if row.get("why_not") else "",
            )
        )
    names = ("pair", "estimate", "interval", "ceiling", "items", "why_not")
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written))


def differences(study: Study) -> Section | None:
    """One panel per pair of respondents on the main level, and a table of the largest differences on every level."""
    texts, table = study.texts, study.table("differences")
    shown = [level.id for level in study.levels]
    known = table.filter(pl.col("difference").is_not_null() & pl.col("level").is_in(shown))
    if known.is_empty():
        return None
    main = study.main_level
    panels = []
    pairs = list(dict.fromkeys(known.select("model_a", "model_b").iter_rows()))
    if main is not None:
        for one, two in pairs[:MOST_PAIRS]:
            mine = known.filter((pl.col("model_a") == one) & (pl.col("model_b") == two) & (pl.col("level") == main.id))
            if not mine.is_empty():
                panels.append(_difference_panel(study, str(one), str(two), list(mine.iter_rows(named=True))))
    panels.append(_largest(study, known))
    methods = sorted({str(name) for name in known["adjustment"].drop_nulls()})
    notes = [texts("differences.families", method=texts.named("adjustment", method)) for method in methods]
    if len(study.runs) > 1:
        notes.append(texts("differences.within"))
    return Section(
        "differences", texts("differences.title"), (texts("differences.intro"),), tuple(panels), tuple(notes)
    )


def _difference_panel(study: Study, one: str, two: str, rows: Sequence[Row]) -> Panel:
    texts = study.texts
    ordered = sorted(rows, key=lambda row: -(number_of(row, "difference") or 0.0))
    dots = []
    for row in ordered:
        dot = _difference_dot(study, row)
        if dot is not None:
            dots.append(DotRow(study.value_name(str(row["value"])), "", (dot,)))
    axis = point_axis(dots, texts("differences.axis", a=one, b=two))
    title = texts("differences.chart", a=one, b=two)
    name, table = file_stem("differences", one, two), _difference_table(study, ordered)
    chart = both_widths(lambda width: dot_plot(dots, (), axis, title, width), name, table)
    missing = [(study.value_name(str(row["value"])), text_of(row, "why_not")) for row in rows if row["low"] is None]
    return Panel(texts("number.pair", a=one, b=two), (chart,), reason_notes(texts, missing))


def _difference_dot(study: Study, row: Row) -> Estimate | None:
    """The dot of a paired difference, in percentage points, with its interval and adjusted p-value."""
    texts, value = study.texts, number_of(row, "difference")
    if value is None:
        return None
    low, high = number_of(row, "low"), number_of(row, "high")
    p = number_of(row, "p_adjusted")
    interval = texts.point_interval(low, high)
    name = study.value_name(str(row["value"]))
    said = texts("differences.tooltip", value=name, difference=texts.points(value), n=whole_of(row, "n_items"))
    if interval:
        said += texts("reliability.tooltip_interval", interval=interval)
    if p is not None:
        said += texts("differences.tooltip_p", p=texts.probability(p))
    return Estimate(NEUTRAL, value, low, high, said, texts.points(value), interval)


def _difference_table(study: Study, rows: Sequence[Row], *, pairs: bool = False) -> Table:
    texts = study.texts
    written = []
    for row in rows:
        low, high = number_of(row, "low"), number_of(row, "high")
        value = study.value_name(str(row["value"]))
        head = (_pair(study, row), study.level_name(str(row["level"])), value) if pairs else (value,)
        written.append(
            (
                *head,
                texts.points(number_of(row, "difference")),
                texts.point_interval(low, high) or "–",
                texts.count(whole_of(row, "n_items")),
                texts.probability(number_of(row, "p")),
                texts.probability(number_of(row, "p_adjusted")),
            )
        )
    names = (*(("pair", "level") if pairs else ()), "value", "points", "interval", "items", "p", "p_adjusted")
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=3 if pairs else 1)


def _largest(study: Study, known: pl.DataFrame, most: int = 40) -> Panel:
    texts = study.texts
    below = known.filter(pl.col("p_adjusted") < 0.05)
    shown = below.sort(pl.col("difference").abs(), descending=True, maintain_order=True).head(most)
    note = texts("differences.largest_note", n=len(shown), found=len(below), tested=len(known))
    table = _difference_table(study, list(shown.iter_rows(named=True)), pairs=True) if len(shown) else None
    return Panel(texts("differences.largest"), (), (note,), table)


def contested(study: Study, most: int = 15) -> Section | None:
    """The items on which two respondents differ most. None with one respondent."""
    texts = study.texts
    known = study.table("contested").filter(pl.col("difference").is_not_null() & (pl.col("difference") != 0))
    if known.is_empty():
        return None
    top = (
        known.sort(pl.col("difference").abs(), "item", descending=[True, False], maintain_order=True)
        .unique("item", keep="first", maintain_order=True)
        .head(most)
        .join(study.items.select(pl.col("id").alias("item"), "prompt", "options"), on="item", how="left")
    )
    rows = [_contested_row(study, row) for row in top.iter_rows(named=True)]
    headers = tuple(texts(f"column.{name}") for name in ("item", "option", "chosen_by", "points"))
    table = Table(headers, tuple(rows), words=3, items=tuple(top["item"]))
    intro = (texts("contested.intro", n=len(rows)),)
    return Section("contested", texts("contested.title"), intro, (Panel("", (), (), table),))


def _contested_row(study: Study, row: Row) -> tuple[str, ...]:
    texts, options, index = study.texts, row.get("options"), row.get("option")
    option = options[index]["text"] if isinstance(options, list) and isinstance(index, int) else ""
    shares = [
        texts("contested.share", who=str(row[f"model_{side}"]), share=texts.percent(number_of(row, f"share_{side}")))
        for side in "ab"
    ]
    return (
        _short(text_of(row, "prompt") or text_of(row, "item")),
        _short(option),
        "\n".join(shares),
        texts.points(number_of(row, "difference")),
    )


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
