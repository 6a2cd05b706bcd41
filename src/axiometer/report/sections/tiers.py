"""Tiers: values ranked by how often they were chosen, with intervals of their ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import RankRow, rank_plot
from axiometer.report.parts import Chart, Panel, Section, Table, file_stem, number_of, some, text_of, whole_of
from axiometer.report.views import LevelView, Respondent, Study

Row = Mapping[str, object]


def tiers(study: Study) -> Section | None:
    """One panel per level, in it one chart per respondent. None where nothing was ranked."""
    texts, ranking = study.texts, study.table("ranking")
    panels: list[Panel] = []
    first = 0
    for level in study.levels:
        rows = ranking.filter((pl.col("level") == level.id) & pl.col("tier").is_not_null())
        if rows.is_empty():
            continue
        if level == study.main_level:
            first = len(panels)
        panels.append(_panel(study, level, rows))
    if not panels:
        return None
    intro = (texts("tiers.intro"), texts("tiers.reading"))
    return Section("tiers", texts("tiers.title"), intro, tuple(panels), first=first)


def _panel(study: Study, level: LevelView, rows: pl.DataFrame) -> Panel:
    charts = []
    penalty: list[str] = []
    for respondent in study.respondents:
        mine = list(rows.filter(pl.col("model") == respondent.label).sort("rank", "value").iter_rows(named=True))
        if mine:
            charts.append(_chart(study, level, respondent, mine))
        penalty += [study.value_name(str(row["value"])) for row in mine if text_of(row, "identified") == "penalty"]
    notes = list(_left_out(study, level))
    if penalty:
        notes.append(study.texts("tiers.penalty", what=study.texts.listing(list(dict.fromkeys(penalty)))))
    return Panel(level.name, tuple(charts), (*notes, *_fit_notes(study, level)), grid=True)


def _left_out(study: Study, level: LevelView) -> tuple[str, ...]:
    """Values that could not be ranked, by the reason why."""
    texts = study.texts
    rows = study.table("ranking").filter((pl.col("level") == level.id) & pl.col("tier").is_null())
    grouped: dict[str, list[str]] = {}
    for row in rows.iter_rows(named=True):
        name = texts("tiers.of", value=study.value_name(str(row["value"])), who=text_of(row, "model"))
        grouped.setdefault(texts.general_reason(text_of(row, "why_not")), []).append(name)
    return tuple(texts("tiers.unranked", reason=reason, what=some(texts, names)) for reason, names in grouped.items())


def _chart(study: Study, level: LevelView, respondent: Respondent, rows: Sequence[Row]) -> Chart:
    texts = study.texts
    title = texts("tiers.chart", who=respondent.label, level=level.name)
    ranked = [_rank_row(study, row) for row in rows]
    drawing = rank_plot(ranked, respondent.mark, texts.pattern("tiers.tier"), title)
    stem = file_stem("tiers", level.id, respondent.label)
    return Chart(stem, drawing, None, _table(study, rows), respondent.label)


def _rank_row(study: Study, row: Row) -> RankRow:
    texts = study.texts
    low, high = number_of(row, "rank_low"), number_of(row, "rank_high")
    rank = whole_of(row, "rank")
    said = texts("tiers.tooltip", value=study.value_name(str(row["value"])), rank=rank, tier=whole_of(row, "tier"))
    if low is not None and high is not None:
        said += texts("tiers.tooltip_interval", low=round(low), high=round(high))
    return RankRow(
        study.value_name(str(row["value"])),
        rank,
        None if low is None else round(low),
        None if high is None else round(high),
        whole_of(row, "tier"),
        said,
    )


def _table(study: Study, rows: Sequence[Row]) -> Table:
    texts = study.texts
    names = (
        "value",
        "rank",
        "rank_interval",
        "rank_bounds",
        "tier",
        "strength",
        "strength_interval",
        "n",
        "identified",
    )
    written = []
    for row in rows:
        written.append(
            (
                study.value_name(str(row["value"])),
                texts.count(whole_of(row, "rank")),
                _span(row, "rank_low", "rank_high"),
                _span(row, "rank_bound_low", "rank_bound_high"),
                texts.count(whole_of(row, "tier")),
                texts.decimal(number_of(row, "strength")),
                _decimals(study, row, "low", "high"),
                texts.count(whole_of(row, "n")),
                texts.named("identified", text_of(row, "identified")),
            )
        )
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written))


def _span(row: Row, low: str, high: str) -> str:
    first, last = number_of(row, low), number_of(row, high)
    return "–" if first is None or last is None else f"{first:.0f}–{last:.0f}"


def _decimals(study: Study, row: Row, low: str, high: str) -> str:
    first, last = number_of(row, low), number_of(row, high)
    if first is None or last is None:
        return "–"
    return study.texts("number.from_to", low=study.texts.decimal(first), high=study.texts.decimal(last))


def _fit_notes(study: Study, level: LevelView) -> list[str]:
    """How well a single scale describes each respondent's choices."""
    texts = study.texts
    fit = study.table("ranking_fit").filter(pl.col("level") == level.id)
    notes = []
    for respondent in study.respondents:
        mine = {
            str(row["quantity"]): number_of(row, "estimate")
            for row in fit.filter(pl.col("model") == respondent.label).iter_rows(named=True)
        }
        said = []
        if (accuracy := mine.get("accuracy")) is not None:
            said.append(texts("tiers.accuracy", share=texts.percent(accuracy)))
        if (cyclic := mine.get("cyclic_triad_rate")) is not None:
            said.append(texts("tiers.cyclic", share=texts.percent(cyclic)))
        components = mine.get("connected_components")
        if components is not None and components > 1:
            said.append(texts("tiers.unconnected", n=round(components)))
        if said:
            notes.append(texts("tiers.fit", who=respondent.label, facts=texts("number.semicolon").join(said)))
    return notes
