"""How often each cosine occurs among all pairs.

A histogram of a block is a pure function of its vectors, so a grid of blocks can be counted by runners and summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.blocks import Block, blocks
from axiometer.similarity.mapping import MapTasks
from axiometer.similarity.vectors import Vectors, open_vectors, unit_vectors

SIDE = 2_048


@dataclass(frozen=True, slots=True)
class Band:
    """Cosines in [low, high)."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """counts[b]: pairs i < j of `vectors` rows whose cosine (float32) is at least edges[b] and below edges[b + 1]; the
    last band takes everything from its low edge up."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    vectors: int

    @property
    def bands(self) -> list[Band]:
        return [Band(low, high) for low, high in zip(self.edges[:-1], self.edges[1:], strict=True)]

    @property
    def pairs(self) -> int:
        """All pairs that were looked at, those below the first edge too."""
        return self.vectors * (self.vectors - 1) // 2

    def share_above(self, edge: float) -> float:
        """Share of pairs at or above one of the edges."""
        return sum(n for low, n in zip(self.edges, self.counts, strict=False) if low >= edge) / max(self.pairs, 1)


@dataclass(frozen=True, slots=True)
class HistogramTask:
    """A block to be counted: a .npy file of unit float32 rows, the block, the edges of the bands (ascending)."""

    vectors: str
    block: Block
    edges: tuple[float, ...]


def block_histogram(task: HistogramTask) -> NDArray[np.int64]:
    """Counts of a block by band (pairs i < j only). For runners."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        return counted(open_vectors(task.vectors), task.block, task.edges)


def counted(vectors: Vectors, block: Block, edges: Sequence[float]) -> NDArray[np.int64]:
    """Counts of a block's cosines, computed in float32, by band: pairs i < j only."""
    bounds = np.asarray(edges, np.float32)
    totals = np.zeros(len(bounds) - 1, np.int64)
    rows = np.asarray(vectors[block.row : block.row_end])
    for start in range(block.column, block.column_end, SIDE):
        tile = np.asarray(vectors[start : min(start + SIDE, block.column_end)])
        cosines = rows @ tile.T
        if start < block.row_end:
            numbers = np.arange(block.row, block.row_end)[:, None] < np.arange(start, start + len(tile))[None, :]
            values = cosines[numbers]
        else:
            values = cosines.reshape(-1)
        above = np.sort(values[values >= bounds[0]])
        places = np.searchsorted(above, bounds[:-1], side="left")
        totals += np.diff(np.append(places, len(above)))
    return totals


def histogram_on(
    map_tasks: MapTasks, path: str, edges: Sequence[float], *, rows: int = SIDE, columns: int = 65_536
) -> Histogram:
    """The exact histogram of all pairs of a .npy file of unit rows, by a runner."""
    n = len(open_vectors(path))
    tasks = (HistogramTask(path, block, tuple(edges)) for block in blocks(n, rows, columns))
    counts = np.zeros(len(edges) - 1, np.int64)
    for part in map_tasks(block_histogram, tasks):
        counts += part
    return Histogram(tuple(edges), tuple(int(c) for c in counts), n)


def histogram(vectors: NDArray[np.floating], edges: Sequence[float]) -> Histogram:
    """The exact histogram of all pairs of the rows, in this process. edges: ascending."""
    rows = unit_vectors(vectors)
    counts = np.zeros(len(edges) - 1, np.int64)
    for block in blocks(len(rows), SIDE):
        counts += counted(rows, block, edges)
    return Histogram(tuple(edges), tuple(int(c) for c in counts), len(rows))
