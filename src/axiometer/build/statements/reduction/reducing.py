"""The whole of a reduction on arrays: wordings and edges in; issues, positions, removals and the account out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from axiometer.build.statements.reduction.edges import Edges, Integers, Signs
from axiometer.build.statements.reduction.groups import make_groups
from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.reduction.positions import Place, corpus_name, part_name
from axiometer.build.statements.reduction.resolving import Issue, Resolved, resolve
from axiometer.build.statements.reduction.wordings import Wording
from axiometer.similarity.drawing import names_of


@dataclass(frozen=True, slots=True)
class Summary:
    """What a reduction did. Statements count with all that repeat them, wordings once. conflicts: edges between
    statements of one issue that stand; `within_before` of them in one position when all of a nation's statements have
    one, `within_after` among what is kept, by its positions: 0. overruled: conflict edges that the statements around
    them contradict; across: between what was held apart as different issues."""

    statements: int
    wordings: int
    sources: int
    pairs: int
    agree: int
    conflict: int
    unrelated: int
    unanswered: int
    doubtful: int
    issues: int
    disputed: int
    conflicts: int
    within_before: int
    within_after: int
    overruled: int
    across: int
    frustrated: int
    turned: int
    kept: int
    removed: Mapping[str, int]
    positions: Mapping[str, int]
    most_rounds: int


@dataclass(frozen=True, slots=True)
class Group:
    """An issue: its nodes in the order of ids, with their sides, and what came of it (None: nothing to resolve)."""

    nodes: Sequence[int]
    side: Signs
    resolved: Resolved | None
    edges: Edges
    frustrated: int = 0
    turned: int = 0
    overruled: int = 0

    @property
    def conflicts(self) -> int:
        return 0 if self.resolved is None else int(self.resolved.stood.sum())

    @property
    def disputed(self) -> bool:
        return self.conflicts > 0


@dataclass(frozen=True, slots=True)
class Reduction:
    """label: the issue of each node; position: of each that stays, else None; reason, against, round: of the removed
    ones. standing: places among the edges of the conflicts that stand; `state` says of every conflict what it is."""

    label: Integers
    groups: Sequence[Group]
    position: Sequence[str | None]
    reason: Mapping[int, str]
    against: Mapping[int, tuple[int, ...]]
    round: Mapping[int, int]
    state: NDArray[np.int8] = field(repr=False)
    summary: Summary


NO_CONFLICT, STANDING, OVERRULED, ACROSS = 0, 1, 2, 3


def reduced(
    wordings: Sequence[Wording],
    edges: Edges,
    options: ReductionOptions,
    dates: Mapping[str, Sequence[str | None]] | None = None,
    unanswered: int = 0,
) -> Reduction:
    """The reduction of wordings (the nodes) by their edges. dates: of all statements by nation, for the names of
    corpora (default: those of the wordings); unanswered: pairs of which nothing can be said, for the account."""
    names = names_of([wording.id for wording in wordings])
    label = make_groups(names, edges, options.support)
    corpora = _corpora(wordings, dates)
    position: list[str | None] = [corpora[wording.nation] for wording in wordings]
    reason: dict[int, str] = {}
    against: dict[int, tuple[int, ...]] = {}
    rounds: dict[int, int] = {}
    state = np.where(edges.sign == -1, ACROSS, NO_CONFLICT).astype(np.int8)
    groups = []
    for nodes, within in _by_group(label, edges, wordings):
        group = _group(nodes, within, wordings, options)
        groups.append(group)
        conflict = within.row[within.sign == -1]
        state[conflict] = OVERRULED
        found = group.resolved
        if found is None:
            continue
        state[within.row[found.stood]] = STANDING
        for place, part in found.part.items():
            position[nodes[place]] = part_name(wordings[nodes[place]].nation, part)
        for place, why in found.reason.items():
            node = nodes[place]
            reason[node], rounds[node], position[node] = why, found.round[place], None
            against[node] = tuple(nodes[other] for other in found.against[place])
    summary = _summary(wordings, edges, groups, position, reason, state, unanswered)
    return Reduction(label, groups, position, reason, against, rounds, state, summary)


def _group(nodes: list[int], within: Edges, wordings: Sequence[Wording], options: ReductionOptions) -> Group:
    """An issue, resolved where it has a conflict. `within`: its edges by places of all nodes, `row` likewise."""
    stances = np.array([wordings[node].stance for node in nodes], np.int8)
    if not (within.sign == -1).any():
        return Group(nodes, np.full(len(nodes), 1 if int(stances.sum()) >= 0 else -1, np.int8), None, within)
    issue = Issue(
        names_of([wordings[node].id for node in nodes]),
        stances,
        tuple(Place(wordings[node].outlet, wordings[node].date) for node in nodes),
        tuple(wordings[node].source for node in nodes),
        tuple(range(len(nodes))),
    )
    place = {node: number for number, node in enumerate(nodes)}
    local = Edges(
        np.array([place[i] for i in within.i.tolist()], np.int64),
        np.array([place[j] for j in within.j.tolist()], np.int64),
        within.sign,
        within.weight,
        within.doubtful,
        within.similarity,
        within.row,
    )
    found = resolve(issue, local, options)
    (members, sides), *others = found.first
    assert not others and members == list(range(len(nodes))), "an issue holds together by its edges"
    return Group(nodes, sides.side, found, within, sides.frustrated, sides.turned, int(sides.overruled.sum()))


def _by_group(label: Integers, edges: Edges, wordings: Sequence[Wording]) -> Iterator[tuple[list[int], Edges]]:
    """Each group's nodes in the order of ids, and the edges within it; `row` is the edge's place among all."""
    if not len(label):
        return
    edges = edges.numbered()
    inside = edges.where(label[edges.i] == label[edges.j])
    inside = inside.where(np.argsort(label[inside.i], kind="stable"))
    ids = np.array([wording.id for wording in wordings])
    order = np.lexsort((ids, label))
    starts = np.searchsorted(label[order], np.arange(int(label.max()) + 2))
    of_edges = np.searchsorted(label[inside.i], np.arange(int(label.max()) + 2))
    for group in range(int(label.max()) + 1):
        some = np.arange(of_edges[group], of_edges[group + 1])
        yield order[starts[group] : starts[group + 1]].tolist(), inside.where(some)


def _corpora(wordings: Sequence[Wording], dates: Mapping[str, Sequence[str | None]] | None) -> dict[str, str]:
    if dates is None:
        found: dict[str, list[str | None]] = {}
        for wording in wordings:
            found.setdefault(wording.nation, []).append(wording.date)
        dates = found
    return {nation: corpus_name(nation, each) for nation, each in dates.items()}


def _summary(
    wordings: Sequence[Wording],
    edges: Edges,
    groups: Sequence[Group],
    position: Sequence[str | None],
    reason: Mapping[int, str],
    state: NDArray[np.int8],
    unanswered: int,
) -> Summary:
    standing = np.flatnonzero(state == STANDING)
    after = 0
    for i, j in zip(edges.i[standing].tolist(), edges.j[standing].tolist(), strict=True):
        after += position[i] is not None and position[i] == position[j]
    assert after == 0, f"{after} conflicts are left within a position"
    sizes = [len(wording.members) for wording in wordings]
    removed = Counter[str]()
    for node, why in reason.items():
        removed[why] += sizes[node]
    kept = Counter[str]()
    for node, name in enumerate(position):
        if name is not None:
            kept[name] += sizes[node]
    return Summary(
        statements=sum(sizes),
        wordings=len(wordings),
        sources=len({wording.source for wording in wordings}),
        pairs=len(edges) + unanswered,
        agree=int((edges.sign == 1).sum()),
        conflict=int((edges.sign == -1).sum()),
        unrelated=int((edges.sign == 0).sum()),
        unanswered=unanswered,
        doubtful=int(edges.doubtful.sum()),
        issues=len(groups),
        disputed=sum(group.disputed for group in groups),
        conflicts=len(standing),
        within_before=len(standing),
        within_after=after,
        overruled=int((state == OVERRULED).sum()),
        across=int((state == ACROSS).sum()),
        frustrated=sum(group.frustrated for group in groups),
        turned=sum(group.turned for group in groups),
        kept=sum(kept.values()),
        removed=dict(sorted(removed.items())),
        positions=dict(sorted(kept.items())),
        most_rounds=max((group.resolved.rounds for group in groups if group.resolved), default=0),
    )
