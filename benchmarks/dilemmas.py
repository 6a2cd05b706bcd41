"""400,000 dilemmas and a simulated respondent through `measure`, `analyze` and `report`; what 17 respondents would
take; and `build dilemmas` at two sizes.

`python -m benchmarks dilemmas` runs it whole; `python -m benchmarks.dilemmas 100000` with another number of dilemmas.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from axiometer.frameworks import load_framework
from axiometer.models.draws import uniform
from benchmarks.dilemma_items import FRAMEWORK, write_dilemmas, write_pairs
from benchmarks.processes import Taken, run, size_of

DILEMMAS, FEW = 400_000, 4_000
QUARTER, FORTIETH = 4, 40  # one in so many dilemmas is put to two respondents, and to all 17
RESPONDENTS = 17
BUILT, BUILT_FEW = (12_500, 50_000), (1_000, 2_000)
STEPS = ("measure", "analyze", "report")


@dataclass(frozen=True, slots=True)
class Run:
    """What the steps of a run took, and what lies on disk in the end, in MiB, by folder."""

    taken: Mapping[str, Taken]
    disk: Mapping[str, float]


def dilemmas(small: bool = False, count: int | None = None) -> None:
    """Prints what each step took, the projection, and what building items took."""
    count = count or (FEW if small else DILEMMAS)
    print(f"\n# {count} dilemmas in two orders, 50,000 rules of 50 values, simulated respondents; {_load()}\n")
    print(f"{'dilemmas':>8} {'respondents':>11} {'step':>8} {'seconds':>8} {'CPU s':>7} {'peak MiB':>9}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        names = write_respondents(folder)
        one = _measured(folder, count, names[:1])
        quarter = [_measured(folder, count // QUARTER, names[:n]) for n in (1, 2)]
        few = [_measured(folder, count // FORTIETH, names[:n]) for n in (1, RESPONDENTS)]
        _project(one, quarter, few)
        _built(folder, BUILT_FEW if small else BUILT, count)


def write_respondents(folder: Path) -> list[str]:
    """17 simulated respondents, each with strengths of the 12 core values of its own, a pull to the first place, and
    some answers that are no choice."""
    values = [value.id for value in load_framework(FRAMEWORK).values_at("core")]
    names = []
    for number in range(RESPONDENTS):
        profile = {
            "name": f"respondent-{number + 1:02d}",
            "framework": FRAMEWORK,
            "values": {value: round(2 * uniform("strength", number, value) - 1, 2) for value in values},
            "slot_bias": [0.3, 0.0, 0.0],
            "refusals": {"default": 0.02},
            "invalid": 0.01,
            "effects": {"item": 0.4, "rule": 0.4},
            "seed": number,
        }
        file = folder / f"{profile['name']}.yaml"
        file.write_text(yaml.safe_dump(profile, sort_keys=False), encoding="utf-8")
        names.append(f"sim/{file}")
    return names


def _measured(folder: Path, count: int, respondents: Sequence[str]) -> Run:
    """A run in a workspace of its own: journals of runs beside it would answer."""
    items = folder / f"items-{count}"
    if not items.exists():
        write_dilemmas(items, count)
    output = folder / f"{count}-{len(respondents)}" / "run"
    asked = [word for name in respondents for word in ("-m", name)]
    commands = {"measure": [str(items), *asked, "-o", str(output)], "analyze": [str(output)], "report": [str(output)]}
    taken = {}
    for step in STEPS:
        taken[step] = run([sys.executable, "-m", "axiometer.cli.main", step, *commands[step]])
        figures = f"{taken[step].wall:>8.1f} {taken[step].cpu:>7.0f} {taken[step].memory:>9.0f}"
        print(f"{count:>8} {len(respondents):>11} {step:>8} {figures}", flush=True)
    disk = {path.name: size_of(path) for path in sorted(output.iterdir())}
    said = ", ".join(f"{name} {size:.1f}" for name, size in disk.items() if size >= 0.05)
    print(f"on disk, MiB: {said}; together {sum(disk.values()):.0f}\n", flush=True)
    return Run(taken, disk)


def grown(whole: float, one: float, more: float, respondents: int, times: float) -> float:
    """What 17 respondents would take of something that one takes `whole` of, where with so many `respondents` it grew
    from `one` to `more`: as much for each, `times` as much as was seen."""
    return whole + (more - one) / (respondents - 1) * (RESPONDENTS - 1) * times


def _project(one: Run, quarter: Sequence[Run], few: Sequence[Run]) -> None:
    """Answers grow with the items, comparisons of respondents and figures hardly do, so both are shown."""
    print(f"{RESPONDENTS} respondents, projected: what one takes and what the others would add,")
    print(f"(a) 4 times what the second added at a quarter, (b) what {RESPONDENTS} added at a fortieth, as it is;")
    print("the truth is at least the larger, at most about the sum of what both add")
    print(f"{'':>20} {'one':>9} {'17, by a':>9} {'17, by b':>9}")
    for step in STEPS:
        for what, of in (("CPU s", _processor), ("peak MiB", _memory)):
            found = [[of(each.taken[step]) for each in runs] for runs in (quarter, few)]
            _show(f"{step}, {what}", of(one.taken[step]), *found)
    for name in sorted(one.disk, key=lambda name: -one.disk[name]):
        if one.disk[name] >= 0.5:
            sizes = [[each.disk[name] for each in runs] for runs in (quarter, few)]
            _show(f"{name}, MiB on disk", one.disk[name], *sizes)
    print(flush=True)


def _processor(taken: Taken) -> float:
    return taken.cpu


def _memory(taken: Taken) -> float:
    return taken.memory


def _show(name: str, one: float, quarter: Sequence[float], few: Sequence[float]) -> None:
    by_two = grown(one, *quarter, respondents=2, times=QUARTER)
    by_all = grown(one, *few, respondents=RESPONDENTS, times=1)
    print(f"{name:>20} {one:>9.1f} {by_two:>9.0f} {by_all:>9.0f}")


def _built(folder: Path, sizes: Sequence[int], count: int) -> None:
    """The whole verb with its model calls (sim/rulewriter), and where its memory would be at `count`."""
    print(f"{'pairs':>8} {'step':>15} {'seconds':>8} {'CPU s':>7} {'peak MiB':>9} {'MiB on disk':>12}")
    peaks = []
    for size in sizes:
        output = folder / f"built-{size}"
        pairs = write_pairs(output.with_suffix(".parquet"), size)
        command = [sys.executable, "-m", "axiometer.cli.main", "build", "dilemmas", str(pairs), "-m", "sim/rulewriter"]
        taken = run([*command, "-o", str(output)], {"AXIOMETER_CACHE": str(folder / "cache")})
        peaks.append(taken.memory)
        figures = f"{taken.wall:>8.1f} {taken.cpu:>7.0f} {taken.memory:>9.0f} {size_of(output):>12.0f}"
        print(f"{size:>8} {'build dilemmas':>15} {figures}", flush=True)
    each = (peaks[-1] - peaks[0]) / (sizes[-1] - sizes[0])
    then = peaks[-1] + each * (count - sizes[-1])
    print(f"{each * 1024:.1f} KiB more a pair: {then:.0f} MiB at {count}; {_load()}", flush=True)


def _load() -> str:
    """Numbers that were taken beside other work are to be known as such."""
    return f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


if __name__ == "__main__":
    dilemmas(count=int(sys.argv[1]))
