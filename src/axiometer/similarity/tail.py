"""The pairs of a block from some cosine on, each in its band, and how many pairs lie in each band below.

A block's cosines are multiplied out in float32, a tile at a time, and looked at while they are in a core's cache. The
float32 product of two unit rows of d coordinates errs by at most g_d = d u / (1 - d u), u = 2^-24 (Higham 2002,
Accuracy and Stability of Numerical Algorithms, sec. 3.1, whatever the order of summation). What comes no nearer to an
edge than that is in its band for certain; the few others are computed again in float64. So counts and bands are those
of float64 cosines, and do not depend on how pairs were cut into blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.blocks import Block, cosines
from axiometer.similarity.pairs import TIE
from axiometer.similarity.screen import UNIT_ROUNDOFF
from axiometer.similarity.vectors import Vectors

_TILE_ROWS, _TILE_COLUMNS = 512, 1_024  # 2 MB of cosines
_GIVEN_AT_ONCE = 2_000_000  # pairs: 40 MB
_CHECKED_AT_ONCE = 8_192
_NO_PAIR = np.float32(-2.0)  # where a diagonal block holds a pair the other way round, or a row itself


@dataclass(frozen=True, slots=True)
class Tail:
    """Pairs i < j of rows and the band of each, counted from 0 at the lowest edge that is given (`BlockTail.low`).

    cosine: in float32, within `margin` of the exact one.
    """

    i: NDArray[np.int32]
    j: NDArray[np.int32]
    band: NDArray[np.int8]
    cosine: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.i)

    def moved(self, rows: int, columns: int) -> Tail:
        """The same pairs, counted from other rows and columns on."""
        return Tail(self.i + np.int32(rows), self.j + np.int32(columns), self.band, self.cosine)

    def where(self, taken: NDArray[np.bool_] | NDArray[np.intp]) -> Tail:
        """Some of the pairs."""
        return Tail(self.i[taken], self.j[taken], self.band[taken], self.cosine[taken])


def margin(dimensions: int) -> float:
    """How far a float32 cosine of unit rows (within 1e-5) may be from the float64 one, an edge from its own float32."""
    rounded = dimensions * UNIT_ROUNDOFF
    return rounded / (1 - rounded) * (1 + 1e-4) + 1e-6


class BlockTail:
    """Goes once through a block: gives the pairs from `low` on, in parts, and then has the counts of all bands.

    edges: ascending; a band takes its low edge (less `TIE`) and not its high one, the last takes everything from its
    edge up. low: one of the edges; pairs below are counted and not given. Memory is bounded by the block's rows and by
    2,000,000 pairs, however many there are.
    """

    def __init__(self, vectors: Vectors, block: Block, edges: Sequence[float], low: float) -> None:
        self._vectors, self._block = vectors, block
        bounds = np.asarray(edges, np.float64) - TIE
        first = list(edges).index(low)
        self._below, self._given = bounds[:first], bounds[first:]
        self._reaching = np.zeros(len(bounds), np.int64)
        self._margin = margin(vectors.shape[1])
        self._unsure = np.empty(_TILE_ROWS * _TILE_COLUMNS, np.bool_)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Pairs in each band: counts[b] lie from edges[b] to edges[b + 1]. Complete when the block has been read."""
        return np.asarray(self._reaching - np.append(self._reaching[1:], 0), np.int64)

    def __iter__(self) -> Iterator[Tail]:
        rows = np.asarray(self._vectors[self._block.row : self._block.row_end])
        bar = np.float32(self._given[0] - self._margin)
        space = np.empty(_TILE_ROWS * _TILE_COLUMNS, np.float32)
        marks = np.empty(_TILE_ROWS * _TILE_COLUMNS, np.bool_)
        waiting: list[Tail] = []
        for first, tile, start, part in self._tiles(rows):
            size = len(part) * len(tile)
            product, mask = space[:size], marks[:size]
            _multiply(part, tile, product, first - start - self._block.row)
            self._count_below(product, mask, part, tile)
            np.greater_equal(product, bar, out=mask)
            flat = np.flatnonzero(mask)
            if not flat.size:
                continue
            waiting.append(self._banded(product[flat], flat, part, tile).moved(start + self._block.row, first))
            if sum(map(len, waiting)) >= _GIVEN_AT_ONCE:
                yield _joined(waiting)
                waiting = []
        if waiting:
            yield _joined(waiting)

    def _tiles(self, rows: Vectors) -> Iterator[tuple[int, Vectors, int, Vectors]]:
        """(number of the tile's first column, the tile, first row in the block, those rows)."""
        block = self._block
        for first in range(block.column, block.column_end, _TILE_COLUMNS):
            tile = np.array(self._vectors[first : min(first + _TILE_COLUMNS, block.column_end)])
            for start in range(0, len(rows), _TILE_ROWS):
                if first + len(tile) - 1 > block.row + start:
                    yield first, tile, start, rows[start : start + _TILE_ROWS]

    def _count_below(self, product: NDArray[np.float32], mask: NDArray[np.bool_], part: Vectors, tile: Vectors) -> None:
        unsure = self._unsure[: len(product)]
        for place, edge in enumerate(self._below):
            np.greater_equal(product, np.float32(edge + self._margin), out=mask)
            np.greater_equal(product, np.float32(edge - self._margin), out=unsure)
            self._reaching[place] += int(np.count_nonzero(mask))
            near = np.flatnonzero(np.not_equal(mask, unsure, out=unsure))
            if near.size:
                self._reaching[place] += int(np.count_nonzero(_exact(near, part, tile) >= edge))

    def _banded(self, cosine: NDArray[np.float32], flat: NDArray[np.intp], part: Vectors, tile: Vectors) -> Tail:
        """The pairs that reach the lowest given edge, with their bands; rows and columns counted in the tile."""
        band = np.searchsorted(self._given + self._margin, cosine, side="right")
        unsure = np.flatnonzero(band != np.searchsorted(self._given - self._margin, cosine, side="right"))
        if unsure.size:
            band[unsure] = np.searchsorted(self._given, _exact(flat[unsure], part, tile), side="right")
        reaching = len(band) - np.cumsum(np.bincount(band, minlength=len(self._given) + 1))[:-1]
        self._reaching[len(self._below) :] += reaching
        inside = band > 0
        i, j = np.divmod(flat[inside], len(tile))
        return Tail(i.astype(np.int32), j.astype(np.int32), (band[inside] - 1).astype(np.int8), cosine[inside])


def _multiply(part: Vectors, tile: Vectors, product: NDArray[np.float32], ahead: int) -> None:
    """The cosines of the part with the tile. ahead: the tile's first column less the part's first row; where the two
    overlap, only pairs i < j count."""
    shaped = product.reshape(len(part), len(tile))
    np.matmul(part, tile.T, out=shaped)
    if ahead < len(part):
        shaped[np.arange(len(part))[:, None] >= np.arange(len(tile))[None, :] + ahead] = _NO_PAIR


def _exact(flat: NDArray[np.intp], part: Vectors, tile: Vectors) -> NDArray[np.float64]:
    found = np.empty(len(flat))
    for start in range(0, len(flat), _CHECKED_AT_ONCE):
        i, j = np.divmod(flat[start : start + _CHECKED_AT_ONCE], len(tile))
        found[start : start + _CHECKED_AT_ONCE] = cosines(part[i], tile[j])
    return found


def _joined(tails: list[Tail]) -> Tail:
    return Tail(
        np.concatenate([tail.i for tail in tails]),
        np.concatenate([tail.j for tail in tails]),
        np.concatenate([tail.band for tail in tails]),
        np.concatenate([tail.cosine for tail in tails]),
    )
