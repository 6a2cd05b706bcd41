"""An approximate search for sets too large for the exact kernel, with FAISS (the extra `faiss`).

Johnson, Douze, Jegou 2019, IEEE Transactions on Big Data 7: an inverted file whose cells are searched a few at a time.
What it finds is checked in full, so every pair is true; pairs whose cells are not searched together are missed, and
the result says so (`Pairs.exact` is False).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from axiometer.errors import InputError
from axiometer.runtime.runners.cores import cores
from axiometer.similarity.blocks import cosines
from axiometer.similarity.kernel import check_threshold
from axiometer.similarity.pairs import TIE, Pairs, joined
from axiometer.similarity.vectors import Vectors, unit_vectors

CELLS_SEARCHED = 32
_TRAINED_PER_CELL = 64
_QUERIES = 8_192
_SLACK = 1e-4  # FAISS sums in float32


def approximate_pairs(
    vectors: NDArray[np.floating], threshold: float, *, cells_searched: int = CELLS_SEARCHED, seed: int = 0
) -> Pairs:
    """Pairs i < j of rows whose cosine reaches the threshold, most of them: `exact` is False.

    Range search in sqrt(n) cells, of which each vector looks into the `cells_searched` nearest. Raises `InputError`
    where FAISS is missing, and as `pairs_above`.
    """
    try:
        import faiss
    except ImportError as error:
        raise InputError("the approximate search needs FAISS", mend="pip install 'axiometer[faiss]'") from error
    rows = unit_vectors(vectors)
    check_threshold(threshold)
    cells = max(1, int(np.sqrt(len(rows))))
    faiss.omp_set_num_threads(cores())
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(rows.shape[1]), rows.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed = seed
    draw = np.random.default_rng(seed)
    sample = np.sort(draw.choice(len(rows), min(len(rows), cells * _TRAINED_PER_CELL), replace=False))
    index.train(np.ascontiguousarray(rows[sample]))
    for start in range(0, len(rows), _QUERIES):
        index.add(np.ascontiguousarray(rows[start : start + _QUERIES]))
    index.nprobe = min(cells_searched, cells)

    def found() -> Iterator[Pairs]:
        for start in range(0, len(rows), _QUERIES):
            queries = np.ascontiguousarray(rows[start : start + _QUERIES])
            limits, _, names = index.range_search(queries, float(threshold - TIE - _SLACK))
            i = np.repeat(np.arange(len(queries)) + start, np.diff(limits.astype(np.int64)))
            yield _checked(rows, i, names.astype(np.int64), threshold)

    return _once(joined(found()))


def _checked(rows: Vectors, i: NDArray[np.int64], j: NDArray[np.int64], threshold: float) -> Pairs:
    other = i != j
    i, j = np.minimum(i, j)[other], np.maximum(i, j)[other]
    cosine = np.concatenate(
        [np.empty(0), *(cosines(rows[i[s : s + 8192]], rows[j[s : s + 8192]]) for s in range(0, len(i), 8192))]
    )
    true = cosine >= threshold - TIE
    return Pairs(
        i[true].astype(np.int32),
        j[true].astype(np.int32),
        np.minimum(cosine[true], 1.0).astype(np.float32),
        exact=False,
    )


def _once(pairs: Pairs) -> Pairs:
    """Most pairs are found from both of their ends."""
    arranged = pairs.arranged()
    first = np.ones(len(arranged), bool)
    first[1:] = (np.diff(arranged.i) != 0) | (np.diff(arranged.j) != 0)
    return Pairs(arranged.i[first], arranged.j[first], arranged.similarity[first], exact=False)
