"""Tasks on Ray: the same results as in own processes, on a cluster of this machine and on one that runs already."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tests.runtime.runners import tasks

from axiometer.errors import AxiometerError, InputError, Stopped
from axiometer.runtime.runners import Runner, cluster, open_runner
from axiometer.runtime.runners.local import LocalRunner
from axiometer.runtime.runners.ray import AHEAD

pytest.importorskip("ray", reason="Ray is not installed")
ROOT = Path(__file__).resolve().parents[3]
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with open_runner("ray", processes=2) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)


def until(happened: Callable[[], object], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_without_ray_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"needs Ray \(pip install 'axiometer\[ray\]'\)"):
        open_runner("ray")


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("ray://127.0.0.1:10001", "Ray's client is not used"),
        ("nonsense", "is no address of a Ray cluster"),
        ("host:port", "is no address of a Ray cluster"),
        ("host:0", "is no address of a Ray cluster"),
        ("no-such-host.invalid:6379", "no Ray cluster answers at no-such-host.invalid:6379"),
    ],
)
def test_an_address_that_cannot_be_is_told_in_one_line(address: str, line: str) -> None:
    with pytest.raises(InputError, match=line):
        open_runner("ray", address=address)


def test_a_closed_port_is_told_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(InputError, match="no Ray cluster answers at 127"):
        open_runner("ray", address=f"127.0.0.1:{free_port()}")
    assert time.monotonic() - started < 10


def test_a_server_of_another_kind_is_told_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWERS", 3.0)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(InputError, match="no answer"):
        open_runner("ray", address=f"127.0.0.1:{server.getsockname()[1]}")


@pytest.mark.slow
def test_both_runners_give_the_same_in_the_same_order(runner: Runner) -> None:
    with LocalRunner(2) as local:
        for function in (tasks.slow_when_even, tasks.square):
            assert list(runner.map(function, range(30))) == list(local.map(function, range(30)))
        (here,), (there,) = local.map(tasks.surroundings, [0]), runner.map(tasks.surroundings, [0])
    assert there == here


@pytest.mark.slow
def test_of_endless_tasks_only_a_few_are_taken(runner: Runner) -> None:
    taken = []

    def endless() -> Iterator[int]:
        for number in itertools.count():
            taken.append(number)
            yield number

    results = runner.map(tasks.square, endless())
    for expected in range(12):
        assert next(results) == expected**2
        assert len(taken) <= expected + AHEAD * 2
    results.close()  # type: ignore[attr-defined]


@pytest.mark.slow
def test_large_results_pass(runner: Runner) -> None:
    one, two = runner.map(tasks.large, [40, 25])
    assert one.nbytes == 40 * 2**20 and (two == 25.0).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (tasks.input_error, InputError),
        (tasks.division, AxiometerError),
        (tasks.missing_file, InputError),
        (tasks.exhausted, Stopped),
        (tasks.leaving, AxiometerError),
        (tasks.not_to_be_sent, AxiometerError),
        (tasks.rate_limited, AxiometerError),
    ],
)
def test_an_error_is_the_same_as_from_an_own_process(
    runner: Runner, function: object, kind: type[AxiometerError]
) -> None:
    with LocalRunner(1) as local:
        with pytest.raises(kind) as here:
            list(local.map(function, [3]))  # type: ignore[arg-type]
        with pytest.raises(kind) as there:
            list(runner.map(function, [3]))  # type: ignore[arg-type]
    assert str(there.value) == str(here.value) and type(there.value) is type(here.value)
    assert vars(there.value).keys() == vars(here.value).keys()


@pytest.mark.slow
@POSIX
def test_a_task_whose_worker_dies_is_run_again_but_not_forever(
    runner: Runner, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert list(runner.map(tasks.killed_once, [(str(tmp_path), n) for n in range(3)])) == [0, 1, 2]
    with pytest.raises(Stopped, match="a worker process died"):
        list(runner.map(tasks.killed, [1]))
    assert list(runner.map(tasks.square, range(4))) == [0, 1, 4, 9]
    time.sleep(1)  # Ray would tell of it by now
    assert capfd.readouterr().out == ""


@pytest.mark.slow
def test_ray_has_changed_nothing_of_signals(runner: Runner) -> None:
    assert next(runner.map(tasks.square, [2])) == 4
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.slow
def test_a_process_that_is_with_one_cluster_is_not_led_to_another(runner: Runner) -> None:
    assert next(runner.map(tasks.square, [2])) == 4
    with pytest.raises(InputError, match="this process is with the Ray cluster"):
        open_runner("ray", address="127.0.0.1:1")


DRIVER = """
import sys
from pathlib import Path
from axiometer.errors import AxiometerError
from axiometer.runtime.runners import open_runner
from tests.runtime.runners import tasks
folder, seconds, address, shared = sys.argv[1], float(sys.argv[2]), sys.argv[3] or None, sys.argv[4]
try:
    with open_runner("ray", processes=2, address=address, folder=Path(shared)) as runner:
        for number in runner.map(tasks.sleep_and_mark, ((folder, n, seconds) for n in range(8))):
            print(number, flush=True)
except KeyboardInterrupt:
    sys.exit(42)
except AxiometerError as error:
    sys.exit(f"told: {error}")
"""


def driver(folder: Path, seconds: float, address: str = "", shared: str = ".") -> subprocess.Popen[str]:
    """A program of its own that maps eight sleeps on Ray."""
    words = [sys.executable, "-c", DRIVER, str(folder), str(seconds), address, shared]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("RAY_AUTH_MODE", None)  # it finds out by itself whether the cluster wants a token
    return subprocess.Popen(words, cwd=folder, env=environment, stdout=-1, stderr=-1, text=True, start_new_session=True)


def of_the_cluster(driver_id: int) -> list[psutil.Process]:
    """What Ray has started for a driver: scheduler, store, workers. Its agents are left out: they look for the rest
    about once a minute, and go when it is gone."""
    found = psutil.Process(driver_id).children(recursive=True)
    return [process for process in found if not process.name().endswith("Agent")]


@pytest.mark.slow
@POSIX
def test_a_driver_killed_with_nine_takes_its_cluster_with_it(tmp_path: Path) -> None:
    with driver(tmp_path, 120) as process:
        until(lambda: len(list(tmp_path.glob("begun-*"))) == 2)
        found = of_the_cluster(process.pid)
        assert any("raylet" in other.name() for other in found)
        process.kill()
        assert psutil.wait_procs(found, timeout=30)[1] == []


@pytest.mark.slow
@POSIX
def test_ctrl_c_ends_driver_and_cluster(tmp_path: Path) -> None:
    with driver(tmp_path, 120) as process:
        until(lambda: len(list(tmp_path.glob("begun-*"))) == 2)
        found = of_the_cluster(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        assert (process.returncode, out) == (42, "")
        assert psutil.wait_procs(found, timeout=30)[1] == []


@contextmanager
def running_cluster(folder: Path, path: str = "") -> Iterator[str]:
    """The address of a cluster of one node, with processes of its own; ended by their group, never by `ray stop`."""
    port = free_port()
    ports = {name: free_port() for name in ("node-manager-port", "object-manager-port", "dashboard-port")}
    words = [
        sys.executable,
        "-m",
        "ray.scripts.scripts",
        "start",
        "--head",
        "--block",
        f"--port={port}",
        "--num-cpus=2",
    ]
    words += ["--include-dashboard=false", "--disable-usage-stats"]
    words += [f"--{name}={number}" for name, number in ports.items()]
    environment = {**os.environ, "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0", "PYTHONPATH": path}
    process = subprocess.Popen(
        words, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:

        def answers() -> bool:
            assert process.poll() is None, "the cluster has ended"
            try:
                cluster.check_address(f"127.0.0.1:{port}")
            except InputError:
                return False
            return True

        until(answers)
        yield f"127.0.0.1:{port}"
    finally:
        started = [process, *psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else []
        for one in started:
            one.kill()
        process.wait()


@pytest.mark.slow
@POSIX
def test_a_cluster_that_runs_already_is_used_checked_and_left_running(tmp_path: Path) -> None:
    (tmp_path / "of-the-cluster").mkdir()
    with running_cluster(tmp_path / "of-the-cluster") as address:
        for _ in range(2):  # after the first it is still there
            with driver(tmp_path, 0.1, address) as process:
                out, err = process.communicate(timeout=120)
            assert (process.returncode, out.split()) == (0, list("01234567")), err
        assert not list(tmp_path.rglob(".axiometer-probe-*"))
        with driver(tmp_path, 0.1, address, "/proc/self/cwd") as process:  # another folder for every process
            _, err = process.communicate(timeout=120)
        assert process.returncode == 1 and "does not see this folder" in err.splitlines()[-1]


@pytest.mark.slow
@POSIX
def test_a_node_with_another_version_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    for folder, file, text in (
        ("axiometer", "__init__.py", '__version__ = "0.0.1"\n'),
        ("axiometer-0.0.1.dist-info", "METADATA", "Metadata-Version: 2.1\nName: axiometer\nVersion: 0.0.1\n"),
    ):
        (other / folder).mkdir(parents=True)
        (other / folder / file).write_text(text, encoding="utf-8")
    with running_cluster(tmp_path, str(other)) as address, driver(tmp_path, 0.1, address) as process:
        _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "has Axiometer 0.0.1, the driver has" in err.splitlines()[-1]
