"""One process per folder: a lock that the operating system drops when the process dies."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axiometer.errors import AxiometerError

LOCK = ".lock"


@contextmanager
def only_process(folder: Path) -> Iterator[None]:
    """Holds `folder` (made if missing) for this process. Raises when another process is working in it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _lock(handle, folder)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        if os.name == "nt":
            lock_bytes = importlib.import_module("msvcrt")
            lock_bytes.locking(handle, lock_bytes.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise AxiometerError(
            "{folder}: another process is working here (wait for it, or give another -o)", folder=folder
        ) from error
