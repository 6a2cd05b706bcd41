"""What is left of statements: tables, the items, everything that did not become one, and the account."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from axiometer.build.statements.extraction.extracting import unsupported_counts
from axiometer.build.statements.options import EXTRACT, INGEST, PREPARE, REDUCE, StatementsFolder
from axiometer.build.statements.plan import StatementPlan
from axiometer.build.statements.recovery.recover import recover
from axiometer.build.statements.recovery.table import Recovered
from axiometer.build.statements.reduction.reducing import Summary
from axiometer.build.statements.screening import Settled
from axiometer.build.statements.status import passages, status
from axiometer.build.statements.triples.blind import Accuracy
from axiometer.build.statements.triples.making import ItemsSummary, make_items
from axiometer.build.statements.triples.rows import CHECK, WEIGH
from axiometer.build.work.accounts import StepAccount
from axiometer.build.work.large_tables import csv_for_people, write_frames
from axiometer.build.work.rejects import REJECTS, PassedStep, rejects
from axiometer.records.corpus_rows import Statement
from axiometer.records.schemas import schema_of
from axiometer.records.tables import write_text
from axiometer.runtime.progress import Tally

STATEMENTS: Final = "statements.parquet"


@dataclass(frozen=True, slots=True)
class StyleShare:
    """Of the statements whose style was judged (0: too few), those that it tells from their reverse, and those that it
    tells as surely the wrong way round, which chance alone would do as often. accuracies: how often a classifier that
    sees no question tells them, by form and language."""

    judged: int
    solved: int
    mistaken: int
    accuracies: tuple[Accuracy, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementsSummary:
    """What there is in the end. texts: as they were read; statements: that stayed after conflicts were resolved; forms,
    positions: items by the words that they are shown in, and by whose view the statement gives; lacking: triples that
    lack a form. unsupported: statements that a model gave and the text did not support, by reason; by_people: subjects
    that people decided on; reduction: the account of conflicts; weighed, confirmed: reverses that a model of
    contradictions computed on, and those that it finds to contradict their statement in both directions. recovered: of
    the starter news, what every step found. steps, lost: the account of every step, and why rows were lost; calls made
    now and before. no_outlet, no_date: texts that name no outlet, or no date that could be read, by which sources that
    disagree are told apart. gone: decisions of people on subjects that no text has now."""

    folder: Path
    texts: int
    statements: int
    triples: int
    items: int
    forms: Mapping[str, int]
    positions: Mapping[str, int]
    lacking: Mapping[str, int]
    unsupported: Mapping[str, int]
    by_people: tuple[str, ...]
    gone: tuple[str, ...]
    no_outlet: int
    no_date: int
    reduction: Summary
    style: StyleShare
    weighed: int
    confirmed: int
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
    kept, checked = folder.stage(REDUCE), folder.stage(CHECK)
    write_frames((kept.rows_of(name) for name in kept.names()), schema_of(Statement), folder.tables / STATEMENTS)
    items = make_items(
        checked,
        kept,
        folder.items,
        folder.tables,
        plan.options.forms,
        writer=plan.people.writer.model.name,
        checker=plan.people.checker.model.name,
        seed=plan.options.seed,
        scored=None if plan.options.computed_judge is None else folder.stage(WEIGH),
    )
    _write_rejects(folder)
    starter = plan.options.starter
    recovered = recover(folder, starter, folder.tables) if starter else []
    summary = _summary(folder, settled, reduction, items, recovered, tallies)
    said = {key: value for key, value in asdict(summary).items() if key not in ("calls", "hits")}
    said["policy"] = str(plan.options.reduction.policy)
    write_text(json.dumps(said, ensure_ascii=False, indent=2, default=str) + "\n", folder.summary)
    return summary


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
    items: ItemsSummary,
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
    return StatementsSummary(
        folder=folder.path,
        texts=kept[INGEST],
        statements=kept[REDUCE],
        triples=kept[CHECK],
        items=sum(items.forms.values()),
        forms=items.forms,
        positions=items.positions,
        lacking=items.lacking,
        unsupported=dict(unsupported_counts(folder.stage(EXTRACT)).most_common()),
        by_people=settled.changed,
        gone=settled.gone,
        no_outlet=_without(folder, "outlet"),
        no_date=_without(folder, "date"),
        reduction=reduction,
        style=StyleShare(items.judged, items.solved, items.mistaken, items.style.accuracies),
        weighed=items.weighed,
        confirmed=items.confirmed,
        recovered=tuple(recovered),
        lost=dict(sorted(lost.items(), key=lambda pair: (-pair[1], pair[0]))),
        steps=accounts,
        calls=sum(tally.calls for tally in tallies),
        hits=sum(tally.hits for tally in tallies),
        retry=sum(account.retry for account in accounts),
    )


def _without(folder: StatementsFolder, column: str) -> int:
    """How many texts of the work have nothing in a column."""
    texts = folder.stage(PREPARE)
    return sum(texts.rows_of(name, [column])[column].null_count() for name in texts.names())
