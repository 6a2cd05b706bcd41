"""Ctrl-C, SIGTERM, two processes at once, a killed start, a bar on a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import polars as pl
import pytest

from axiometer.testing import Behaviour, FakeServer

from .conftest import Axiometer, command, run_in, to

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


def words(finished: Path, run: str, *more: object) -> list[object]:
    return ["measure", finished / "items.parquet", "-m", "openai-api/fake/m", "-o", run, "--concurrency", 4, *more]


def wait_until(happened: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_what_is_in_flight_and_the_same_command_goes_on(
    surroundings: dict[str, str], finished: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with FakeServer(Behaviour(latency=0.4)) as server:
        env = {**surroundings, **to(server)}
        asked = words(finished, "run", "--json")
        with subprocess.Popen(command(*asked), env=env, cwd=tmp_path, stdout=-1, stderr=-1, text=True) as process:
            wait_until(lambda: server.counts.attempts >= 4)
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
        assert process.returncode == 3 and out == ""
        assert err.splitlines() == [
            "stopping: 4 calls are in flight and waited for; once more leaves at once",
            "axiometer: stopped; what was in flight is kept; the same command goes on from here",
        ]
        server.behaviour = Behaviour()
        said = run_in(tmp_path, env, *asked)
        summary = json.loads(said.out)
        assert said.code == 0
        assert (summary["presentations"], summary["from_journal"], summary["calls"]) == (24, 4, 20)
        assert server.repeated() == {}


def test_a_second_ctrl_c_leaves_at_once(surroundings: dict[str, str], finished: Path, tmp_path: Path) -> None:
    with FakeServer(Behaviour(latency=20.0)) as server:
        env = {**surroundings, **to(server)}
        with subprocess.Popen(
            command(*words(finished, "run")), env=env, cwd=tmp_path, stdout=-1, stderr=-1, text=True
        ) as process:
            wait_until(lambda: server.counts.attempts >= 4)
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            started = time.monotonic()
            _, err = process.communicate(timeout=30)
        assert time.monotonic() - started < 8
        assert process.returncode == 3
        assert err.splitlines()[-1].startswith("axiometer: stopped at once; ")


def test_a_second_process_in_the_same_run_is_refused(
    surroundings: dict[str, str], finished: Path, tmp_path: Path
) -> None:
    with FakeServer(Behaviour(latency=1.0)) as server:
        env = {**surroundings, **to(server)}
        with subprocess.Popen(
            command(*words(finished, "run")), env=env, cwd=tmp_path, stdout=-1, stderr=-1, text=True
        ) as process:
            wait_until(lambda: server.counts.attempts >= 1)
            line = run_in(tmp_path, env, *words(finished, "run")).line
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        assert line == "run: another process is working here (wait for it, or give another -o)"


def test_a_start_that_was_killed_before_its_run_yaml_is_taken_up(
    inside: Axiometer, finished: Path, tmp_path: Path
) -> None:
    asked = ("measure", finished / "items.parquet", "-m", "sim/balanced", "-o", "run")
    assert inside(*asked).code == 0
    (tmp_path / "run" / "run.yaml").rename(tmp_path / "away.yaml")
    assert "exists and is not a run" in inside(*asked).line  # answers are there: not a mere beginning
    for name in ("answers", "journal"):
        (tmp_path / "run" / name).rename(tmp_path / name)
    (tmp_path / "run" / "items" / "000000.parquet").write_bytes(b"half")
    assert inside(*asked).code == 0
    assert pl.read_parquet(tmp_path / "run" / "answers").equals(pl.read_parquet(tmp_path / "answers"))


def on_a_terminal(tmp_path: Path, env: dict[str, str], *asked: object) -> tuple[int, str]:
    import pty

    pid, handle = pty.fork()
    if pid == 0:  # the child of a fork: only exec is safe
        os.chdir(tmp_path)
        os.execve(command()[0], command(*asked), {**env, "COLUMNS": "100", "LINES": "30", "TERM": "xterm"})
    seen = b""
    while True:
        try:
            part = os.read(handle, 65_536)
        except OSError:
            break
        if not part:
            break
        seen += part
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode("utf-8", "replace")


def test_a_terminal_shows_a_bar_and_a_file_gets_plain_lines(
    surroundings: dict[str, str], finished: Path, tmp_path: Path
) -> None:
    asked = ("measure", finished / "items.parquet", "-m", "sim/balanced", "-m", "sim/first-slot", "-o")
    code, seen = on_a_terminal(tmp_path, surroundings, *asked, "a")
    assert code == 0, seen
    assert "━" in seen and "24/24" in seen and "chosen" in seen and "Traceback" not in seen
    said = run_in(tmp_path, surroundings, *asked, "b")
    lines = said.err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["sim/balanced", "sim/first-slot"]
    assert all("24/24" in line and "\x1b" not in line for line in lines)
    assert "\x1b" not in said.out
