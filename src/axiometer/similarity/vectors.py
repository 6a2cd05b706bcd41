"""Vectors as the kernel takes them: float32 rows of unit length, in memory or mapped from a file."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from axiometer.errors import InputError, file_error

Vectors: TypeAlias = NDArray[np.float32]

_CHUNK = 16_384
UNIT_TOLERANCE = 1e-5


def unit_vectors(vectors: NDArray[np.floating]) -> Vectors:
    """The rows at unit length, float32. An array whose rows are so already is given back as it stands (no copy).

    vectors: (n, dimensions). Raises `InputError` for another shape, and for a row that is zero or holds what is no
    finite number: such a row has no direction.
    """
    if vectors.ndim != 2 or vectors.shape[1] == 0:
        raise InputError(
            "vectors are a table of rows and columns; this one has the shape {shape}", shape=tuple(vectors.shape)
        )
    lengths = row_lengths(vectors)
    bad = np.flatnonzero(~np.isfinite(lengths) | (lengths == 0))
    if bad.size:
        raise InputError(
            "vector {number} (counted from 0) is zero or not finite and has no direction", number=int(bad[0])
        )
    if vectors.dtype == np.float32 and bool(np.all(np.abs(lengths - 1) < UNIT_TOLERANCE)):
        return np.asarray(vectors) if vectors.flags.c_contiguous else np.ascontiguousarray(vectors)
    scaled = np.empty(vectors.shape, np.float32)
    for start in range(0, len(vectors), _CHUNK):
        part = slice(start, start + _CHUNK)
        scaled[part] = vectors[part] / lengths[part, None]
    return scaled


def row_lengths(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Euclidean length of every row, summed in float64, in flat memory."""
    lengths = np.empty(len(vectors))
    for start in range(0, len(vectors), _CHUNK):
        part = np.asarray(vectors[start : start + _CHUNK], np.float64)
        lengths[start : start + _CHUNK] = np.sqrt(np.einsum("ij,ij->i", part, part))
    return lengths


def open_vectors(path: Path | str) -> Vectors:
    """Vectors mapped from a .npy file, so that they cost no memory of their own. Raises `InputError`."""
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise file_error(error, path) from error
    except ValueError as error:
        raise InputError("not a .npy file of float32 rows", file=path) from error
    if not isinstance(found, np.ndarray) or found.dtype != np.float32 or found.ndim != 2:
        raise InputError("not a .npy file of float32 rows", file=path)
    return found


def let_go(vectors: NDArray[np.floating]) -> None:
    """Gives back the memory of rows that are mapped from a file to be read: they are read again when looked at."""
    held: object = vectors
    while isinstance(held, np.ndarray):
        held = held.base
    if isinstance(held, mmap.mmap) and not vectors.flags.writeable and hasattr(mmap, "MADV_DONTNEED"):
        held.madvise(mmap.MADV_DONTNEED)
