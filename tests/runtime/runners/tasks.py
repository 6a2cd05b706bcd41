"""Tasks that the tests of the runners run in other processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from axiometer.errors import InputError, Stopped
from axiometer.models.protocols import RateLimited


def square(number: int) -> int:
    return number * number


def slow_when_even(number: int) -> int:
    time.sleep(0.05 if number % 2 == 0 else 0.0)
    return number


def process_id(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def sleep_and_mark(task: tuple[str, int, float]) -> int:
    """Says in a folder that a task has begun, and that it has ended."""
    folder, number, seconds = task
    Path(folder, f"begun-{number}-{os.getpid()}").touch()
    time.sleep(seconds)
    Path(folder, f"ended-{number}").touch()
    return number


def large(megabytes: int) -> np.ndarray:
    return np.full(megabytes * 131_072, float(megabytes))


def total(numbers: np.ndarray) -> float:
    return float(numbers.sum())


def modules(_: int) -> list[str]:
    return sorted(sys.modules)


def surroundings(_: int) -> tuple[str, int, list[int]]:
    """Working folder, threads of Polars, threads of numpy's linear algebra."""
    import polars
    from threadpoolctl import threadpool_info

    return str(Path.cwd()), polars.thread_pool_size(), [int(pool["num_threads"]) for pool in threadpool_info()]


def speaking(number: int) -> int:
    print("a task speaks")
    os.write(1, b"a library speaks\n")
    return number


def input_error(number: int) -> int:
    if number == 3:
        raise InputError("no {thing}", file="a.csv", row=3, column="b", mend="give {thing}", thing="text {braces}")
    return number


def rate_limited(_: int) -> int:
    raise RateLimited("slower", retry_after=2.5)


class Stubborn(Stopped):
    """Cannot be made again from its text alone."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__("{one} and {other}", one=one, other=other)


def stubborn(_: int) -> int:
    raise Stubborn("this", "that")


def division(number: int) -> float:
    return 1 / (number - number)


def missing_file(_: int) -> str:
    return Path("/nowhere/at all").read_text()


def exhausted(_: int) -> int:
    raise MemoryError


def leaving(_: int) -> int:
    sys.exit(7)


def not_to_be_sent(_: int) -> object:
    return lambda: None


def killed(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def killed_once(task: tuple[str, int]) -> int:
    """The first attempt dies."""
    mark = Path(task[0], f"tried-{task[1]}")
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task[1]


def exiting(_: int) -> int:
    os._exit(9)
