"""Tasks in processes of this machine: order, bounds, errors, deaths, and what is left behind."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from tests.runtime.runners import tasks

from axiometer.errors import AxiometerError, InputError, Stopped
from axiometer.models.protocols import RateLimited
from axiometer.runtime.runners import open_runner
from axiometer.runtime.runners.cores import cores
from axiometer.runtime.runners.local import AHEAD, LocalRunner

ROOT = Path(__file__).resolve().parents[3]
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture(scope="module")
def runner() -> Iterator[LocalRunner]:
    with LocalRunner(2) as opened:
        yield opened


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def until(happened: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_results_come_in_the_order_of_the_tasks(runner: LocalRunner) -> None:
    assert list(runner.map(tasks.slow_when_even, range(12))) == list(range(12))


def test_the_runner_is_opened_by_name() -> None:
    with open_runner("local", processes=1) as opened:
        assert opened.name == "local" and list(opened.map(tasks.square, [3])) == [9]


@pytest.mark.parametrize("processes", [0, -1])
def test_less_than_one_process_is_a_mistake(processes: int) -> None:
    with pytest.raises(InputError, match="whole number from 1 on"):
        open_runner("local", processes=processes)


def test_an_unknown_runner_is_a_mistake() -> None:
    with pytest.raises(InputError, match="one of local, ray"):
        open_runner("spark")


def test_no_task_means_no_process_and_no_result() -> None:
    before = children()
    with LocalRunner(2) as opened:
        assert list(opened.map(tasks.square, [])) == []
        assert children() == before


def test_tasks_run_elsewhere_and_on_all_processes(runner: LocalRunner) -> None:
    found = set(runner.map(tasks.process_id, range(8)))
    assert len(found) == 2 and os.getpid() not in found


def test_one_process_is_another_one_too() -> None:
    with LocalRunner(1) as opened:
        (found,) = opened.map(tasks.process_id, [0])
    assert found != os.getpid()


def test_of_endless_tasks_only_a_few_are_taken(runner: LocalRunner) -> None:
    taken = []

    def endless() -> Iterator[int]:
        for number in itertools.count():
            taken.append(number)
            yield number

    results = runner.map(tasks.square, endless())
    assert taken == []
    for expected in range(20):
        assert next(results) == expected**2
        assert len(taken) <= expected + AHEAD * 2
    results.close()  # type: ignore[attr-defined]
    assert len(taken) <= 20 + AHEAD * 2


def test_maps_run_beside_and_within_one_another(runner: LocalRunner) -> None:
    outer = runner.map(tasks.square, range(4))
    together = [(one, list(runner.map(tasks.square, range(one)))) for one in outer]
    assert together == [(n * n, [m * m for m in range(n * n)]) for n in range(4)]
    found: dict[int, list[int]] = {}

    def map_here(start: int) -> None:
        found[start] = list(runner.map(tasks.square, range(start, start + 20)))

    threads = [threading.Thread(target=map_here, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {start: [n * n for n in range(start, start + 20)] for start in (0, 100, 200)}


def test_large_tasks_and_results_pass(runner: LocalRunner) -> None:
    one, two = runner.map(tasks.large, [40, 25])
    assert one.nbytes == 40 * 2**20 and (two == 25.0).all()
    assert list(runner.map(tasks.total, [np.ones(5_000_000), np.zeros(3)])) == [5_000_000.0, 0.0]


def test_an_error_comes_as_itself_after_the_results_before_it(runner: LocalRunner) -> None:
    results = runner.map(tasks.input_error, range(10))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(InputError) as raised:
        next(results)
    assert str(raised.value) == "a.csv, line 3, column 'b': no text {braces} (give text {braces})"
    with pytest.raises(RateLimited) as limited:
        list(runner.map(tasks.rate_limited, [1]))
    assert limited.value.retry_after == 2.5


@pytest.mark.parametrize(
    ("function", "kind", "line"),
    [
        (
            tasks.division,
            AxiometerError,
            "please report it: ZeroDivisionError: division by zero",
        ),
        (tasks.missing_file, InputError, "/nowhere/at all: no such file or folder"),
        (tasks.exhausted, Stopped, "a task ran out of memory"),
        (tasks.leaving, AxiometerError, "SystemExit: 7"),
        (tasks.not_to_be_sent, AxiometerError, "please report it"),
        (tasks.stubborn, Stopped, "this and that"),
    ],
)
def test_whatever_a_task_raises_is_one_line_and_the_worker_lives_on(
    runner: LocalRunner, function: object, kind: type[AxiometerError], line: str
) -> None:
    before = children()
    with pytest.raises(kind) as raised:
        list(runner.map(function, [1]))  # type: ignore[arg-type]
    assert line in str(raised.value) and "\n" not in str(raised.value)
    assert children() == before


@POSIX
@pytest.mark.parametrize(("function", "why"), [(tasks.killed, "SIGKILL"), (tasks.exiting, "exit code 9")])
def test_a_worker_that_dies_is_told_and_replaced(runner: LocalRunner, function: object, why: str) -> None:
    started = time.monotonic()
    with pytest.raises(Stopped, match=rf"a worker process died \({why}\)"):
        list(runner.map(function, range(1, 5)))  # type: ignore[arg-type]
    assert time.monotonic() - started < 10
    assert list(runner.map(tasks.square, range(10))) == [n * n for n in range(10)]
    # The new worker needs a moment to start: the other one may have done the first tasks alone.
    assert any(len(set(runner.map(tasks.process_id, range(8)))) == 2 for _ in range(20))


def test_workers_know_nothing_of_the_command_line_nor_of_this_test(runner: LocalRunner) -> None:
    (found,) = runner.map(tasks.modules, [0])
    assert "tests.runtime.runners.tasks" in found
    assert not [name for name in found if name.startswith(("axiometer.cli", "typer", "pytest"))]


def test_the_cores_are_shared_among_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"):
        monkeypatch.delenv(name, raising=False)
    with LocalRunner(1) as alone, LocalRunner(2 * cores()) as many:
        (one,) = alone.map(tasks.surroundings, [0])
        (two,) = many.map(tasks.surroundings, [0])
    assert one[1] == cores() and set(one[2]) == {cores()}
    assert two[1] == 1 and set(two[2]) == {1}
    monkeypatch.setenv("POLARS_MAX_THREADS", "3")
    with LocalRunner(2) as told:
        assert next(told.map(tasks.surroundings, [0]))[1] == 3


def test_what_tasks_print_is_no_result(capfd: pytest.CaptureFixture[str]) -> None:
    with LocalRunner(1) as opened:
        assert list(opened.map(tasks.speaking, [1, 2])) == [1, 2]
    said = capfd.readouterr()
    assert said.out == "" and "a library speaks" in said.err


def test_a_map_left_early_begins_nothing_more(tmp_path: Path) -> None:
    with LocalRunner(1) as opened:
        results = opened.map(tasks.sleep_and_mark, ((str(tmp_path), number, 0.2) for number in range(50)))
        assert next(results) == 0
        results.close()  # type: ignore[attr-defined]
        time.sleep(0.6)
        assert len(list(tmp_path.glob("begun-*"))) <= 2


def test_closing_lets_what_has_begun_end_and_leaves_no_process(tmp_path: Path) -> None:
    before = children()
    opened = LocalRunner(1)
    results = opened.map(tasks.sleep_and_mark, ((str(tmp_path), number, 0.3) for number in range(50)))
    next(results)
    opened.close()
    begun, ended = len(list(tmp_path.glob("begun-*"))), len(list(tmp_path.glob("ended-*")))
    assert begun == ended <= 3
    assert children() == before


DRIVER = """
import sys, time
from axiometer.runtime.runners import open_runner
from tests.runtime.runners import tasks
try:
    with open_runner("local", processes=2) as runner:
        for number in runner.map(tasks.sleep_and_mark, ((sys.argv[1], n, float(sys.argv[2])) for n in range(100))):
            pass
except KeyboardInterrupt:
    sys.exit(42)
"""


def driver(folder: Path, seconds: float, *, group: bool = False) -> subprocess.Popen[bytes]:
    """A program of its own that maps a hundred sleeps on two processes."""
    words = [sys.executable, "-c", DRIVER, str(folder), str(seconds)]
    return subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=group)


def workers(folder: Path) -> set[int]:
    return {int(mark.name.rsplit("-", 1)[1]) for mark in folder.glob("begun-*")}


@POSIX
def test_a_driver_killed_with_nine_leaves_no_worker(tmp_path: Path) -> None:
    with driver(tmp_path, 60) as process:
        until(lambda: len(workers(tmp_path)) == 2)
        found = [psutil.Process(number) for number in workers(tmp_path)]
        process.kill()
        assert psutil.wait_procs(found, timeout=10)[1] == []


@POSIX
def test_ctrl_c_of_a_terminal_begins_nothing_more_and_keeps_what_has_begun(tmp_path: Path) -> None:
    with driver(tmp_path, 1.0, group=True) as process:
        until(lambda: len(workers(tmp_path)) == 2)
        os.killpg(process.pid, signal.SIGINT)  # a terminal signals the whole group, workers too
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (42, b"")
    assert len(list(tmp_path.glob("begun-*"))) == len(list(tmp_path.glob("ended-*"))) <= 4


@POSIX
def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path) -> None:
    with driver(tmp_path, 60, group=True) as process:
        until(lambda: len(workers(tmp_path)) == 2)
        found = [psutil.Process(number) for number in workers(tmp_path)]
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.5)
        started = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
        assert time.monotonic() - started < 4
        assert psutil.wait_procs(found, timeout=5)[1] == []


SCRIPT = """
import sys
from axiometer.runtime.runners import open_runner
from tests.runtime.runners.tasks import square
print("begun")
with open_runner("local", processes=2) as runner:
    print(sum(runner.map(square, range(10))))
"""


@pytest.mark.parametrize("way", ["script", "module"])
def test_a_program_needs_no_guard_for_its_main_part(tmp_path: Path, way: str) -> None:
    (tmp_path / "program.py").write_text(SCRIPT, encoding="utf-8")
    words = [str(tmp_path / "program.py")] if way == "script" else ["-m", "program"]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    outcome = subprocess.run(
        [sys.executable, *words], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert outcome.stdout == "begun\n285\n"
