"""Texts with people's labels, and what classifiers say of them: what an evaluation is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Gold:
    """The texts. targets: (texts, values), 1 where people say that the text expresses the value; rows: of the file;
    clusters: a number per text, equal for texts that are no independent draws (near-copies, texts of one source)."""

    texts: tuple[str, ...]
    values: tuple[str, ...]
    targets: NDArray[np.int8]
    rows: tuple[int, ...]
    clusters: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def support(self) -> NDArray[np.int64]:
        """Texts that express each value."""
        return np.asarray((self.targets == 1).sum(axis=0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Judged:
    """One classifier on these texts. probabilities: (texts, values), columns as in `Gold`; thresholds: in that order;
    seen: texts that it was fitted on or chosen by (None: nobody knows); about: what its card says, JSON values."""

    name: str
    probabilities: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    seen: NDArray[np.bool_] | None
    about: Mapping[str, object]

    @property
    def expressed(self) -> NDArray[np.bool_]:
        """(texts, values): where the probability reaches the value's threshold."""
        return np.asarray(self.probabilities >= self.thresholds, dtype=np.bool_)


def cluster_numbers(units: Sequence[str], groups: Sequence[str] | None) -> NDArray[np.int64]:
    """One number per text, equal where texts are near-copies of each other (`Labelled.units` are equal) or share a
    group, by one step or several."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n, links = len(units), list[tuple[int, int]]()
    for names in (units, *([groups] if groups is not None else [])):
        first: dict[str, int] = {}
        links += [(place, first.setdefault(name, place)) for place, name in enumerate(names)]
    if n == 0:
        return np.zeros(0, np.int64)
    one, other = np.array(links).T
    graph = coo_matrix((np.ones(len(links), np.int8), (one, other)), shape=(n, n))
    _, found = connected_components(graph, directed=False)
    return np.asarray(found, dtype=np.int64)
