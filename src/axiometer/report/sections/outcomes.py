"""Outcomes: what became of every presentation, per respondent, language and value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import Bar, Segment, stacked_bars
from axiometer.report.parts import Panel, Section, Table, both_widths, file_stem, number_of, text_of, whole_of
from axiometer.report.views import Study

Row = Mapping[str, object]
KINDS = ("chosen", "distractor", "both", "evasive", "refused", "invalid", "truncated", "filtered", "error")


def outcomes(study: Study) -> Section:
    """A panel over all presentations, one per language where there are several, and one per respondent by value."""
    texts, table = study.texts, study.table("outcomes")
    whole = table.filter((pl.col("by") == "all") & (pl.col("lang") == "all"))
    panels = [_panel(study, texts("outcomes.all"), "all", list(whole.iter_rows(named=True)), "model")]
    languages = {str(lang): texts.named("language", str(lang)) for lang in table["lang"].unique() if lang != "all"}
    if len(languages) > 1:
        split = table.filter((pl.col("by") == "all") & (pl.col("lang") != "all"))
        named = split.with_columns((pl.col("model") + " · " + pl.col("lang").replace(languages)).alias("model"))
        rows = list(named.iter_rows(named=True))
        panels.append(_panel(study, texts("outcomes.by_language"), "language", rows, "model"))
    main = study.main_level
    if main is not None:
        for respondent in study.respondents:
            chosen = table.filter(
                (pl.col("by") == "value")
                & (pl.col("lang") == "all")
                & (pl.col("model") == respondent.label)
                & (pl.col("level") == main.id)
            )
            if not chosen.is_empty():
                rows = list(chosen.iter_rows(named=True))
                tab = texts("outcomes.by_value", who=respondent.label)
                panels.append(_panel(study, tab, respondent.label, rows, "value", main.values))
    return Section("outcomes", texts("outcomes.title"), (texts("outcomes.intro"),), tuple(panels))


def _panel(study: Study, tab: str, name: str, rows: Sequence[Row], key: str, order: Sequence[str] = ()) -> Panel:
    texts = study.texts
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(str(row[key]), []).append(row)
    wanted = list(order) or _respondents_first(study, list(grouped))
    bars = [_bar(study, who, grouped[who], key) for who in wanted if who in grouped]
    table = _table(study, {who: grouped[who] for who in wanted if who in grouped}, key)
    title = texts("outcomes.chart", what=tab)
    return Panel(
        tab, (both_widths(lambda width: stacked_bars(bars, title, width), file_stem("outcomes", name), table),)
    )


def _place(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _respondents_first(study: Study, found: list[str]) -> list[str]:
    """`found` in the order of respondents (a language may follow the name)."""
    labels = [entry.label for entry in study.respondents]

    def place(who: str) -> tuple[int, str]:
        mine = (number for number, label in enumerate(labels) if who == label or who.startswith(f"{label} · "))
        return next(mine, len(labels)), who

    return sorted(found, key=place)


def _bar(study: Study, who: str, rows: Sequence[Row], key: str) -> Bar:
    texts = study.texts
    by_kind = {text_of(row, "outcome"): row for row in rows}
    ordered = [kind for kind in KINDS if kind in by_kind] + sorted(set(by_kind) - set(KINDS))
    segments = []
    for kind in ordered:
        row = by_kind[kind]
        share = number_of(row, "share") or 0.0
        name = texts.named("outcome", kind)
        said = texts(
            "outcomes.tooltip",
            outcome=name,
            n=whole_of(row, "n"),
            total=whole_of(row, "total"),
            share=texts.percent(share),
        )
        interval = texts.interval(number_of(row, "low"), number_of(row, "high"))
        if interval:
            said += texts("outcomes.tooltip_interval", interval=interval)
        segments.append(Segment(min(_place(kind), len(KINDS) - 1), name, share, texts.percent(share), said))
    whole = max((whole_of(row, "total") for row in rows), default=0)
    label = study.value_name(who) if key == "value" else who
    return Bar(label, texts("outcomes.total", n=whole), tuple(segments))


def _table(study: Study, grouped: Mapping[str, Sequence[Row]], key: str) -> Table:
    texts = study.texts
    names = ("value" if key == "value" else "respondent", "outcome", "count", "of", "share", "interval")
    written = []
    for who, rows in grouped.items():
        for row in sorted(
            rows, key=lambda row: KINDS.index(text_of(row, "outcome")) if text_of(row, "outcome") in KINDS else 99
        ):
            written.append(
                (
                    study.value_name(who) if key == "value" else who,
                    texts.named("outcome", text_of(row, "outcome")),
                    texts.count(whole_of(row, "n")),
                    texts.count(whole_of(row, "total")),
                    texts.percent(number_of(row, "share"), 1),
                    texts.interval(number_of(row, "low"), number_of(row, "high")) or "–",
                )
            )
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=2)
