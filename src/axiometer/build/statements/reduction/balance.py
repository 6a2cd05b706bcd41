"""Two stances of an issue: the division of its statements that its edges contradict least.

A signed graph is balanced where its nodes fall into two sides with agreement within and conflict between them (Harary
1953, Michigan Mathematical Journal 2); where it is not, edges that no division satisfies are *frustrated*. Two starts
are tried, the stances that the statements were said to take, and the signs along a tree of the surest edges (greatest
weight, then likeness); from each, statements are moved one by one to the side that the weighted majority of their
edges speaks for, the worst placed first, until none would gain. Each move lowers the frustrated weight by at least 1/2
(weights are multiples of it), so this ends. The start that ends lower counts, the first at a tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from axiometer.build.statements.reduction.edges import Edges, Signs

OVERRULES: Final = 2.0
"""A frustrated conflict edge is overruled where each of its ends agrees with its own side, beyond all else on it that
contradicts it, by at least so many times the edge's weight."""


@dataclass(frozen=True, slots=True)
class Sides:
    """side: +1 or -1 of each node. standing, overruled: of each edge, whether it is a conflict that counts, or one
    within a side that the statements around it contradict. frustrated: edges that the division does not satisfy.
    turned: nodes whose own stance is the other than their side (their question asks for the opposite, or it is
    mistaken)."""

    side: Signs
    standing: np.ndarray[tuple[int], np.dtype[np.bool_]]
    overruled: np.ndarray[tuple[int], np.dtype[np.bool_]]
    frustrated: int
    turned: int


def divide(stances: Signs, order: Sequence[int], edges: Edges) -> Sides:
    """The sides of one group's nodes. stances: as they were said (0: none); order: places of the nodes by their ids, so
    that nothing depends on the order of rows; edges: all within the group."""
    n = len(stances)
    signed = edges.where(edges.sign != 0)
    neighbours: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for i, j, pull in zip(signed.i.tolist(), signed.j.tolist(), (signed.sign * signed.weight).tolist(), strict=True):
        neighbours[i].append((j, pull))
        neighbours[j].append((i, pull))
    said = [int(stance) or 1 for stance in stances.tolist()]
    starts = (said, _along_tree(n, signed, order))
    found = min((_moved(list(start), neighbours, order) for start in starts), key=lambda each: each[0])[1]
    side = np.array(_oriented(found, stances.tolist(), order), np.int8)
    same = side[edges.i] == side[edges.j]
    conflict = edges.sign == -1
    overruled = conflict & same & _overruled(side, edges)
    frustrated = (conflict & same) | ((edges.sign == 1) & ~same)
    return Sides(
        side, conflict & ~overruled, overruled, int(frustrated.sum()), int(((stances != 0) & (stances != side)).sum())
    )


def _along_tree(n: int, edges: Edges, order: Sequence[int]) -> list[int]:
    """Signs along a tree of the surest edges: a union-find that knows the sign of each node relative to its root."""
    place = np.empty(n, np.int64)
    place[np.asarray(order, np.int64)] = np.arange(n)
    low, high = np.minimum(place[edges.i], place[edges.j]), np.maximum(place[edges.i], place[edges.j])
    parent, sign = list(range(n)), [1] * n

    def root(node: int) -> tuple[int, int]:
        path, product = [], 1
        while parent[node] != node:
            path.append(node)
            node = parent[node]
        for step in reversed(path):
            product *= sign[step]
            parent[step], sign[step] = node, product
        return node, product

    for edge in np.lexsort((high, low, -edges.similarity, -edges.weight)).tolist():
        (a, to_a), (b, to_b) = root(int(edges.i[edge])), root(int(edges.j[edge]))
        if a != b:
            parent[b], sign[b] = a, to_a * to_b * int(edges.sign[edge])
    return [root(node)[1] for node in range(n)]


def _moved(side: list[int], neighbours: list[list[tuple[int, float]]], order: Sequence[int]) -> tuple[float, list[int]]:
    """(frustrated weight, sides) when no node gains by changing sides."""
    import heapq

    place = {node: number for number, node in enumerate(order)}
    field = [sum(pull * side[node] * side[other] for other, pull in neighbours[node]) for node in range(len(side))]
    waiting = [(field[node], place[node], node) for node in range(len(side)) if field[node] < 0]
    heapq.heapify(waiting)
    while waiting:
        was, _, node = heapq.heappop(waiting)
        if was != field[node] or was >= 0:  # an entry from before a neighbour moved
            continue
        side[node] = -side[node]
        field[node] = -was
        for other, pull in neighbours[node]:
            field[other] += 2 * pull * side[node] * side[other]
            if field[other] < 0:
                heapq.heappush(waiting, (field[other], place[other], other))
    total = sum(abs(pull) for each in neighbours for _, pull in each) / 2
    return (total - sum(field) / 2) / 2, side


def _oriented(side: list[int], stances: list[int], order: Sequence[int]) -> list[int]:
    """The sides so that most statements are on the side of their own stance; the smallest id decides between equals."""
    balance = sum(a * b for a, b in zip(side, stances, strict=True))
    if balance == 0:
        balance = next((side[node] * stances[node] for node in order if stances[node]), side[order[0]] if order else 1)
    return side if balance > 0 else [-each for each in side]


def _overruled(side: Signs, edges: Edges) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Of each edge, whether both ends agree with their side by `OVERRULES` times its weight beyond what contradicts
    them there beside it."""
    same = side[edges.i] == side[edges.j]
    value = np.where(same, edges.sign * edges.weight, 0.0)
    held = np.bincount(edges.i, value, len(side)) + np.bincount(edges.j, value, len(side))
    least = np.minimum(held[edges.i], held[edges.j]) - value  # without the edge itself
    return np.asarray(least >= OVERRULES * edges.weight)
