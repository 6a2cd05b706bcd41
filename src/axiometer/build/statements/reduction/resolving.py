"""An issue on which a nation's sources disagree, resolved by a policy to a fixed point.

A round takes what is left of an issue, in groups that no edge ties to each other, divides each into two stances and
applies the policy, which names the position of each statement and removes some. While something was removed, groups,
stances and positions of the rest are made anew. A conflict that stood in one round stands in all that follow.

That this ends: a round that removes nothing is the last one, and each other round removes at least one of finitely many
statements. That no position holds both ends of a conflict that ever stood: in the last round nothing was removed, so no
cell held one (`split` removes contradictory cells), and with `dominant` or `drop` no group had one (such a group loses
statements); and no conflict lies between groups, since both its ends are in one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from axiometer.build.statements.reduction.balance import Sides, divide
from axiometer.build.statements.reduction.edges import Edges, Signs
from axiometer.build.statements.reduction.groups import Names, connected
from axiometer.build.statements.reduction.options import Policy, ReductionOptions
from axiometer.build.statements.reduction.positions import Place, cells

CONTRADICTS_ITSELF: Final = "contradicts itself within one outlet and period"
NOT_TOLD_APART: Final = "contradicted among texts without an outlet, and their dates do not part them"
LESS_SUPPORTED: Final = "stance of fewer independent sources"
TIE: Final = "tie: as many independent sources for either stance"
BOTH_DROPPED: Final = "both stances are dropped"
MOST_SHOWN: Final = 5  # opposing statements that are named for a removed one


@dataclass(frozen=True, slots=True)
class Issue:
    """What is known of an issue's nodes, by their places in it. `order`: the places by id."""

    names: Names
    stances: Signs
    places: tuple[Place, ...]
    sources: tuple[str, ...]
    order: tuple[int, ...]


@dataclass(slots=True)
class Resolved:
    """part: of each node that stays in a part of the corpus, that part's name; others that stay express the whole. What
    was once cut stays a part: where one outlet contradicted itself, the rest do not speak for all. reason: why a node
    was removed; against: the nodes that oppose it; round: in which round it was. stood: of each edge of the issue,
    whether it is a conflict that ever stood. first: the groups of the first round and their sides. way: how an issue
    was cut, the last time."""

    stood: NDArray[np.bool_]
    first: list[tuple[list[int], Sides]] = field(default_factory=list)
    part: dict[int, str] = field(default_factory=dict)
    reason: dict[int, str] = field(default_factory=dict)
    against: dict[int, tuple[int, ...]] = field(default_factory=dict)
    round: dict[int, int] = field(default_factory=dict)
    rounds: int = 0
    way: str | None = None


def resolve(issue: Issue, edges: Edges, options: ReductionOptions) -> Resolved:
    """Applies the policy to an issue until nothing changes. edges: all judged pairs within the issue."""
    stood = np.zeros(len(edges), np.bool_)
    found = Resolved(stood=stood)
    alive = list(issue.order)
    edges = edges.numbered()
    while True:
        found.rounds += 1
        removed: dict[int, str] = {}
        for members, within in _groups(edges, alive, len(issue.names)):
            sides = divide(issue.stances[members], range(len(members)), within)
            if found.rounds == 1:
                found.first.append((members, sides))
            stood[within.row] |= sides.standing
            standing = stood[within.row]
            if standing.any():
                removed |= _Round(issue, members, sides, within, standing).settled(options, found)
        if not removed:
            return found
        found.reason |= removed
        found.round |= dict.fromkeys(removed, found.rounds)
        alive = [node for node in alive if node not in removed]


@dataclass(frozen=True, slots=True)
class _Round:
    """A group of an issue in one round: its members (places in the issue, in the order of ids), sides, edges by places
    in the group, and which of these are conflicts that stand."""

    issue: Issue
    members: Sequence[int]
    sides: Sides
    edges: Edges
    standing: NDArray[np.bool_]

    def settled(self, options: ReductionOptions, found: Resolved) -> dict[int, str]:
        """What the policy removes (node -> reason); what stays in a part is noted in `found`, and the evidence."""
        match options.policy:
            case Policy.SPLIT:
                removed = self._split(options.period, found)
            case Policy.DOMINANT:
                removed = self._dominated()
            case Policy.DROP:
                removed = dict.fromkeys(range(len(self.members)), BOTH_DROPPED)
        opposing = self._opposing()
        for node in removed:
            found.against[self.members[node]] = tuple(self.members[other] for other in opposing(node))
        return {self.members[node]: reason for node, reason in removed.items()}

    def _split(self, period: str, found: Resolved) -> dict[int, str]:
        places = {node: self.issue.places[member] for node, member in enumerate(self.members)}
        cut = cells(range(len(self.members)), places, period, self._contradict)
        found.way = cut.way
        removed = [node for node, name in cut.name.items() if name in cut.contradictory]
        found.part |= {self.members[node]: name for node, name in cut.name.items() if name not in cut.contradictory}
        outlets = {node: self.issue.places[self.members[node]].outlet for node in removed}
        return {node: CONTRADICTS_ITSELF if outlet else NOT_TOLD_APART for node, outlet in outlets.items()}

    def _contradict(self, nodes: Sequence[int]) -> bool:
        """Whether some nodes hold both sides, or a conflict that stands."""
        if len({int(self.sides.side[node]) for node in nodes}) > 1:
            return True
        inside = np.zeros(len(self.members), np.bool_)
        inside[list(nodes)] = True
        return bool((self.standing & inside[self.edges.i] & inside[self.edges.j]).any())

    def _dominated(self) -> dict[int, str]:
        counts = {side: len(independent) for side, independent in self.sources().items()}
        plus, minus = counts.get(1, 0), counts.get(-1, 0)
        if plus == minus or not plus or not minus:
            return dict.fromkeys(self._torn() if not plus or not minus else range(len(self.members)), TIE)
        weaker = -1 if plus > minus else 1
        return {node: LESS_SUPPORTED for node in range(len(self.members)) if self.sides.side[node] == weaker}

    def _torn(self) -> list[int]:
        """Both ends of every conflict that stands: of a group whose division has one side alone."""
        standing = self.standing
        return sorted({*self.edges.i[standing].tolist(), *self.edges.j[standing].tolist()})

    def sources(self) -> dict[int, set[str]]:
        """The independent sources of each side."""
        found: dict[int, set[str]] = defaultdict(set)
        for node, member in enumerate(self.members):
            found[int(self.sides.side[node])].add(self.issue.sources[member])
        return found

    def _opposing(self) -> Callable[[int], list[int]]:
        """Node -> the statements that speak against it: those that it was judged to conflict with, else those of the
        other side; the smallest ids first."""
        direct: dict[int, set[int]] = defaultdict(set)
        for i, j in zip(self.edges.i[self.standing].tolist(), self.edges.j[self.standing].tolist(), strict=True):
            direct[i].add(j)
            direct[j].add(i)
        sides = {side: np.flatnonzero(self.sides.side == -side)[:MOST_SHOWN].tolist() for side in (1, -1)}
        return lambda node: sorted(direct.get(node) or sides[int(self.sides.side[node])])[:MOST_SHOWN]


def _groups(edges: Edges, alive: Sequence[int], n: int) -> Iterator[tuple[list[int], Edges]]:
    """What is left of an issue, in groups that no edge ties to each other, each with its edges."""
    rest = renumbered(edges, alive, n)
    label = connected(len(alive), rest)
    members: dict[int, list[int]] = defaultdict(list)
    for place, node in enumerate(alive):  # in the order of ids, so that a group is in it, too
        members[int(label[place])].append(node)
    for group in members.values():
        yield group, renumbered(edges, group, n)


def renumbered(edges: Edges, nodes: Sequence[int], n: int) -> Edges:
    """The edges within some of n nodes, by places among them; i < j no longer."""
    place = np.full(n, -1, np.int64)
    place[list(nodes)] = np.arange(len(nodes))
    i, j = place[edges.i], place[edges.j]
    inside = (i >= 0) & (j >= 0)
    taken = edges.where(inside)
    return Edges(i[inside], j[inside], taken.sign, taken.weight, taken.doubtful, taken.similarity, taken.row)
