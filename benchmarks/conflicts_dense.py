"""The same in one n x n matrix, as scripts do it: `python -m benchmarks.conflicts_dense VECTORS LOW OUTPUT`.

OUTPUT (.npz) gets the histogram of the upper triangle in bands of 0.1 and the pairs from LOW on.
"""

from __future__ import annotations

import sys

import numpy as np


def main(vectors: str, low: str, output: str) -> None:
    rows = np.load(vectors)
    cosines = rows @ rows.T
    upper = cosines[np.triu_indices(len(rows), 1)]
    counts, edges = np.histogram(upper, bins=np.linspace(-1, 1, 21))
    del upper
    i, j = np.nonzero(np.triu(cosines >= np.float32(low), 1))
    np.savez(output, counts=counts, edges=edges, i=i, j=j, cosine=cosines[i, j])


if __name__ == "__main__":
    main(*sys.argv[1:])
