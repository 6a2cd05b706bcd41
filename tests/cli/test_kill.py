"""`kill -9` at random moments: the promise of the journal, kept by the whole command."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from benchmarks.sets import write_items

from axiometer.measure.reading import open_run
from axiometer.runtime.journal import GROUP_SIZE, read_entries

ROOT = Path(__file__).parents[2]


@contextmanager
def server(latency: float) -> Iterator[str]:
    command = [sys.executable, "-m", "axiometer.testing", "--port", "0", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def answered(url: str) -> dict[str, int]:
    """How often the server answered each distinct request in full."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/__counts__?each") as reply:
        return {digest: answers for digest, (_, answers) in json.load(reply)["each"].items()}


def acknowledged(run: Path) -> set[str]:
    """The server's digests of the requests whose answers are in the journal."""
    return {json.loads(entry.raw)["id"].removeprefix("chatcmpl-") for entry in read_entries(run / "journal")}


def command(items: Path, run: Path, in_flight: int) -> list[str]:
    return [
        *(sys.executable, "-m", "axiometer.cli.main", "measure", str(items), "-m", "openai-api/fake/m"),
        *("-o", str(run), "--concurrency", str(in_flight)),
    ]


def environment(url: str) -> dict[str, str]:
    return {**os.environ, "FAKE_BASE_URL": url, "FAKE_API_KEY": "none", "AXIOMETER_LANG": "en"}


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
