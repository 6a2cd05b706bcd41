"""What is left of dilemmas: the table of items, every scene that did not become one, and the account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.analyze.coverage import Finding, Meetings
from axiometer.build.conflicts.rules import framework_of
from axiometer.build.dilemmas.checked import write_checked
from axiometer.build.dilemmas.options import REQUESTS, DilemmasFolder
from axiometer.build.dilemmas.plan import DilemmaPlan
from axiometer.build.dilemmas.rows import Scene, make_dilemma
from axiometer.build.dilemmas.status import status
from axiometer.build.work.accounts import StepAccount
from axiometer.build.work.large_tables import beside, csv_for_people, write_frames
from axiometer.build.work.rejects import REJECTS, PassedStep, rejects
from axiometer.records.rows import Item
from axiometer.records.schemas import schema_of, to_frame, to_rows
from axiometer.records.tables import write_parquet, write_text
from axiometer.runtime.progress import Tally

NOBODY: Final = "nobody"
_COVERAGE = pl.Schema({"level": pl.String(), "value_a": pl.String(), "value_b": pl.String(), "items": pl.Int64()})
PAIR = 1  # which of an item's parents is the pair (`rows.make_dilemma`)


@dataclass(frozen=True, slots=True)
class DilemmasSummary:
    """What there is in the end: pairs, scenes that were wanted, items, pairs of which there is at least one item, the
    account of every step, why scenes were lost, where a ranking of values would rest on too little, and calls made now
    and before."""

    folder: Path
    pairs: int
    scenes: int
    items: int
    pairs_with_items: int
    langs: Mapping[str, int]
    unvalued: int
    thin: tuple[Finding, ...]
    lost: Mapping[str, int]
    steps: tuple[StepAccount, ...]
    calls: int
    hits: int
    retry: int


def publish(plan: DilemmaPlan, folder: DilemmasFolder, tallies: Sequence[Tally]) -> DilemmasSummary:
    """Writes items, rejects and summary. Raises `AssertionError` where a scene is unaccounted for."""
    meetings = Meetings(framework_of(plan.pairs, None))
    for side in ("a", "b"):
        meetings.expect(plan.pairs[f"values_{side}"])
    write_frames(beside(_items(plan, folder), meetings.add_items), schema_of(Item), folder.items)
    write_parquet(pl.DataFrame(meetings.rows(), _COVERAGE, orient="row"), folder.coverage)
    _write_rejects(plan.options.steps, folder)
    if plan.options.checked:
        write_checked(folder, plan.writer.model.name, plan.checker.model.name)
    summary = _summary(plan, folder, tallies, meetings.findings())
    lost = sum(summary.lost.values())
    assert summary.items + lost == summary.scenes, f"{summary.scenes} scenes, {summary.items} items, {lost} lost"
    said = {key: value for key, value in asdict(summary).items() if key not in ("calls", "hits")}
    write_text(json.dumps(said, ensure_ascii=False, indent=2, default=str) + "\n", folder.summary)
    return summary


def _items(plan: DilemmaPlan, folder: DilemmasFolder) -> Iterator[pl.DataFrame]:
    stage = folder.stage(plan.options.steps[-1])
    writer, checker = plan.writer.model.name, plan.checker.model.name if plan.options.checked else NOBODY
    for part in stage.parts():
        scenes = to_rows(stage.rows_of(part.name), Scene)
        yield to_frame([make_dilemma(scene, writer, checker) for scene in scenes], Item)


def _write_rejects(steps: Sequence[str], folder: DilemmasFolder) -> None:
    columns = REJECTS.names()
    with csv_for_people(folder.rejects, columns) as append:
        for before, name in zip((REQUESTS, *steps), steps, strict=False):
            inputs = folder.stage(before)
            step = PassedStep(name, folder.stage(name), dict.fromkeys(inputs.names(), inputs))
            for frame in rejects(step):
                append(frame)


def _summary(
    plan: DilemmaPlan, folder: DilemmasFolder, tallies: Sequence[Tally], thin: tuple[Finding, ...]
) -> DilemmasSummary:
    accounts = tuple(status(folder.path))
    items = pl.scan_parquet(folder.items, glob=False)
    langs = dict(items.group_by("lang").len().sort("lang").collect().iter_rows())
    covered = items.select(pl.col("parent_ids").list.get(PAIR).n_unique()).collect().item()
    sides = pl.col("options").list.eval(
        pl.element().struct.field("expresses").list.eval(pl.element().struct.field("kind") == "value").list.any()
    )
    unvalued = items.select((~sides.list.any()).sum()).collect().item()
    lost: dict[str, int] = {}
    for each in accounts:
        for reason, count in (*each.account.dropped.items(), *each.account.failed.items()):
            lost[reason] = lost.get(reason, 0) + count
    return DilemmasSummary(
        folder=folder.path,
        pairs=plan.pairs.height,
        scenes=plan.scenes,
        items=sum(langs.values()),
        pairs_with_items=int(covered),
        langs=langs,
        unvalued=int(unvalued or 0),
        thin=thin,
        lost=dict(sorted(lost.items(), key=lambda pair: (-pair[1], pair[0]))),
        steps=accounts,
        calls=sum(tally.calls for tally in tallies),
        hits=sum(tally.hits for tally in tallies),
        retry=sum(account.retry for account in accounts),
    )
