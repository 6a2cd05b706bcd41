"""The profile: the share of choices that express each value, per level, respondents side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import Axis, DotRow, Estimate, dot_plot
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
from axiometer.report.views import LevelView, Study

Row = Mapping[str, object]
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)

MODES = ("choice", "logprob", "likelihood", "agree", "judged", "open")

# A longer list of values (or rules) is given as a table only.
MOST_ROWS = 60


def share_axis(title: str) -> Axis:
    return Axis(0.0, 1.0, TICKS, lambda tick: f"{100 * tick:.0f}%", title, reference=0.5)


def opposing(shares: pl.DataFrame) -> pl.DataFrame:
    """The shares of choices that oppose a value, in the columns of those that express one (no items, no bounds)."""
    return shares.filter(pl.col("opposed_share").is_not_null()).select(
        "model",
        "mode",
        "lang",
        "level",
        "value",
        n="n_opposed",
        share="opposed_share",
        low="opposed_low",
        high="opposed_high",
        interval=pl.when(pl.col("opposed_low").is_not_null()).then(pl.lit("multiway bootstrap")),
        why_not="opposed_why_not",
    )


def profile(study: Study) -> Section:
    """One panel per mode and level, and one more where options oppose values; modes are never pooled."""
    texts = study.texts
    shares = study.table("shares").filter(pl.col("lang") == "all")
    modes = [str(mode) for mode in shares["mode"].unique().sort()]
    kinds = {"expressed": shares.filter(pl.col("share").is_not_null()), "opposed": opposing(shares)}
    panels: list[Panel] = []
    first: int | None = None
    for mode in modes:
        for level in study.levels:
            for kind, frame in kinds.items():
                rows = frame.filter((pl.col("mode") == mode) & (pl.col("level") == level.id))
                if rows.is_empty():
                    continue
                if level == study.main_level and first is None:
                    first = len(panels)
                panels.append(_panel(study, level, mode, kind, rows))
    shown = pl.col("level").is_in([level.id for level in study.levels])
    expressed = set(kinds["expressed"].filter(shown)["mode"])
    intro = [
        texts(f"profile.intro_{mode}") for mode in ("choice", "logprob", "agree", "judged", "open") if mode in expressed
    ]
    if len(kinds["opposed"].filter(shown)):
        intro.append(texts("profile.intro_opposed"))
    return Section(
        "profile", texts("profile.title"), (*intro, texts("profile.reading")), tuple(panels), first=first or 0
    )


def _panel(study: Study, level: LevelView, mode: str, kind: str, rows: pl.DataFrame) -> Panel:
    texts = study.texts
    by_value: dict[str, list[Row]] = {}
    for row in rows.iter_rows(named=True):
        by_value.setdefault(str(row["value"]), []).append(row)
    known = [value for value in level.values if value in by_value]
    ordered = sorted(known, key=lambda value: -_mean_share(by_value[value]))
    missing = [
        (study.value_name(value), text_of(row, "why_not"))
        for value in ordered
        for row in by_value[value]
        if number_of(row, "low") is None
    ]
    tab = level.name if kind == "expressed" else texts("profile.opposed", level=level.name)
    if study.table("shares")["mode"].n_unique() > 1:
        tab = f"{tab} · {texts.named('mode', mode)}"
    table = _table(study, ordered, by_value, kind)
    if len(ordered) > MOST_ROWS:
        return Panel(tab, (), (texts("profile.table_only", n=len(ordered)),), table, folded=True)
    dots = [_dot_row(study, value, by_value[value], kind) for value in ordered]
    name = file_stem("profile", mode, level.id, "" if kind == "expressed" else kind)
    title, axis = texts(f"profile.chart_{kind}", level=level.name), share_axis(texts(f"profile.axis_{kind}"))
    series = [respondent.series for respondent in study.respondents]
    chart = both_widths(lambda width: dot_plot(dots, series, axis, title, width), name, table)
    return Panel(tab, (chart,), reason_notes(texts, missing))


def _mean_share(rows: Sequence[Row]) -> float:
    known = [share for row in rows if (share := number_of(row, "share")) is not None]
    return sum(known) / len(known) if known else -1.0


def _dot_row(study: Study, value: str, rows: Sequence[Row], kind: str) -> DotRow:
    by_model = {str(row["model"]): row for row in rows}
    present = [by_model[entry.label] for entry in study.respondents if entry.label in by_model]
    dots = [dot for row in present if (dot := share_estimate(study, value, row, kind)) is not None]
    return DotRow(study.value_name(value), _items_note(study, present), tuple(dots))


def _items_note(study: Study, rows: Sequence[Row]) -> str:
    """On how many items (opposing: choices) the estimates rest; a range where that differs between respondents."""
    unit = "items" if any("items" in row for row in rows) else "choices"
    counts = [whole_of(row, "items" if unit == "items" else "n") for row in rows]
    if not counts:
        return ""
    if min(counts) == max(counts):
        return study.texts(f"profile.{unit}", n=counts[0])
    return study.texts(f"profile.{unit}_range", low=min(counts), high=max(counts))


def share_estimate(study: Study, value: str, row: Row, kind: str = "expressed") -> Estimate | None:
    """The dot for one share, None where it has no denominator. `kind`: `expressed` or `opposed`."""
    texts, share = study.texts, number_of(row, "share")
    if share is None:
        return None
    low, high = number_of(row, "low"), number_of(row, "high")
    name = str(row["model"])
    called, n = study.value_name(value), whole_of(row, "n")
    said = texts(f"profile.tooltip_{kind}", who=name, value=called, share=texts.percent(share), n=n)
    if low is not None and high is not None:
        method = texts.named("interval", text_of(row, "interval"))
        said += texts("profile.tooltip_interval", interval=texts.interval(low, high), method=method)
    else:
        said += texts("profile.tooltip_none", reason=texts.reason(text_of(row, "why_not")))
    bounds = texts.interval(number_of(row, "bound_low"), number_of(row, "bound_high"))
    if bounds:
        said += texts("profile.tooltip_bounds", bounds=bounds)
    return Estimate(
        study.respondent(name).mark,
        share,
        low,
        high,
        said,
        texts.percent(share),
        texts.interval(low, high),
        number_of(row, "bound_low"),
        number_of(row, "bound_high"),
    )


def _table(study: Study, ordered: Sequence[str], by_value: Mapping[str, Sequence[Row]], kind: str) -> Table:
    texts = study.texts
    more = ("items", "clusters", "bounds", "bounds_ci") if kind == "expressed" else ()
    numbers = ("share", "interval", "n", *more)
    share = "share" if kind == "expressed" else "share_opposed"
    columns = ("value", "respondent", share, *numbers[1:], "why_not")
    rows = []
    for value in ordered:
        for row in by_value[value]:
            cells = {
                "share": texts.percent(number_of(row, "share"), 1),
                "interval": texts.interval(number_of(row, "low"), number_of(row, "high")) or "–",
                "n": texts.count(whole_of(row, "n")),
                "items": texts.count(whole_of(row, "items")),
                "clusters": texts.count(whole_of(row, "clusters")),
                "bounds": texts.interval(number_of(row, "bound_low"), number_of(row, "bound_high")) or "–",
                "bounds_ci": texts.interval(number_of(row, "bound_ci_low"), number_of(row, "bound_ci_high")) or "–",
            }
            why = texts.reason(text_of(row, "why_not")) if row.get("why_not") else ""
            rows.append((study.value_name(value), text_of(row, "model"), *(cells[name] for name in numbers), why))
    return Table(tuple(texts(f"column.{name}") for name in columns), tuple(rows), words=2)
