"""What is left of statements: tables, the items, everything that did not become one, and the account."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from axiometer.build.statements.options import INGEST, StatementsFolder
from axiometer.build.statements.plan import StatementPlan
from axiometer.build.statements.status import CHAIN, status
from axiometer.build.work.accounts import StepAccount
from axiometer.build.work.large_tables import csv_for_people
from axiometer.build.work.rejects import REJECTS, PassedStep, rejects
from axiometer.records.tables import write_text
from axiometer.runtime.progress import Tally


@dataclass(frozen=True, slots=True)
class StatementsSummary:
    """What there is in the end: the account of every step, why rows were lost, and calls made now and before."""

    folder: Path
    lost: Mapping[str, int]
    steps: tuple[StepAccount, ...]
    calls: int
    hits: int
    retry: int


def publish(plan: StatementPlan, folder: StatementsFolder, tallies: Sequence[Tally]) -> StatementsSummary:
    """Writes tables, items, rejects and summary."""
    del plan
    _write_rejects(folder)
    summary = _summary(folder, tallies)
    said = {key: value for key, value in asdict(summary).items() if key not in ("calls", "hits")}
    write_text(json.dumps(said, ensure_ascii=False, indent=2, default=str) + "\n", folder.summary)
    return summary


def _write_rejects(folder: StatementsFolder) -> None:
    columns = REJECTS.names()
    with csv_for_people(folder.rejects, columns) as append:
        for frame in rejects(PassedStep(INGEST, folder.stage(INGEST))):
            append(frame)
        for before, name in zip((INGEST, *CHAIN), CHAIN, strict=False):
            inputs = folder.stage(before)
            for frame in rejects(PassedStep(name, folder.stage(name), dict.fromkeys(inputs.names(), inputs))):
                append(frame)


def _summary(folder: StatementsFolder, tallies: Sequence[Tally]) -> StatementsSummary:
    accounts = tuple(status(folder.path))
    lost: dict[str, int] = {}
    for each in accounts:
        for reason, count in (*each.account.dropped.items(), *each.account.failed.items()):
            lost[reason] = lost.get(reason, 0) + count
    return StatementsSummary(
        folder=folder.path,
        lost=dict(sorted(lost.items(), key=lambda pair: (-pair[1], pair[0]))),
        steps=accounts,
        calls=sum(tally.calls for tally in tallies),
        hits=sum(tally.hits for tally in tallies),
        retry=sum(account.retry for account in accounts),
    )
