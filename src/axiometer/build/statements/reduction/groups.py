"""Issue groups: statements that belong to one issue, by what was judged of their pairs.

Agglomeration by average linkage over judged pairs: two groups are joined while, of the judged pairs between them
(weighted), at least `support` are on one issue (agree or conflict). The best come first, by support times *backing*: of
the statements that were judged with both ends of an edge and are on one issue with at least one of them, and of the
edge itself, the share that bears it out. So a wrong edge joins two groups only where hardly any other pair was judged
between them, and a chain of wrong edges joins nothing.

Groups that are each other's best are joined at once (reciprocal agglomeration: Bruynooghe 1978, Cahiers de l'analyse
des donnees 3; on graphs: Sumengen et al. 2021, arXiv:2105.11653); support and backing of a union are means of those of
its parts, so no join makes a better one appear. Each round takes time and memory in proportion to the pairs that are
left. Equals are told apart by likeness, then by a hash of ids: nothing depends on the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axiometer.build.statements.reduction.edges import Edges, Integers
from axiometer.similarity.drawing import random_keys

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Names: TypeAlias = NDArray[np.uint64]
_MOST_SWEEPS: Final = 50
_PRODUCTS_AT_ONCE: Final = 4_000_000
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class _Between:
    """Judged pairs between groups, each pair of groups once, one < other. related: weight of those on one issue;
    backed: the same times their backing; judged: weight of all; likeness: the greatest."""

    one: Integers
    other: Integers
    related: NDArray[np.float64]
    backed: NDArray[np.float64]
    judged: NDArray[np.float64]
    likeness: NDArray[np.float32]


def make_groups(names: Names, edges: Edges, support: float) -> Integers:
    """The number of each node's group; groups are numbered by their first node. names: numbers of the nodes' ids."""
    n = len(names)
    if not n:
        return np.empty(0, np.int64)
    related = np.where(edges.sign != 0, edges.weight, 0.0)
    backed = related * _backing(n, edges)
    start = _Between(edges.i, edges.j, related, backed, edges.weight, edges.similarity)
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
    """The label of each node when no two groups are to be joined. What is left is renumbered in every round, so that a
    round costs no more than the pairs that may still matter."""
    label, speaks, group = np.arange(n), names, np.arange(n)  # group: the label of each of those that are left
    while True:
        between, left = _gathered(between, len(group))
        speaks, group = speaks[left], group[left]
        share = between.related / np.maximum(between.judged, _TOLERANCE)
        eligible = np.flatnonzero((between.related > 0) & (share >= support - _TOLERANCE))
        if not len(eligible):
            return np.asarray(label, np.int64)
        merit = share * between.backed / np.maximum(between.related, _TOLERANCE)
        joined = _best(between, eligible, merit, speaks, len(group))
        step = _components(len(group), between.one[joined], between.other[joined])
        least = np.full(int(step.max()) + 1, np.iinfo(np.uint64).max, np.uint64)
        np.minimum.at(least, step, speaks)
        first = np.full(len(least), n, np.int64)
        np.minimum.at(first, step, group)
        moved = np.arange(n)
        moved[group] = first[step]
        label, speaks, group = moved[label], least, first
        between = replace(between, one=step[between.one], other=step[between.other])


def _gathered(between: _Between, n: int) -> tuple[_Between, Integers]:
    """Pairs of different groups, each once, and which groups are left, by whose places the pairs then are. Groups that
    have no pair on one issue any more never join another, and are left out with their pairs."""
    hopeful = np.zeros(n, np.bool_)
    tied = (between.one != between.other) & (between.related > 0)
    hopeful[between.one[tied]] = hopeful[between.other[tied]] = True
    apart = (between.one != between.other) & hopeful[between.one] & hopeful[between.other]
    left = np.flatnonzero(hopeful)
    place = np.cumsum(hopeful) - 1
    one, other = place[between.one[apart]], place[between.other[apart]]
    m = max(len(left), 1)
    codes, places = np.unique(np.minimum(one, other) * m + np.maximum(one, other), return_inverse=True)
    likeness = np.full(len(codes), -1, np.float32)
    np.maximum.at(likeness, places, between.likeness[apart])
    gathered = _Between(
        codes // m,
        codes % m,
        np.bincount(places, between.related[apart], len(codes)).astype(np.float64),
        np.bincount(places, between.backed[apart], len(codes)).astype(np.float64),
        np.bincount(places, between.judged[apart], len(codes)).astype(np.float64),
        likeness,
    )
    return gathered, left


def _best(between: _Between, eligible: Integers, merit: NDArray[np.float64], speaks: Names, n: int) -> Integers:
    """The pairs of groups that are joined now: each other's best; and groups of which nothing else was judged, with the
    only one that they have, which changes nothing for others."""
    one, other = between.one[eligible], between.other[eligible]
    low, high = np.minimum(speaks[one], speaks[other]), np.maximum(speaks[one], speaks[other])
    order = np.lexsort((random_keys(low, high, 0), -between.likeness[eligible], -np.round(merit[eligible], 9)))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    best = np.full(n, len(order), np.int64)
    np.minimum.at(best, one, rank)
    np.minimum.at(best, other, rank)
    degree = np.bincount(between.one, minlength=n) + np.bincount(between.other, minlength=n)
    leaf = (degree[one] == 1) | (degree[other] == 1)
    return np.asarray(eligible[((best[one] == rank) & (best[other] == rank)) | leaf], np.int64)


def _backing(n: int, edges: Edges) -> NDArray[np.float64]:
    """Of each edge the share of the evidence that bears it out: itself, and the statements judged with both its ends,
    for it where they are on one issue with both, against it where with one alone. In steps of 1/1024, so that sums do
    not depend on their order."""
    from scipy.sparse import coo_array

    def matrix(taken: NDArray[np.bool_]) -> csr_array:
        i, j = edges.i[taken], edges.j[taken]
        ends = (np.concatenate([i, j]), np.concatenate([j, i]))
        return coo_array((np.ones(2 * len(i), np.int32), ends), shape=(n, n)).tocsr()

    tied = edges.sign != 0
    related, apart = matrix(tied), matrix(~tied)
    degree = np.diff(related.indptr) + np.diff(apart.indptr)
    work = np.cumsum((related + apart) @ degree)
    found = np.zeros(len(edges), np.float64)
    order = np.flatnonzero(tied)[np.argsort(edges.i[tied], kind="stable")]
    rows = edges.i[order]
    start = 0
    while start < n:
        end = max(start + 1, int(np.searchsorted(work, (work[start - 1] if start else 0) + _PRODUCTS_AT_ONCE, "right")))
        some = order[np.searchsorted(rows, start) : np.searchsorted(rows, end)]
        wanted = (edges.i[some] - start) * n + edges.j[some]
        both = _entries(related[start:end] @ related, wanted)
        alone = _entries(related[start:end] @ apart + apart[start:end] @ related, wanted)
        found[some] = np.round(1024 * (1 + both) / (1 + both + alone)) / 1024
        start = end
    return found


def _entries(matrix: csr_array, wanted: Integers) -> NDArray[np.float64]:
    """The entries of a matrix at places (row times columns plus column)."""
    matrix.sort_indices()
    rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
    places = rows * matrix.shape[1] + matrix.indices
    if not len(places):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
    return np.where(places[at] == wanted, matrix.data[at], 0).astype(np.float64)


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
