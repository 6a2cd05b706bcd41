"""Scenes compared: how varied they are and how apart their values lie, with rules before them and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import (
    NEUTRAL,
    Axis,
    Cell,
    Cloud,
    DotRow,
    Estimate,
    Plot,
    Series,
    dot_plot,
    matrix,
    scatter,
)
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
from axiometer.report.scene_lede import ALL, MAIN, condition_name, facts, findings, interval_of, value_name
from axiometer.report.scene_views import ScenesView
from axiometer.report.texts import Texts

Row = Mapping[str, object]

STEPS = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
TEXT = 420
MOST_CONFUSED = 24


def scene_sections(views: Sequence[ScenesView], texts: Texts) -> tuple[Section, ...]:
    """One section per folder of scenes."""
    return tuple(
        _section(view, texts, "scenes" if not place else f"scenes-{place + 1}", len(views) > 1)
        for place, view in enumerate(views)
    )


def _section(view: ScenesView, texts: Texts, id_: str, several: bool) -> Section:
    title = texts("scenes.title_of", name=view.name) if several else texts("scenes.title")
    panels = (
        _picture(view, texts, id_),
        _distances(view, texts, id_),
        _comparison(view, texts, id_),
        _confusion(view, texts, id_),
        _examples(view, texts),
    )
    about = texts("scenes.intro" if len(view.conditions) > 1 else "scenes.intro_one")
    intro = (about, *findings(view, texts), facts(view, texts))
    return Section(id_, title, intro, tuple(panel for panel in panels if panel is not None), _notes(view, texts))


def _notes(view: ScenesView, texts: Texts) -> tuple[str, ...]:
    left_out = view.analysis.summary["left_out"]
    if not isinstance(left_out, Mapping) or not left_out:
        return ()
    names = texts.listing([value_name(view, texts, str(value)) for value in left_out])
    return (texts("scenes.left_out", values=names),)


def _picture(view: ScenesView, texts: Texts, id_: str) -> Panel | None:
    """The scenes in the plane, a plot for each condition."""
    table = view.analysis.picture
    if table.is_empty():
        return None
    plots = []
    for condition in view.conditions:
        own = table.filter(condition=condition)
        clouds = tuple(
            Cloud(Series(value_name(view, texts, value), place), tuple(points.select("x", "y").iter_rows()))
            for place, value in enumerate(view.values)
            if not (points := own.filter(value=value)).is_empty()
        )
        title = texts("scenes.plot", condition=condition_name(texts, condition), n=own.height)
        plots.append(Plot(title, clouds))
    title = texts("scenes.picture_chart", model=view.only("model"))
    chart = both_widths(lambda width: scatter(plots, title, width), file_stem(id_, "picture"))
    notes = [texts("scenes.picture_note")]
    if table.height < view.scenes.height:
        notes.append(texts("scenes.sample", shown=table.height, n=view.scenes.height))
    return Panel(texts("scenes.picture"), (chart,), tuple(notes))


def _distances(view: ScenesView, texts: Texts, id_: str) -> Panel:
    """Mean cosine distance within each value, and all measures by value in a table."""
    series = [Series(condition_name(texts, condition), place) for place, condition in enumerate(view.conditions)]
    rows, missing = [], []
    for value in (ALL, *view.values):
        dots = []
        for place, condition in enumerate(view.conditions):
            row = view.analysis.of(MAIN, condition, value)
            dots += [dot for dot in [_dot(texts, row, place, value_name(view, texts, value))] if dot is not None]
            if number_of(row, "low") is None:
                missing.append((value_name(view, texts, value), text_of(row, "why_not")))
        rows.append(DotRow(value_name(view, texts, value), "", tuple(dots)))
    axis = _axis(rows, texts("scenes.distance_axis"), from_zero=False)
    title = texts("scenes.distance_chart")
    chart = both_widths(lambda width: dot_plot(rows, series, axis, title, width), file_stem(id_, "distances"))
    notes = (texts("scenes.distance_note"), *reason_notes(texts, missing))
    return Panel(texts("scenes.distances"), (chart,), notes, _by_value(view, texts), folded=True)


def _dot(texts: Texts, row: Row, series: int, name: str) -> Estimate | None:
    value = number_of(row, "estimate")
    if value is None:
        return None
    interval = interval_of(texts, row, 3)
    said = texts(
        "scenes.tooltip",
        value=name,
        condition=condition_name(texts, text_of(row, "condition")),
        estimate=texts.decimal(value, 3),
        n=whole_of(row, "n"),
    )
    if interval:
        said += texts("reliability.tooltip_interval", interval=interval)
    return Estimate(
        series, value, number_of(row, "low"), number_of(row, "high"), said, texts.decimal(value, 3), interval
    )


def _axis(rows: Sequence[DotRow], title: str, *, from_zero: bool) -> Axis:
    """An axis that holds every dot and interval, with a reference at zero where differences are shown."""
    ends = [end for row in rows for dot in row.estimates for end in (dot.value, dot.low, dot.high) if end is not None]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    step = next((step for step in STEPS if (high - low) / step <= 6), 1.0)
    first, last = int(low // step), -int(-high // step)
    ticks = tuple(round(step * place, 6) for place in range(first, max(last, first + 1) + 1))
    return Axis(
        ticks[0],
        ticks[-1],
        ticks,
        lambda tick: f"{tick:.2f}".replace("-", "−").replace("−0.00", "0.00"),
        title,
        0.0 if from_zero else None,
    )


def _by_value(view: ScenesView, texts: Texts) -> Table:
    """Every measure of every value in either condition."""
    names = list(dict.fromkeys(view.analysis.measures["measure"].to_list()))
    rows = []
    for value in (ALL, *view.values):
        for condition in view.conditions:
            found = {name: view.analysis.of(name, condition, value) for name in names}
            rows.append(
                (
                    value_name(view, texts, value),
                    condition_name(texts, condition),
                    *(texts.decimal(number_of(row, "estimate")) for row in found.values()),
                    texts.count(whole_of(found[MAIN], "n")),
                    texts.count(whole_of(found[MAIN], "sources")),
                )
            )
    headers = (
        texts("column.value"),
        texts("scenes.condition"),
        *(texts.named("scene_measure", name) for name in names),
        texts("scenes.count"),
        texts("column.clusters"),
    )
    return Table(headers, tuple(rows), words=2)


def _comparison(view: ScenesView, texts: Texts, id_: str) -> Panel | None:
    """With rules minus without: the main measure by value, and all measures over values."""
    table = view.analysis.comparison
    if table.is_empty():
        return _alone(view, texts)
    own = {str(row["value"]): row for row in table.filter(measure=MAIN).iter_rows(named=True)}
    rows = []
    for value in (ALL, *view.values):
        row = own[value]
        difference = number_of(row, "difference")
        if difference is None:
            continue
        interval = interval_of(texts, row, 3)
        written = _signed(texts, difference)
        said = texts("scenes.difference_tooltip", value=value_name(view, texts, value), difference=written)
        if interval:
            said += texts("reliability.tooltip_interval", interval=interval)
        limits = number_of(row, "low"), number_of(row, "high")
        dot = Estimate(NEUTRAL, difference, *limits, said, written, interval)
        rows.append(DotRow(value_name(view, texts, value), "", (dot,)))
    axis = _axis(rows, texts("scenes.difference_axis"), from_zero=True)
    title = texts("scenes.difference_chart")
    chart = both_widths(lambda width: dot_plot(rows, (), axis, title, width), file_stem(id_, "difference"))
    missing = [
        (value_name(view, texts, value), text_of(row, "why_not")) for value, row in own.items() if row["low"] is None
    ]
    notes = (texts("scenes.comparison_note", n=len(view.values)), *reason_notes(texts, missing))
    return Panel(texts("scenes.comparison"), (chart,), notes, _overall(view, texts))


def _signed(texts: Texts, value: float) -> str:
    written = texts.decimal(value, 3)
    return f"+{written}" if value > 0 and written != "0.000" else written


def _overall(view: ScenesView, texts: Texts) -> Table:
    rows = []
    for row in view.analysis.comparison.filter(value=ALL).iter_rows(named=True):
        measure = str(row["measure"])
        sides = [_with_interval(texts, view.analysis.of(measure, condition)) for condition in view.conditions]
        low, high = number_of(row, "low"), number_of(row, "high")
        limits = (
            texts("number.from_to", low=_signed(texts, low), high=_signed(texts, high))
            if low is not None and high is not None
            else "–"
        )
        difference = number_of(row, "difference")
        rows.append(
            (
                texts.named("scene_measure", measure),
                *sides,
                "–" if difference is None else _signed(texts, difference),
                limits,
                texts.probability(number_of(row, "p")),
                texts.probability(number_of(row, "p_adjusted")),
            )
        )
    headers = (
        texts("scenes.measure"),
        *(condition_name(texts, condition) for condition in view.conditions),
        texts("scenes.difference"),
        texts("column.interval"),
        texts("column.p"),
        texts("column.p_adjusted"),
    )
    return Table(headers, tuple(rows))


def _with_interval(texts: Texts, row: Row) -> str:
    estimate, interval = texts.decimal(number_of(row, "estimate")), interval_of(texts, row)
    return texts("scenes.with_interval", estimate=estimate, interval=interval) if interval else estimate


def _alone(view: ScenesView, texts: Texts) -> Panel:
    """The measures over all values where there is one condition only."""
    condition = view.conditions[0]
    rows = []
    for row in view.analysis.measures.filter(value=ALL).iter_rows(named=True):
        measure = str(row["measure"])
        rows.append(
            (
                texts.named("scene_measure", measure),
                _with_interval(texts, row),
                texts.count(whole_of(row, "n")),
                texts.reason(text_of(row, "why_not")) if row["why_not"] else "",
            )
        )
    headers = (
        texts("scenes.measure"),
        condition_name(texts, condition),
        texts("scenes.count"),
        texts("column.why_not"),
    )
    return Panel(texts("scenes.numbers"), (), (texts("scenes.one_condition"),), Table(headers, tuple(rows)))


def _confusion(view: ScenesView, texts: Texts, id_: str) -> Panel | None:
    """For which value scenes were taken, a matrix for each condition; a table only where values are very many."""
    table = view.analysis.confusion
    if table.is_empty() or len(view.values) > MOST_CONFUSED:
        return None
    names = [value_name(view, texts, value) for value in view.values]
    places = {value: place for place, value in enumerate(view.values)}
    charts = []
    for condition in view.conditions:
        own = table.filter(condition=condition)
        cells = {
            (places[row["value"]], places[row["taken_for"]]): Cell(
                row["share"],
                f"{100 * row['share']:.0f}" if row["share"] >= 0.005 else "",
                texts(
                    "scenes.confusion_tooltip",
                    value=value_name(view, texts, row["value"]),
                    other=value_name(view, texts, row["taken_for"]),
                    share=texts.percent(row["share"]),
                    n=row["n"],
                ),
            )
            for row in own.iter_rows(named=True)
        }
        title = texts("scenes.confusion_chart", condition=condition_name(texts, condition))
        wide = matrix(names, cells, title, size=44, width=WIDE)
        narrow = matrix(names, cells, title, size=44, width=NARROW)
        charts.append(Chart(file_stem(id_, "confusion", condition), wide, narrow, None, title))
    chance = number_of(view.analysis.of("assigned", view.conditions[0]), "chance")
    note = texts("scenes.confusion_note", chance=texts.percent(chance, 1))
    return Panel(texts("scenes.confusion"), tuple(charts), (note,))


def _examples(view: ScenesView, texts: Texts) -> Panel:
    """The first scene of each value in every condition, so that a reader sees what the numbers are about."""
    first = view.scenes.filter(pl.col("value").is_in(view.values)).sort("number")
    found = {(row["value"], row["condition"]): row["text"] for row in first[::-1].iter_rows(named=True)}
    rows = tuple(
        (value_name(view, texts, value), *(_short(found[value, condition]) for condition in view.conditions))
        for value in view.values
    )
    headers = (texts("column.value"), *(condition_name(texts, condition) for condition in view.conditions))
    return Panel(
        texts("scenes.examples"), (), (texts("scenes.examples_note"),), Table(headers, rows, words=len(headers))
    )


def _short(text: str) -> str:
    return text if len(text) <= TEXT else text[: TEXT - 1].rstrip() + "…"
