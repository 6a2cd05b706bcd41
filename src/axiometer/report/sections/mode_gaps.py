"""The gap between ways of asking: one respondent, the same items, two modes."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from axiometer.report.charts import DotRow, Estimate, dot_plot
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
from axiometer.report.sections.reliability import point_axis
from axiometer.report.views import Study

Row = Mapping[str, object]
ALL = "all"


def mode_gaps(study: Study) -> Section | None:
    """One panel per pair of modes, gaps in percentage points. None where nobody was asked the same items in two."""
    texts = study.texts
    gaps = study.table("mode_gaps").filter(pl.col("gap").is_not_null())
    if gaps.is_empty():
        return None
    pairs = list(dict.fromkeys(gaps.select("mode_a", "mode_b").iter_rows()))
    panels = tuple(_panel(study, str(one), str(other), gaps) for one, other in pairs)
    methods = [texts.named("adjustment", str(name)) for name in sorted(gaps["adjustment"].drop_nulls().unique())]
    notes = tuple(texts("modes.families", method=method) for method in methods)
    return Section("modes", texts("modes.title"), (texts("modes.intro"),), panels, notes)


def _panel(study: Study, one: str, other: str, every: pl.DataFrame) -> Panel:
    texts = study.texts
    gaps = every.filter((pl.col("mode_a") == one) & (pl.col("mode_b") == other))
    pair = texts("modes.pair", a=texts.named("mode_short", one), b=texts.named("mode_short", other))
    dots: list[DotRow] = []
    missing: list[tuple[str, str | None]] = []
    for corpus in [*sorted(set(gaps["corpus"]) - {ALL}), *([ALL] if ALL in set(gaps["corpus"]) else [])]:
        rows = list(gaps.filter(pl.col("corpus") == corpus).iter_rows(named=True))
        counts = sorted({whole_of(row, "n_items") for row in rows})
        note = texts("profile.items", n=counts[0]) if len(counts) == 1 else ""
        dots.append(DotRow(_corpus(study, corpus), note, tuple(_dot(study, row, pair) for row in rows)))
        missing += [(_corpus(study, corpus), text_of(row, "why_not")) for row in rows if row["low"] is None]
    axis, title = point_axis(dots, texts("modes.axis")), texts("modes.chart", pair=pair)
    series = [entry.series for entry in study.respondents if entry.label in set(gaps["model_a"])]
    name, table = file_stem("mode-gaps", one, other), _table(study, gaps)
    chart = both_widths(lambda width: dot_plot(dots, series, axis, title, width), name, table)
    return Panel(pair, (chart,), reason_notes(texts, missing))


def _corpus(study: Study, corpus: str) -> str:
    return study.texts("corpora.all") if corpus == ALL else corpus


def _dot(study: Study, row: Row, pair: str) -> Estimate:
    texts, gap = study.texts, number_of(row, "gap") or 0.0
    low, high = number_of(row, "low"), number_of(row, "high")
    interval = texts.point_interval(low, high)
    said = texts(
        "modes.tooltip",
        who=text_of(row, "model_a"),
        corpus=_corpus(study, text_of(row, "corpus")),
        pair=pair,
        gap=texts.points(gap),
        a=texts.percent(number_of(row, "share_a")),
        b=texts.percent(number_of(row, "share_b")),
        n=whole_of(row, "n_items"),
    )
    return Estimate(study.respondent(text_of(row, "model_a")).mark, gap, low, high, said, texts.points(gap), interval)


def _table(study: Study, gaps: pl.DataFrame) -> Table:
    texts = study.texts
    put_right = gaps["corrected"].drop_nulls().len() > 0
    written = []
    for row in gaps.iter_rows(named=True):
        one, other = (texts.named("mode_short", text_of(row, name)) for name in ("mode_a", "mode_b"))
        written.append(
            (
                _corpus(study, text_of(row, "corpus")),
                text_of(row, "model_a"),
                texts("modes.pair", a=one, b=other),
                texts.percent(number_of(row, "share_a"), 1),
                texts.percent(number_of(row, "share_b"), 1),
                texts.points(number_of(row, "gap")),
                texts.point_interval(number_of(row, "low"), number_of(row, "high")) or "–",
                texts.count(whole_of(row, "n_items")),
                texts.probability(number_of(row, "p")),
                texts.probability(number_of(row, "p_adjusted")),
                *(_corrected(study, row) if put_right else ()),
            )
        )
    more = ("corrected", "corrected_interval") if put_right else ()
    head = ("corpus", "respondent", "modes", "share_a", "share_b")
    names = (*head, "points", "interval", "items", "p", "p_adjusted", *more)
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=3)


def _corrected(study: Study, row: Row) -> tuple[str, str]:
    texts = study.texts
    interval = texts.point_interval(number_of(row, "corrected_low"), number_of(row, "corrected_high"))
    return texts.points(number_of(row, "corrected")), interval or "–"
