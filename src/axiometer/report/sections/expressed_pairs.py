"""Expressed values: what differs between models, on the questions that both answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import NEUTRAL, Axis, DotRow, Estimate, dot_plot
from axiometer.report.expressed_views import EXPRESSED, STANCES, ExpressedView, Pair, Reading, Row, corrected, raw
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

MOST_PAIRS = 6  # with a panel each
MOST_DOTS = 40  # clearest differences in one chart
MOST_ROWS = 300  # in one table
CLEAR = 0.05
STEPS = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


def pairs_section(view: ExpressedView, texts: Texts) -> Section | None:
    """A panel for each pair, or the clearest differences where pairs are many; None with one model."""
    if not view.pairs:
        return None
    panels = [*_of_pairs(view, texts)] if len(view.pairs) <= MOST_PAIRS else [_clearest(view, texts)]
    panels.append(_by_value(view, texts))
    panels += [panel for kind in STANCES if (panel := _stance(view, texts, kind)) is not None]
    better = texts(f"expressed.differences_{view.state if view.corrects else 'raw'}")
    rows = [row for row in _rows(view, EXPRESSED) if _main(view, row).value is not None]
    clear = sum(1 for row in rows if _is_clear(view, row))
    counted = texts("expressed.clear_count", n=len(rows), clear=clear)
    intro = (texts("expressed.differences_intro"), counted + better)
    return Section("differences", texts("expressed.differences"), intro, tuple(panels))


def _main(view: ExpressedView, row: Row) -> Reading:
    """What is shown of a difference: corrected where shares are, else as the classifier says."""
    return corrected(row) if view.corrects and text_of(row, "kind") == EXPRESSED else raw(row, "difference")


def _p(view: ExpressedView, row: Row) -> tuple[float | None, float | None]:
    before = "corrected_" if view.corrects and text_of(row, "kind") == EXPRESSED else ""
    return number_of(row, f"{before}p"), number_of(row, f"{before}p_adjusted")


def _rows(view: ExpressedView, kind: str) -> list[Row]:
    return list(view.profile.differences.filter(pl.col("kind") == kind).iter_rows(named=True))


def _of_pairs(view: ExpressedView, texts: Texts) -> Sequence[Panel]:
    rows = _rows(view, EXPRESSED)
    axis = _axis(view, texts, rows)
    return [_of_pair(view, texts, pair, [row for row in rows if _pair(row) == pair], axis) for pair in view.pairs]


def _pair(row: Row) -> Pair:
    return text_of(row, "model_a"), text_of(row, "model_b")


def _of_pair(view: ExpressedView, texts: Texts, pair: Pair, rows: Sequence[Row], axis: Axis) -> Panel:
    tab = texts("expressed.minus", first=pair[0], second=pair[1])
    ordered = sorted(rows, key=lambda row: -(_main(view, row).value or 0.0))
    dots = [
        DotRow(view.called(text_of(row, "value"), texts), _p_note(view, texts, row), _dot(view, texts, row))
        for row in ordered
    ]
    title = texts("expressed.difference_chart", first=pair[0], second=pair[1])
    chart = both_widths(
        lambda width: dot_plot(dots, (), axis, title, width), file_stem("expressed", "differences", *pair)
    )
    low, high = _ends([whole_of(row, "questions") for row in rows])
    common = texts("expressed.common", n=low) if low == high else texts("expressed.common_range", low=low, high=high)
    return Panel(tab, (chart,), (common, *_reasons(view, texts, rows)), _table(view, texts, ordered), folded=True)


def _ends(counts: Sequence[int]) -> tuple[int, int]:
    return min(counts, default=0), max(counts, default=0)


def _reasons(view: ExpressedView, texts: Texts, rows: Sequence[Row]) -> tuple[str, ...]:
    missing = [
        (view.called(text_of(row, "value"), texts), _main(view, row).why_not)
        for row in rows
        if _main(view, row).low is None and _main(view, row).why_not
    ]
    if len(missing) == len(rows) > 1 and len({texts.general_reason(why) for _, why in missing}) == 1:
        missing = [(texts("expressed.all_values"), missing[0][1])]
    return reason_notes(texts, missing, "expressed.no_interval")


def _clearest(view: ExpressedView, texts: Texts) -> Panel:
    """Where pairs are many: those with the smallest adjusted p, then the largest."""
    rows = _rows(view, EXPRESSED)
    ordered = sorted(rows, key=lambda row: _clearness(view, row))
    first = [row for row in ordered if _main(view, row).value is not None][:MOST_DOTS]
    dots = [
        DotRow(
            view.called(text_of(row, "value"), texts),
            texts("expressed.minus", first=_pair(row)[0], second=_pair(row)[1]),
            _dot(view, texts, row),
        )
        for row in first
    ]
    axis = _axis(view, texts, first)
    title = texts("expressed.clearest_chart", n=len(first))
    chart = both_widths(lambda width: dot_plot(dots, (), axis, title, width), "expressed-differences")
    notes = (texts("expressed.clearest_note", n=len(rows)), *_reasons(view, texts, rows))
    return Panel(texts("expressed.clearest"), (chart,), notes, _table(view, texts, ordered), folded=True)


def _is_clear(view: ExpressedView, row: Row) -> bool:
    p = _p(view, row)[1]
    return p is not None and p < CLEAR


def _clearness(view: ExpressedView, row: Row) -> tuple[float, float]:
    p = _p(view, row)[1]
    return (2.0 if p is None else p), -abs(_main(view, row).value or 0.0)


def _by_value(view: ExpressedView, texts: Texts) -> Panel:
    """In how many pairs a value differs clearly, and where most."""
    listed = []
    by_value: dict[str, list[Row]] = {value: [] for value in view.values}
    for row in _rows(view, EXPRESSED):
        by_value.setdefault(text_of(row, "value"), []).append(row)
    for value, rows in by_value.items():
        known = [row for row in rows if _main(view, row).value is not None]
        clear = [row for row in known if _is_clear(view, row)]
        most = max(known, key=lambda row: abs(_main(view, row).value or 0.0), default=None)
        cells = (
            view.called(value, texts),
            *_largest(view, texts, most),
            texts.count(len(clear)),
            texts.count(len(known)),
        )
        listed.append(cells)
    names = ("value", "largest", "points", "clear", "pairs")
    table = Table(tuple(texts(f"expressed.column.{name}") for name in names), tuple(listed), words=2)
    return Panel(texts("expressed.by_value"), (), (texts("expressed.clear_note"),), table)


def _largest(view: ExpressedView, texts: Texts, row: Row | None) -> tuple[str, str]:
    if row is None:
        return "–", "–"
    said = _main(view, row)
    interval = texts.point_interval(said.low, said.high)
    written = texts.points(said.value)
    pair = texts("expressed.minus", first=_pair(row)[0], second=_pair(row)[1])
    return pair, texts("scenes.with_interval", estimate=written, interval=interval) if interval else written


def _stance(view: ExpressedView, texts: Texts, kind: str) -> Panel | None:
    rows = [row for row in _rows(view, kind) if number_of(row, "difference") is not None]
    if not rows:
        return None
    ordered = sorted(rows, key=lambda row: _clearness(view, row))
    return Panel(texts(f"expressed.tab.{kind}"), (), (texts("expressed.as_said_note"),), _table(view, texts, ordered))


def _p_note(view: ExpressedView, texts: Texts, row: Row) -> str:
    adjusted = _p(view, row)[1]
    return "" if adjusted is None else texts("expressed.p_note", p=_p_written(adjusted))


def _p_written(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _dot(view: ExpressedView, texts: Texts, row: Row) -> tuple[Estimate, ...]:
    said = _main(view, row)
    if said.value is None:
        return ()
    interval = texts.point_interval(said.low, said.high)
    first, second = _pair(row)
    tooltip = texts(
        "expressed.tooltip.difference",
        first=first,
        second=second,
        value=view.called(text_of(row, "value"), texts),
        points=texts.points(said.value),
        n=whole_of(row, "questions"),
    )
    adjusted = _p(view, row)[1]
    if interval:
        tooltip += texts("reliability.tooltip_interval", interval=interval)
    if adjusted is not None:
        tooltip += texts("number.semicolon") + texts("expressed.p_note", p=_p_written(adjusted))
    beside = number_of(row, "difference") if view.corrects else None
    dot = Estimate(NEUTRAL, said.value, said.low, said.high, tooltip, texts.points(said.value), interval, beside=beside)
    return (dot,)


def _axis(view: ExpressedView, texts: Texts, rows: Sequence[Row]) -> Axis:
    """Symmetric around zero, so that both directions are seen alike; wide enough for every interval."""
    said = [_main(view, row) for row in rows]
    ends = [abs(end) for each in said for end in (each.value, each.low, each.high) if end is not None]
    if view.corrects:
        ends += [abs(raw_) for row in rows if (raw_ := number_of(row, "difference")) is not None]
    widest = max(ends, default=0.1)
    step = next((step for step in STEPS if widest <= 3 * step), 0.5)
    last = min(-(-widest // step), round(1 / step)) or 1
    ticks = tuple(round(step * place, 4) for place in range(-int(last), int(last) + 1))
    title = texts("expressed.axis.difference")
    return Axis(
        ticks[0], ticks[-1], ticks, lambda tick: f"{100 * tick:+.0f}".replace("-", "−").replace("+0", "0"), title, 0.0
    )


def _table(view: ExpressedView, texts: Texts, rows: Sequence[Row]) -> Table:
    """As said and corrected; the clearest ones where rows are many."""
    corrects = view.corrects and any(text_of(row, "kind") == EXPRESSED for row in rows)
    more = ("corrected", "interval_corrected", "p_corrected", "adjusted_corrected") if corrects else ()
    names = ("value", "pair", "points", "interval", "p", "adjusted", *more, "common", "why_not")
    kept = rows if len(rows) <= MOST_ROWS else sorted(rows, key=lambda row: _clearness(view, row))[:MOST_ROWS]
    listed = tuple(tuple(_cells(view, texts, row, corrects)[name] for name in names) for row in kept)
    return Table(tuple(texts(f"expressed.column.{name}") for name in names), listed, words=2)


def _cells(view: ExpressedView, texts: Texts, row: Row, corrects: bool) -> Mapping[str, str]:
    said, better = raw(row, "difference"), corrected(row)
    why = [texts.reason(each.why_not) for each in ((said, better) if corrects else (said,)) if each.why_not]
    return {
        "value": view.called(text_of(row, "value"), texts),
        "pair": texts("expressed.minus", first=_pair(row)[0], second=_pair(row)[1]),
        "points": texts.points(said.value),
        "interval": texts.point_interval(said.low, said.high) or "–",
        "p": texts.probability(number_of(row, "p")),
        "adjusted": texts.probability(number_of(row, "p_adjusted")),
        "corrected": texts.points(better.value),
        "interval_corrected": texts.point_interval(better.low, better.high) or "–",
        "p_corrected": texts.probability(number_of(row, "corrected_p")),
        "adjusted_corrected": texts.probability(number_of(row, "corrected_p_adjusted")),
        "common": texts.count(whole_of(row, "questions")),
        "why_not": texts("number.semicolon").join(dict.fromkeys(why)),
    }
