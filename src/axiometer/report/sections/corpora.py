"""Statements of corpora: how much respondents side with each one's, corrected for the judge where people labelled.

Corpora stand in alphabetical order, never in that of their shares: their items differ, so levels are not compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from axiometer.report.sections.profile import MODES, share_axis
from axiometer.report.views import Study

Row = Mapping[str, object]
ALL = "all"
JUDGED = ("judged", "open")


def corpora(study: Study) -> Section | None:
    """Shares siding with each corpus per mode, by attribution, support of statements and reverses, and differences.
    None where no item is a statement."""
    texts = study.texts
    shares = study.table("corpora").filter(pl.col("share").is_not_null())
    if shares.is_empty():
        return None
    modes = [mode for mode in MODES if mode in set(shares["mode"])]
    panels = [_shares(study, mode, shares.filter(pl.col("mode") == mode), several=len(modes) > 1) for mode in modes]
    panels += [
        panel
        for mode in modes
        if (panel := _attributions(study, mode, shares.filter(pl.col("mode") == mode), len(modes) > 1)) is not None
    ]
    support = study.table("support").filter((pl.col("lang") == ALL) & pl.col("estimate").is_not_null())
    if not support.is_empty():
        panels.append(_support(study, support))
    differences = study.table("corpus_differences").filter(pl.col("difference").is_not_null())
    if not differences.is_empty():
        panels.append(_differences(study, differences))
    warned = (texts("corpora.constructed"), texts("corpora.levels"))
    intro = (texts("corpora.intro"), *warned, *(texts(f"corpora.intro_{mode}") for mode in modes if mode != "open"))
    return Section("corpora", texts("corpora.title"), intro, tuple(panels), _warnings(study, shares))


def _warnings(study: Study, shares: pl.DataFrame) -> tuple[str, ...]:
    """What else a reader must know: where style gives the statement away, and what the judge's errors do."""
    texts = study.texts
    said = []
    statements = study.items.filter(pl.col("kind") == "statement")
    solved = statements.filter(pl.col("meta").str.json_path_match("$.style") == "solved").height
    if solved:
        said.append(texts("corpora.solved", n=solved, of=statements.height))
    judged = shares.filter(pl.col("mode").is_in(JUDGED) & (pl.col("lang") == ALL) & (pl.col("attribution") == ALL))
    without = judged.filter(pl.col("corrected").is_null())
    if len(without):
        names = [entry.label for entry in study.respondents if entry.label in set(without["model"])]
        said.append(texts("corpora.uncorrected", who=texts.listing(names)))
    if judged["transported"].fill_null(False).any():
        said.append(texts("corpora.transported"))
    return tuple(said)


def _in_order(study: Study, rows: pl.DataFrame, corpus: str) -> list[Row]:
    mine = {str(row["model"]): row for row in rows.filter(pl.col("corpus") == corpus).iter_rows(named=True)}
    return [mine[entry.label] for entry in study.respondents if entry.label in mine]


def _shares(study: Study, mode: str, shares: pl.DataFrame, *, several: bool) -> Panel:
    texts = study.texts
    whole = shares.filter((pl.col("lang") == ALL) & (pl.col("attribution") == ALL))
    dots: list[DotRow] = []
    missing: list[tuple[str, str | None]] = []
    for corpus in sorted(whole["corpus"].unique()):
        rows = _in_order(study, whole, corpus)
        put_right = [row for row in rows if number_of(row, "corrected") is not None]
        if put_right:
            found = tuple(_corrected_dot(study, row) for row in put_right)
            dots.append(DotRow(corpus, texts("corpora.row_corrected"), found))
            dots.append(DotRow(corpus, texts("corpora.row_raw"), tuple(_dot(study, row) for row in rows)))
        else:
            dots.append(DotRow(corpus, _items(study, rows), tuple(_dot(study, row) for row in rows)))
        missing += [(corpus, text_of(row, "why_not")) for row in rows if number_of(row, "low") is None]
    tab, title = texts("corpora.tab"), texts("corpora.chart", mode=texts.named("mode", mode))
    axis = share_axis(texts("corpora.axis_agree" if mode == "agree" else "corpora.axis"))
    series = [entry.series for entry in study.respondents if entry.label in set(whole["model"])]
    chart = both_widths(
        lambda width: dot_plot(dots, series, axis, title, width), file_stem("corpora", mode), _table(study, shares)
    )
    notes = list(reason_notes(texts, missing))
    if mode in JUDGED:
        absent = whole.filter(pl.col("corrected").is_null() & pl.col("corrected_why_not").is_not_null())
        reasons = [(str(row["corpus"]), text_of(row, "corrected_why_not")) for row in absent.iter_rows(named=True)]
        notes += reason_notes(texts, reasons, "corpora.not_corrected")
    return Panel(f"{tab} · {texts.named('mode_short', mode)}" if several else tab, (chart,), tuple(notes))


def _items(study: Study, rows: Sequence[Row]) -> str:
    counts = [whole_of(row, "items") for row in rows]
    if not counts:
        return ""
    if min(counts) == max(counts):
        return study.texts("profile.items", n=counts[0])
    return study.texts("profile.items_range", low=min(counts), high=max(counts))


def _dot(study: Study, row: Row) -> Estimate:
    texts, share = study.texts, number_of(row, "share") or 0.0
    low, high = number_of(row, "low"), number_of(row, "high")
    who, corpus, n = text_of(row, "model"), text_of(row, "corpus"), whole_of(row, "n")
    said = texts("corpora.tooltip", who=who, corpus=corpus, share=texts.percent(share), n=n)
    if low is not None and high is not None:
        method = texts.named("interval", text_of(row, "interval"))
        said += texts("profile.tooltip_interval", interval=texts.interval(low, high), method=method)
    else:
        said += texts("profile.tooltip_none", reason=texts.reason(text_of(row, "why_not")))
    bound_low, bound_high = number_of(row, "bound_low"), number_of(row, "bound_high")
    if bounds := texts.interval(bound_low, bound_high):
        said += texts("profile.tooltip_bounds", bounds=bounds)
    mark, written = study.respondent(who).mark, texts.percent(share)
    return Estimate(mark, share, low, high, said, written, texts.interval(low, high), bound_low, bound_high)


def _corrected_dot(study: Study, row: Row) -> Estimate:
    texts, share = study.texts, number_of(row, "corrected") or 0.0
    low, high = number_of(row, "corrected_low"), number_of(row, "corrected_high")
    interval = texts.interval(low, high)
    said = texts(
        "corpora.tooltip_corrected",
        who=text_of(row, "model"),
        corpus=text_of(row, "corpus"),
        share=texts.percent(share),
        interval=interval,
        method=texts.named("correction", text_of(row, "correction")),
        n=whole_of(row, "labels"),
    )
    mark = study.respondent(text_of(row, "model")).mark
    return Estimate(mark, share, low, high, said, texts.percent(share), interval)


def _table(study: Study, shares: pl.DataFrame) -> Table:
    """Every attribution, and every language of a corpus that was asked in several."""
    texts = study.texts
    judged = shares["corrected_why_not"].drop_nulls().len() + shares["corrected"].drop_nulls().len() > 0
    more = ("corrected", "corrected_interval", "correction", "labels") if judged else ()
    names = ("corpus", "respondent", "attribution", "language", "share", "interval", *more)
    names += ("n", "items", "clusters", "bounds", "why_not")
    spoken = shares.filter(pl.col("lang") != ALL).group_by("corpus").agg(pl.col("lang").n_unique())
    several = set(spoken.filter(pl.col("lang") > 1)["corpus"])
    written = []
    for corpus in sorted(shares["corpus"].unique()):
        mine = shares.filter(pl.col("corpus") == corpus)
        if corpus not in several:
            mine = mine.filter(pl.col("lang") == ALL)
        for row in mine.iter_rows(named=True):
            cells = _cells(study, row)
            written.append(tuple(cells[name] for name in names))
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=4)


def _cells(study: Study, row: Row) -> dict[str, str]:
    texts = study.texts
    method = texts.named("correction", text_of(row, "correction")) if row["correction"] else "–"
    why = text_of(row, "why_not") or text_of(row, "corrected_why_not")
    return {
        "corpus": text_of(row, "corpus"),
        "respondent": text_of(row, "model"),
        "attribution": texts.named("attribution", text_of(row, "attribution")),
        "language": texts.named("language", text_of(row, "lang")),
        "share": texts.percent(number_of(row, "share"), 1),
        "interval": texts.interval(number_of(row, "low"), number_of(row, "high")) or "–",
        "corrected": texts.percent(number_of(row, "corrected"), 1),
        "corrected_interval": texts.interval(number_of(row, "corrected_low"), number_of(row, "corrected_high")) or "–",
        "correction": f"{method}{texts('corpora.moved') if row['transported'] else ''}",
        "labels": texts.decimal(number_of(row, "labels"), 0),
        "n": texts.count(whole_of(row, "n")),
        "items": texts.count(whole_of(row, "items")),
        "clusters": texts.count(whole_of(row, "clusters")),
        "bounds": texts.interval(number_of(row, "bound_low"), number_of(row, "bound_high")) or "–",
        "why_not": texts.reason(why) if why else "",
    }


def _attributions(study: Study, mode: str, shares: pl.DataFrame, several: bool) -> Panel | None:
    """Each corpus by whose view its statements give; None where nothing is told apart."""
    texts = study.texts
    mine = shares.filter((pl.col("lang") == ALL) & (pl.col("attribution") != ALL))
    if mine.is_empty():
        return None
    dots = []
    for corpus in sorted(mine["corpus"].unique()):
        of_corpus = mine.filter(pl.col("corpus") == corpus)
        for attribution in sorted(of_corpus["attribution"].unique()):
            rows = _in_order(study, of_corpus.filter(pl.col("attribution") == attribution), corpus)
            name = texts("corpora.by", corpus=corpus, attribution=texts.named("attribution", attribution))
            dots.append(DotRow(name, _items(study, rows), tuple(_best(study, row) for row in rows)))
    title, axis = texts("corpora.chart_attribution", mode=texts.named("mode", mode)), share_axis(texts("corpora.axis"))
    series = [entry.series for entry in study.respondents if entry.label in set(mine["model"])]
    chart = both_widths(
        lambda width: dot_plot(dots, series, axis, title, width), file_stem("corpora-attribution", mode)
    )
    tab = texts("corpora.tab_attribution")
    notes = (texts("corpora.best"),) if mode in JUDGED and mine["corrected"].drop_nulls().len() else ()
    return Panel(f"{tab} · {texts.named('mode_short', mode)}" if several else tab, (chart,), notes)


def _best(study: Study, row: Row) -> Estimate:
    return _dot(study, row) if number_of(row, "corrected") is None else _corrected_dot(study, row)


def _support(study: Study, support: pl.DataFrame) -> Panel:
    """Support for statements and for reverses put forward alone: where both pass one half, the habit is to say yes."""
    texts = study.texts
    together = support["corpus"].is_in([ALL]).any()
    dots = []
    for corpus in ([ALL] if together else []) + sorted(set(support["corpus"]) - {ALL}):
        name = texts("corpora.all") if corpus == ALL else corpus
        for quantity in ("statement", "reverse"):
            rows = _in_order(study, support.filter(pl.col("quantity") == quantity), corpus)
            found = tuple(_support_dot(study, row, quantity) for row in rows)
            dots.append(DotRow(name, texts(f"corpora.{quantity}"), found))
    title, axis = texts("corpora.chart_support"), share_axis(texts("corpora.axis_support"))
    series = [entry.series for entry in study.respondents if entry.label in set(support["model"])]
    chart = both_widths(
        lambda width: dot_plot(dots, series, axis, title, width), "corpora-support", _support_table(study, support)
    )
    return Panel(texts("corpora.tab_support"), (chart,), (texts("corpora.yes_bias"),))


def _support_dot(study: Study, row: Row, quantity: str) -> Estimate:
    texts, share = study.texts, number_of(row, "estimate") or 0.0
    low, high = number_of(row, "low"), number_of(row, "high")
    who = text_of(row, "model")
    said = texts(f"corpora.tooltip_{quantity}", who=who, share=texts.percent(share), n=whole_of(row, "n"))
    interval = texts.interval(low, high)
    return Estimate(study.respondent(who).mark, share, low, high, said, texts.percent(share), interval)


def _support_table(study: Study, support: pl.DataFrame) -> Table:
    texts = study.texts
    written = []
    for row in support.filter(pl.col("quantity") == "yes_bias").iter_rows(named=True):
        name = texts("corpora.all") if row["corpus"] == ALL else text_of(row, "corpus")
        written.append(
            (
                name,
                text_of(row, "model"),
                texts.points(number_of(row, "estimate")),
                texts.point_interval(number_of(row, "low"), number_of(row, "high")) or "–",
                texts.count(whole_of(row, "n")),
            )
        )
    names = ("corpus", "respondent", "yes_bias", "interval", "stances")
    return Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=2)


def _differences(study: Study, differences: pl.DataFrame) -> Panel:
    texts = study.texts
    put_right = differences["corrected"].drop_nulls().len() > 0
    written = []
    for row in differences.sort("corpus", "mode", "model_a", "model_b").iter_rows(named=True):
        pair = texts("themes.minus", a=text_of(row, "model_a"), b=text_of(row, "model_b"))
        low, high = number_of(row, "low"), number_of(row, "high")
        points, interval = texts.points(number_of(row, "difference")), texts.point_interval(low, high)
        mode = texts.named("mode_short", text_of(row, "mode"))
        corrected = (
            texts.points(number_of(row, "corrected")),
            texts.point_interval(number_of(row, "corrected_low"), number_of(row, "corrected_high")) or "–",
            texts.probability(number_of(row, "corrected_p_adjusted")),
        )
        p = (texts.probability(number_of(row, "p")), texts.probability(number_of(row, "p_adjusted")))
        items = texts.count(whole_of(row, "n_items"))
        head = (text_of(row, "corpus"), pair, mode, points, interval or "–", items, *p)
        written.append((*head, *(corrected if put_right else ())))
    more = ("corrected", "corrected_interval", "corrected_p") if put_right else ()
    names = ("corpus", "pair", "mode", "points", "interval", "items", "p", "p_adjusted", *more)
    table = Table(tuple(texts(f"column.{name}") for name in names), tuple(written), words=3)
    methods = [texts.named("adjustment", str(name)) for name in sorted(differences["adjustment"].drop_nulls().unique())]
    notes = (texts("corpora.differences_note"), *(texts("corpora.families", method=method) for method in methods))
    return Panel(texts("corpora.tab_differences"), (), notes, table)
