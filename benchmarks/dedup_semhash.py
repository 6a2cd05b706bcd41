"""Near-duplicates by semhash, through its public API: `python benchmarks/dedup_semhash.py VECTORS THRESHOLD OUTPUT`.

It is given the vectors (`from_embeddings`), with the row's number as its text; its index and search are its defaults.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from semhash import SemHash


class Rows:
    """semhash's Encoder protocol: the vector of a row's number."""

    def __init__(self, rows: np.ndarray) -> None:
        self._rows = rows

    def encode(self, inputs: Sequence[str], **_: object) -> np.ndarray:
        return self._rows[[int(text) for text in inputs]]


def main(vectors: str, threshold: str, output: str) -> None:
    rows = np.load(vectors)
    texts = [str(number) for number in range(len(rows))]
    found = SemHash.from_embeddings(rows, texts, Rows(rows)).self_deduplicate(threshold=float(threshold))
    kept = np.zeros(len(rows), bool)
    kept[[int(text) for text in found.selected]] = True
    np.save(output, kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
