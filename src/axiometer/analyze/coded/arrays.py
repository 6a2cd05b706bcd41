"""The arrays that estimates are made of, and counting by integer keys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


def joined(*keys: Integers) -> Integers:
    """Several keys as one: a code from 0 per distinct row, equal where all keys are equal."""
    code = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        shifted = key - key.min(initial=0)
        code = np.unique(code * (int(shifted.max(initial=0)) + 1) + shifted, return_inverse=True)[1]
    return code


def counted(codes: NDArray[np.integer], size: int, weights: NDArray[np.generic] | None = None) -> Floats:
    """How often each code from 0 to `size` - 1 occurs (or the sum of its weights), as floats."""
    return np.bincount(codes, None if weights is None else weights.astype(np.float64), size).astype(np.float64)


def cells(codes: NDArray[np.integer], shape: tuple[int, int], weights: NDArray[np.generic] | None = None) -> Floats:
    """The same for codes that number the cells of a table row by row."""
    return counted(codes, shape[0] * shape[1], weights).reshape(shape)
