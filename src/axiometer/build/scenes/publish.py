"""What is left of scenes: the table, every scene that was lost, and the account by value and condition."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from axiometer.build.scenes.options import REQUESTS, SIFT, WRITE, ScenesFolder
from axiometer.build.scenes.plan import ScenePlan
from axiometer.build.scenes.status import status
from axiometer.build.work.accounts import StepAccount
from axiometer.build.work.large_tables import csv_for_people, write_frames
from axiometer.build.work.rejects import REJECTS, PassedStep, rejects
from axiometer.records.corpus_rows import GeneratedScene, SceneCondition
from axiometer.records.schemas import schema_of
from axiometer.records.tables import write_text
from axiometer.runtime.progress import Tally
from axiometer.runtime.stages.parts import StageFolder, together
from axiometer.runtime.stages.rows import Account


@dataclass(frozen=True, slots=True)
class ConditionAccount:
    """The scenes of one condition: wanted, kept, lost by reason; of the kept ones those that quote their rule and those
    that say their value's name; and how many stood in lists beyond what was asked for."""

    condition: SceneCondition
    wanted: int
    scenes: int
    lost: Mapping[str, int]
    quoting: int
    naming: int
    surplus: int


@dataclass(frozen=True, slots=True)
class ValueScenes:
    """One value: how many rules were shown, and how many scenes there are."""

    value: str
    rules: int
    without_rules: int
    with_rules: int


@dataclass(frozen=True, slots=True)
class ScenesSummary:
    """What there is in the end. unruled: values that have no rules, so that nothing can be compared there; few_rules:
    those that have fewer than were wanted. Calls made now and before."""

    folder: Path
    framework: str
    level: str
    lang: str
    model: str
    wanted: int
    scenes: int
    conditions: tuple[ConditionAccount, ...]
    values: tuple[ValueScenes, ...]
    unruled: tuple[str, ...]
    few_rules: tuple[str, ...]
    steps: tuple[StepAccount, ...]
    calls: int
    hits: int
    retry: int


def publish(plan: ScenePlan, folder: ScenesFolder, tallies: Sequence[Tally]) -> ScenesSummary:
    """Writes scenes, rejects and summary. Raises `AssertionError` where a scene is unaccounted for."""
    write_frames(_scenes(folder.stage(SIFT)), schema_of(GeneratedScene), folder.scenes)
    _write_rejects(folder)
    summary = _summary(plan, folder, tallies)
    for each in summary.conditions:
        lost = sum(each.lost.values())
        assert each.scenes + lost == each.wanted, f"{each.condition}: {each.wanted} wanted, {each.scenes}, {lost} lost"
    said = {key: value for key, value in asdict(summary).items() if key not in ("calls", "hits")}
    write_text(json.dumps(said, ensure_ascii=False, indent=2, default=str) + "\n", folder.summary)
    return summary


def _scenes(stage: StageFolder) -> Iterator[pl.DataFrame]:
    for name in stage.names():
        yield stage.rows_of(name)


def _write_rejects(folder: ScenesFolder) -> None:
    """Calls that gave no list (step `write`, with the answer), and every scene that was lost (step `sift`)."""
    columns = REJECTS.names()
    with csv_for_people(folder.rejects, columns) as append:
        for before, name in ((REQUESTS, WRITE), (WRITE, SIFT)):
            inputs = folder.stage(before)
            for frame in rejects(PassedStep(name, folder.stage(name), dict.fromkeys(inputs.names(), inputs))):
                append(frame)


def _summary(plan: ScenePlan, folder: ScenesFolder, tallies: Sequence[Tally]) -> ScenesSummary:
    accounts = tuple(status(folder.path))
    scenes = pl.scan_parquet(folder.scenes, glob=False)
    counts = Counter(dict(_pairs(scenes.group_by("value", "condition").len().collect())))
    flags = scenes.group_by("condition").agg(pl.col("quotes").is_not_null().sum(), pl.col("names_value").sum())
    flagged = {condition: (quoting, naming) for condition, quoting, naming in flags.collect().iter_rows()}
    conditions = tuple(
        account
        for condition, mark in ((SceneCondition.WITHOUT_RULES, "-without"), (SceneCondition.WITH_RULES, "-with"))
        if (account := _condition(folder.stage(SIFT), condition, mark, flagged.get(condition, (0, 0)))).wanted
    )
    rules = plan.rules or {}
    return ScenesSummary(
        folder=folder.path,
        framework=plan.framework.id,
        level=plan.level,
        lang=plan.lang,
        model=plan.writer.model.name,
        wanted=sum(each.wanted for each in conditions),
        scenes=sum(each.scenes for each in conditions),
        conditions=conditions,
        values=tuple(
            ValueScenes(
                value.id,
                len(rules.get(value.id, ())),
                counts[value.id, str(SceneCondition.WITHOUT_RULES)],
                counts[value.id, str(SceneCondition.WITH_RULES)],
            )
            for value in plan.values
        ),
        unruled=plan.unruled,
        few_rules=tuple(value for value, those in rules.items() if 0 < len(those) < plan.options.rules_per_value),
        steps=accounts,
        calls=sum(tally.calls for tally in tallies),
        hits=sum(tally.hits for tally in tallies),
        retry=sum(account.retry for account in accounts),
    )


def _pairs(counts: pl.DataFrame) -> Iterator[tuple[tuple[str, str], int]]:
    for value, condition, count in counts.iter_rows():
        yield (value, condition), count


def _condition(stage: StageFolder, condition: SceneCondition, mark: str, flagged: tuple[int, int]) -> ConditionAccount:
    parts = [part for part in stage.parts() if part.name.endswith(mark)]
    account: Account = together(parts)
    lost: Counter[str] = Counter()
    for reasons in (account.dropped, account.failed):
        lost.update(reasons)
    return ConditionAccount(
        condition=condition,
        wanted=account.rows,
        scenes=account.kept,
        lost=dict(sorted(lost.items(), key=lambda pair: (-pair[1], pair[0]))),
        quoting=flagged[0],
        naming=flagged[1],
        surplus=sum(int(part.extra.get("surplus", 0)) for part in parts),
    )
