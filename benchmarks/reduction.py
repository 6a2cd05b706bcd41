"""Reduction of conflicts at 100,000 planted statements, beside judging all pairs at a size where that still ends."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.processes import Taken, run
from benchmarks.reduction_planted import COPIED, EDITED, NATIONS, SWAYED, TURNED, WRONG

SIZES, FEW = (10_000, 30_000, 100_000), (1_000, 3_000, 10_000)
COMPARED, FEW_COMPARED = 5_000, 1_000


def reduction(small: bool = False) -> None:
    print(
        f"\n# reduction of conflicts: {NATIONS} nations, {COPIED + EDITED:.0%} copies, stances mistaken {TURNED:.0%}, "
        f"pairs judged wrongly {WRONG:.0%}, in one order {SWAYED:.0%}\n"
    )
    print(
        f"{'statements':>10} {'way':>10} {'pairs':>9} {'seconds':>8} {'CPU':>7} {'search':>7} {'reduce':>7} "
        f"{'peak MiB':>9} {'found':>7} {'mixed':>6} {'lost':>6} {'before':>8} {'after':>6}"
    )
    with TemporaryDirectory() as folder:
        few = FEW_COMPARED if small else COMPARED
        ours, taken = _once(few, "candidates", Path(folder))
        every, most = _once(few, "all", Path(folder))
        found = [(n, *_once(n, "candidates", Path(folder))) for n in (FEW if small else SIZES)]
    print(f"\nat {few}: all pairs / candidates: pairs {every['pairs'] / ours['pairs']:.0f}", end=", ")
    print(f"CPU of reducing {every['steps']['reduce'] / ours['steps']['reduce']:.0f}", end=", ")
    print(f"memory {most.memory / taken.memory:.1f}")
    print("CPU, search and reduce in seconds of CPU; a judge, asked twice about each pair, is no part of them\n")
    for (n, one, before), (more, other, after) in pairwise(found):
        times = other["pairs"] / one["pairs"]
        print(
            f"{n} to {more}: pairs x {times:.2f}, reduce x {other['steps']['reduce'] / one['steps']['reduce']:.2f}, "
            f"search x {other['steps']['search'] / one['steps']['search']:.2f}, "
            f"all CPU x {after.cpu / before.cpu:.2f}, memory x {after.memory / before.memory:.2f}"
        )


def _once(count: int, way: str, folder: Path) -> tuple[dict[str, Any], Taken]:
    output = folder / f"{count}-{way}.json"
    taken = run([sys.executable, "-m", "benchmarks.reduction_once", str(count), way, str(output)])
    said: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    summary, steps = said["summary"], said["steps"]
    print(
        f"{count:>10} {way:>10} {said['pairs']:>9} {taken.wall:>8.1f} {taken.cpu:>7.1f} "
        f"{steps['search']:>7.1f} {steps['reduce']:>7.1f} {taken.memory:>9.0f} "
        f"{said['conflicts']:>7.3f} {said['mixed']:>6.3f} {said['lost']:>6.4f} "
        f"{summary['within_before']:>8} {summary['within_after']:>6}",
        flush=True,
    )
    return said, taken
