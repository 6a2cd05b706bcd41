"""Issue groups: statements that belong to one issue, by what was judged of their pairs.

Agglomeration by average linkage over judged pairs: two groups are joined while, of the judged pairs between them
(weighted), at least `support` are on one issue (agree or conflict), the best supported first. So a wrong edge joins two
groups only where hardly any other pair was judged between them, and a chain of wrong edges does not.

Groups that are each other's best are joined at once. Joining two groups never makes either more like a third (the
support of a union is a mean of both), so the result is that of joining one pair at a time (Bruynooghe 1978, Cahiers de
l'analyse des donnees 3; reciprocal agglomeration on graphs: Sumengen et al. 2021, arXiv:2105.11653), and each round
takes time and memory in proportion to the pairs that are left. Equal supports are told apart by likeness, then by a
hash of ids: nothing depends on the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axiometer.build.statements.reduction.edges import Edges, Integers
from axiometer.similarity.drawing import random_keys

Names: TypeAlias = NDArray[np.uint64]
_MOST_SWEEPS: Final = 50
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class _Between:
    """Judged pairs between groups, each pair of groups once, one < other. related: weight of those on one issue;
    judged: weight of all; likeness: the greatest."""

    one: Integers
    other: Integers
    related: NDArray[np.float64]
    judged: NDArray[np.float64]
    likeness: NDArray[np.float32]


def make_groups(names: Names, edges: Edges, support: float) -> Integers:
    """The number of each node's group; groups are numbered by their first node. names: numbers of the nodes' ids."""
    n = len(names)
    if not n:
        return np.empty(0, np.int64)
    related = np.where(edges.sign != 0, edges.weight, 0.0)
    start = _Between(edges.i, edges.j, related, edges.weight, edges.similarity)
    label = _agglomerated(n, names, start, support)
    label = _settled(label, names, edges)
    return numbered(connected(n, edges.where(label[edges.i] == label[edges.j])))


def numbered(label: Integers) -> Integers:
    """The same groups, numbered from 0 by their first node."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(first))
    return np.asarray(place[inverse], np.int64)


def _agglomerated(n: int, names: Names, between: _Between, support: float) -> Integers:
    label, speaks = np.arange(n), names.copy()
    while True:
        between = _gathered(between, n)
        share = between.related / np.maximum(between.judged, _TOLERANCE)
        eligible = np.flatnonzero((between.related > 0) & (share >= support - _TOLERANCE))
        if not len(eligible):
            return np.asarray(label, np.int64)
        joined = _best(between, eligible, share, speaks, n)
        step = _components(n, between.one[joined], between.other[joined])
        label = step[label]
        least = np.full(n, np.iinfo(np.uint64).max, np.uint64)
        np.minimum.at(least, step, speaks)
        speaks = least
        between = _Between(step[between.one], step[between.other], between.related, between.judged, between.likeness)


def _gathered(between: _Between, n: int) -> _Between:
    """Pairs of different groups, each once."""
    apart = between.one != between.other
    one, other = between.one[apart], between.other[apart]
    codes, places = np.unique(np.minimum(one, other) * n + np.maximum(one, other), return_inverse=True)
    likeness = np.full(len(codes), -1, np.float32)
    np.maximum.at(likeness, places, between.likeness[apart])
    return _Between(
        codes // n,
        codes % n,
        np.bincount(places, between.related[apart], len(codes)).astype(np.float64),
        np.bincount(places, between.judged[apart], len(codes)).astype(np.float64),
        likeness,
    )


def _best(between: _Between, eligible: Integers, share: NDArray[np.float64], speaks: Names, n: int) -> Integers:
    """The pairs of groups that are joined now: each other's best; and groups of which nothing else was judged, with the
    only one that they have, which changes nothing for others."""
    one, other = between.one[eligible], between.other[eligible]
    low, high = np.minimum(speaks[one], speaks[other]), np.maximum(speaks[one], speaks[other])
    order = np.lexsort((random_keys(low, high, 0), -between.likeness[eligible], -np.round(share[eligible], 9)))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    best = np.full(n, len(order), np.int64)
    np.minimum.at(best, one, rank)
    np.minimum.at(best, other, rank)
    degree = np.bincount(between.one, minlength=n) + np.bincount(between.other, minlength=n)
    leaf = (degree[one] == 1) | (degree[other] == 1)
    return np.asarray(eligible[((best[one] == rank) & (best[other] == rank)) | leaf], np.int64)


def _settled(label: Integers, names: Names, edges: Edges) -> Integers:
    """The groups after nodes have moved to where more of their pairs speak for it (weight of pairs on one issue less
    that of unrelated ones), or out of a group that speaks against them.

    Ends: of nodes that want to move, none moves together with one that it was judged with, so each sweep raises the
    sum over all pairs within groups.
    """
    n = len(label)
    value = np.where(edges.sign != 0, edges.weight, -edges.weight)
    node, other = np.concatenate([edges.i, edges.j]), np.concatenate([edges.j, edges.i])
    both = np.concatenate([value, value])
    label = label.copy()
    for _ in range(_MOST_SWEEPS):
        target, gain = _wishes(label, node, other, both, names, n)
        wishes = gain > _TOLERANCE
        if not wishes.any():
            break
        close = wishes[node] & wishes[other]
        beaten = np.zeros(n, np.bool_)
        a, b = node[close], other[close]
        behind = (gain[a] < gain[b]) | ((gain[a] == gain[b]) & (names[a] > names[b]))
        beaten[a[behind]] = True
        moves = np.flatnonzero(wishes & ~beaten)
        alone = target[moves] < 0
        label[moves[~alone]] = target[moves[~alone]]
        label[moves[alone]] = n + moves[alone]
        label = numbered(label)
    return label


def _wishes(
    label: Integers, node: Integers, other: Integers, value: NDArray[np.float64], names: Names, n: int
) -> tuple[Integers, NDArray[np.float64]]:
    """For each node the group (-1: none) where most speaks for it, and how much more than for its own."""
    codes, places = np.unique(node * n + label[other], return_inverse=True)
    sums = np.bincount(places, value, len(codes))
    nodes, groups = codes // n, codes % n
    own = np.zeros(n)
    at_home = groups == label[nodes]
    own[nodes[at_home]] = sums[at_home]
    least = np.full(n, np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(least, label, names)
    order = np.lexsort((least[groups], -sums, nodes))
    first = np.ones(len(order), np.bool_)
    first[1:] = nodes[order][1:] != nodes[order][:-1]
    best = order[first]
    target, most = np.full(n, -1, np.int64), np.zeros(n)
    some = best[sums[best] > 0]
    target[nodes[some]], most[nodes[some]] = groups[some], sums[some]
    return target, most - own


def connected(n: int, edges: Edges) -> Integers:
    """The groups of n nodes that agreement or conflict ties together."""
    tied = edges.sign != 0
    return _components(n, edges.i[tied], edges.j[tied])


def _components(n: int, i: Integers, j: Integers) -> Integers:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(i), np.int8), (i, j)), shape=(n, n))
    _, found = connected_components(graph, directed=False)
    return np.asarray(found, np.int64)
