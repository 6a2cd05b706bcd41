"""Who may come in: invitations and sessions. Of every token only a hash is kept.

A token is 256 random bits, so its SHA-256 can be the key of a table: what the time of a look-up tells of a hash leads
to no token. Tokens that people chose (the keeper's) are compared in constant time.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from axiometer.annotate.label_file import transaction
from axiometer.errors import AxiometerError, InputError

SESSION_HOURS: Final = 12
"""How long a keeper's session lasts; a rater's lasts as long as its invitation."""

DAYS_TO_WITHDRAW: Final = 30
"""How long an invitation is good after the day until which labels are taken: as long as labels may still be there,
whoever gave them can withdraw them."""

_SCHEMA: Final = """
create table if not exists invitations (
    digest text primary key, name text not null, created text not null, expires text not null
);
create table if not exists sessions (
    digest text primary key, by_token text not null, role text not null, name text not null, expires text not null
);
"""


class AccessFailed(AxiometerError):
    """The file of sessions cannot be read or written: disk full, no permission, no file."""


class Role(StrEnum):
    """RATER: labels, and sees nothing but own work; KEEPER: runs the project and sees all."""

    RATER = "rater"
    KEEPER = "keeper"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone with a session. `session` is the hash of its secret, `csrf` what a form of this session must carry."""

    role: Role
    name: str
    session: str
    csrf: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """That a rater was invited; the token itself is not kept."""

    name: str
    created: datetime.datetime
    expires: datetime.datetime

    @property
    def expired(self) -> bool:
        return self.expires <= _now()


class Access:
    """Invitations and sessions, in a file or, without a path, for as long as the process lives."""

    def __init__(self, path: Path | None = None, keeper_token: str | None = None) -> None:
        self._keeper = None if keeper_token is None else digest_of(keeper_token)
        self._path = path
        self._lock = self._reading_lock = threading.Lock()
        with _failures(path):
            if path is not None:
                path.touch(mode=0o600)
            self._connection = self._reader = _connected(path)
            self._connection.executescript(f"pragma journal_mode=wal; pragma secure_delete=on; {_SCHEMA}")
            if path is not None:  # who is there is asked for every request, and must not wait for a writer's disk
                self._reader, self._reading_lock = _connected(path), threading.Lock()

    def close(self) -> None:
        with self._lock:
            self._connection.close()
        with self._reading_lock:
            self._reader.close()

    def invite(self, name: str, expires: datetime.datetime) -> str:
        """A new token for a rater, given this once; an earlier one of the same rater is no longer good."""
        token = secrets.token_urlsafe(32)
        with self._writing() as connection:
            _forget(connection, name)
            connection.execute(
                "insert into invitations values (?, ?, ?, ?)",
                (digest_of(token), name, _now().isoformat(), expires.isoformat()),
            )
        return token

    def revoke(self, name: str) -> None:
        """Makes a rater's token worthless, and ends its sessions."""
        with self._writing() as connection:
            _forget(connection, name)

    def invitations(self) -> dict[str, Invitation]:
        with self._reading() as connection:
            rows = connection.execute("select name, created, expires from invitations order by name").fetchall()
        return {name: Invitation(name, _time(created), _time(expires)) for name, created, expires in rows}

    def enter(self, token: str, role: Role) -> str | None:
        """The secret of a new session for the holder of a token; None where the token is not good for the role."""
        given = digest_of(token)
        if role is Role.KEEPER:
            if self._keeper is None or not hmac.compare_digest(given, self._keeper):
                return None
            return self._session(self._keeper, role, "", _now() + datetime.timedelta(hours=SESSION_HOURS))
        with self._reading() as connection:
            row = connection.execute(
                "select digest, name, expires from invitations where digest = ?", (given,)
            ).fetchone()
        if row is None or not hmac.compare_digest(row[0], given) or _time(row[2]) <= _now():
            return None
        return self._session(given, role, row[1], _time(row[2]))

    def visitor(self, secret: str, role: Role) -> Visitor | None:
        """Whose session it is; None where it is over, was never one, or what it came from is no longer good."""
        given = digest_of(secret)
        with self._reading() as connection:
            row = connection.execute(
                "select s.by_token, s.name, s.expires, i.digest from sessions s left join invitations i "
                "on i.digest = s.by_token where s.digest = ? and s.role = ?",
                (given, role.value),
            ).fetchone()
        if row is None or _time(row[2]) <= _now():
            return None
        good = row[3] if role is Role.RATER else self._keeper and _sealed(self._keeper, secret)
        if good is None or not hmac.compare_digest(row[0], good):
            return None
        return Visitor(role, row[1], given, _sealed("csrf", secret))

    def leave(self, visitor: Visitor) -> None:
        """Ends one session."""
        with self._writing() as connection:
            connection.execute("delete from sessions where digest = ?", (visitor.session,))

    def _session(self, by_token: str, role: Role, name: str, expires: datetime.datetime) -> str:
        secret = secrets.token_urlsafe(32)
        # A keeper's token may be short enough to be guessed from its hash, so the file holds a hash of both.
        by_token = by_token if role is Role.RATER else _sealed(by_token, secret)
        with self._writing() as connection:
            connection.execute("delete from sessions where expires <= ?", (_now().isoformat(),))
            connection.execute(
                "insert into sessions values (?, ?, ?, ?, ?)",
                (digest_of(secret), by_token, role.value, name, expires.isoformat()),
            )
        return secret

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._reading_lock, _failures(self._path):
            yield self._reader

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _failures(self._path), transaction(self._connection):
            yield self._connection


def _connected(path: Path | None) -> sqlite3.Connection:
    return sqlite3.connect(
        ":memory:" if path is None else path, timeout=30.0, isolation_level=None, check_same_thread=False
    )


@contextmanager
def _failures(path: Path | None) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "not a database" in str(error):
            mend = "delete it; raters then need new links"
            raise InputError("not a file of sessions", file=path, mend=mend) from error
        raise AccessFailed("{file}: sessions cannot be kept: {why}", file=path, why=error) from error


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _sealed(text: str, secret: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _forget(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("delete from invitations where name = ?", (name,))
    connection.execute("delete from sessions where role = ? and name = ?", (Role.RATER.value, name))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
