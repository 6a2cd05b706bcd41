"""What one block of the grid gives: how many pairs lie in each band, and the pairs that may be drawn in the end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from axiometer.build.conflicts.options import Draw
from axiometer.build.conflicts.rules import Blocking, read_blocking
from axiometer.errors import InputError
from axiometer.records.tables import whole
from axiometer.similarity.blocks import Block
from axiometer.similarity.drawing import Entries, random_keys, smallest, together
from axiometer.similarity.nearest import nearest
from axiometer.similarity.tail import BlockTail, Tail
from axiometer.similarity.vectors import Vectors, open_vectors

VECTORS, BLOCKING = "vectors.npy", "blocking.npz"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How pairs are drawn. edges: of all bands; bands: those drawn from (`ConflictOptions.bands`), of which the
    last is that of near-duplicates."""

    edges: tuple[float, ...]
    bands: tuple[float, ...]
    draw: Draw
    per_rule: int
    seed: int


@dataclass(frozen=True, slots=True)
class BlockTask:
    """A block, and the folder that holds vectors and blocking and takes its result. Files all workers see."""

    folder: str
    block: Block
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class BlockResult:
    """counts: pairs in all bands. apart, alike: in those drawn from, pairs that blocking keeps apart, and others that
    are near-duplicates. rows, columns: how many of the rest each rule has in each band (block's rows, bands). entries:
    those that no other pair of the block keeps out."""

    counts: NDArray[np.int64]
    apart: NDArray[np.int64]
    alike: NDArray[np.int64]
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    entries: Entries


def block_candidates(task: BlockTask) -> str:
    """Searches a block, writes the result and gives its path; does nothing where it is there. For runners."""
    from threadpoolctl import threadpool_limits

    path = result_file(Path(task.folder), task.block)
    if not path.exists():
        vectors = open_vectors(Path(task.folder) / VECTORS)
        blocking = read_blocking(Path(task.folder) / BLOCKING)
        with threadpool_limits(1, user_api="blas"):
            write_result(search_block(vectors, blocking, task.block, task.drawing), path)
    return str(path)


def search_block(vectors: Vectors, blocking: Blocking, block: Block, drawing: Drawing) -> BlockResult:
    """The result of one block; a pure function of its vectors."""
    bands = len(drawing.bands)
    tails = BlockTail(vectors, block, drawing.edges, drawing.bands[0])
    apart, alike = np.zeros(bands, np.int64), np.zeros(bands, np.int64)
    rows = np.zeros((block.row_end - block.row) * bands, np.int32)
    columns = np.zeros((block.column_end - block.column) * bands, np.int32)
    found = together([])
    for tail in tails:
        allowed = blocking.allows(tail)
        twins = allowed & (tail.band == bands - 1) & ~blocking.opposite(tail)
        apart += np.bincount(tail.band[~allowed], minlength=bands)
        alike += np.bincount(tail.band[twins], minlength=bands)
        taken = tail.where(allowed & ~twins)
        rows += np.bincount((taken.i - block.row) * bands + taken.band, minlength=len(rows)).astype(np.int32)
        columns += np.bincount((taken.j - block.column) * bands + taken.band, minlength=len(columns)).astype(np.int32)
        entries = _sampled(taken, blocking, drawing)
        if drawing.draw is Draw.TOP:
            entries = nearest(taken, entries, vectors, drawing.per_rule, bands)
        found = together([found, entries])
        found = found.where(smallest(found, drawing.per_rule, bands))
    return BlockResult(tails.counts, apart, alike, rows.reshape(-1, bands), columns.reshape(-1, bands), found)


def _sampled(tail: Tail, blocking: Blocking, drawing: Drawing) -> Entries:
    """Each pair twice: first as its lower row sees it, then as the other does."""
    i, j = blocking.names[tail.i], blocking.names[tail.j]
    return together(
        [
            Entries(tail.i, tail.j, tail.band, random_keys(i, j, drawing.seed)),
            Entries(tail.j, tail.i, tail.band, random_keys(j, i, drawing.seed)),
        ]
    )


def result_file(folder: Path, block: Block) -> Path:
    """Where the result of a block lies."""
    return folder / f"block-{block.name}-{block.row_end:09d}-{block.column_end:09d}.npz"


def write_result(result: BlockResult, path: Path) -> None:
    """Writes it whole or not at all."""
    entries = result.entries
    with whole(path) as temporary, temporary.open("wb") as handle:
        np.savez(
            handle,
            counts=result.counts,
            apart=result.apart,
            alike=result.alike,
            rows=result.rows,
            columns=result.columns,
            owner=entries.owner,
            partner=entries.partner,
            band=entries.band,
            key=entries.key,
        )


def read_result(path: Path) -> BlockResult:
    """What `write_result` wrote. Raises `InputError` for a damaged file."""
    try:
        with np.load(path, allow_pickle=False) as found:
            entries = Entries(found["owner"], found["partner"], found["band"], found["key"])
            return BlockResult(
                found["counts"], found["apart"], found["alike"], found["rows"], found["columns"], entries
            )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise InputError("a damaged result of a block", file=path, mend="delete it: it is made again") from error
