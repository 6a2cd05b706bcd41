"""What the benchmarks say a command took is what it and all that it started took."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from benchmarks.processes import run, size_of

missing = not Path("/proc/self/smaps_rollup").exists()
pytestmark = pytest.mark.skipif(missing, reason="memory is read from Linux's /proc")

MIB = 2**20
FILL = f"held = bytearray(120 * {MIB}); held[::4096] = b'x' * len(held[::4096])"  # no second copy, however short
CHILD = f"{FILL}; import time; time.sleep(0.6)"
FORKED = f"""
import os, time
{FILL}
pids = []
for _ in range(3):
    pid = os.fork()
    if not pid:
        time.sleep(0.6)
        os._exit(0)
    pids.append(pid)
for pid in pids:
    os.waitpid(pid, 0)
"""


def test_memory_of_a_child_counts() -> None:
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}], check=True)"
    assert 120 < run([sys.executable, "-c", parent]).memory < 250


def test_pages_that_processes_share_count_once() -> None:
    assert 120 < run([sys.executable, "-c", FORKED]).memory < 220


def test_cpu_of_a_child_counts() -> None:
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    taken = run([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"])
    assert taken.cpu >= 0.5 and taken.wall >= 0.5


def test_a_command_is_killed_when_it_is_time(tmp_path: Path) -> None:
    program = f"open({str(tmp_path / 'there')!r}, 'w').write('x' * 2**20); import time; time.sleep(60)"
    started = time.monotonic()
    run([sys.executable, "-c", program], halt=(tmp_path / "there").exists)
    assert time.monotonic() - started < 30
    assert 0.0 <= size_of(tmp_path) <= 1.0


def test_a_command_that_fails_is_told_with_what_it_said() -> None:
    with pytest.raises(RuntimeError, match="it broke"):
        run([sys.executable, "-c", "raise SystemExit('it broke')"])
