"""Pairs of like vectors among the wordings of one nation and language: bounded work for each, whatever the order.

Every wording keeps its k nearest others, and beside them some that are drawn at random among those that are surely on
one issue: the nearest of a long issue are a clique of its own, drawn pairs tie it together (`similarity.drawing` makes
the draw depend on the pair alone). So there are at most (k + drawn) pairs for each wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.blocks import COLUMNS, Block, blocks
from axiometer.similarity.drawing import Entries, random_keys, smallest, together
from axiometer.similarity.mapping import MapTasks
from axiometer.similarity.nearest import exact_cosines, nearest
from axiometer.similarity.tail import BlockTail, Tail
from axiometer.similarity.vectors import Vectors, open_vectors

Integers: TypeAlias = NDArray[np.int64]
UNDATED: Final = -(10**9)
_ROWS: Final = 4_096
_LEAST_ROWS: Final = 512


@dataclass(frozen=True, slots=True)
class Marks:
    """What keeps pairs apart beside their vectors, for each row: `names` (numbers of the ids), `topics` (-1: none),
    `days` (`UNDATED`: not known to the month)."""

    names: NDArray[np.uint64]
    topics: Integers
    days: Integers

    def allows(self, tail: Tail, within: int | None) -> NDArray[np.bool_]:
        """Of pairs in bands (0: near, 1: sure): those of one topic or sure ones, that lie not too far apart."""
        i, j = tail.i, tail.j
        one, other = self.topics[i], self.topics[j]
        allowed = (tail.band > 0) | (one == other) | (one < 0) | (other < 0)
        if within is not None:
            dated = (self.days[i] != UNDATED) & (self.days[j] != UNDATED)
            allowed &= ~dated | (np.abs(self.days[i] - self.days[j]) <= within)
        return np.asarray(allowed)


@dataclass(frozen=True, slots=True)
class Nearness:
    """Which pairs are wanted (`ReductionOptions`)."""

    near: float
    sure: float
    k: int
    drawn: int
    within: int | None
    seed: int


@dataclass(frozen=True, slots=True)
class SearchTask:
    """A block of the pairs of a .npy file of unit rows; `vectors` may be the rows themselves, in this process."""

    vectors: str | Vectors
    block: Block
    marks: Marks
    nearness: Nearness


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs i < j of rows in order, with their likeness."""

    i: Integers
    j: Integers
    similarity: NDArray[np.float32]


def find(vectors: str | Vectors, marks: Marks, nearness: Nearness, map_tasks: MapTasks) -> Found:
    """The pairs of one set of unit rows; the same whatever the blocks and the runner."""
    n = len(marks.names)
    rows = min(_ROWS, max(_LEAST_ROWS, n // 8))
    tasks = (SearchTask(vectors, block, marks, nearness) for block in blocks(n, rows, COLUMNS))
    kept, drawn = together([]), together([])
    for near, random in map_tasks(search_block, tasks):
        kept = _fewest([kept, near], nearness.k)
        drawn = _fewest([drawn, random], nearness.drawn)
    both = together([kept, drawn])
    lower = np.minimum(both.owner, both.partner).astype(np.int64)
    codes = np.unique(lower * n + np.maximum(both.owner, both.partner))
    i, j = codes // max(n, 1), codes % max(n, 1)
    return Found(i, j, exact_cosines(open_vectors(vectors) if isinstance(vectors, str) else vectors, i, j))


def search_block(task: SearchTask) -> tuple[Entries, Entries]:
    """What one block gives: the nearest and the drawn pairs of its rows and columns. For runners."""
    from threadpoolctl import threadpool_limits

    vectors = open_vectors(task.vectors) if isinstance(task.vectors, str) else task.vectors
    nearness, marks = task.nearness, task.marks
    edges = (nearness.near, nearness.sure) if nearness.near < nearness.sure else (nearness.near,)
    near, drawn = together([]), together([])
    with threadpool_limits(1, user_api="blas"):
        for tail in BlockTail(vectors, task.block, edges, nearness.near):
            taken = tail if len(edges) == 2 else Tail(tail.i, tail.j, np.ones_like(tail.band), tail.cosine)
            taken = taken.where(marks.allows(taken, nearness.within))
            sampled = _sampled(taken, marks, nearness.seed)
            alike = Entries(sampled.owner, sampled.partner, np.zeros_like(sampled.band), sampled.key)
            near = _fewest([near, nearest(taken, alike, vectors, nearness.k, 1)], nearness.k)
            sure = alike.where(np.flatnonzero(sampled.band == 1))
            drawn = _fewest([drawn, sure], nearness.drawn)
    return near, drawn


def _sampled(tail: Tail, marks: Marks, seed: int) -> Entries:
    """Each pair twice: first as its lower row sees it, then as the other does."""
    i, j = marks.names[tail.i], marks.names[tail.j]
    return together(
        [
            Entries(tail.i, tail.j, tail.band, random_keys(i, j, seed)),
            Entries(tail.j, tail.i, tail.band, random_keys(j, i, seed)),
        ]
    )


def _fewest(parts: list[Entries], k: int) -> Entries:
    found = together(parts)
    return found.where(smallest(found, k, 1)) if k else found.where(np.empty(0, np.intp))
