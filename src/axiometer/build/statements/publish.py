"""What is left of statements: tables, the items, everything that did not become one, and the account."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.build.statements.extraction.extracting import unsupported_counts
from axiometer.build.statements.options import EXTRACT, INGEST, REDUCE, StatementsFolder
from axiometer.build.statements.plan import StatementPlan
from axiometer.build.statements.recovery.recover import recover
from axiometer.build.statements.recovery.table import Recovered
from axiometer.build.statements.reduction.reducing import Summary
from axiometer.build.statements.screening import Settled
from axiometer.build.statements.status import passages, status
from axiometer.build.statements.triples.blind import StyleReport, style_report
from axiometer.build.statements.triples.items import triple_items
from axiometer.build.statements.triples.rows import CHECK
from axiometer.build.work.accounts import StepAccount
from axiometer.build.work.large_tables import csv_for_people, write_frames
from axiometer.build.work.rejects import REJECTS, PassedStep, rejects
from axiometer.records.corpus_rows import Statement, Triple
from axiometer.records.rows import Item
from axiometer.records.schemas import schema_of, to_frame, to_rows
from axiometer.records.tables import write_parquet, write_text
from axiometer.runtime.progress import Tally

STATEMENTS: Final = "statements.parquet"
TRIPLES: Final = "triples.parquet"
STYLE: Final = "style.parquet"


@dataclass(frozen=True, slots=True)
class StatementsSummary:
    """What there is in the end. texts: as they were read; statements: that stayed after conflicts were resolved, with
    which words items are shown in `items`. unsupported: statements that a model gave and the text did not support, by
    reason; by_people: subjects that people decided on; reduction: the account of conflicts; solved: share of the
    statements that their style tells from their reverse (None: too few to say); recovered: of the starter news, what
    every step found. steps, lost: the account of every step, and why rows were lost; calls made now and before."""

    folder: Path
    texts: int
    statements: int
    triples: int
    items: int
    positions: Mapping[str, int]
    unsupported: Mapping[str, int]
    by_people: tuple[str, ...]
    reduction: Summary
    solved: float | None
    recovered: tuple[Recovered, ...]
    lost: Mapping[str, int]
    steps: tuple[StepAccount, ...]
    calls: int
    hits: int
    retry: int


def publish(
    plan: StatementPlan, folder: StatementsFolder, settled: Settled, reduction: Summary, tallies: Sequence[Tally]
) -> StatementsSummary:
    """Writes tables, items, rejects and summary. Raises `AssertionError` where a row is unaccounted for."""
    _write_stage(folder, REDUCE, Statement, STATEMENTS)
    _write_stage(folder, CHECK, Triple, TRIPLES)
    style = _style(plan, folder)
    write_parquet(style.pairs, folder.tables / STYLE)
    write_frames(_items(plan, folder, style), schema_of(Item), folder.items)
    _write_rejects(folder)
    starter = plan.options.starter
    recovered = recover(folder, starter, folder.tables) if starter else []
    summary = _summary(folder, settled, reduction, style, recovered, tallies)
    said = {key: value for key, value in asdict(summary).items() if key not in ("calls", "hits")}
    said["policy"] = str(plan.options.reduction.policy)
    write_text(json.dumps(said, ensure_ascii=False, indent=2, default=str) + "\n", folder.summary)
    return summary


def _write_stage(folder: StatementsFolder, step: str, row_type: type, file: str) -> None:
    write_frames(_frames(folder, step), schema_of(row_type), folder.tables / file)


def _style(plan: StatementPlan, folder: StatementsFolder) -> StyleReport:
    """The blind baseline: how well style alone tells statements from their reverses."""
    triples = [triple for frame in _frames(folder, CHECK) for triple in to_rows(frame, Triple)]
    groups = {
        statement: group
        for frame in _frames(folder, REDUCE)
        for statement, group in frame.select("id", "issue_group").iter_rows()
    }
    return style_report(triples, groups, plan.options.seed)


def _frames(folder: StatementsFolder, step: str) -> Iterator[pl.DataFrame]:
    stage = folder.stage(step)
    return (stage.rows_of(name) for name in stage.names())


def _items(plan: StatementPlan, folder: StatementsFolder, style: StyleReport) -> Iterator[pl.DataFrame]:
    """Part by part: a triple has the part of its statement."""
    writer, checker = plan.people.writer.model.name, plan.people.checker.model.name
    labels = style.labels()
    for name in folder.stage(CHECK).names():
        statements = {row.id: row for row in to_rows(folder.stage(REDUCE).rows_of(name), Statement)}
        made: list[Item] = []
        for triple in to_rows(folder.stage(CHECK).rows_of(name), Triple):
            made += triple_items(
                triple,
                statements[triple.statement],
                plan.options.forms,
                writer=writer,
                checker=checker,
                style=labels,
            )
        yield to_frame(made, Item)


def _write_rejects(folder: StatementsFolder) -> None:
    columns = REJECTS.names()
    with csv_for_people(folder.rejects, columns) as append:
        for frame in rejects(PassedStep(INGEST, folder.stage(INGEST))):
            append(frame)
        for step in passages(folder):
            inputs = folder.stage(step.before)
            for frame in rejects(PassedStep(step.name, folder.stage(step.name), dict.fromkeys(inputs.names(), inputs))):
                append(frame)


def _summary(
    folder: StatementsFolder,
    settled: Settled,
    reduction: Summary,
    style: StyleReport,
    recovered: Sequence[Recovered],
    tallies: Sequence[Tally],
) -> StatementsSummary:
    accounts = tuple(status(folder.path))
    assert not any(each.waiting for each in accounts), "rows wait although every step is done"
    lost = Counter[str]()
    for each in accounts:
        lost.update(each.account.dropped)
        lost.update(each.account.failed)
    kept = {each.step: each.account.outputs for each in accounts}
    positions = pl.scan_parquet(folder.tables / STATEMENTS, glob=False).group_by("position").len().sort("position")
    return StatementsSummary(
        folder=folder.path,
        texts=kept[INGEST],
        statements=kept[REDUCE],
        triples=kept[CHECK],
        items=pl.scan_parquet(folder.items, glob=False).select(pl.len()).collect().item(),
        positions=dict(positions.collect().iter_rows()),
        unsupported=dict(unsupported_counts(folder.stage(EXTRACT)).most_common()),
        by_people=settled.changed,
        reduction=reduction,
        solved=style.share_solved if style.accuracies else None,
        recovered=tuple(recovered),
        lost=dict(sorted(lost.items(), key=lambda pair: (-pair[1], pair[0]))),
        steps=accounts,
        calls=sum(tally.calls for tally in tallies),
        hits=sum(tally.hits for tally in tallies),
        retry=sum(account.retry for account in accounts),
    )
