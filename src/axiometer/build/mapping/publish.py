"""What is left of a mapping: mapped items, those that were left out and why, answers that follow, and the account."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from axiometer.build.mapping.assignments import Floats, Recovered
from axiometer.build.mapping.calibration import Calibration
from axiometer.build.mapping.judging import JudgeMaps, questions
from axiometer.build.mapping.making import carried_over, mapped_item, meta_of
from axiometer.build.mapping.options import JUDGE, MAP, QUESTIONS, MappingFolder
from axiometer.build.mapping.people import PeopleReport
from axiometer.build.mapping.plan import MapPlan, read_mapping
from axiometer.build.work.accounts import StepAccount, StepEstimate, estimate_step, step_account
from axiometer.errors import InputError
from axiometer.records.exports import write_csv_for_people
from axiometer.records.rows import Item
from axiometer.records.tables import write_parquet, write_rows, write_text
from axiometer.runtime.progress import Tally
from axiometer.runtime.stages.rows import Account

UNSURE_ORDER: Final = "which side is whose is not sure enough"
UNSURE_SIDES: Final = "which option belongs to neither rule is not sure enough"
UNSURE_PEOPLE: Final = "people's sample says too little of maps like this"
_REJECTS: Final = ("item", "reason", "order", "sides", "lang", "scene")
_ANSWER_TOKENS: Final = 60
_SAMPLE: Final = 100
_NO_SCORES: Final[tuple[float | None, float | None]] = (None, None)


@dataclass(frozen=True, slots=True)
class MapSummary:
    """A finished mapping. items: of the table; mapped: those with a map; unsure: left out or (kept_unsure) kept without
    one, by reason; confidence: mean probability of the order of those mapped, sides: of their third option.
    calls, hits: made now and before; retry: calls that failed and are made again; steps: as `status` has them."""

    folder: Path
    method: str
    calibrated: str
    items: int
    mapped: int
    left_out: Mapping[str, int]
    kept_unsure: int
    confidence: float | None
    sides: float | None
    calibration: Calibration | None
    people: PeopleReport | None
    sheet: int
    answers: int | None
    answers_left_out: int | None
    calls: int = 0
    hits: int = 0
    retry: int = 0
    steps: tuple[StepAccount, ...] = field(default=())


def publish(
    plan: MapPlan,
    folder: MappingFolder,
    found: Recovered,
    calibrated: str,
    calibration: Calibration | None,
    people: PeopleReport | None,
    sheet: int,
    tallies: Sequence[Tally],
) -> MapSummary:
    """Writes items, rejects, answers and summary. Raises `AssertionError` where an item is unaccounted for."""
    options = plan.options
    order, ends = found.order, None
    if people is not None:
        order, low, high = people.calibrated(found.order)
        ends, calibrated = (low, high), "people"
    reasons = _reasons(found.sides, order, None if ends is None else ends[0], options.least)
    tables = _sorted_out(plan, found, order, ends, calibrated, reasons)
    items, ids, left_out = tables.items, tables.ids, tables.left_out
    assert len(ids) + len(left_out) == len(plan.items), f"{len(plan.items)} items, {len(ids)} mapped"
    answers = _write(plan, folder, items, ids, left_out)
    sure = np.array([reason is None for reason in reasons], dtype=bool)
    summary = MapSummary(
        folder=folder.path,
        method=options.method,
        calibrated=calibrated,
        items=len(plan.items),
        mapped=len(ids),
        left_out=dict(Counter(str(row[1]) for row in left_out).most_common()),
        kept_unsure=len(left_out) if options.keep_unsure else 0,
        confidence=float(order[sure].mean()) if sure.any() else None,
        sides=float(found.sides[sure].mean()) if sure.any() else None,
        calibration=calibration,
        people=people,
        sheet=sheet,
        answers=None if answers is None else answers[0],
        answers_left_out=None if answers is None else answers[1],
        calls=sum(tally.calls for tally in tallies),
        hits=sum(tally.hits for tally in tallies),
    )
    said = {key: value for key, value in asdict(summary).items() if key not in ("calls", "hits", "steps", "retry")}
    write_text(json.dumps(said, ensure_ascii=False, indent=2, default=str) + "\n", folder.summary)
    steps = tuple(status(folder.path))  # which reads what was just written
    return replace(summary, steps=steps, retry=sum(step.retry for step in steps))


@dataclass(slots=True)
class _Tables:
    """Items that are written, ids of mapped items by those of unmapped ones, and rows of those left out."""

    items: list[Item] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    left_out: list[tuple[object, ...]] = field(default_factory=list)


def _sorted_out(
    plan: MapPlan,
    found: Recovered,
    order: Floats,
    ends: tuple[Floats, Floats] | None,
    calibrated: str,
    reasons: Sequence[str | None],
) -> _Tables:
    tables, options, at = _Tables(), plan.options, -1
    for place, item in enumerate(plan.items):
        reason, scores = plan.problems.get(place), _NO_SCORES
        if reason is None:
            at += 1
            reason, scores = reasons[at], (float(order[at]), float(found.sides[at]))
            if reason is None:
                span = None if ends is None else (float(ends[0][at]), float(ends[1][at]))
                told = meta_of(options.method, calibrated, *scores, span)
                mapped = mapped_item(item, int(found.way[at]), told=told, positions=options.positions)
                tables.items.append(mapped)
                tables.ids[item.id] = mapped.id
                continue
        tables.left_out.append((item.id, reason, *scores, item.lang, item.prompt))
        if options.keep_unsure:
            tables.items.append(item)
    return tables


def _reasons(sides: Floats, order: Floats, low: Floats | None, least: float) -> list[str | None]:
    """Why an item gets no map, None where it gets one. At one half or below an answer tells nothing of the order."""
    found: list[str | None] = []
    for place in range(len(order)):
        if sides[place] < least:
            found.append(UNSURE_SIDES)
        elif order[place] < least:
            found.append(UNSURE_ORDER)
        else:
            found.append(UNSURE_PEOPLE if low is not None and low[place] <= 0.5 else None)
    return found


def _write(
    plan: MapPlan,
    folder: MappingFolder,
    items: list[Item],
    ids: Mapping[str, str],
    left_out: list[tuple[object, ...]],
) -> tuple[int, int] | None:
    """Writes the tables; gives how many answers were carried over and left out, None where there were none to carry."""
    carried = None if plan.options.answers is None else carried_over(plan.options.answers, ids)
    if plan.items:
        write_rows(items, Item, folder.items)
    schema = {name: pl.Float64() if name in ("order", "sides") else pl.String() for name in _REJECTS}
    write_csv_for_people(pl.DataFrame(left_out, schema=schema, orient="row"), folder.rejects)
    if carried is None:
        return None
    write_parquet(carried[0], folder.answers)
    return carried[0].height, carried[1]


def status(path: Path) -> list[StepAccount]:
    """The calls of a judge, if one is asked, and the items, when they are mapped. Raises `InputError` where `path`
    holds no mapping."""
    folder = MappingFolder(path)
    specification = read_mapping(folder)
    asked, prices = specification.asked["steps"], specification.noted.get("prices") or {}
    accounts = []
    if JUDGE in asked:
        before = sum(part.rows for part in folder.stage(QUESTIONS).parts())
        accounts.append(step_account(JUDGE, folder.stage(JUDGE), before, asked, prices))
    count = int(specification.asked["items"]["count"])
    account = Account()
    if folder.summary.exists():
        try:
            said = json.loads(folder.summary.read_text(encoding="utf-8"))
            account = Account(count, said["mapped"], said["left_out"], outputs=said["mapped"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError("a damaged summary", file=folder.summary, mend="give the same command again") from error
    accounts.append(StepAccount(MAP, None, count - account.rows, account))
    return accounts


def estimate(plan: MapPlan) -> list[StepEstimate]:
    """What a judge would take, two calls an item; nothing for the other methods. Writes nothing."""
    if plan.judge is None:
        return []
    puzzles = [*plan.known, *plan.puzzles]
    sample = [row for puzzle in puzzles[:_SAMPLE] for row in questions(puzzle, plan.options.seed)]
    return [estimate_step(JudgeMaps(), sample, plan.judge, 2 * len(puzzles), _ANSWER_TOKENS)]
