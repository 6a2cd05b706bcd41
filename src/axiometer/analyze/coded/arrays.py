"""The arrays that estimates are made of, counting by integer keys, and tables that are sparse where they are large."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

Table = Floats | sparse.csr_matrix
"""Groups x columns. A group of items bears on few columns, so large tables are sparse; `product` and the functions
after it give the same numbers for either kind."""

MOST_CELLS = 2_000_000
_RANGE = 2**62


def joined(*keys: Integers) -> Integers:
    """Several keys as one: a code from 0 per distinct row, equal where all keys are equal, in the order of the keys."""
    code, size = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        lowest = int(key.min(initial=0))
        width = int(key.max(initial=0)) - lowest + 1
        if size * width > _RANGE:
            code, size = _ranked(code, size)
        code = code * width + (key - lowest)
        size *= width
    return _ranked(code, size)[0]


def _ranked(code: Integers, size: int) -> tuple[Integers, int]:
    """Codes below `size` numbered through, and how many there are."""
    if size <= 4 * len(code) + 1_000:
        there = np.zeros(size, dtype=np.bool_)
        there[code] = True
        rank = np.cumsum(there) - 1
        return rank[code], int(rank[-1]) + 1
    distinct, rank = np.unique(code, return_inverse=True)
    return rank, len(distinct)


def counted(codes: NDArray[np.integer], size: int, weights: NDArray[np.generic] | None = None) -> Floats:
    """How often each code from 0 to `size` - 1 occurs (or the sum of its weights), as floats."""
    return np.bincount(codes, None if weights is None else weights.astype(np.float64), size).astype(np.float64)


def cells(codes: NDArray[np.integer], shape: tuple[int, int], weights: NDArray[np.generic] | None = None) -> Floats:
    """The same for codes that number the cells of a table row by row."""
    return counted(codes, shape[0] * shape[1], weights).reshape(shape)


def table_of(
    row: Integers, column: Integers, shape: tuple[int, int], weights: NDArray[np.generic] | None = None
) -> Table:
    """How often each cell of a table occurs (or the sum of its weights); sparse where `shape` is large."""
    if shape[0] * shape[1] <= MOST_CELLS:
        return cells(row * shape[1] + column, shape, weights)
    summed = np.ones(len(row)) if weights is None else weights.astype(np.float64)
    table = sparse.csr_matrix(sparse.coo_matrix((summed, (row, column)), shape=shape))
    table.eliminate_zeros()
    return table


def product(one: Table, other: Table) -> Table:
    """Cell by cell."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one * other
    return sparse.csr_matrix(sparse.csr_matrix(one).multiply(other))


def scaled(table: Table, factors: Floats) -> Table:
    """Each column times its factor."""
    if isinstance(table, np.ndarray):
        return table * factors
    return sparse.csr_matrix((table.data * factors[table.indices], table.indices, table.indptr), shape=table.shape)


def positive(table: Table) -> Table:
    """1 where a cell is above 0, else 0."""
    if isinstance(table, np.ndarray):
        return (table > 0).astype(np.float64)
    above = sparse.csr_matrix(((table.data > 0).astype(np.float64), table.indices, table.indptr), shape=table.shape)
    above.eliminate_zeros()
    return above


def totals(table: Table) -> Floats:
    """The sum of each column."""
    return np.asarray(table.sum(axis=0), dtype=np.float64).ravel()


def beside(parts: Sequence[Table]) -> Table:
    """Tables with the same rows, side by side."""
    if any(sparse.issparse(part) for part in parts):
        return sparse.csr_matrix(sparse.hstack([sparse.csr_matrix(part) for part in parts], format="csr"))
    return np.hstack([dense(part) for part in parts])


def added(one: Table, other: Table, factor: float = 1.0) -> Table:
    """The first and `factor` times the second, cell by cell."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one + factor * other
    return sparse.csr_matrix(sparse.csr_matrix(one) + factor * sparse.csr_matrix(other))


def dense(table: Table) -> Floats:
    return table if isinstance(table, np.ndarray) else table.toarray()
