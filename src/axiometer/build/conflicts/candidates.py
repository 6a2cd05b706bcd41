"""Candidates of conflicts among all pairs of rules: the grid of blocks, put together, counted and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from axiometer.build.conflicts.options import MOST_ENTRIES, ConflictOptions, Draw
from axiometer.build.conflicts.rules import Blocking
from axiometer.build.conflicts.sampling import (
    BLOCKING,
    BlockResult,
    BlockTask,
    Drawing,
    block_candidates,
    read_result,
)
from axiometer.errors import InputError
from axiometer.similarity.blocks import COLUMNS, ROWS, blocks
from axiometer.similarity.drawing import (
    Entries,
    arranged,
    inclusion,
    random_keys,
    rank_in_group,
    smallest,
    thinned,
    together,
)
from axiometer.similarity.mapping import MapTasks, in_this_process
from axiometer.similarity.nearest import exact_cosines
from axiometer.similarity.vectors import Vectors

_WAITING = 4_000_000  # entries that are put together before they are sorted again
_LEAST_ROWS = 512


@dataclass(frozen=True, slots=True)
class BandCount:
    """Pairs of rules with a cosine from `low` to `high`. Where candidates come from, pairs = apart (blocking) + alike
    (near-duplicates) + eligible; drawn are candidates, of which `over_budget` did not stay. None: only counted."""

    low: float
    high: float
    pairs: int
    apart: int | None = None
    alike: int | None = None
    eligible: int | None = None
    drawn: int | None = None
    over_budget: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates: how many, among how many rules and pairs, and by band from -1 on."""

    rules: int
    pairs: int
    candidates: int
    bands: tuple[BandCount, ...]

    @property
    def near_duplicates(self) -> int:
        return sum(band.alike or 0 for band in self.bands)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Candidates by the rows of their rules, i < j in every pair, in order. probability: None where not at random."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    band: NDArray[np.int8]
    similarity: NDArray[np.float32]
    probability: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.i)


def find_candidates(
    vectors: Vectors,
    blocking: Blocking,
    options: ConflictOptions,
    folder: Path,
    *,
    map_tasks: MapTasks = in_this_process,
    rows: int | None = None,
    columns: int = COLUMNS,
) -> tuple[Drawn, Found]:
    """The candidates of a .npy file of unit rows at `folder/vectors.npy` (`vectors`), by blocks whose results stay in
    `folder`, so that a search goes on where it was killed. The result is the same whatever rows, columns and runner.

    Raises `InputError` where rules times bands times pairs of each are too many to be put together.
    """
    n, bands = len(vectors), len(options.bands)
    if n * bands * options.per_rule > MOST_ENTRIES:
        raise InputError(
            "{pairs} pairs of each of {n} rules in each of {bands} bands are too many to hold",
            mend="lower --per-rule, or take wider bands",
            pairs=options.per_rule,
            n=n,
            bands=bands,
        )
    blocking.write(folder / BLOCKING)
    drawing = Drawing(options.edges, options.bands, options.draw, options.per_rule, options.seed)
    tasks = (BlockTask(str(folder), block, drawing) for block in blocks(n, rows or rows_of_blocks(n), columns))
    merged = _Merged(n, drawing)
    for path in map_tasks(block_candidates, tasks):
        merged.add(read_result(Path(path)), Path(path))
    drawn = _drawn(merged, vectors, blocking, options)
    return drawn, merged.found(drawn)


def rows_of_blocks(n: int) -> int:
    """Rows of a block: few enough that all workers have work, too."""
    return min(ROWS, max(_LEAST_ROWS, n // 8))


class _Merged:
    """The results of blocks, put together."""

    def __init__(self, n: int, drawing: Drawing) -> None:
        bands = len(drawing.bands)
        self.drawing = drawing
        self.counts = np.zeros(len(drawing.edges), np.int64)
        self.apart, self.alike = np.zeros(bands, np.int64), np.zeros(bands, np.int64)
        self.degree = np.zeros((n, bands), np.int32)
        self.before_budget = np.zeros(bands, np.int64)
        self._parts = [together([])]
        self._waiting = 0

    def add(self, result: BlockResult, path: Path) -> None:
        row, column, row_end, column_end = (int(word) for word in path.stem.split("-")[1:])
        self.counts += result.counts
        self.apart += result.apart
        self.alike += result.alike
        self.degree[row:row_end] += result.rows
        self.degree[column:column_end] += result.columns
        self._parts.append(result.entries)
        self._waiting += len(result.entries)
        if self._waiting > _WAITING + len(self._parts[0]):
            self.entries()

    def entries(self) -> Entries:
        """The entries that no other pair keeps out so far, in the order of owner, band and key."""
        found = together(self._parts)
        kept = found.where(smallest(found, self.drawing.per_rule, len(self.drawing.bands)))
        self._parts, self._waiting = [kept], 0
        return kept

    def found(self, drawn: Drawn) -> Found:
        n, below = len(self.degree), len(self.drawing.edges) - len(self.drawing.bands)
        pairs = n * (n - 1) // 2
        uppers = (*self.drawing.edges[1:], 1.0)
        bands = [BandCount(-1.0, self.drawing.edges[0], pairs - int(self.counts.sum()))]
        kept = np.bincount(drawn.band, minlength=len(self.drawing.bands))
        for place, (low, high) in enumerate(zip(self.drawing.edges, uppers, strict=True)):
            count, band = int(self.counts[place]), place - below
            if band < 0:
                bands.append(BandCount(low, high, count))
                continue
            apart, alike, before = int(self.apart[band]), int(self.alike[band]), int(self.before_budget[band])
            eligible = count - apart - alike
            assert eligible == int(self.degree[:, band].astype(np.int64).sum()) // 2
            bands.append(BandCount(low, high, count, apart, alike, eligible, before, before - int(kept[band])))
        return Found(n, pairs, len(drawn), tuple(bands))


def _drawn(merged: _Merged, vectors: Vectors, blocking: Blocking, options: ConflictOptions) -> Drawn:
    """The pairs that either owner draws, each once, with their cosines; within the budget."""
    entries, n = merged.entries(), len(vectors)
    lower = np.minimum(entries.owner, entries.partner).astype(np.int64)
    codes, first, places = np.unique(
        lower * n + np.maximum(entries.owner, entries.partner), return_index=True, return_inverse=True
    )
    i, j, band = codes // n, codes % n, entries.band[first]
    merged.before_budget = np.bincount(band, minlength=len(options.bands))
    similarity = exact_cosines(vectors, i, j)
    most = options.budget or len(codes)
    if options.draw is Draw.TOP:
        rank = rank_in_group(arranged(entries, len(options.bands))[1])
        best = np.full(len(codes), np.iinfo(np.int64).max)
        np.minimum.at(best, places, rank)
        stays = np.sort(np.lexsort((codes, -similarity, best))[:most])
        return Drawn(i[stays], j[stays], band[stays], similarity[stays], None)
    degree = merged.degree
    probability = inclusion(degree[i, band].astype(np.int64), degree[j, band].astype(np.int64), options.per_rule)
    probability *= min(1.0, most / max(len(codes), 1))
    one, other = blocking.names[i], blocking.names[j]
    keys = random_keys(np.minimum(one, other), np.maximum(one, other), options.seed + 1)
    stays = thinned(keys, most)
    return Drawn(i[stays], j[stays], band[stays], similarity[stays], probability[stays])
