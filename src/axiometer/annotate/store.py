"""Labels as they are given: a file of events that are only ever added, so that nothing that was acknowledged is lost.

SQLite in WAL mode with `synchronous=FULL`: a method that writes comes back after the event is on disk. Each event has
the id of its client (one for each press of a key): the same id twice is one event, so a client may repeat until it
hears that it was heard. Any number of threads and processes may write at once.

What stands for a rater and a unit is the latest label or skip that was not undone; so an undone correction brings the
earlier label back. Withdrawal is the one thing that deletes: what the rater gave is overwritten on disk.
"""

from __future__ import annotations

import datetime
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from axiometer.annotate.label_file import LabelFile, StoreFailed
from axiometer.errors import InputError, Refused

__all__ = ["SKIP_REASONS", "Entry", "Kept", "LabelStore", "Progress", "Settled", "StoreFailed", "Stored"]

SKIP_REASONS: Final = ("unclear", "distressing", "other")
"""Why a rater may say that it passes over a row; none need be given."""

_SCHEMA: Final = """
create table if not exists events (
    seq integer primary key autoincrement, rater text not null, client text not null,
    kind text not null check (kind in ('label', 'skip', 'undo')), unit text, value text, rewrite text, seconds real,
    undoes integer, at text not null, unique (rater, client)
);
create index if not exists events_of_unit on events (unit);
create index if not exists undone on events (undoes) where undoes is not null;
create table if not exists consents (rater text primary key, text_digest text not null, at text not null);
create table if not exists withdrawals (rater text primary key, at text not null);
create table if not exists settled (
    seq integer primary key autoincrement, unit text not null, value text not null, admin text not null,
    at text not null
);
"""
_STANDING: Final = """
select seq, rater, unit, kind, value, rewrite, seconds, at from events
where seq in (
    select max(seq) from events where kind != 'undo'
    and seq not in (select undoes from events where undoes is not null) {where} group by rater, unit
) order by rater, seq
"""
_OF_RATER: Final = _STANDING.format(where="and rater = :rater")
_OF_ALL: Final = _STANDING.format(where="")
_LAST: Final = """
select seq, unit from events where rater = ? and kind != 'undo'
and seq not in (select undoes from events where undoes is not null) order by seq desc limit 1
"""

Check = Callable[[str, str, str], str]
"""(rater, unit, value) to the value that is stored; raises `InputError` for what nobody may say."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a press. `repeated`: this client id was there already, and nothing was added; unit, kind and value
    are those of the event that is there. An undo has the unit that it is about (None: there was nothing to undo)."""

    seq: int
    unit: str | None
    kind: Literal["label", "skip", "undo"]
    value: str | None
    repeated: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands for one rater and unit: a label, or (value None) that it was skipped, and why if that was said
    (`SKIP_REASONS`). `at` is ISO 8601 in UTC."""

    seq: int
    rater: str
    unit: str
    value: str | None
    rewrite: str | None
    seconds: float | None
    at: str
    reason: str | None = None

    @property
    def skipped(self) -> bool:
        return self.value is None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one rater is. `consent`: the digest of the texts that it agreed to."""

    rater: str
    labelled: int
    skipped: int
    consent: str | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided on a unit on which raters did not agree."""

    unit: str
    value: str
    admin: str
    at: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One label of many that are written at once (`LabelStore.record_all`); value None: skipped."""

    unit: str
    value: str | None
    rewrite: str | None = None
    seconds: float | None = None


class LabelStore:
    """The labels of a project. `until` is the last day on which labels are taken, `check` says what may be said."""

    def __init__(self, path: Path, *, until: datetime.date | None = None, check: Check | None = None) -> None:
        """Raises `InputError` where `path` is no file of labels, `StoreFailed` where it cannot be made."""
        self._until, self._check = until, check
        self._file: LabelFile[Stored] = LabelFile(path, _SCHEMA)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> LabelStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- writing ------------------------------------------------------------------------------------------------------

    def record(
        self,
        rater: str,
        unit: str,
        value: str,
        *,
        client: str,
        rewrite: str | None = None,
        seconds: float | None = None,
        at: datetime.datetime | None = None,
    ) -> Stored:
        """Keeps a label; it is on disk when this returns. A later one of the same rater and unit replaces it.

        Raises `Refused` for a rater who withdrew, and after the day until which labels are kept; `InputError` for what
        is no label.
        """
        said = value if self._check is None else self._check(rater, unit, value)
        return self._add(rater, client, "label", at, unit=unit, value=said, rewrite=rewrite or None, seconds=seconds)

    def skip(
        self, rater: str, unit: str, client: str, at: datetime.datetime | None = None, *, reason: str | None = None
    ) -> Stored:
        """Notes that the rater passes over a unit; a label that stood for it stands no longer. Raises `InputError` for
        a reason that is none of `SKIP_REASONS`."""
        if reason is not None and reason not in SKIP_REASONS:
            raise InputError("{reason!r} is no reason", mend=" | ".join(SKIP_REASONS), reason=reason)
        return self._add(rater, client, "skip", at, unit=unit, value=reason)

    def undo(self, rater: str, client: str, at: datetime.datetime | None = None, *, last: int | None = None) -> Stored:
        """Takes back the rater's latest label or skip that stands; what was there before it stands again. With `last`
        (the number of that event as the rater saw it) nothing is taken back where another came since."""
        return self._add(rater, client, "undo", at, last=last)

    def record_all(self, entries: Mapping[str, Sequence[Entry]], origin: str) -> int:
        """Keeps many labels, by rater, all or none, where they are not what stands already; gives how many were new.
        `origin` names the file that they come from. Raises as `record` does, before anything is written."""
        checked = {rater: [self._checked(rater, entry) for entry in own] for rater, own in entries.items()}
        with self._file.writing() as connection:
            for rater in checked:
                self._refuse(connection, rater)
            return sum(_add_new(connection, rater, own, origin) for rater, own in checked.items())

    def _checked(self, rater: str, entry: Entry) -> Entry:
        if entry.value is None or self._check is None:
            return entry
        return replace(entry, value=self._check(rater, entry.unit, entry.value))

    def agree(self, rater: str, text_digest: str, at: datetime.datetime | None = None) -> None:
        """Keeps that the rater read and agreed to the texts with this digest."""
        with self._file.writing() as connection:
            self._refuse(connection, rater)
            connection.execute("insert or replace into consents values (?, ?, ?)", (rater, text_digest, _now(at)))

    def withdraw(self, rater: str, at: datetime.datetime | None = None) -> int:
        """Deletes all that the rater gave, and keeps that it withdrew and when; gives how many labels there were.
        Nothing more is taken from it. What was deleted is overwritten in the file and in SQLite's log beside it."""
        with self._file.writing() as connection:
            labels = sum(not kept.skipped for kept in _kept(connection.execute(_OF_RATER, {"rater": rater})))
            connection.execute("delete from events where rater = ?", (rater,))
            connection.execute("delete from consents where rater = ?", (rater,))
            connection.execute("insert or ignore into withdrawals values (?, ?)", (rater, _now(at)))
        self._file.truncate()
        return labels

    def erase(self) -> int:
        """Deletes everything that anyone gave; gives how many labels there were."""
        with self._file.writing() as connection:
            labels = sum(not kept.skipped for kept in _kept(connection.execute(_OF_ALL)))
            for table in ("events", "consents", "settled"):
                connection.execute(f"delete from {table}")
        self._file.truncate()
        return labels

    def settle(self, unit: str, value: str, admin: str, at: datetime.datetime | None = None) -> None:
        """Keeps what was decided on a unit; a later decision replaces it. Raters' labels stay as they are."""
        with self._file.writing() as connection:
            connection.execute(
                "insert into settled (unit, value, admin, at) values (?, ?, ?, ?)", (unit, value, admin, _now(at))
            )

    # -- reading ------------------------------------------------------------------------------------------------------

    def labels(self) -> list[Kept]:
        """The label that stands for each rater and unit, by rater, in the order in which they were given."""
        return [kept for kept in self._read(_OF_ALL) if not kept.skipped]

    def skips(self) -> list[Kept]:
        return [kept for kept in self._read(_OF_ALL) if kept.skipped]

    def standing(self, rater: str) -> dict[str, Kept]:
        """What stands for each unit that one rater labelled or skipped, the latest last."""
        return {kept.unit: kept for kept in self._read(_OF_RATER, rater)}

    def progress(self, rater: str) -> Progress:
        standing = self.standing(rater).values()
        skipped = sum(kept.skipped for kept in standing)
        with self._file.reading() as connection:
            consent = connection.execute("select text_digest from consents where rater = ?", (rater,)).fetchone()
            withdrawn = connection.execute("select 1 from withdrawals where rater = ?", (rater,)).fetchone()
        return Progress(
            rater, len(standing) - skipped, skipped, None if consent is None else consent[0], withdrawn is not None
        )

    def consent(self, rater: str) -> str | None:
        """The digest of the texts that the rater agreed to, None before it did."""
        with self._file.reading() as connection:
            found = connection.execute("select text_digest from consents where rater = ?", (rater,)).fetchone()
        return None if found is None else str(found[0])

    def withdrawn(self) -> tuple[str, ...]:
        """The raters who withdrew."""
        with self._file.reading() as connection:
            return tuple(row[0] for row in connection.execute("select rater from withdrawals order by rater"))

    def settled(self) -> dict[str, Settled]:
        """What was decided, by unit."""
        with self._file.reading() as connection:
            rows = connection.execute("select unit, value, admin, at from settled order by seq").fetchall()
        return {row["unit"]: Settled(row["unit"], row["value"], row["admin"], row["at"]) for row in rows}

    # -- within -------------------------------------------------------------------------------------------------------

    def _add(
        self,
        rater: str,
        client: str,
        kind: Literal["label", "skip", "undo"],
        at: datetime.datetime | None,
        *,
        unit: str | None = None,
        value: str | None = None,
        rewrite: str | None = None,
        seconds: float | None = None,
        last: int | None = None,
    ) -> Stored:
        def add(connection: sqlite3.Connection) -> Stored:
            self._refuse(connection, rater)
            there = connection.execute(
                "select seq, unit, kind, value from events where rater = ? and client = ?", (rater, client)
            ).fetchone()
            if there is not None:
                return Stored(there["seq"], there["unit"], there["kind"], there["value"], True)
            undoes, about = None, unit
            if kind == "undo":
                latest = connection.execute(_LAST, (rater,)).fetchone()
                if latest is None or last not in (None, latest["seq"]):
                    return Stored(0, None, kind, None, False)
                undoes, about = latest["seq"], latest["unit"]
            added = connection.execute(
                "insert into events (rater, client, kind, unit, value, rewrite, seconds, undoes, at) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (rater, client, kind, about, value, rewrite, seconds, undoes, _now(at)),
            )
            return Stored(int(added.lastrowid or 0), about, kind, value, False)

        return self._file.together(add)

    def _refuse(self, connection: sqlite3.Connection, rater: str) -> None:
        if self._until is not None and datetime.datetime.now(datetime.UTC).date() > self._until:
            raise Refused("labels are kept until {day} and no longer taken", day=self._until.isoformat())
        if connection.execute("select 1 from withdrawals where rater = ?", (rater,)).fetchone() is not None:
            raise Refused("{rater} withdrew; nothing more is taken", rater=rater)

    def _read(self, query: str, rater: str | None = None) -> list[Kept]:
        with self._file.reading() as connection:
            return list(_kept(connection.execute(query, {"rater": rater} if rater is not None else {})))


def _kept(rows: Iterable[sqlite3.Row]) -> Iterator[Kept]:
    for row in rows:
        value, reason = (row["value"], None) if row["kind"] == "label" else (None, row["value"])
        yield Kept(row["seq"], row["rater"], row["unit"], value, row["rewrite"], row["seconds"], row["at"], reason)


def _add_new(connection: sqlite3.Connection, rater: str, entries: Sequence[Entry], origin: str) -> int:
    """Adds what does not stand already; gives how many that were."""
    standing = {kept.unit: kept for kept in _kept(connection.execute(_OF_RATER, {"rater": rater}))}
    new = 0
    for entry in entries:
        there, rewrite = standing.get(entry.unit), entry.rewrite or None
        if there is not None and (there.value, there.rewrite) == (entry.value, rewrite):
            continue
        new += 1
        kind = "skip" if entry.value is None else "label"
        connection.execute(
            "insert into events (rater, client, kind, unit, value, rewrite, seconds, at) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            (rater, f"{origin}/{uuid.uuid4()}", kind, entry.unit, entry.value, rewrite, entry.seconds, _now(None)),
        )
    return new


def _now(at: datetime.datetime | None) -> str:
    return (at or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC).isoformat(timespec="milliseconds")
