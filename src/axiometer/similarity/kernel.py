"""All pairs of vectors whose cosine reaches a threshold: exact, by blocks, in bounded memory.

Vectors are first put in an order in which like ones lie together (`arrangement`), so that blocks have few directions
and most parts of them hold nothing. The order, the blocks and the threads change how long it takes, not what is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from axiometer.errors import InputError
from axiometer.records.tables import whole
from axiometer.runtime.runners.cores import cores
from axiometer.similarity.arrangement import arrangement
from axiometer.similarity.blocks import ROWS, Block, PairsTask, block_result, blocks, pairs_in, rectangle
from axiometer.similarity.mapping import MapTasks
from axiometer.similarity.pairs import Pairs, joined, no_pairs
from axiometer.similarity.screen import choose_k
from axiometer.similarity.vectors import Vectors, let_go, open_vectors, unit_vectors

MOST_PAIRS = 50_000_000
_PROBES = 3


@dataclass(frozen=True, slots=True)
class Searching:
    """How a search runs; what is found is the same but for `faiss`.

    threads: default all cores. k: coordinates of the screen, None chooses by cost. most: more pairs than this are a
    mistake in the threshold, and refused. backend: `numpy`, `torch`, or for `pairs_above` `faiss`, which is approximate
    and says so (`Pairs.exact`). device: of torch, default cuda where it is.
    """

    threads: int | None = None
    k: int | None = None
    most: int = MOST_PAIRS
    backend: str = "numpy"
    device: str | None = None


DEFAULT = Searching()


def pairs_above(vectors: NDArray[np.floating], threshold: float, searching: Searching = DEFAULT) -> Pairs:
    """Every pair i < j of rows whose cosine reaches the threshold (`pairs.TIE` says what a tie is), in order.

    vectors: (n, dimensions), in memory or mapped; rows of another length than 1 are scaled. Takes a copy of them, or a
    second one where they had to be scaled. Raises `InputError` for rows that have no direction, a threshold outside
    (-1, 1], and more than `searching.most` pairs.
    """
    if searching.backend == "faiss":
        from axiometer.similarity.approximate import approximate_pairs

        return approximate_pairs(vectors, threshold)
    rows = unit_vectors(vectors)
    check_threshold(threshold)
    if len(rows) < 2:
        return no_pairs()
    order = arrangement(rows)
    placed = rows[order]
    found = limited(
        search_blocks(placed, placed, list(blocks(len(rows))), threshold, searching, same=True), searching.most
    )
    return found.renamed(order, order).upward().arranged()


def pairs_between(
    first: NDArray[np.floating], second: NDArray[np.floating], threshold: float, searching: Searching = DEFAULT
) -> Pairs:
    """Every pair of a row of `first` with a row of `second` whose cosine reaches the threshold, in order.

    For incremental work: what is there against what is new. Raises as `pairs_above`.
    """
    one, other = unit_vectors(first), unit_vectors(second)
    check_threshold(threshold)
    if not len(one) or not len(other):
        return no_pairs()
    if one.shape[1] != other.shape[1]:
        raise InputError(
            "vectors of {first} and of {second} columns cannot be compared", first=one.shape[1], second=other.shape[1]
        )
    order = arrangement(one)
    grid = list(rectangle(len(one), len(other)))
    found = limited(search_blocks(one[order], other, grid, threshold, searching, same=False), searching.most)
    return found.renamed(order, np.arange(len(other))).arranged()


def pairs_above_on(
    map_tasks: MapTasks, vectors: NDArray[np.floating], threshold: float, folder: Path, most: int = MOST_PAIRS
) -> Pairs:
    """The same as `pairs_above`, by a runner: blocks as tasks, their results kept in `folder`, so that it can go on
    where it was killed. The folder belongs to these vectors and this threshold; it must be seen by all workers.

    Raises as `pairs_above`, and where the folder was begun with other vectors.
    """
    rows = unit_vectors(vectors)
    check_threshold(threshold)
    if len(rows) < 2:
        return no_pairs()
    order = _placed_in(folder, rows)
    let_go(rows)
    path = str(folder / "vectors.npy")
    placed = open_vectors(path)
    k = chosen_k(placed, placed, threshold)
    let_go(placed)  # what follows looks at them in its own processes
    output = str(folder / f"threshold-{threshold:.6f}")
    tasks = (PairsTask(path, block, threshold, k=k, output=output) for block in blocks(len(rows)))
    found = limited(map_tasks(block_result, tasks), most)
    return found.renamed(order, order).upward().arranged()


def check_threshold(threshold: float) -> None:
    """Raises `InputError` for what no cosine can usefully be asked to reach."""
    if not -1 < threshold <= 1:
        raise InputError("a threshold of cosines lies above -1 and is at most 1, not {threshold}", threshold=threshold)


def chosen_k(rows: Vectors, columns: Vectors, threshold: float, order: NDArray[np.int64] | None = None) -> int:
    """Coordinates of the screen for all blocks: the middle of what a few of them would choose.

    order: the arrangement of the rows, where they do not lie in it yet.
    """
    from threadpoolctl import threadpool_limits

    choices = []
    with threadpool_limits(1, user_api="blas"):  # small products: threads would wait for each other
        for start in np.linspace(0, max(len(rows) - ROWS, 0), _PROBES).astype(int):
            together = rows[start : start + ROWS] if order is None else rows[np.sort(order[start : start + ROWS])]
            choices.append(choose_k(together, columns, threshold))
    return int(np.median(choices))


def search_blocks(
    rows: Vectors, columns: Vectors, grid: list[Block], threshold: float, searching: Searching, *, same: bool
) -> Iterator[Pairs]:
    """The pairs of each block, in the order of the grid. A thread works on a block; each multiplies on its own."""
    from threadpoolctl import threadpool_limits

    if searching.backend == "torch":
        from axiometer.similarity.torch_kernel import torch_pairs

        yield from torch_pairs(rows, columns, threshold, searching.device, same=same)
        return
    if searching.backend != "numpy":
        raise InputError(
            "unknown backend {name!r} of the similarity kernel",
            mend="known: numpy, torch, and faiss for all pairs of one set",
            name=searching.backend,
        )
    k = chosen_k(rows, columns, threshold) if searching.k is None else searching.k

    def work(block: Block) -> Pairs:
        return joined(pairs_in(rows, columns, block, threshold, k, same=same))

    threads = min(searching.threads or cores(), cores())
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        left = iter(grid)
        running: list[Future[Pairs]] = [pool.submit(work, block) for block in islice(left, 2 * threads)]
        while running:
            yield running.pop(0).result()
            running.extend(pool.submit(work, block) for block in islice(left, 1))


def limited(parts: Iterator[Pairs], most: int) -> Pairs:
    taken: list[Pairs] = []
    count = 0
    for part in parts:
        count += len(part)
        if count > most:
            raise InputError(
                "more than {most} pairs reach the threshold",
                mend="raise the threshold: at this one nearly everything is alike",
                most=most,
            )
        taken.append(part)
    return joined(taken)


def _placed_in(folder: Path, rows: Vectors) -> NDArray[np.int64]:
    """Writes the vectors in their arrangement to `folder`, unless they are there; gives the order."""
    order_file, vectors_file = folder / "order.npy", folder / "vectors.npy"
    if not order_file.exists():
        with whole(order_file) as temporary, temporary.open("wb") as handle:
            np.save(handle, arrangement(rows), allow_pickle=False)
    order: NDArray[np.int64] = np.load(order_file, allow_pickle=False)
    if len(order) == len(rows) and not vectors_file.exists():
        with whole(vectors_file) as temporary, temporary.open("wb") as handle:
            np.lib.format.write_array_header_1_0(handle, {"descr": "<f4", "fortran_order": False, "shape": rows.shape})
            for start in range(0, len(rows), ROWS):
                handle.write(np.ascontiguousarray(rows[order[start : start + ROWS]], "<f4").tobytes())
                let_go(rows)
    if len(order) != len(rows) or not _holds(open_vectors(vectors_file), rows, order):
        raise InputError("begun with other vectors", file=folder, mend="delete it, or give another folder")
    return order


def _holds(placed: Vectors, rows: Vectors, order: NDArray[np.int64]) -> bool:
    if placed.shape != rows.shape:
        return False
    for start in range(0, len(rows), ROWS):
        same = np.array_equal(placed[start : start + ROWS], rows[order[start : start + ROWS]])
        let_go(placed)
        let_go(rows)
        if not same:
            return False
    return True
