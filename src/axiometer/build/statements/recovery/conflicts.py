"""What the reduction recovered of planted conflicts: which it found, which it invented, and what it removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from axiometer.build.statements.options import PAIRS
from axiometer.build.statements.recovery.table import Recovered
from axiometer.build.statements.recovery.truth import Matched, Truth
from axiometer.build.statements.reduction.candidates import read_found
from axiometer.build.statements.reduction.publish import OPPOSED
from axiometer.records.tables import read_part
from axiometer.starter.news import News, PlantedConflict, PlantedStatement, planted_conflicts

_STANDS = "conflict"  # the state of an edge that counts


@dataclass(frozen=True, slots=True)
class Opposed:
    """Conflicts among wordings as they were found. edges: pairs that were judged and count. side: of every wording in
    a conflict, its part among those that conflicts tie together, and which of two sides it takes there."""

    edges: Sequence[tuple[str, str]]
    side: Mapping[str, tuple[int, int]]

    def opposite(self, one: str, other: str) -> bool:
        """Whether two wordings were put on opposite sides: not every pair of an issue is judged."""
        first, second = self.side.get(one), self.side.get(other)
        return first is not None and second is not None and first[0] == second[0] and first[1] != second[1]


def read_opposed(truth: Truth) -> Opposed:
    columns = ["statement_a", "statement_b", "state"]
    table = read_part(truth.folder.tables / OPPOSED, columns).select(columns)
    edges = [(one, other) for one, other, state in table.iter_rows() if state == _STANDS]
    near: dict[str, list[str]] = {}
    for one, other in edges:
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    side: dict[str, tuple[int, int]] = {}
    for number, first in enumerate(near):
        waiting = [] if first in side else [first]
        side.setdefault(first, (number, 0))
        while waiting:
            here = waiting.pop()
            for there in near[here]:
                if there not in side:
                    side[there] = (side[here][0], 1 - side[here][1])
                    waiting.append(there)
    return Opposed(edges, side)


def conflicts(truth: Truth, news: News, before: str, step: str) -> Iterator[Recovered]:
    """Planted conflicts whose both statements came to the step, those over time among them; and statements that were
    removed: right where they are in a planted conflict, planted where they must go (none must)."""
    came = [each for each in truth.matched(before) if each.news is news and each.planted is not None]
    wording = {member: each.id for each in read_found(truth.folder.stage(PAIRS))[0] for member in each.members}
    said: dict[str, set[str]] = {}
    for each in came:
        if each.planted is not None:
            said.setdefault(each.planted.id, set()).add(wording[each.statement.id])
    opposed = read_opposed(truth)
    possible = [each for each in _all(news) if each.one in said and each.other in said]
    found = [each for each in possible if any(opposed.opposite(a, b) for a in said[each.one] for b in said[each.other])]
    judged = _judged(opposed, came, wording)
    right = sum(_contradict(one, other) for one, other in judged)
    yield Recovered(news.nation, step, "conflicts", len(possible), len(found), len(found))
    over_time = [each for each in possible if each.over_time]
    yield Recovered(
        news.nation, step, "conflicts over time", len(over_time), *[sum(each in found for each in over_time)] * 2
    )
    yield Recovered(news.nation, step, "judged pairs that conflict", None, len(judged), right)
    yield _removed(truth, news, came, step)


def _all(news: News) -> list[PlantedConflict]:
    return planted_conflicts(news)


def _judged(
    opposed: Opposed, came: Sequence[Matched], wording: Mapping[str, str]
) -> list[tuple[PlantedStatement, PlantedStatement]]:
    """The judged conflicts as planted statements."""
    planted = {wording[each.statement.id]: each.planted for each in came if each.planted is not None}
    return [(planted[one], planted[other]) for one, other in opposed.edges if one in planted and other in planted]


def _contradict(one: PlantedStatement, other: PlantedStatement) -> bool:
    return one.issue == other.issue and one.stance != other.stance


def _removed(truth: Truth, news: News, came: Sequence[Matched], step: str) -> Recovered:
    kept = {each.statement.id for each in truth.matched(step)}
    in_conflict = {name for each in _all(news) for name in (each.one, each.other)}
    gone = [each.planted for each in came if each.statement.id not in kept and each.planted is not None]
    right = sum(planted.id in in_conflict for planted in gone)
    return Recovered(news.nation, step, "removed statements that are in a conflict", None, len(gone), right)
