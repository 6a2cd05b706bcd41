"""One reduction of planted statements: `python -m benchmarks.reduction_once N candidates|all OUTPUT`.

`all` judges every pair of statements of a nation instead of candidates. OUTPUT (JSON) says what each part took in
seconds of CPU, of all processes: those of the clock depend on what else runs.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from axiometer.build.statements.reduction.candidates import candidates
from axiometer.build.statements.reduction.edges import UNDECIDED, Edges, combined
from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.reduction.pipeline import said_by_stances
from axiometer.build.statements.reduction.reducing import reduced
from axiometer.build.statements.reduction.wordings import Wording, wordings_of
from axiometer.runtime.runners.local import LocalRunner
from benchmarks.reduction_planted import Embedded, judge, plant, recovered

ALL = "all"


def main(count: str, way: str, output: str) -> None:
    clock = [_seconds()]
    planted = plant(int(count))
    embed = Embedded(int(planted.issue.max()) + 1)
    clock.append(_seconds())
    options = ReductionOptions.of()
    wordings = wordings_of([planted.frame], planted.copies)
    with LocalRunner() as runner, TemporaryDirectory() as folder:
        wordings, i, j, similarity = candidates(wordings, embed, options, runner.map, Path(folder))
    if way == ALL:
        i, j = every_pair(wordings)
        similarity = np.zeros(len(i), np.float32)
    clock.append(_seconds())
    ab, ba = judge(planted, wordings, i, j)
    said = said_by_stances(wordings, i, j, options.same_question, embed)
    sign, weight, doubtful = combined(ab, ba, said)
    edges = Edges(i, j, sign, weight, doubtful, similarity, np.arange(len(i))).where(sign != UNDECIDED)
    clock.append(_seconds())
    reduction = reduced(wordings, edges, options)
    clock.append(_seconds())
    steps = dict(zip(("plant", "search", "judge", "reduce"), np.diff(clock).tolist(), strict=True))
    found = {"pairs": len(i), "steps": steps, **asdict(recovered(planted, wordings, reduction))}
    Path(output).write_text(json.dumps({**found, "summary": asdict(reduction.summary)}), encoding="utf-8")


def _seconds() -> float:
    return sum(os.times()[:4])


def every_pair(wordings: Sequence[Wording]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs within a nation."""
    nations = np.array([wording.nation for wording in wordings])
    found = []
    for nation in np.unique(nations):
        members = np.flatnonzero(nations == nation)
        i, j = np.triu_indices(len(members), 1)
        found.append((members[i], members[j]))
    return np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found])


if __name__ == "__main__":
    main(*sys.argv[1:])
