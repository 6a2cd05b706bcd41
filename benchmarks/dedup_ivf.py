"""Near-duplicates as published scripts find them: an inverted file of FAISS, the five nearest of each vector.

`python benchmarks/dedup_ivf.py VECTORS THRESHOLD OUTPUT NPROBE`. sqrt(n) cells, trained on FAISS's own sample. A vector
goes when one of its five nearest (itself among them) reaches the threshold and comes before it.
"""

from __future__ import annotations

import sys

import faiss
import numpy as np

K = 5
BATCH = 1_024


def main(vectors: str, threshold: str, output: str, nprobe: str) -> None:
    rows = np.load(vectors)
    cells = int(np.sqrt(len(rows)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(rows.shape[1]), rows.shape[1], cells, faiss.METRIC_INNER_PRODUCT)
    index.train(rows)
    index.add(rows)
    index.nprobe = int(nprobe)
    kept = np.ones(len(rows), bool)
    for start in range(0, len(rows), BATCH):
        cosines, names = index.search(rows[start : start + BATCH], K)
        own = np.arange(start, start + len(names))[:, None]
        kept[start : start + len(names)] = ~np.any((names < own) & (names >= 0) & (cosines >= float(threshold)), axis=1)
    np.save(output, kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
