"""Expressed values: the share of answers that express each value, endorse it, oppose it; models side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from axiometer.expression.profile.ends import ALL, lengths_of
from axiometer.report.charts import Axis, Cell, DotRow, Estimate, dot_plot, matrix
from axiometer.report.expressed_views import (
    EXPRESSED,
    STANCES,
    TRANSPORTED,
    ExpressedView,
    Reading,
    Row,
    corrected,
    raw,
)
from axiometer.report.parts import (
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
from axiometer.report.texts import Texts

ENDS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
CELL = 40.0
UNEVEN = 1.1  # times as many values said as there are, from which a reader is told
MOST_CHARTS = 60  # values with a chart of their own, where models are many
ByValue = Mapping[str, Mapping[str, Row]]


def shares_section(view: ExpressedView, texts: Texts) -> Section:
    """The profile: corrected first where it is, and as the classifier says."""
    rows = view.rows(EXPRESSED)
    panels = []
    if view.corrects:
        panels.append(_panel(view, texts, EXPRESSED, rows, corrects=True))
    panels.append(_panel(view, texts, EXPRESSED, rows, corrects=False))
    reading = (texts("expressed.shares_reading"), *_lengths(view, texts), *_lavish(view, texts))
    intro = (texts("expressed.shares_intro", values=view.framework_name(texts)), *reading)
    return Section("profile", texts("expressed.shares"), intro, tuple(panels))


def _lengths(view: ExpressedView, texts: Texts) -> tuple[str, ...]:
    """How far the models' answers differ in length, since a longer one is said to express more."""
    found = lengths_of(view.profile.outcomes)
    if found is None:
        return ()
    key = "expressed.lengths_unlike" if found.unlike else "expressed.lengths"
    said = {"low": round(found.low), "high": round(found.high), "short": found.shortest, "long": found.longest}
    lang = texts("expressed.lengths_in", lang=texts.named("language", found.lang)) if found.lang != ALL else ""
    return (texts(key, **said, lang=lang),)


def _lavish(view: ExpressedView, texts: Texts) -> tuple[str, ...]:
    """How often the classifier said a value on its validation texts, where that is not as often as their labels do."""
    found = view.validated
    if view.corrects or found is None or 1 / UNEVEN < found.ratio < UNEVEN:
        return ()
    key = "expressed.says_more" if found.ratio > 1 else "expressed.says_less"
    return (texts(key, n=found.texts, said=found.said, there=found.there),)


def stances_section(view: ExpressedView, texts: Texts) -> Section:
    """How many answers are for a value and how many against it, or why that is not told."""
    told = [kind for kind in STANCES if view.has(kind)]
    panels = tuple(_panel(view, texts, kind, view.rows(kind), corrects=False) for kind in told)
    intro = (texts("expressed.stances_intro"),) if told else (texts("expressed.no_stances"),)
    notes = (texts("expressed.stances_note"),) if told else ()
    return Section("stances", texts("expressed.stances"), intro, panels, notes)


def _panel(view: ExpressedView, texts: Texts, kind: str, rows: ByValue, *, corrects: bool) -> Panel:
    """All models in one chart where they fit, else an overview and a chart for each value to unfold."""
    read = corrected if corrects else raw
    ordered = sorted(rows, key=lambda value: -_mean([read(row).value for row in rows[value].values()]))
    chosen = {value: rows[value] for value in ordered}
    named = TRANSPORTED if corrects and view.state == TRANSPORTED else "corrected" if corrects else kind
    tab = texts(f"expressed.tab.{named}" if corrects or view.corrects or kind != EXPRESSED else "expressed.tab.as_said")
    missing = [
        (f"{view.called(value, texts)} ({model})", read(row).why_not)
        for value in ordered
        for model, row in chosen[value].items()
        if read(row).low is None and (read(row).why_not or read(row).value is not None)
    ]
    notes = reason_notes(texts, _shortened(texts, missing, chosen), "expressed.no_interval")
    if corrects:
        notes = (texts(f"expressed.upright_{view.state}"), *notes)
    charts = _many(view, texts, kind, chosen, corrects) if view.many else (_all(view, texts, kind, chosen, corrects),)
    return Panel(tab, charts, notes, _table(view, texts, kind, chosen), folded=True)


def _shortened(texts: Texts, missing: list[tuple[str, str]], rows: ByValue) -> list[tuple[str, str | None]]:
    """One entry where the reason is the same for all models and values."""
    total = sum(len(by_model) for by_model in rows.values())
    if len(missing) == total and total > 1 and len({texts.general_reason(why) for _, why in missing}) == 1:
        return [(texts("expressed.everything"), missing[0][1])]
    return [(what, why) for what, why in missing]


def _all(view: ExpressedView, texts: Texts, kind: str, rows: ByValue, corrects: bool) -> Chart:
    dots = [
        DotRow(view.called(value, texts), _note(texts, by_model), _dots(view, texts, value, by_model, corrects))
        for value, by_model in rows.items()
    ]
    axis, title = share_axis(texts, kind, dots), _title(view, texts, kind, corrects)
    return both_widths(lambda width: dot_plot(dots, view.series, axis, title, width), _stem(kind, corrects))


def _many(view: ExpressedView, texts: Texts, kind: str, rows: ByValue, corrects: bool) -> tuple[Chart, ...]:
    """A shaded table of all, and what shows intervals value by value."""
    overview = _overview(view, texts, kind, rows, corrects)
    if kind != EXPRESSED or len(rows) > MOST_CHARTS:
        return (overview,)
    return (overview, *(_of_value(view, texts, value, rows[value], corrects) for value in rows))


def _overview(view: ExpressedView, texts: Texts, kind: str, rows: ByValue, corrects: bool) -> Chart:
    read, cells = corrected if corrects else raw, {}
    known = [share for by_model in rows.values() for row in by_model.values() if (share := read(row).value) is not None]
    highest = max(known, default=1.0) or 1.0  # shades are told apart however small all shares are
    for place, (value, by_model) in enumerate(rows.items()):
        for other, model in enumerate(view.models):
            if model in by_model and (share := read(by_model[model]).value) is not None:
                said = _tooltip(view, texts, value, by_model[model], read(by_model[model]), corrects)
                cells[place, other] = Cell(share / highest, f"{100 * share:.0f}".replace("-", "−"), said)
    title = texts("expressed.in_percent", title=_title(view, texts, kind, corrects))
    names = [view.called(value, texts) for value in rows]
    drawn = matrix(names, cells, title, columns=view.models, size=CELL, width=WIDE - 110)
    return Chart(_stem(kind, corrects), drawn, None, None, title)


def _of_value(view: ExpressedView, texts: Texts, value: str, by_model: Mapping[str, Row], corrects: bool) -> Chart:
    read = corrected if corrects else raw
    dots = []
    for place, model in enumerate(view.models):
        if model not in by_model:
            continue
        found = _dot(view, texts, value, by_model[model], place, corrects)
        dots.append(DotRow(model, "", (found,) if found else ()))
    shares = [share for row in by_model.values() if (share := read(row).value) is not None]
    span = texts("number.from_to", low=texts.percent(min(shares)), high=texts.percent(max(shares))) if shares else "–"
    axis, called = share_axis(texts, EXPRESSED, dots), view.called(value, texts)
    title = texts("expressed.chart_value", value=called)
    return Chart(
        file_stem("expressed", "corrected" if corrects else "", value),
        dot_plot(dots, (), axis, title, WIDE),
        dot_plot(dots, (), axis, title, 350.0),
        None,
        texts("expressed.value_span", value=called, span=span),
        folded=True,
    )


def _dots(
    view: ExpressedView, texts: Texts, value: str, by_model: Mapping[str, Row], corrects: bool
) -> tuple[Estimate, ...]:
    places = {model: place for place, model in enumerate(view.models)}
    found = (_dot(view, texts, value, row, places[model], corrects) for model, row in by_model.items())
    return tuple(dot for dot in found if dot is not None)


def _dot(view: ExpressedView, texts: Texts, value: str, row: Row, series: int, corrects: bool) -> Estimate | None:
    said = (corrected if corrects else raw)(row)
    if said.value is None:
        return None
    return Estimate(
        series,
        said.value,
        said.low,
        said.high,
        _tooltip(view, texts, value, row, said, corrects),
        texts.percent(said.value),
        texts.interval(said.low, said.high),
        beside=number_of(row, "share") if corrects else None,
    )


def _tooltip(view: ExpressedView, texts: Texts, value: str, row: Row, said: Reading, corrects: bool) -> str:
    kind = text_of(row, "kind")
    written = texts(
        f"expressed.tooltip.{kind}",
        who=text_of(row, "model"),
        value=view.called(value, texts),
        share=texts.percent(said.value),
        n=whole_of(row, "answers"),
    )
    interval = texts.interval(said.low, said.high)
    if interval:
        written += texts("reliability.tooltip_interval", interval=interval)
    else:
        written += texts("profile.tooltip_none", reason=texts.reason(said.why_not))
    if corrects:
        written += texts("expressed.tooltip.before", share=texts.percent(number_of(row, "share")))
    return written


def _note(texts: Texts, by_model: Mapping[str, Row]) -> str:
    counts = [whole_of(row, "questions") for row in by_model.values()]
    low, high = min(counts, default=0), max(counts, default=0)
    return (
        texts("expressed.questions", n=low) if low == high else texts("expressed.questions_range", low=low, high=high)
    )


def _title(view: ExpressedView, texts: Texts, kind: str, corrects: bool) -> str:
    title = texts(f"expressed.chart.{kind}")
    state = view.state if corrects else "uncorrected"
    return texts("expressed.chart_state", title=title, state=texts(f"expressed.state_short.{state}"))


def _stem(kind: str, corrects: bool) -> str:
    return file_stem("expressed", kind, "corrected" if corrects else "")


def share_axis(texts: Texts, kind: str, rows: Sequence[DotRow]) -> Axis:
    """From 0 to the next round share that holds every estimate and interval."""
    ends = [
        end for row in rows for dot in row.estimates for end in (dot.value, dot.high, dot.beside) if end is not None
    ]
    last = next((end for end in ENDS if max(ends, default=1.0) <= end + 1e-9), 1.0)
    ticks = tuple(round(last * part / (5 if last == 1.0 else 4), 4) for part in range(6 if last == 1.0 else 5))
    return Axis(0.0, last, ticks, lambda tick: f"{100 * tick:.3g}%", texts(f"expressed.axis.{kind}"))


def _mean(found: Sequence[float | None]) -> float:
    known = [each for each in found if each is not None]
    return sum(known) / len(known) if known else -1.0


def _table(view: ExpressedView, texts: Texts, kind: str, rows: ByValue) -> Table:
    """Every number of a kind, as said and corrected."""
    corrects = view.corrects and kind == EXPRESSED
    more = ("corrected", "interval_corrected", "labels") if corrects else ()
    names = ("value", "model", "share", "interval", *more, "probability", "answers", "asked", "why_not")
    if kind != EXPRESSED:
        names = tuple(name for name in names if name != "probability")
    listed = []
    for value, by_model in rows.items():
        for model, row in by_model.items():
            said, better = raw(row), corrected(row)
            why = [texts.reason(each.why_not) for each in ((said, better) if corrects else (said,)) if each.why_not]
            cells = {
                "value": view.called(value, texts),
                "model": model,
                "share": texts.percent(said.value, 1),
                "interval": texts.interval(said.low, said.high) or "–",
                "corrected": texts.percent(better.value, 1),
                "interval_corrected": texts.interval(better.low, better.high) or "–",
                "labels": texts.count(whole_of(row, "labels")),
                "probability": texts.decimal(number_of(row, "mean_probability")),
                "answers": texts.count(whole_of(row, "answers")),
                "asked": texts.count(whole_of(row, "questions")),
                "why_not": texts("number.semicolon").join(dict.fromkeys(why)),
            }
            listed.append(tuple(cells[name] for name in names))
    return Table(tuple(texts(f"expressed.column.{name}") for name in names), tuple(listed), words=2)
