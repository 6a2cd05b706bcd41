"""Languages side by side: the same items in two languages, and the paired differences between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from axiometer.report.charts import DotRow, Estimate, Series, dot_plot
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
from axiometer.report.sections.profile import opposing, share_axis, share_estimate
from axiometer.report.views import LevelView, Respondent, Study

Row = Mapping[str, object]


def languages(study: Study) -> Section | None:
    """One panel per respondent: shares per language on the main level. None where there is one language."""
    texts, main = study.texts, study.main_level
    every = study.table("shares").filter(pl.col("lang") != "all")
    shares, kind = every.filter(pl.col("share").is_not_null()), "expressed"
    if shares.is_empty():
        shares, kind = opposing(every), "opposed"
    if main is None or shares["lang"].n_unique() < 2:
        return None
    panels = []
    for respondent in study.respondents:
        mine = shares.filter((pl.col("model") == respondent.label) & (pl.col("level") == main.id))
        if mine["lang"].n_unique() > 1:
            panels.append(_panel(study, respondent, main, kind, list(mine.iter_rows(named=True))))
    if not panels:
        return None
    return Section("languages", texts("languages.title"), (texts("languages.intro"),), tuple(panels))


def _panel(study: Study, respondent: Respondent, level: LevelView, kind: str, rows: Sequence[Row]) -> Panel:
    texts = study.texts
    spoken = sorted({str(row["lang"]) for row in rows})
    series = [Series(texts.named("language", lang), mark) for mark, lang in enumerate(spoken)]
    dots, missing = [], []
    for value in level.values:
        mine = sorted((row for row in rows if row["value"] == value), key=lambda row: str(row["lang"]))
        found = [dot for row in mine if (dot := _dot(study, row, spoken, kind)) is not None]
        if found:
            dots.append(DotRow(study.value_name(value), "", tuple(found)))
        missing += [(study.value_name(value), text_of(row, "why_not")) for row in mine if number_of(row, "low") is None]
    title = texts("languages.chart", who=respondent.label, level=level.name)
    axis = share_axis(texts(f"profile.axis_{kind}"))
    paired = study.table("languages").filter(
        (pl.col("model") == respondent.label) & (pl.col("level") == level.id) & pl.col("difference").is_not_null()
    )
    table = _table(study, list(paired.iter_rows(named=True))) if len(paired) else None
    name = file_stem("languages", respondent.label)
    chart = both_widths(lambda width: dot_plot(dots, series, axis, title, width), name, table)
    notes = (_paired_note(study, paired), *reason_notes(texts, missing))
    return Panel(respondent.label, (chart,), notes)


def _dot(study: Study, row: Row, spoken: Sequence[str], kind: str) -> Estimate | None:
    dot = share_estimate(study, str(row["value"]), row, kind)
    if dot is None:
        return None
    mark, lang = spoken.index(str(row["lang"])), study.texts.named("language", str(row["lang"]))
    return replace(dot, series=mark, tooltip=f"{lang} · {dot.tooltip}")


def _paired_note(study: Study, paired: pl.DataFrame) -> str:
    texts = study.texts
    if paired.is_empty():
        return texts("languages.unpaired")
    apart = paired.filter(pl.col("p_adjusted") < 0.05).sort(pl.col("difference").abs(), descending=True)
    if apart.is_empty():
        return texts("languages.none_apart", n=len(paired))
    named = [
        texts(
            "languages.apart_value",
            value=study.value_name(str(row["value"])),
            points=texts.points(number_of(row, "difference")),
            a=texts.named("language", str(row["lang_a"])),
            b=texts.named("language", str(row["lang_b"])),
        )
        for row in apart.head(5).iter_rows(named=True)
    ]
    return texts("languages.apart", n=len(apart), tested=len(paired), values=texts("number.semicolon").join(named))


def _table(study: Study, rows: Sequence[Row]) -> Table:
    texts = study.texts
    written = tuple(
        (
            study.value_name(str(row["value"])),
            texts(
                "number.pair",
                a=texts.named("language", str(row["lang_a"])),
                b=texts.named("language", str(row["lang_b"])),
            ),
            texts.points(number_of(row, "difference")),
            texts.point_interval(number_of(row, "low"), number_of(row, "high")) or "–",
            texts.count(whole_of(row, "n_items")),
            texts.probability(number_of(row, "p_adjusted")),
        )
        for row in rows
    )
    headers = tuple(
        texts(f"column.{name}") for name in ("value", "languages", "points", "interval", "items", "p_adjusted")
    )
    return Table(headers, written, words=2)
