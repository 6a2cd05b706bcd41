"""An order of vectors in which like ones lie together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from axiometer.similarity.vectors import Vectors

_CLUSTER = 2_048  # vectors in a cluster, about; a quarter of a block of rows
_SAMPLE_PER_CENTRE = 64
_ROUNDS = 5
_CHUNK = 16_384


def arrangement(vectors: Vectors, seed: int = 0) -> NDArray[np.int64]:
    """A permutation of the rows that puts those of one cluster, and clusters near each other, side by side.

    Spherical k-means (Dhillon and Modha 2001, Machine Learning 42) on a seeded sample, a cluster for each 2,048 rows.
    It is a help and not a result: any order gives the same pairs.
    """
    count = max(1, len(vectors) // _CLUSTER)
    if count == 1:
        return np.arange(len(vectors))
    draw = np.random.default_rng(seed)
    taken = np.sort(draw.choice(len(vectors), min(len(vectors), count * _SAMPLE_PER_CENTRE), replace=False))
    sample = np.asarray(vectors[taken])
    centres = sample[draw.choice(len(sample), count, replace=False)]
    for _ in range(_ROUNDS):
        centres = _moved(sample, centres)
    names = np.concatenate(
        [
            np.argmax(np.asarray(vectors[start : start + _CHUNK]) @ centres.T, axis=1)
            for start in range(0, len(vectors), _CHUNK)
        ]
    )
    places = np.empty(count, np.int64)
    places[_path(centres)] = np.arange(count)
    return np.argsort(places[names], kind="stable")


def _moved(sample: Vectors, centres: Vectors) -> Vectors:
    """Each centre at the direction of the sum of its vectors; one without any stays where it is."""
    names = np.argmax(sample @ centres.T, axis=1)
    order = np.argsort(names, kind="stable")
    starts = np.searchsorted(names[order], np.arange(len(centres)))
    held = np.diff(np.append(starts, len(sample))) > 0
    moved = centres.copy()
    moved[held] = np.add.reduceat(sample[order], starts[held], axis=0)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.where(lengths > 0, lengths, 1), np.float32)


def _path(centres: Vectors) -> NDArray[np.int64]:
    """The centres one after another, each time the nearest that is left."""
    likeness = centres @ centres.T
    left = np.ones(len(centres), bool)
    path = np.zeros(len(centres), np.int64)
    left[0] = False
    for step in range(1, len(centres)):
        path[step] = np.argmax(np.where(left, likeness[path[step - 1]], -np.inf))
        left[path[step]] = False
    return path
