"""Sets of rules against each other, theme by theme: shares of choices, agreement on positions, differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from axiometer.report.charts import Cell, DotRow, Estimate, dot_plot, matrix
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
from axiometer.report.sections.profile import share_axis
from axiometer.report.views import Study

Row = Mapping[str, object]
ALL = "all"

# Agreement with chance taken off is shown in this order; raw agreement stands in the table.
MEASURES = ("kappa", "ac1", "alpha")

# With more respondents than this, intervals do not fit into the cells of a narrow screen's matrix.
MOST_NARROW = 3


def themes(study: Study) -> Section | None:
    """Shares per theme for one set of two (for each of more), agreement on positions, differences. None where no item
    has a theme and positions."""
    texts = study.texts
    shares = study.table("themes").filter((pl.col("lang") == ALL) & pl.col("share").is_not_null())
    if shares.is_empty():
        return None
    positions = sorted(shares["position"].unique())
    shown = positions[:1] if len(positions) == 2 else positions
    panels = [
        _shares(study, str(position), str(mode), shares)
        for mode in shares["mode"].unique().sort()
        for position in shown
    ]
    agreement = study.table("theme_agreement")
    panels += [panel for measure in MEASURES if (panel := _agreement(study, measure, agreement)) is not None]
    differences = study.table("theme_differences").filter(pl.col("position").is_in(shown))
    if not differences.is_empty():
        panels.append(_differences(study, differences))
    intro = [texts("themes.intro", sets=texts.listing(positions))]
    if len(positions) == 2:
        intro.append(texts("themes.two", a=positions[0], b=positions[1]))
    notes = [texts("themes.across")] if len(study.runs) > 1 else []
    if shares["persons"].drop_nulls().len():
        notes.append(texts("themes.people"))
    return Section("themes", texts("themes.title"), tuple(intro), tuple(panels), tuple(notes))


def _in_order(study: Study, table: pl.DataFrame) -> list[str]:
    """Themes by their names, all together first."""
    found = [str(theme) for theme in table["theme"].unique() if theme != ALL]
    return [ALL, *sorted(found, key=study.theme_name)]


def _name(study: Study, theme: str) -> str:
    return study.texts("themes.all") if theme == ALL else study.theme_name(theme)


def _shares(study: Study, position: str, mode: str, shares: pl.DataFrame) -> Panel:
    texts = study.texts
    mine = shares.filter((pl.col("position") == position) & (pl.col("mode") == mode))
    rows = {(str(row["theme"]), str(row["model"])): row for row in mine.iter_rows(named=True)}
    order = _in_order(study, mine)
    people = [entry for entry in study.respondents if any((theme, entry.label) in rows for theme in order)]
    dots, missing = [], []
    for theme in order:
        own = [rows[theme, entry.label] for entry in people if (theme, entry.label) in rows]
        dots.append(DotRow(_name(study, theme), _items(study, own), tuple(_dot(study, theme, row) for row in own)))
        missing += [(_name(study, theme), text_of(row, "why_not")) for row in own if row["low"] is None]
    tab = texts("themes.tab", position=position)
    if shares["mode"].n_unique() > 1:
        tab = f"{tab} · {texts.named('mode', mode)}"
    title, axis = texts("themes.chart", position=position), share_axis(texts("themes.axis", position=position))
    series = [entry.series for entry in people]
    table = _share_table(study, order, [entry.label for entry in people], rows)
    name = file_stem("themes", position, "" if shares["mode"].n_unique() == 1 else mode)
    chart = both_widths(lambda width: dot_plot(dots, series, axis, title, width), name, table)
    return Panel(tab, (chart,), reason_notes(texts, missing))


def _items(study: Study, rows: Sequence[Row]) -> str:
    counts = [whole_of(row, "items") for row in rows]
    if not counts:
        return ""
    if min(counts) == max(counts):
        return study.texts("profile.items", n=counts[0])
    return study.texts("profile.items_range", low=min(counts), high=max(counts))


def _dot(study: Study, theme: str, row: Row) -> Estimate:
    texts, share = study.texts, number_of(row, "share") or 0.0
    low, high = number_of(row, "low"), number_of(row, "high")
    who = text_of(row, "model")
    said = texts(
        "themes.tooltip",
        who=who,
        theme=_name(study, theme),
        position=text_of(row, "position"),
        share=texts.percent(share),
        n=whole_of(row, "n"),
    )
    if low is not None and high is not None:
        method = texts.named("interval", text_of(row, "interval"))
        said += texts("profile.tooltip_interval", interval=texts.interval(low, high), method=method)
    else:
        said += texts("profile.tooltip_none", reason=texts.reason(text_of(row, "why_not")))
    bound_low, bound_high = number_of(row, "bound_low"), number_of(row, "bound_high")
    if bounds := texts.interval(bound_low, bound_high):
        said += texts("profile.tooltip_bounds", bounds=bounds)
    written, interval = texts.percent(share), texts.interval(low, high)
    return Estimate(study.respondent(who).mark, share, low, high, said, written, interval, bound_low, bound_high)


def _share_table(
    study: Study, order: Sequence[str], people: Sequence[str], rows: Mapping[tuple[str, str], Row]
) -> Table:
    texts = study.texts
    persons = ("persons",) if any(row["persons"] is not None for row in rows.values()) else ()
    numbers = ("share", "interval", "n", "items", "clusters", *persons, "bounds", "bounds_ci")
    names = ("theme", "respondent", *numbers, "why_not")
    written = []
    for theme in order:
        for who in people:
            row = rows.get((theme, who))
            if row is None:
                continue
            cells = {
                "theme": _name(study, theme),
                "respondent": who,
                "share": texts.percent(number_of(row, "share"), 1),
                "interval": texts.interval(number_of(row, "low"), number_of(row, "high")) or "–",
                "n": texts.count(whole_of(row, "n")),
                "items": texts.count(whole_of(row, "items")),
                "clusters": texts.count(whole_of(row, "clusters")),
                "persons": "–" if row["persons"] is None else texts.count(whole_of(row, "persons")),
                "bounds": texts.interval(number_of(row, "bound_low"), number_of(row, "bound_high")) or "–",
                "bounds_ci": texts.interval(number_of(row, "bound_ci_low"), number_of(row, "bound_ci_high")) or "–",
                "why_not": texts.reason(text_of(row, "why_not")) if row.get("why_not") else "",
            }
            written.append(tuple(cells[name] for name in names))
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=2)


def _agreement(study: Study, measure: str, agreement: pl.DataFrame) -> Panel | None:
    """The matrix of all themes together, a respondent with itself on the diagonal, and the table of every theme."""
    texts = study.texts
    mine = agreement.filter((pl.col("measure") == measure) & pl.col("estimate").is_not_null())
    if mine.filter(pl.col("model_a") != pl.col("model_b")).is_empty():
        return None
    every = list(mine.filter(pl.col("theme") == ALL).iter_rows(named=True))
    found = {label for row in every for label in (str(row["model_a"]), str(row["model_b"]))}
    names = [entry.label for entry in study.respondents if entry.label in found]
    cells: dict[tuple[int, int], Cell] = {}
    for row in every:
        one, two = names.index(str(row["model_a"])), names.index(str(row["model_b"]))
        cells[one, two] = cells[two, one] = _agreement_cell(study, row)
    name = texts.named("measure", measure)
    title = texts("themes.agreement_chart", measure=name)
    table = _agreement_table(study, mine)
    bare = {place: replace(cell, note="") for place, cell in cells.items()} if len(names) > MOST_NARROW else cells
    wide, narrow = (
        matrix(names, shown, title, size=104, width=width) for shown, width in ((cells, WIDE), (bare, NARROW))
    )
    chart = Chart(file_stem("themes-agreement", measure), wide, narrow, table)
    missing = [(_pair(study, row), text_of(row, "why_not")) for row in every if row["low"] is None]
    ceilings = (texts("themes.ceiling_note"),) if mine["ceiling"].drop_nulls().len() else ()
    notes = (texts("themes.agreement_note"), texts("themes.itself_note"), *ceilings, *reason_notes(texts, missing))
    return Panel(texts("themes.agreement_tab", measure=name), (chart,), notes)


def _pair(study: Study, row: Row) -> str:
    one, two = text_of(row, "model_a"), text_of(row, "model_b")
    return study.texts("themes.itself", who=one) if one == two else study.texts("number.pair", a=one, b=two)


def _agreement_cell(study: Study, row: Row) -> Cell:
    texts, estimate = study.texts, number_of(row, "estimate") or 0.0
    interval = _interval(study, row)
    said = texts(
        "agreement.tooltip", pair=_pair(study, row), estimate=texts.decimal(estimate), n=whole_of(row, "n_items")
    )
    if interval:
        said += texts("reliability.tooltip_interval", interval=interval)
    if (ceiling := number_of(row, "ceiling")) is not None:
        said += texts("agreement.tooltip_ceiling", ceiling=texts.decimal(ceiling))
    return Cell(max(estimate, 0.0), texts.decimal(estimate), said, interval)


def _interval(study: Study, row: Row) -> str:
    low, high = number_of(row, "low"), number_of(row, "high")
    if low is None or high is None:
        return ""
    return study.texts("number.from_to", low=study.texts.decimal(low), high=study.texts.decimal(high))


def _agreement_table(study: Study, mine: pl.DataFrame) -> Table:
    texts = study.texts
    written = []
    for theme in _in_order(study, mine):
        for row in mine.filter(pl.col("theme") == theme).iter_rows(named=True):
            written.append(
                (
                    _name(study, theme),
                    _pair(study, row),
                    texts.decimal(number_of(row, "estimate")),
                    _interval(study, row) or "–",
                    texts.decimal(number_of(row, "ceiling")),
                    texts.count(whole_of(row, "n_items")),
                    texts.reason(text_of(row, "why_not")) if row.get("why_not") else "",
                )
            )
    names = ("theme", "pair", "estimate", "interval", "ceiling", "items", "why_not")
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=2)


def _differences(study: Study, differences: pl.DataFrame) -> Panel:
    texts = study.texts
    several = differences["position"].n_unique() > 1
    written = []
    for theme in _in_order(study, differences):
        for row in differences.filter(pl.col("theme") == theme).iter_rows(named=True):
            written.append(
                (
                    _name(study, theme),
                    texts("themes.minus", a=text_of(row, "model_a"), b=text_of(row, "model_b")),
                    *((text_of(row, "position"),) if several else ()),
                    texts.points(number_of(row, "difference")),
                    texts.point_interval(number_of(row, "low"), number_of(row, "high")) or "–",
                    texts.count(whole_of(row, "n_items")),
                    texts.probability(number_of(row, "p")),
                    texts.probability(number_of(row, "p_adjusted")),
                )
            )
    names = ("theme", "pair", *(("set",) if several else ()), "points", "interval", "items", "p", "p_adjusted")
    table = Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=3 if several else 2)
    methods = [texts.named("adjustment", str(name)) for name in sorted(differences["adjustment"].drop_nulls().unique())]
    sets = texts.listing(sorted(differences["position"].unique()))
    notes = [
        texts("themes.differences_note", sets=sets),
        *(texts("themes.families", method=method) for method in methods),
    ]
    return Panel(texts("themes.differences_tab"), (), tuple(notes), table)
