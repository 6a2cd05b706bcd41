"""Near-duplicates as published scripts find them: an inverted file of FAISS, the five nearest of each vector.

`python benchmarks/dedup_ivf.py VECTORS THRESHOLD OUTPUT CELLS NPROBE`. Goes through the vectors; of one that has not
gone, those among its five nearest that are above the threshold go.
"""

from __future__ import annotations

import sys

import faiss
import numpy as np

K = 5
BATCH = 512


def main(vectors: str, threshold: str, output: str, cells: str, nprobe: str) -> None:
    rows = np.load(vectors)
    columns = rows.shape[1]
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(columns), columns, int(cells), faiss.METRIC_INNER_PRODUCT)
    index.train(rows)
    index.add(rows)
    index.nprobe = int(nprobe)
    kept = np.ones(len(rows), bool)
    for start in range(0, len(rows), BATCH):
        cosines, names = index.search(rows[start : start + BATCH], K)
        above = (cosines >= float(threshold)) & (names >= 0)
        for place in np.flatnonzero(above.sum(axis=1) > 1).tolist():
            own = start + place
            if kept[own]:
                near = names[place][above[place]]
                kept[near[near != own]] = False
    np.save(output, kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
