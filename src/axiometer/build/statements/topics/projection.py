"""Vectors in fewer dimensions: principal components, exactly, in memory that does not grow with the texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.vectors import Vectors, let_go

_CHUNK = 8_192


@dataclass(frozen=True, slots=True)
class Projected:
    """rows: (n, dimensions), float32 at unit length (a row that lies on the mean is zero). explained: the share of the
    variance of the vectors that these dimensions hold."""

    rows: Vectors
    explained: float


def project(vectors: Vectors, dimensions: int) -> Projected:
    """The rows on their first principal components, scaled to unit length.

    vectors: (n, d), in memory or mapped. The truncated singular value decomposition of the centred rows is had from the
    eigenvectors of their d × d covariance, which is summed block by block in float64: exact, no seed, n · d²
    operations. Half as many components as rows are taken at most: a few texts do not have more that mean anything.
    Signs of components are set (largest entry positive), so that a rerun is equal.
    """
    count, width = vectors.shape
    wanted = max(1, min(dimensions, width, count // 2))
    mean = np.zeros(width)
    for start in range(0, count, _CHUNK):
        mean += np.asarray(vectors[start : start + _CHUNK], np.float64).sum(axis=0)
    mean /= max(count, 1)
    covariance = np.zeros((width, width))
    for start in range(0, count, _CHUNK):
        centred = np.asarray(vectors[start : start + _CHUNK], np.float64) - mean
        covariance += centred.T @ centred
        let_go(vectors)
    values, components = np.linalg.eigh(covariance)
    values, components = np.maximum(values[::-1], 0.0), components[:, ::-1][:, :wanted]
    largest = np.abs(components).argmax(axis=0)
    components = components * np.sign(components[largest, np.arange(wanted)])
    rows = np.empty((count, wanted), np.float32)
    for start in range(0, count, _CHUNK):
        part = (np.asarray(vectors[start : start + _CHUNK], np.float64) - mean) @ components
        rows[start : start + _CHUNK] = part / np.maximum(lengths(part), np.finfo(np.float64).tiny)[:, None]
        let_go(vectors)
    total = float(values.sum())
    return Projected(rows, float(values[:wanted].sum()) / total if total > 0 else 1.0)


def lengths(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Euclidean length of every row."""
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", rows, rows)))
