"""The journal: every model answer, durable before anyone acts on it.

SQLite in WAL mode with `synchronous=FULL`. One writer thread commits groups of answers (at most 512, or what arrived
within 20 ms); `record` resolves only after the commit. Each process writes a file of its own (WAL is unsafe between
machines);
answers are looked up in all files of the journal and in those of neighbouring runs, so that a workspace shares them.
"""

from __future__ import annotations

import asyncio
import hashlib
import queue
import sqlite3
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from axiometer.errors import AxiometerError
from axiometer.models.protocols import ChatModel, Request
from axiometer.records.ids import canonical
from axiometer.runtime.packing import Packer, unpack

GROUP_SIZE = 512
GROUP_SECONDS = 0.020

# Rows lie one after another with an index of their keys beside them: in a table that is its own index (`without rowid`)
# every row of over a kilobyte would take a page more of its own.
_SCHEMA = """
create table if not exists answers (
    key blob primary key, model text not null, request blob not null, raw blob not null,
    tokens_in integer not null, tokens_out integer not null, seconds real not null, at real not null,
    dictionary integer
);
create table if not exists dictionaries (number integer primary key, data blob not null);
create table if not exists errors (
    key blob not null, model text not null, kind text not null, message text not null,
    attempt integer not null, at real not null
);
create table if not exists batches (
    id text primary key, model text not null, state text not null, detail blob not null, at real not null
);
"""
_INSERT_ANSWER = "insert or replace into answers values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_DICTIONARY = "insert into dictionaries values (?, ?)"
_INSERT_ERROR = "insert into errors values (?, ?, ?, ?, ?, ?)"


class JournalFailed(AxiometerError):
    """The journal cannot be written: disk full, no permission, not a database."""


def request_body(identity: object, request: Request) -> bytes:
    """The canonical request: everything that makes one call differ from another, nothing secret."""
    body: dict[str, object] = {
        "model": identity,
        "messages": [[message.role, message.content] for message in request.messages],
        "repeat": request.repeat,
    }
    for name in ("top_logprobs", "schema", "max_tokens", "occasion", "meta", "continuations"):
        value = getattr(request, name)
        if value is not None:
            body[name] = value
    return canonical(body)


def call_key(model: ChatModel, request: Request) -> str:
    """The key of a call in every journal: SHA-256 of the canonical request, as 64 hex digits."""
    return hashlib.sha256(request_body(model.identity, request)).hexdigest()


Committed = Callable[[JournalFailed | None], None]
"""Is called once an entry is on disk (None), or could not be put there."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A stored answer: what was asked, what came back, tokens, how long it took and when."""

    key: str
    model: str
    request: bytes
    raw: bytes
    tokens_in: int
    tokens_out: int
    seconds: float
    at: float


class Journal:
    """All answers under `folder`, plus, for reading, those in `neighbours` (other journals' folders).

    Raises `JournalFailed` when the folder cannot be written.
    """

    def __init__(self, folder: Path, neighbours: Iterable[Path] = ()) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{int(time.time() * 1000):013d}-{uuid.uuid4().hex[:8]}.sqlite"
        own = [_Reader(path) for path in sorted(folder.glob("*.sqlite"))]
        self._own = [reader for reader in own if reader.drop_if_empty() is False]
        self._others = [
            _Reader(path) for other in neighbours if other != folder for path in sorted(other.glob("*.sqlite"))
        ]
        self._writer = _Writer(self._path)
        self._own.append(_Reader(self._path))

    def find(self, keys: Sequence[str]) -> dict[str, JournalEntry]:
        """The stored answers among `keys`. Answers of neighbours are copied into this journal first, so that a run
        keeps every raw answer that it rests on."""
        wanted = [bytes.fromhex(key) for key in keys]
        found: dict[str, JournalEntry] = {}
        for reader in self._own:
            found.update(reader.find(wanted))
        missing = [key for key in wanted if key.hex() not in found]
        borrowed: dict[str, JournalEntry] = {}
        for reader in self._others:
            if not missing:
                break
            borrowed.update(reader.find(missing))
            missing = [key for key in missing if key.hex() not in borrowed]
        for entry in borrowed.values():
            self._writer.put_answer(entry, None)
        return found | borrowed

    def record_then(self, entry: JournalEntry, committed: Committed) -> None:
        """Calls `committed` on this event loop when the answer is on disk, or with what went wrong."""
        self._writer.put_answer(entry, (asyncio.get_running_loop(), committed))

    async def record(self, entry: JournalEntry) -> None:
        """Returns when the answer is committed to disk."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._writer.put_answer(entry, (loop, _settling(future)))
        await future

    def record_error(self, key: str, model: str, kind: str, message: str, attempt: int) -> None:
        """Notes a failed attempt. Errors are never served as answers."""
        self._writer.put(_INSERT_ERROR, (bytes.fromhex(key), model, kind, message[:2_000], attempt, time.time()), None)

    async def record_batch(self, batch: str, model: str, state: str, detail: bytes) -> None:
        """Stores a service's batch id before anything is polled, so that it can be found after a crash."""
        row = (batch, model, state, zlib.compress(detail), time.time())
        await self._written("insert or replace into batches values (?, ?, ?, ?, ?)", row)

    async def _written(self, statement: str, row: tuple[object, ...]) -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._writer.put(statement, row, (loop, _settling(future)))
        await future

    def batches(self, model: str) -> dict[str, tuple[str, bytes]]:
        """Batch id to (state, detail) of every batch that `model` was given, oldest first."""
        known: dict[str, tuple[str, bytes]] = {}
        for reader in self._own:
            known.update(reader.batches(model))
        return known

    def entries(self) -> Iterable[JournalEntry]:
        """Every stored answer of this journal's own files."""
        for reader in self._own:
            yield from reader.entries()

    def close(self) -> None:
        """Waits for everything to be on disk. A file that received nothing is removed."""
        self._writer.close()
        for reader in [*self._own, *self._others]:
            reader.close()
        _Reader(self._path).drop_if_empty()


def _settling(future: asyncio.Future[None]) -> Committed:
    """What ends `future` when a commit is done or has failed."""

    def committed(failure: JournalFailed | None) -> None:
        if future.done():
            return
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(failure)

    return committed


def read_entries(folder: Path) -> Iterable[JournalEntry]:
    """Every stored answer under a journal folder, without opening it for writing."""
    for path in sorted(folder.glob("*.sqlite")):
        reader = _Reader(path)
        yield from reader.entries()
        reader.close()


def read_entries_of(folder: Path, keys: Sequence[str]) -> dict[str, JournalEntry]:
    """The stored answers among `keys` under a journal folder, without opening it for writing."""
    found: dict[str, JournalEntry] = {}
    for path in sorted(folder.glob("*.sqlite")):
        reader = _Reader(path)
        found.update(reader.find([bytes.fromhex(key) for key in keys]))
        reader.close()
    return found


def neighbours_of(run: Path) -> list[Path]:
    """The journals of the workspace that `run` is in: those of the run folders beside it."""
    parent = run.resolve().parent
    return sorted(path for path in parent.glob("*/journal") if path.parent != run.resolve())


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._dictionaries: dict[int, bytes] = {}
        try:
            self._db = sqlite3.connect(path, timeout=60, check_same_thread=False)
            self._tables = {name for (name,) in self._db.execute("select name from sqlite_master where type = 'table'")}
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def find(self, keys: Sequence[bytes]) -> dict[str, JournalEntry]:
        found: dict[str, JournalEntry] = {}
        if "answers" not in self._tables:
            return found
        for start in range(0, len(keys), 900):
            part = keys[start : start + 900]
            marks = ",".join("?" * len(part))
            for entry in self._entries(f"select * from answers where key in ({marks})", part):
                found[entry.key] = entry
        return found

    def batches(self, model: str) -> dict[str, tuple[str, bytes]]:
        if "batches" not in self._tables:
            return {}
        rows = self._db.execute("select id, state, detail from batches where model = ? order by at", (model,))
        return {batch: (state, zlib.decompress(detail)) for batch, state, detail in rows}

    def entries(self) -> Iterable[JournalEntry]:
        if "answers" not in self._tables:
            return
        yield from self._entries("select * from answers", ())

    def _entries(self, query: str, values: Sequence[bytes]) -> Iterator[JournalEntry]:
        try:
            for row in self._db.execute(query, values):
                yield self._unpacked(row)
        except (sqlite3.Error, zlib.error, KeyError) as error:
            raise self._damaged(error) from error

    def _unpacked(self, row: Sequence[object]) -> JournalEntry:
        key, model, request, raw, tokens_in, tokens_out, seconds, at, *more = row
        dictionary = more[0] if more else None  # journals of an earlier version have none
        assert isinstance(key, bytes) and isinstance(request, bytes) and isinstance(raw, bytes)
        assert isinstance(model, str) and isinstance(tokens_in, int) and isinstance(tokens_out, int)
        assert isinstance(seconds, float) and isinstance(at, float) and isinstance(dictionary, int | None)
        if dictionary is not None and dictionary not in self._dictionaries:
            self._dictionaries.update(self._db.execute("select number, data from dictionaries"))
        asked = unpack(request, dictionary, self._dictionaries)
        return JournalEntry(key.hex(), model, asked, zlib.decompress(raw), tokens_in, tokens_out, seconds, at)

    def _damaged(self, error: Exception) -> JournalFailed:
        return JournalFailed(
            "{file}: cannot be read as a journal ({error}); move it away to go on", file=self.path, error=error
        )

    def drop_if_empty(self) -> bool:
        try:
            used = any(self._db.execute(f"select 1 from {table} limit 1").fetchone() for table in self._tables)
        except sqlite3.Error as error:
            raise self._damaged(error) from error
        if used:
            return False
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        return True

    def close(self) -> None:
        self._db.close()


_Waiter = tuple[asyncio.AbstractEventLoop, Committed]
_Job = tuple[str, tuple[object, ...], _Waiter | None]


class _Writer:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._packer = Packer()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._failure: Exception | None = None
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("pragma journal_mode=wal")
            self._db.execute("pragma synchronous=full")
            self._db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise _unwritable(path, error) from error
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def put_answer(self, entry: JournalEntry, waiter: _Waiter | None) -> None:
        """A dictionary goes before the first answer that needs it, in the same or an earlier commit."""
        packed = self._packer.pack(entry.request)
        if packed.new is not None:
            self.put(_INSERT_DICTIONARY, (packed.dictionary, packed.new), None)
        row = (
            *(bytes.fromhex(entry.key), entry.model, packed.data, zlib.compress(entry.raw, 1)),
            *(entry.tokens_in, entry.tokens_out, entry.seconds, entry.at, packed.dictionary),
        )
        self.put(_INSERT_ANSWER, row, waiter)

    def put(self, statement: str, row: tuple[object, ...], waiter: _Waiter | None) -> None:
        if self._failure is not None:
            raise _unwritable(self._path, self._failure) from self._failure
        self._jobs.put((statement, row, waiter))

    def close(self) -> None:
        self._jobs.put(None)
        self._thread.join()
        self._db.close()
        if self._failure is not None:
            raise _unwritable(self._path, self._failure) from self._failure

    def _work(self) -> None:
        open_ended = True
        while open_ended:
            group, open_ended = self._next_group()
            if not group:
                continue
            try:
                self._commit(group)
            except sqlite3.Error as error:
                self._failure = error
            _resolve([waiter for _, _, waiter in group if waiter is not None], self._failure)

    def _next_group(self) -> tuple[list[_Job], bool]:
        first = self._jobs.get()
        if first is None:
            return [], False
        group = [first]
        deadline = time.monotonic() + GROUP_SECONDS
        while len(group) < GROUP_SIZE:
            try:
                job = self._jobs.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                break
            if job is None:
                return group, False
            group.append(job)
        return group, True

    def _commit(self, group: list[_Job]) -> None:
        by_statement: dict[str, list[tuple[object, ...]]] = {}
        for statement, row, _ in group:
            by_statement.setdefault(statement, []).append(row)
        self._db.execute("begin")
        for statement, rows in by_statement.items():
            self._db.executemany(statement, rows)
        self._db.execute("commit")


def _unwritable(path: Path, error: Exception) -> JournalFailed:
    return JournalFailed("{file}: cannot be written ({error}); all before is kept", file=path, error=error)


def _resolve(waiters: list[_Waiter], failure: Exception | None) -> None:
    """Tells every waiter, in one hop per event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Committed]] = {}
    for loop, committed in waiters:
        by_loop.setdefault(loop, []).append(committed)
    said = None if failure is None else JournalFailed("the journal cannot be written ({error})", error=failure)

    def tell(group: list[Committed]) -> None:
        for committed in group:
            committed(said)

    for loop, group in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, group)
