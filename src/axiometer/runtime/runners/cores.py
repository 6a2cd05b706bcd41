"""How the cores of a machine are shared: among processes, and within each among its threads."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

from axiometer.errors import InputError

LINEAR_ALGEBRA = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
TABLES = ("POLARS_MAX_THREADS", "RAYON_NUM_THREADS")


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def checked_processes(processes: int | None) -> int | None:
    """`processes`, or `InputError` where there would be none."""
    if processes is not None and processes < 1:
        raise InputError("processes: {n} is not a whole number from 1 on", n=processes)
    return processes


def share_cores(environment: MutableMapping[str, str], threads: int) -> None:
    """Lets each library that has threads of its own use `threads`, unless the user has said otherwise.

    The libraries read these variables when they are first used, so a process has them from its start, or sets them
    before its first task.
    """
    for name in (*LINEAR_ALGEBRA, *TABLES):
        environment.setdefault(name, str(threads))


def share_cores_here(threads: int) -> None:
    """The same for this process, which has begun already."""
    share_cores(os.environ, threads)
    if "numpy" in sys.modules:  # its linear algebra was loaded before, and asks no more
        from threadpoolctl import threadpool_limits

        threadpool_limits(int(os.environ[LINEAR_ALGEBRA[0]]))
