"""The tables of a reduction: issues, opposed statements, removed statements; and the parts of what is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import polars as pl

from axiometer.build.statements.reduction.edges import Edges, Signs, Word
from axiometer.build.statements.reduction.options import Policy, ReductionOptions
from axiometer.build.statements.reduction.positions import TOGETHER, UNNAMED, day_of
from axiometer.build.statements.reduction.reducing import ACROSS, OVERRULED, STANDING, Group, Reduction
from axiometer.build.statements.reduction.wordings import Wording
from axiometer.build.work.large_tables import write_frames
from axiometer.records.corpus_rows import Statement
from axiometer.records.ids import content_id
from axiometer.records.schemas import schema_of, to_frame
from axiometer.records.tables import ROW_GROUP
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

ISSUES: Final = "issues.parquet"
OPPOSED: Final = "opposed.parquet"
REMOVED: Final = "removed.parquet"
OVER_TIME, SAME_TIME, BOTH_TIMES = "over time", "at the same time", "both"
UNDISPUTED: Final = "undisputed"
REMOVED_ALL: Final = "removed"
_STATES: Final = {STANDING: "conflict", OVERRULED: "overruled", ACROSS: "different issues"}

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue: what its statements answer yes or no to. Statements count with their repetitions, sources once each.
    `when`: whether its sources disagree over time, at the same time or both (None: they do not, or no dates).
    `conflicts`: judged pairs that contradict each other; `frustrated`, `overruled`: edges that the two stances do not
    satisfy, and conflicts among them that do not count; `turned`: statements whose own stance is the other one than
    their place in the issue; `doubtful`: pairs on which model and stances, or both orders, differ."""

    id: str
    nation: str
    lang: str
    question: str
    topic: str | None
    statements: int
    yes_statements: int
    no_statements: int
    yes_sources: int
    no_sources: int
    yes_outlets: tuple[str, ...]
    no_outlets: tuple[str, ...]
    yes_from: str | None
    yes_until: str | None
    no_from: str | None
    no_until: str | None
    disputed: bool
    when: str | None
    conflicts: int
    frustrated: int
    overruled: int
    turned: int
    doubtful: int
    resolution: str
    positions: tuple[str, ...]
    kept: int
    removed: int
    rounds: int


@dataclass(frozen=True, slots=True)
class OpposedRow:
    """Two statements that were judged to conflict, or a pair in doubt. `ab`, `ba`: what was said in each order (of a
    model that computes, its scores); `polarity`: of their stances on one question, None where the questions differ.
    `relation`: what came of both; `state`: conflict, overruled or different issues, None where it is no conflict."""

    id: str
    nation: str
    lang: str
    issue_a: str
    issue_b: str
    statement_a: str
    statement_b: str
    text_a: str
    text_b: str
    outlet_a: str | None
    outlet_b: str | None
    date_a: str | None
    date_b: str | None
    ab: str | None
    ba: str | None
    polarity: int | None
    relation: str
    weight: float
    doubtful: bool
    state: str | None
    method: str


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A statement that was removed, why, in which round, and what speaks against it: ids and words."""

    id: str
    issue: str
    nation: str
    lang: str
    question: str
    text: str
    outlet: str | None
    date: str | None
    reason: str
    round: int
    against: tuple[str, ...]
    against_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of each candidate pair, for the table of opposed statements: by the pair's place."""

    pairs: Sequence[str]
    ab: Sequence[str | None]
    ba: Sequence[str | None]
    polarity: Signs
    method: str


def issue_ids(wordings: Sequence[Wording], groups: Sequence[Group]) -> list[str]:
    """The id of each node's issue: a hash of its wordings."""
    found = [""] * len(wordings)
    for group in groups:
        ident = content_id("issue", [wordings[node].id for node in group.nodes])
        for node in group.nodes:
            found[node] = ident
    return found


def write_tables(
    wordings: Sequence[Wording], edges: Edges, reduction: Reduction, told: Told, options: ReductionOptions, tables: Path
) -> list[str]:
    """Writes the three tables; gives the id of each node's issue."""
    ids = issue_ids(wordings, reduction.groups)
    doubts = np.bincount(reduction.label[edges.i], edges.doubtful, max(len(reduction.groups), 1))
    rows = (
        issue_row(ids, wordings, group, reduction, options, int(doubts[number]))
        for number, group in enumerate(reduction.groups)
    )
    _write(rows, IssueRow, tables / ISSUES)
    _write(_opposed(ids, wordings, edges, reduction, told), OpposedRow, tables / OPPOSED)
    _write(_removed(ids, wordings, reduction), RemovedRow, tables / REMOVED)
    return ids


def write_parts(
    statements: StageFolder,
    output: StageFolder,
    wordings: Sequence[Wording],
    reduction: Reduction,
    ids: Sequence[str],
    signature: str,
) -> None:
    """The parts of the same names with what is kept; every statement has its fate."""
    node = {member: number for number, wording in enumerate(wordings) for member in wording.members}
    output.keep_only(statements.names())
    for name in statements.names():
        frame = statements.rows_of(name)
        nodes = [node[each] for each in frame["id"].to_list()]
        fates = [_fate(each, number, wordings, reduction) for each, number in zip(frame["id"], nodes, strict=True)]
        found = frame.with_columns(
            pl.Series("source_group", [wordings[number].source for number in nodes], dtype=pl.String()),
            pl.Series("issue_group", [ids[number] for number in nodes], dtype=pl.String()),
            pl.Series("position", [reduction.position[number] for number in nodes], dtype=pl.String()),
        ).select(list(schema_of(Statement)))
        stays = pl.Series([fate.status is Status.KEPT for fate in fates], dtype=pl.Boolean())
        output.write(name, found.filter(stays), fates, signature)


def _fate(statement: str, node: int, wordings: Sequence[Wording], reduction: Reduction) -> Fate:
    reason = reduction.reason.get(node)
    if reason is None:
        return Fate(statement, Status.KEPT, outputs=(statement,))
    words = "; ".join(f"{wordings[other].id}: {wordings[other].text}" for other in reduction.against[node][:1])
    return Fate(statement, Status.DROPPED, reason=reason, note=words or None)


def issue_row(
    ids: Sequence[str],
    wordings: Sequence[Wording],
    group: Group,
    reduction: Reduction,
    options: ReductionOptions,
    doubtful: int,
) -> IssueRow:
    """The row of an issue."""
    nodes = group.nodes
    sides = {side: [n for n, at in zip(nodes, group.side.tolist(), strict=True) if at == side] for side in (1, -1)}
    first = wordings[_speaker(wordings, group)]
    removed = sum(len(wordings[node].members) for node in nodes if node in reduction.reason)
    total = sum(len(wordings[node].members) for node in nodes)
    yes, no = (_Side.of([wordings[node] for node in sides[side]]) for side in (1, -1))
    return IssueRow(
        id=ids[nodes[0]],
        nation=first.nation,
        lang=first.lang,
        question=first.question,
        topic=first.topic,
        statements=total,
        yes_statements=yes.statements,
        no_statements=no.statements,
        yes_sources=yes.sources,
        no_sources=no.sources,
        yes_outlets=yes.outlets,
        no_outlets=no.outlets,
        yes_from=yes.first,
        yes_until=yes.last,
        no_from=no.first,
        no_until=no.last,
        disputed=group.disputed,
        when=_when(sides, wordings) if group.disputed else None,
        conflicts=group.conflicts,
        frustrated=group.frustrated,
        overruled=group.overruled,
        turned=group.turned,
        doubtful=doubtful,
        resolution=_resolution(group, reduction, options),
        positions=tuple(sorted({name for node in nodes if (name := reduction.position[node]) is not None})),
        kept=total - removed,
        removed=removed,
        rounds=0 if group.resolved is None else group.resolved.rounds,
    )


@dataclass(frozen=True, slots=True)
class _Side:
    statements: int
    sources: int
    outlets: tuple[str, ...]
    first: str | None
    last: str | None

    @staticmethod
    def of(wordings: Sequence[Wording]) -> _Side:
        dates = sorted(wording.date for wording in wordings if wording.date is not None)
        return _Side(
            sum(len(wording.members) for wording in wordings),
            len({wording.source for wording in wordings}),
            tuple(sorted({wording.outlet or UNNAMED for wording in wordings})),
            dates[0] if dates else None,
            dates[-1] if dates else None,
        )


def _speaker(wordings: Sequence[Wording], group: Group) -> int:
    """The node whose question is the issue's: of those that answer it as their side says, the one that most of the
    issue's pairs have, then the smallest id."""
    sides = zip(group.nodes, group.side.tolist(), strict=True)
    answering = {node for node, side in sides if wordings[node].stance == side}
    tied: dict[int, float] = dict.fromkeys(group.nodes, 0.0)
    signed = group.edges.where(group.edges.sign != 0)
    for i, j, weight in zip(signed.i.tolist(), signed.j.tolist(), signed.weight.tolist(), strict=True):
        tied[i] += weight
        tied[j] += weight
    return min(group.nodes, key=lambda node: (node not in answering, -tied[node], wordings[node].id))


def _when(sides: Mapping[int, Sequence[int]], wordings: Sequence[Wording]) -> str | None:
    days = {
        side: np.sort([day for node in nodes if (day := day_of(wordings[node].date)) is not None])
        for side, nodes in sides.items()
    }
    plus, minus = days[1], days[-1]
    if not len(plus) or not len(minus):
        return None
    near = int((np.searchsorted(minus, plus + TOGETHER, "right") - np.searchsorted(minus, plus - TOGETHER)).sum())
    if near == 0:
        return OVER_TIME
    return SAME_TIME if near == len(plus) * len(minus) else BOTH_TIMES


def _resolution(group: Group, reduction: Reduction, options: ReductionOptions) -> str:
    if group.resolved is None or not group.disputed:
        return UNDISPUTED
    if options.policy is not Policy.SPLIT:
        return str(options.policy)
    stays = any(node not in reduction.reason for node in group.nodes)
    return f"split by {group.resolved.way}" if stays else REMOVED_ALL


def _opposed(
    ids: Sequence[str], wordings: Sequence[Wording], edges: Edges, reduction: Reduction, told: Told
) -> Iterator[OpposedRow]:
    relations = {1: "agree", 0: "unrelated", -1: "conflict"}
    for edge in np.flatnonzero((edges.sign == -1) | edges.doubtful).tolist():
        one, other = wordings[int(edges.i[edge])], wordings[int(edges.j[edge])]
        row = int(edges.row[edge])
        yield OpposedRow(
            id=told.pairs[row],
            nation=one.nation,
            lang=one.lang,
            issue_a=ids[int(edges.i[edge])],
            issue_b=ids[int(edges.j[edge])],
            statement_a=one.id,
            statement_b=other.id,
            text_a=one.text,
            text_b=other.text,
            outlet_a=one.outlet,
            outlet_b=other.outlet,
            date_a=one.date,
            date_b=other.date,
            ab=told.ab[row],
            ba=told.ba[row],
            polarity=int(told.polarity[row]) or None,
            relation=relations[int(edges.sign[edge])],
            weight=float(edges.weight[edge]),
            doubtful=bool(edges.doubtful[edge]),
            state=_STATES.get(int(reduction.state[edge])),
            method=told.method,
        )


def _removed(ids: Sequence[str], wordings: Sequence[Wording], reduction: Reduction) -> Iterator[RemovedRow]:
    for node in sorted(reduction.reason, key=lambda node: wordings[node].id):
        wording, against = wordings[node], reduction.against[node]
        for member in wording.members:
            yield RemovedRow(
                id=member,
                issue=ids[node],
                nation=wording.nation,
                lang=wording.lang,
                question=wording.question,
                text=wording.text,
                outlet=wording.outlet,
                date=wording.date,
                reason=reduction.reason[node],
                round=reduction.round[node],
                against=tuple(wordings[other].id for other in against),
                against_words=tuple(wordings[other].text for other in against),
            )


def _write(rows: Iterator[Row], row_type: type[Row], path: Path) -> None:
    plain: type = row_type

    def frames() -> Iterator[pl.DataFrame]:
        while taken := list(islice(rows, ROW_GROUP)):
            yield to_frame(taken, row_type)

    write_frames(frames(), schema_of(plain), path)


def word_names(words: Signs) -> list[str | None]:
    """What was said in one order, in words."""
    names = {int(word): None if word is Word.MISSING else word.name.lower() for word in Word}
    return [names[word] for word in words.tolist()]
