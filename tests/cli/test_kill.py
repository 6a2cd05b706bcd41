"""`kill -9` at random moments: the promise of the journal, kept by the whole command."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from benchmarks.sets import write_items
from tests.cli.serving import acknowledged, answered, environment, server

from axiometer.measure.reading import open_run
from axiometer.runtime.journal import GROUP_SIZE

ROOT = Path(__file__).parents[2]


def command(items: Path, run: Path, in_flight: int) -> list[str]:
    return [
        *(sys.executable, "-m", "axiometer.cli.main", "measure", str(items), "-m", "openai-api/fake/m"),
        *("-o", str(run), "--concurrency", str(in_flight)),
    ]


def check_killed_and_resumed(folder: Path, presentations: int, in_flight: int, kills: int, seed: int) -> None:
    items = write_items(folder / "items", presentations // 2)
    draw = random.Random(seed)
    with server(0.05) as url:
        started = time.monotonic()
        subprocess.run(command(items, folder / "a" / "whole", in_flight), env=environment(url), check=True)
        whole = time.monotonic() - started
    run = folder / "b" / "killed"
    with server(0.05) as url:
        before: dict[str, int] = {}
        safe: set[str] = set()
        for _ in range(kills):
            with subprocess.Popen(command(items, run, in_flight), env=environment(url)) as process:
                time.sleep(draw.uniform(0.3, 1.0) * whole / kills)
                os.kill(process.pid, signal.SIGKILL)
            assert process.returncode == -signal.SIGKILL, "it ended before it was killed"
            now = answered(url)
            again = {digest for digest in safe if now[digest] > before[digest]}
            assert again == set(), "an acknowledged request was asked again"
            safe, before = acknowledged(run), now
        subprocess.run(command(items, run, in_flight), env=environment(url), check=True)
        end = answered(url)
        assert {digest for digest in safe if end[digest] > before[digest]} == set()
        assert len(end) == presentations
        lost = sum(end.values()) - presentations
        assert lost <= kills * (in_flight + GROUP_SIZE), "more was lost than was in flight or on its way to the disk"
    one, other = folder / "a" / "whole" / "answers", run / "answers"
    assert [path.name for path in sorted(one.iterdir())] == [path.name for path in sorted(other.iterdir())]
    assert all(path.read_bytes() == (other / path.name).read_bytes() for path in one.iterdir())
    assert open_run(run).missing == 0


def test_killed_three_times_and_resumed_asks_nothing_acknowledged_again(tmp_path: Path) -> None:
    check_killed_and_resumed(tmp_path, presentations=6_000, in_flight=100, kills=3, seed=1)


@pytest.mark.slow
def test_twenty_thousand_presentations_killed_three_times(tmp_path: Path) -> None:
    check_killed_and_resumed(tmp_path, presentations=20_000, in_flight=200, kills=3, seed=2)
