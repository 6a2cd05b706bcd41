"""The SQLite file behind the labels: transactions that are on disk when they come back, shared by all who wait.

A disk takes its time for each transaction, so labels that come while it is busy are written together in the next one;
fifty raters at once wait for two transactions, not for fifty. Readers have a connection of their own and do not wait.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from axiometer.errors import AxiometerError, InputError

_PRAGMAS: Final = ("journal_mode=wal", "synchronous=full", "secure_delete=on", "foreign_keys=on")
_WAIT_SECONDS: Final = 30.0
_TRIES: Final = 20
_PAUSE_SECONDS: Final = 0.1

Result = TypeVar("Result")


class StoreFailed(AxiometerError):
    """The file of labels cannot be written: disk full, no permission, not a database."""


@dataclass(slots=True)
class _Waiting(Generic[Result]):
    """Something to be written, and what became of it."""

    write: Callable[[sqlite3.Connection], Result]
    result: Result | None = None
    error: BaseException | None = None
    over: bool = False


class LabelFile(Generic[Result]):
    """One process's way to the file; any number of threads may use it, and other processes have their own."""

    def __init__(self, path: Path, schema: str) -> None:
        """Raises `InputError` where `path` is no such file, `StoreFailed` where it cannot be made."""
        self._path = path
        self._lock, self._reading_lock, self._waiting_lock = threading.Lock(), threading.Lock(), threading.Lock()
        self._waiting: list[_Waiting[Result]] = []
        self._owed = False
        with _failures(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # what SQLite writes beside it has the same mode
            self._writer = _connected(path)
            self._writer.executescript(schema)
            self._reader = _connected(path)
        self._owed = _has_log(path)  # of a process that ended before it could empty it
        self._empty_log()

    def close(self) -> None:
        with self._lock, self._reading_lock:
            self._reader.close()
            self._writer.close()

    def together(self, write: Callable[[sqlite3.Connection], Result]) -> Result:
        """Runs `write` in a transaction that it shares with all who came while another waited for the disk: whoever has
        the file next writes for all of them. It may raise an `AxiometerError` before it writes, never after."""
        own = _Waiting(write)
        with self._waiting_lock:
            self._waiting.append(own)
        with self._lock:
            if not own.over:
                self._write_waiting()
        self._empty_log()
        if own.error is not None:
            raise own.error
        return own.result  # type: ignore[return-value]  # there is one where there is no error

    def _write_waiting(self) -> None:
        with self._waiting_lock:
            waiting, self._waiting = self._waiting, []
        try:
            with self._transaction() as connection:
                for each in waiting:
                    try:
                        each.result = each.write(connection)
                    except AxiometerError as error:
                        each.error = error
        except BaseException as error:  # nothing of the transaction is there
            for each in waiting:
                each.error = each.error or error
        for each in waiting:
            each.over = True

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone: what is read in it is what stands when it is written."""
        with self._lock, self._transaction() as connection:
            yield connection
        self._empty_log()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._reading_lock, _failures(self._path):
            yield self._reader

    def truncate(self) -> None:
        """Empties the write-ahead log, which still holds pages as they were. Where another process reads all the time,
        that is done after a later write, or when the file is next opened; nobody waits for it longer than seconds."""
        self._owed = True
        for _ in range(_TRIES):
            if self._empty_log():
                return
            time.sleep(_PAUSE_SECONDS)

    def _empty_log(self) -> bool:
        """Empties the log if that is owed, without waiting for others who have the file; gives whether it is done."""
        if not self._owed:
            return True
        with self._lock, self._reading_lock, _failures(self._path):
            self._writer.execute("pragma busy_timeout=0")
            try:
                self._owed = bool(self._writer.execute("pragma wal_checkpoint(truncate)").fetchone()[0])
            except sqlite3.OperationalError:
                return False  # it stays owed; what was to be written is written
            finally:
                self._writer.execute(f"pragma busy_timeout={round(_WAIT_SECONDS * 1000)}")
        return not self._owed

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _failures(self._path), transaction(self._writer):
            yield self._writer


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for pragma in _PRAGMAS:
        connection.execute(f"pragma {pragma}")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """What is written within is on disk afterwards, or nothing of it, where an error comes out."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:  # a full disk ends it by itself
            connection.execute("rollback")
        raise


@contextmanager
def _failures(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "not a database" in str(error):
            raise InputError("not a file of labels", file=path) from error
        raise StoreFailed("{file}: labels cannot be kept: {why}", file=path, why=error) from error
