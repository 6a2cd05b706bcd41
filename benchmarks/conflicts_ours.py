"""Candidates of conflicts by blocks: `python -m benchmarks.conflicts_ours VECTORS PER_RULE OUTPUT`.

OUTPUT (.npz) gets the counts of all bands (`counts`, from `edges` on) and the drawn pairs (`i`, `j`, `band`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from axiometer.build.conflicts.candidates import find_candidates
from axiometer.build.conflicts.options import ConflictOptions
from axiometer.build.conflicts.rules import Blocking
from axiometer.runtime.runners.local import LocalRunner
from axiometer.similarity.drawing import names_of
from axiometer.similarity.vectors import open_vectors


def main(vectors: str, per_rule: str, output: str) -> None:
    rows = open_vectors(vectors)
    options = ConflictOptions.of(per_rule=int(per_rule), budget=None)
    polarity = (np.arange(len(rows)) % 2).astype(np.int8)
    blocking = Blocking(names_of([f"rule {n}" for n in range(len(rows))]), polarity, (), (), (), ())
    with LocalRunner() as runner:
        drawn, found = find_candidates(rows, blocking, options, Path(vectors).parent, map_tasks=runner.map)
    counts = np.array([band.pairs for band in found.bands])
    edges = np.array([band.low for band in found.bands])
    alike = found.near_duplicates
    probability = np.empty(0) if drawn.probability is None else drawn.probability
    np.savez(output, counts=counts, edges=edges, i=drawn.i, j=drawn.j, band=drawn.band, alike=alike, p=probability)


if __name__ == "__main__":
    main(*sys.argv[1:])
