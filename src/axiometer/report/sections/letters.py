"""Counted by letter, as studies have done that ask each item once in one order and keep no map to content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import Bar, Cell, Segment, matrix, stacked_bars
from axiometer.report.parts import (
    NARROW,
    WIDE,
    Chart,
    Panel,
    Section,
    Table,
    both_widths,
    number_of,
    reason_notes,
    text_of,
    whole_of,
)
from axiometer.report.views import RunView, Study

Row = Mapping[str, object]
COLOURS = (0, 1, 3, 4)  # of outcomes that lie side by side


def letters(study: Study) -> Section | None:
    """Shares of letters per respondent, and how often two gave the same letter. None where every run asked in several
    orders: then letters are a matter of `reliability` alone."""
    if not any(_in_one_order(run) for run in study.runs):
        return None
    texts = study.texts
    panels = tuple(panel for panel in (_shares(study), _same(study)) if panel is not None)
    intro = (texts("letters.intro"), texts("letters.reading"))
    return Section("letters", texts("letters.title"), intro, panels) if panels else None


def _in_one_order(run: RunView) -> bool:
    asked = run.manifest.get("asked")
    design = asked.get("design") if isinstance(asked, Mapping) else None
    return isinstance(design, Mapping) and design.get("orders") == "one" and design.get("mode") == "choice"


def _shares(study: Study) -> Panel | None:
    texts = study.texts
    rows = study.table("slots").filter((pl.col("lang") == "all") & (pl.col("mode") == "choice")).sort("slot")
    found = {
        entry.label: [row for row in rows.filter(pl.col("model") == entry.label).iter_rows(named=True) if row["n"]]
        for entry in study.respondents
    }
    found = {who: own for who, own in found.items() if own}
    if not found:
        return None
    bars = [_bar(study, who, own) for who, own in found.items()]
    letters_found = sorted({text_of(row, "letter") for own in found.values() for row in own})
    headers = (texts("column.respondent"), *letters_found, texts("column.presentations"))
    written = [
        (who, *_cells(study, own, letters_found), texts.count(max(whole_of(row, "n") for row in own)))
        for who, own in found.items()
    ]
    title, table = texts("letters.shares_chart"), Table(headers, tuple(written))
    chart = both_widths(lambda width: stacked_bars(bars, title, width), "letters-shares", table)
    return Panel(texts("letters.shares"), (chart,))


def _cells(study: Study, rows: Sequence[Row], wanted: Sequence[str]) -> list[str]:
    shares = {text_of(row, "letter"): number_of(row, "share") for row in rows}
    return [study.texts.percent(shares.get(letter), 1) for letter in wanted]


def _bar(study: Study, who: str, rows: Sequence[Row]) -> Bar:
    texts = study.texts
    segments = []
    for place, row in enumerate(rows):
        share, letter = number_of(row, "share") or 0.0, text_of(row, "letter")
        written = texts.percent(share)
        said = texts("letters.tooltip", who=who, letter=letter, share=written, n=whole_of(row, "n"))
        segments.append(Segment(COLOURS[place % len(COLOURS)], letter, share, f"{letter} {written}", said))
    total = max(whole_of(row, "n") for row in rows)
    return Bar(who, texts("outcomes.total", n=total), tuple(segments))


def _same(study: Study) -> Panel | None:
    texts = study.texts
    rows = list(study.table("letters").filter(pl.col("same").is_not_null()).iter_rows(named=True))
    if not rows:
        return None
    found = {label for row in rows for label in (str(row["model_a"]), str(row["model_b"]))}
    names = [entry.label for entry in study.respondents if entry.label in found]
    cells: dict[tuple[int, int], Cell] = {}
    written = []
    for row in rows:
        one, two = names.index(str(row["model_a"])), names.index(str(row["model_b"]))
        cells[one, two] = cells[two, one] = _cell(study, row)
        written.append(
            (
                _pair(study, row),
                texts.percent(number_of(row, "same"), 1),
                texts.interval(number_of(row, "low"), number_of(row, "high")) or "–",
                texts.percent(number_of(row, "by_chance"), 1),
                texts.count(whole_of(row, "n")),
                texts.reason(text_of(row, "why_not")) if row.get("why_not") else "",
            )
        )
    names_of_columns = ("pair", "same_letter", "interval", "by_chance", "presentations", "why_not")
    table = Table(tuple(texts(f"column.{name}") for name in names_of_columns), tuple(written))
    title = texts("letters.same_chart")
    wide, narrow = (matrix(names, cells, title, size=104, width=width) for width in (WIDE, NARROW))
    missing = [(_pair(study, row), text_of(row, "why_not")) for row in rows if number_of(row, "low") is None]
    notes = (texts("letters.same_note"), *reason_notes(texts, missing))
    return Panel(texts("letters.same"), (Chart("letters-same", wide, narrow, table),), notes)


def _pair(study: Study, row: Row) -> str:
    return study.texts("number.pair", a=str(row["model_a"]), b=str(row["model_b"]))


def _cell(study: Study, row: Row) -> Cell:
    texts, same = study.texts, number_of(row, "same") or 0.0
    chance = texts.percent(number_of(row, "by_chance"))
    fields = {"pair": _pair(study, row), "same": texts.percent(same), "chance": chance}
    said = texts("letters.same_tooltip", n=whole_of(row, "n"), **fields)
    return Cell(same, texts.percent(same), said, texts("letters.chance", chance=chance))
