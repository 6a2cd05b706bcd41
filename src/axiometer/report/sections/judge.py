"""The judge of free answers: what people say of its verdicts, and how far they agree with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from axiometer.report.charts import Cell, matrix
from axiometer.report.parts import NARROW, WIDE, Chart, Panel, Section, Table, file_stem, number_of, text_of, whole_of
from axiometer.report.views import RunView, Study

Row = Mapping[str, object]
ALL = "all"


def judge(study: Study) -> Section | None:
    """A matrix per respondent: rows what people say, columns what the judge says. None where no judge was asked."""
    texts, raters = study.texts, study.table("raters")
    if raters.is_empty():
        return None
    errors = study.table("judge")
    panels = []
    for entry in study.respondents:
        mine = errors.filter(pl.col("model") == entry.label)
        if not mine.is_empty():
            panels.append(_panel(study, entry.label, mine))
    notes = [_raters_note(study, row) for row in raters.iter_rows(named=True)]
    notes += [note for run in study.runs if (note := _stand_in_note(study, run))]
    if panels:
        notes.append(texts("judge.uncertain"))
    return Section("judge", texts("judge.title"), (texts("judge.intro"),), tuple(panels), tuple(notes))


def _panel(study: Study, label: str, errors: pl.DataFrame) -> Panel:
    texts = study.texts
    together = list(errors.filter(pl.col("lang") == ALL).iter_rows(named=True))
    truths = list(dict.fromkeys(str(row["truth"]) for row in together))
    said = list(dict.fromkeys(str(row["said"]) for row in together))
    used = [name for name in said if name in truths or any(_share(row) for row in together if row["said"] == name)]
    names = [texts.named("verdict", name) for name in used]
    cells = {}
    for row in together:
        if row["truth"] in used and row["said"] in used:
            cells[used.index(str(row["truth"])), used.index(str(row["said"]))] = _cell(study, row)
    title = texts("judge.chart", who=label)
    wide, narrow = (matrix(names, cells, title, size=104, width=width) for width in (WIDE, NARROW))
    chart = Chart(file_stem("judge", label), wide, narrow, _table(study, list(errors.iter_rows(named=True))))
    return Panel(label, (chart,), (texts("judge.reading"),))


def _share(row: Row) -> float:
    return number_of(row, "share") or 0.0


def _cell(study: Study, row: Row) -> Cell:
    texts = study.texts
    share = texts.percent(_share(row))
    interval = texts.interval(number_of(row, "low"), number_of(row, "high"))
    told = texts(
        "judge.tooltip",
        truth=texts.named("verdict", text_of(row, "truth")),
        said=texts.named("verdict", text_of(row, "said")),
        share=share,
        interval=interval,
        n=whole_of(row, "labels"),
    )
    return Cell(_share(row), share, told, interval)


def _table(study: Study, rows: Sequence[Row]) -> Table:
    texts = study.texts
    written = tuple(
        (
            texts.named("language", text_of(row, "lang")),
            texts.named("verdict", text_of(row, "truth")),
            texts.named("verdict", text_of(row, "said")),
            texts.percent(number_of(row, "share"), 1),
            texts.interval(number_of(row, "low"), number_of(row, "high")) or "–",
            texts.decimal(number_of(row, "labels"), 0),
        )
        for row in rows
    )
    names = ("language", "people_say", "judge_says", "share", "interval", "labels")
    return Table(tuple(texts(f"column.{name}") for name in names), written, words=3)


def _stand_in_note(study: Study, run: RunView) -> str:
    """What the alternative annotator test says of a run's judge; raters are counted, never named."""
    texts, found = study.texts, run.stand_in
    if found is None or found.passes is None or found.omega is None or found.rho is None:
        return ""
    said = texts(
        "judge.stand_in",
        run=run.name,
        raters=found.raters,
        n=found.judged,
        omega=texts.decimal(found.omega),
        rho=texts.decimal(found.rho),
        epsilon=texts.decimal(found.epsilon),
    )
    return said + texts("judge.stand_in_passes" if found.passes else "judge.stand_in_not")


def _raters_note(study: Study, row: Row) -> str:
    texts, who = study.texts, text_of(row, "model")
    if not whole_of(row, "labelled"):
        return texts("judge.unlabelled", who=who, answers=whole_of(row, "answers"))
    said = texts(
        "judge.labelled",
        who=who,
        n=whole_of(row, "labelled"),
        answers=whole_of(row, "answers"),
        raters=whole_of(row, "raters"),
    )
    if whole_of(row, "units"):
        said += texts(
            "judge.raters",
            n=whole_of(row, "units"),
            agreed=texts.percent(number_of(row, "agreed")),
            alpha=texts.decimal(number_of(row, "alpha")),
        )
        low, high = number_of(row, "alpha_low"), number_of(row, "alpha_high")
        if low is not None and high is not None:
            said += texts("judge.alpha_interval", low=texts.decimal(low), high=texts.decimal(high))
        elif row.get("alpha_why_not"):
            said += texts("judge.alpha_no_interval", reason=texts.reason(text_of(row, "alpha_why_not")))
    return said
