"""The grid of blocks: every pair of rows is in exactly one block, and a block is a unit of work that needs no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from axiometer.similarity.pairs import TIE, Pairs, joined
from axiometer.similarity.screen import choose_k, full_screen, screen_for
from axiometer.similarity.vectors import Vectors, open_vectors

ROWS = 8_192
COLUMNS = 65_536
_TILE_ROWS, _TILE_COLUMNS = 512, 1_024  # 2 MB of bounds: they stay in a core's cache until they have been looked at
_CHECKED_AT_ONCE = 8_192


@dataclass(frozen=True, slots=True)
class Block:
    """Rows [row, row_end) against columns [column, column_end), half-open."""

    row: int
    row_end: int
    column: int
    column_end: int

    @property
    def name(self) -> str:
        return f"{self.row:09d}-{self.column:09d}"


def blocks(n: int, rows: int = ROWS, columns: int = COLUMNS) -> Iterator[Block]:
    """Blocks that hold every pair i < j of n vectors once. A block on the diagonal counts only its pairs i < j."""
    for row in range(0, n, rows):
        row_end = min(row + rows, n)
        for column in range(row, n, columns):
            yield Block(row, row_end, column, min(column + columns, n))


def rectangle(n: int, m: int, rows: int = ROWS, columns: int = COLUMNS) -> Iterator[Block]:
    """Blocks that hold every pair of one of n vectors with one of m others once."""
    for row in range(0, n, rows):
        for column in range(0, m, columns):
            yield Block(row, min(row + rows, n), column, min(column + columns, m))


@dataclass(frozen=True, slots=True)
class PairsTask:
    """A block to be searched, in words that travel: .npy files of unit float32 rows, and where the block lies in them.

    others: the file of the columns; None where they are the same vectors. k: coordinates of the screen; None lets the
    block choose. output: a folder that keeps the result, so that a block that was done is not done again.
    """

    vectors: str
    block: Block
    threshold: float
    others: str | None = None
    k: int | None = None
    output: str | None = None
    threads: int | None = None


def block_result(task: PairsTask) -> Pairs:
    """The pairs of a block that reach the threshold; rows and columns are counted as in the files. For runners.

    threads: of the linear algebra (default 1: a runner has a process for each core).
    """
    from threadpoolctl import threadpool_limits

    kept = Path(task.output) / f"pairs-{task.block.name}.npz" if task.output is not None else None
    if kept is not None and kept.exists():
        return Pairs.read(kept)
    vectors = open_vectors(task.vectors)
    others = vectors if task.others is None else open_vectors(task.others)
    with threadpool_limits(task.threads or 1, user_api="blas"):
        found = joined(pairs_in(vectors, others, task.block, task.threshold, task.k, same=task.others is None))
    if kept is not None:
        found.write(kept)
    return found


def pairs_in(
    vectors: Vectors, others: Vectors, block: Block, threshold: float, k: int | None = None, *, same: bool
) -> Iterator[Pairs]:
    """The pairs of a block that reach the threshold, in parts: memory is bounded however many there are.

    same: rows and columns count in one set, and only i < j is wanted. Every candidate of the screen is computed in full
    in float64, so parts, blocks and k change no result.
    """
    rows = np.asarray(vectors[block.row : block.row_end])
    columns = others[block.column : block.column_end]
    if k is None:
        k = choose_k(rows, columns, threshold)
    screen = full_screen(rows.shape[1]) if k >= rows.shape[1] else screen_for(rows, columns, k, seed=block.row)
    bar = np.float32(threshold - TIE - screen.margin)
    left = screen.coordinates(rows)
    bounds = np.empty(_TILE_ROWS * _TILE_COLUMNS, np.float32)
    for start in range(0, len(columns), _TILE_COLUMNS):
        tile = np.asarray(columns[start : start + _TILE_COLUMNS])
        first = block.column + start
        if same and first + len(tile) - 1 <= block.row:
            continue
        i, j = _survivors(left, screen.coordinates(tile), bar, bounds)
        if same:
            later = i + block.row < j + first
            i, j = i[later], j[later]
        for part in range(0, len(i), _CHECKED_AT_ONCE):
            some = slice(part, part + _CHECKED_AT_ONCE)
            yield _checked(rows, tile, i[some], j[some], threshold, block.row, first)


def _survivors(
    left: Vectors, right: Vectors, bar: np.float32, bounds: Vectors
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Where the bound reaches the bar. Rows are passed over by their largest bound: most hold nothing."""
    found_i, found_j = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, len(left), _TILE_ROWS):
        part = left[start : start + _TILE_ROWS]
        bound = bounds[: len(part) * len(right)].reshape(len(part), len(right))
        np.matmul(part, right.T, out=bound)
        with_any = np.flatnonzero(bound.max(axis=1) >= bar)
        if with_any.size:
            flat = np.flatnonzero((bound[with_any] >= bar).reshape(-1))
            row, column = np.divmod(flat, len(right))
            found_i.append(with_any[row] + start)
            found_j.append(column)
    return np.concatenate(found_i), np.concatenate(found_j)


def _checked(
    rows: Vectors,
    columns: Vectors,
    i: np.ndarray[tuple[int], np.dtype[np.int64]],
    j: np.ndarray[tuple[int], np.dtype[np.int64]],
    threshold: float,
    row: int,
    column: int,
) -> Pairs:
    """Candidates that do reach the threshold: first in float32 with a margin, then those few in float64."""
    left, right = rows[i], columns[j]
    roughly = np.einsum("ij,ij->i", left, right)
    near = np.flatnonzero(roughly >= threshold - 2 * TIE - full_screen(rows.shape[1]).margin)
    cosine = cosines(left[near], right[near])
    true = cosine >= threshold - TIE
    chosen = near[true]
    return Pairs(
        (i[chosen] + row).astype(np.int32),
        (j[chosen] + column).astype(np.int32),
        np.minimum(cosine[true], 1.0).astype(np.float32),
    )


def cosines(left: Vectors, right: Vectors) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Dot products of unit rows, row by row, in float64."""
    return np.asarray(np.einsum("ij,ij->i", left.astype(np.float64), right.astype(np.float64)))
