"""Near-duplicates by the exact kernel: `python -m benchmarks.dedup_ours VECTORS THRESHOLD OUTPUT`.

OUTPUT gets a mask of what stays.
"""

from __future__ import annotations

import sys

import numpy as np

from axiometer.similarity.greedy import deduplicated
from axiometer.similarity.vectors import open_vectors


def main(vectors: str, threshold: str, output: str) -> None:
    rows = open_vectors(vectors)
    np.save(output, deduplicated(rows, float(threshold), np.arange(len(rows))).kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
