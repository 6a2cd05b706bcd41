"""Running a command as a whole process and reading what it took: wall, CPU and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds on the clock, seconds of CPU (user and system, all threads), peak resident memory in MiB."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Taken:
    """Runs `command` to its end. Raises `RuntimeError` with its output when it fails."""
    started = time.monotonic()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(environment or {})},
    ) as process:
        peak = _Peak(process.pid)
        peak.start()
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        peak.join()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output.decode()[-2000:]}")
    return Taken(time.monotonic() - started, usage.ru_utime + usage.ru_stime, peak.mebibytes)


class _Peak(threading.Thread):
    """Follows the high-water mark of a process (`ru_maxrss` would inherit the parent's from before exec)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self.mebibytes = 0.0

    def run(self) -> None:
        while True:
            try:
                lines = self._status.read_text().splitlines()
            except OSError:
                return
            marks = [line for line in lines if line.startswith("VmHWM:")]
            if not marks:  # a zombie: it has ended
                return
            self.mebibytes = max(self.mebibytes, int(marks[0].split()[1]) / 1024)
            time.sleep(0.05)


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
