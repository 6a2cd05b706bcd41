"""Classifiers of expressed values: how well they tell them, over all values, one by one, and against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from axiometer.report.charts import NEUTRAL, Axis, DotRow, Estimate, dot_plot
from axiometer.report.classifier_views import ClassifiersView
from axiometer.report.parts import (
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
from axiometer.report.texts import Texts

Row = Mapping[str, object]

SHARES = (
    "micro_f1",
    "macro_f1",
    "weighted_f1",
    "tail_f1",
    "micro_precision",
    "micro_recall",
    "macro_precision",
    "macro_recall",
    "subset_accuracy",
    "average_precision",
)
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
DIGITS = 3


def texts_section(view: ClassifiersView, texts: Texts) -> Section:
    """Which texts, which classifiers, and whether these have seen those."""
    rows = []
    for model in view.models:
        said = view.said(model)
        seen = said.get("seen")
        rows.append(
            (
                model,
                texts.named("classifier_architecture", text_of(said, "architecture")),
                texts.count(whole_of(said, "fitted")) if "fitted" in said else "–",
                text_of(said, "file"),
                "–" if seen is None else texts.count(whole_of(said, "seen")),
                text_of(said, "licence") or "–",
            )
        )
    headers = tuple(texts(f"classifiers.{name}") for name in ("model", "kind", "fitted", "data", "seen", "licence"))
    order = (0, 1, 3, 5, 2, 4)  # words first
    table = Table(tuple(headers[at] for at in order), tuple(tuple(row[at] for at in order) for row in rows), words=4)
    panel = Panel("", (), (), table)
    return Section("texts", texts("classifiers.texts"), _facts(view, texts), (panel,), _warnings(view, texts))


def measures_section(view: ClassifiersView, texts: Texts) -> Section:
    """Every measure over all values, and differences where there are several classifiers."""
    rows, missing = [], []
    for measure in SHARES:
        dots = []
        for place, model in enumerate(view.models):
            row = view.evaluation.of(measure, model)
            dots += _dot(texts, row, place, f"{model}, {texts.named('classifier_measure', measure)}")
            if row["why_not"] and measure != "average_precision":
                missing.append((texts.named("classifier_measure", measure), text_of(row, "why_not")))
        rows.append(DotRow(texts.named("classifier_measure", measure), "", tuple(dots)))
    chart = both_widths(
        lambda width: dot_plot(rows, view.series, _unit(texts("classifiers.score")), texts("classifiers.chart"), width),
        file_stem("classifiers", "measures"),
    )
    notes = (texts("classifiers.interval_note"), *reason_notes(texts, missing))
    panels = [Panel(texts("classifiers.measures"), (chart,), notes, _measures_table(view, texts))]
    if len(view.models) > 1:
        panels.append(_differences(view, texts))
    intro = (texts("classifiers.measures_intro"), texts("classifiers.tail", values=_tail(view, texts)))
    return Section("measures", texts("classifiers.measures_title"), intro, tuple(panels))


def values_section(view: ClassifiersView, texts: Texts) -> Section:
    """F1 of each value, with support."""
    rows, missing = [], []
    for value in view.values:
        dots, support = [], 0
        for place, model in enumerate(view.models):
            row = view.only(view.evaluation.values, model, value).row(0, named=True)
            support = row["support"]
            said = {"estimate": row["f1"], "low": row["f1_low"], "high": row["f1_high"]}
            dots += _dot(texts, said, place, f"{model}, {view.called(value, texts)}")
            if row["why_not"]:
                missing.append((view.called(value, texts), row["why_not"]))
        rows.append(DotRow(view.called(value, texts), texts("classifiers.support_note", n=support), tuple(dots)))
    title = texts("classifiers.values_chart")
    chart = both_widths(
        lambda width: dot_plot(rows, view.series, _unit(texts("classifiers.f1")), title, width),
        file_stem("classifiers", "values"),
    )
    panels = [Panel(texts("classifiers.f1"), (chart,), reason_notes(texts, missing))]
    panels += [
        Panel(
            model if len(view.models) > 1 else texts("classifiers.numbers"), (), (), _values_table(view, texts, model)
        )
        for model in view.models
    ]
    return Section("values", texts("classifiers.values_title"), (texts("classifiers.values_intro"),), tuple(panels))


def _facts(view: ClassifiersView, texts: Texts) -> tuple[str, ...]:
    summary = view.evaluation.summary
    data = summary["data"] if isinstance(summary["data"], Mapping) else {}
    side = text_of(data, "side") or "all"
    said = texts(
        "classifiers.facts",
        n=whole_of(summary, "texts"),
        file=text_of(data, "file") or "–",
        side=texts.named("classifier_side", side),
        values=len(view.values),
        framework=view.framework.names.get(texts.lang) or view.framework.names.get("en") or view.framework.id,
    )
    clusters = whole_of(summary, "clusters")
    joined = texts("classifiers.clusters", n=clusters) if clusters < whole_of(summary, "texts") else ""
    lacking = data.get("left_out_values")
    named = lacking if isinstance(lacking, list) else []
    more = (
        texts("classifiers.lacking", values=texts.listing([_known(view, texts, str(each)) for each in named]))
        if named
        else ""
    )
    left = whole_of(data, "left_out_texts")
    return (said + joined + more + (texts("classifiers.left_out", n=left) if left else ""),)


def _known(view: ClassifiersView, texts: Texts, value: str) -> str:
    """A value's name, or its id where the framework has it not."""
    return view.called(value, texts) if value in view.framework else value


def _warnings(view: ClassifiersView, texts: Texts) -> tuple[str, ...]:
    total = whole_of(view.evaluation.summary, "texts")
    found = []
    for model in view.models:
        said = view.said(model)
        if said.get("seen") is None:
            found.append(texts("classifiers.unknown_seen", model=model))
        elif whole_of(said, "seen"):
            found.append(texts("classifiers.seen_warning", model=model, seen=whole_of(said, "seen"), total=total))
    silent = view.evaluation.summary["unexpressed"]
    if isinstance(silent, list) and silent:
        names = texts.listing([view.called(str(value), texts) for value in silent])
        found.append(texts("classifiers.unexpressed", values=names))
    return tuple(found)


def _tail(view: ClassifiersView, texts: Texts) -> str:
    tail = view.evaluation.summary["tail"]
    return texts.listing([view.called(str(value), texts) for value in (tail if isinstance(tail, list) else [])])


def _dot(texts: Texts, row: Row, series: int, name: str) -> list[Estimate]:
    value = number_of(row, "estimate")
    if value is None:
        return []
    interval, written = interval_of(texts, row), texts.decimal(value, DIGITS)
    said = texts("classifiers.tooltip", name=name, estimate=written)
    said += texts("reliability.tooltip_interval", interval=interval) if interval else ""
    return [Estimate(series, value, number_of(row, "low"), number_of(row, "high"), said, written, interval)]


def interval_of(texts: Texts, row: Row) -> str:
    """`0.641 to 0.702`, or empty where there is no interval."""
    low, high = number_of(row, "low"), number_of(row, "high")
    if low is None or high is None:
        return ""
    return texts("number.from_to", low=texts.decimal(low, DIGITS), high=texts.decimal(high, DIGITS))


def _unit(title: str) -> Axis:
    ticks = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    return Axis(0.0, 1.0, ticks, lambda tick: f"{tick:.1f}", title)


def _measures_table(view: ClassifiersView, texts: Texts) -> Table:
    names = list(dict.fromkeys(view.evaluation.measures["measure"].to_list()))
    rows = []
    for measure in names:
        cells = []
        for model in view.models:
            row = view.evaluation.of(measure, model)
            estimate, interval = texts.decimal(number_of(row, "estimate"), DIGITS), interval_of(texts, row)
            chance = number_of(view.said(model), f"{measure}_by_chance")
            if interval:
                estimate = texts("scenes.with_interval", estimate=estimate, interval=interval)
            elif chance is not None:
                estimate = texts("classifiers.with_chance", estimate=estimate, chance=texts.decimal(chance, DIGITS))
            cells.append(estimate)
        rows.append((texts.named("classifier_measure", measure), *cells))
    return Table((texts("classifiers.measure"), *view.models), tuple(rows))


def _values_table(view: ClassifiersView, texts: Texts, model: str) -> Table:
    rows = []
    for row in view.only(view.evaluation.values, model).iter_rows(named=True):
        cells = []
        for measure in ("precision", "recall", "f1"):
            ends = {"low": row[f"{measure}_low"], "high": row[f"{measure}_high"]}
            estimate, interval = texts.decimal(row[measure]), _short_interval(texts, ends)
            cells.append(texts("scenes.with_interval", estimate=estimate, interval=interval) if interval else estimate)
        numbers = (texts.decimal(row[name]) for name in ("average_precision", "threshold", "ece", "ece_by_chance"))
        name = view.called(row["value"], texts)
        rows.append((name, texts.count(row["support"]), texts.count(row["predicted"]), *cells, *numbers))
    keys = ("support", "predicted", "precision", "recall", "f1", "average", "threshold", "ece", "by_chance")
    return Table((texts("column.value"), *(texts(f"classifiers.{key}") for key in keys)), tuple(rows))


def _short_interval(texts: Texts, row: Row) -> str:
    low, high = number_of(row, "low"), number_of(row, "high")
    if low is None or high is None:
        return ""
    return texts("number.from_to", low=texts.decimal(low), high=texts.decimal(high))


def _differences(view: ClassifiersView, texts: Texts) -> Panel:
    """First minus second on the same texts: a row per pair and measure, and by value in a table."""
    table = view.evaluation.differences
    rows = []
    for row in table.filter(family="overall").iter_rows(named=True):
        if row["measure"] == "brier" or row["difference"] is None:
            continue
        pair = texts("classifiers.minus", first=row["first"], second=row["second"])
        measure = texts.named("classifier_measure", row["measure"])
        written, interval = signed(texts, row["difference"]), _signed_interval(texts, row)
        said = texts("classifiers.tooltip", name=f"{pair}, {measure}", estimate=written)
        dot = Estimate(NEUTRAL, row["difference"], row["low"], row["high"], said, written, interval)
        rows.append(DotRow(measure, pair, (dot,)))
    axis = _difference_axis(rows, texts("classifiers.difference"))
    title = texts("classifiers.difference_chart")
    chart = both_widths(lambda width: dot_plot(rows, (), axis, title, width), file_stem("classifiers", "differences"))
    listed = _difference_rows(view, texts, table.iter_rows(named=True))
    headers = (
        texts("classifiers.pair"),
        texts("classifiers.measure"),
        texts("column.value"),
        texts("classifiers.difference"),
        texts("column.interval"),
        texts("column.p"),
        texts("column.p_adjusted"),
    )
    note = texts("classifiers.difference_note")
    return Panel(texts("classifiers.compared"), (chart,), (note,), Table(headers, listed, words=3), folded=True)


def _difference_rows(view: ClassifiersView, texts: Texts, rows: Iterable[Row]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            texts("classifiers.minus", first=text_of(row, "first"), second=text_of(row, "second")),
            texts.named("classifier_measure", text_of(row, "measure")),
            view.called(text_of(row, "value") or "all", texts),
            signed(texts, number_of(row, "difference")),
            _signed_interval(texts, row),
            texts.probability(number_of(row, "p")),
            texts.probability(number_of(row, "p_adjusted")),
        )
        for row in rows
    )


def signed(texts: Texts, value: float | None) -> str:
    """`+0.012`; a dash where there is nothing."""
    written = texts.decimal(value, DIGITS)
    return f"+{written}" if value is not None and value > 0 and float(written) != 0 else written


def _signed_interval(texts: Texts, row: Row) -> str:
    low, high = number_of(row, "low"), number_of(row, "high")
    if low is None or high is None:
        return ""
    return texts("number.from_to", low=signed(texts, low), high=signed(texts, high))


def _difference_axis(rows: Sequence[DotRow], title: str) -> Axis:
    """An axis with zero in it that holds every interval."""
    ends = [end for row in rows for dot in row.estimates for end in (dot.value, dot.low, dot.high) if end is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    step = next((step for step in STEPS if (high - low) / step <= 6), 1.0)
    first, last = int(low // step), -int(-high // step)
    ticks = tuple(round(step * place, 6) for place in range(first, max(last, first + 1) + 1))
    return Axis(
        ticks[0], ticks[-1], ticks, lambda tick: f"{tick:+.2f}".replace("-", "−").replace("+0.00", "0"), title, 0.0
    )
