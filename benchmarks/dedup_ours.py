"""Near-duplicates by the exact kernel: `python -m benchmarks.dedup_ours VECTORS THRESHOLD OUTPUT blocks|one-go`.

`blocks` is what `build corpus` and `build dedup` do: resumable blocks on workers, then the best kept. `one-go` is the
kernel in this process, which compares nothing with what went. OUTPUT gets a mask of what stays.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from axiometer.runtime.runners import open_runner
from axiometer.similarity.duplicates import keep_best
from axiometer.similarity.greedy import deduplicated
from axiometer.similarity.kernel import pairs_above_on
from axiometer.similarity.vectors import open_vectors


def main(vectors: str, threshold: str, output: str, way: str) -> None:
    rows = open_vectors(vectors)
    order = np.arange(len(rows))
    if way == "one-go":
        kept = deduplicated(rows, float(threshold), order)
    else:
        with open_runner("local") as runner, TemporaryDirectory() as folder:
            pairs = pairs_above_on(runner.map, rows, float(threshold), Path(folder))
        kept = keep_best(len(rows), pairs, order)
    np.save(output, kept.kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
