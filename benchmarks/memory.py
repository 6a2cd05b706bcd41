"""Peak memory of `axiometer measure` at 400,000 presentations against 4,000, with a simulated respondent."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import run, size_of
from benchmarks.sets import write_items

SMALL, LARGE = 4_000, 400_000


def memory() -> None:
    print("\n# memory of measure, simulated respondent\n")
    print(f"{'presentations':>14} {'seconds':>8} {'per second':>11} {'peak MiB':>9} {'run on disk, MiB':>17}")
    peaks = []
    with TemporaryDirectory() as name:
        for count in (SMALL, LARGE):
            items = write_items(Path(name) / f"items-{count}", count // 2)
            output = Path(name) / f"run-{count}"
            taken = run(
                [
                    sys.executable,
                    "-m",
                    "axiometer.cli.main",
                    "measure",
                    str(items),
                    "-m",
                    "sim/balanced",
                    "-o",
                    str(output),
                ]
            )
            size = size_of(output)
            peaks.append(taken.memory)
            print(
                f"{count:>14} {taken.wall:>8.1f} {count / taken.wall:>11.0f} {taken.memory:>9.0f} {size:>17.0f}",
                flush=True,
            )
    print(f"\nmemory at {LARGE} / memory at {SMALL}: {peaks[1] / peaks[0]:.2f}")
