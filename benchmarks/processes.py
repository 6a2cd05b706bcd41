"""Running a command as a whole process and reading what it took: wall, CPU and peak memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

_EVERY = 0.05  # seconds between two looks at memory


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command took: seconds on the clock; seconds of CPU (user and system, of all its processes that were waited
    for); peak memory in MiB of the process and all that it started, taken together (proportional set size, so that
    pages which processes share count once)."""

    wall: float
    cpu: float
    memory: float


def run(
    command: Sequence[str], environment: Mapping[str, str] | None = None, halt: Callable[[], bool] | None = None
) -> Taken:
    """Runs `command` to its end, or kills it (-9) when `halt`, which is asked all the time, says so.

    Raises `RuntimeError` with its output when it fails by itself.
    """
    started = time.monotonic()
    with (
        TemporaryFile() as output,
        subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        ) as process,
    ):
        tree = TreePeak(process.pid)
        tree.start()
        halted = False
        while halt is not None and tree.is_alive() and not halted:
            if halt():
                halted = True
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(_EVERY)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        tree.join()
        if process.returncode != 0 and not halted:
            output.seek(0)
            said = output.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return Taken(wall, usage.ru_utime + usage.ru_stime, tree.mebibytes)


class TreePeak(threading.Thread):
    """Follows the memory of a process and of all that it started, until the process ends.

    A look every twentieth of a second: what is held for a shorter time may be missed.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.mebibytes = 0.0

    def run(self) -> None:
        while (now := tree_memory(self._pid)) is not None:
            self.mebibytes = max(self.mebibytes, now)
            time.sleep(_EVERY)


def tree_memory(pid: int) -> float | None:
    """MiB that a process and its children, and theirs, hold together, None where it has ended."""
    place = Path(f"/proc/{pid}")
    try:
        lines = (place / "smaps_rollup").read_text().splitlines()
        children = [
            int(child) for task in (place / "task").iterdir() for child in (task / "children").read_text().split()
        ]
    except OSError:  # it has ended, or is a zombie
        return None
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return own + sum(tree_memory(child) or 0.0 for child in children)


def size_of(folder: Path) -> float:
    """MiB on disk of all files under a folder, or of a file."""
    files = [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files) / 2**20


@contextmanager
def fake_server(latency: float) -> Iterator[str]:
    """A FakeServer in a process of its own; gives its base URL."""
    command = [sys.executable, "-m", "axiometer.testing", "--port", "0", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
