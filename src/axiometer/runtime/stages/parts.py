"""A stage's parts on disk: the rows that go on and the fate of every row, in two Parquet files per part.

`rows/NAME.parquet` is written first, `fates/NAME.parquet` last: a part is there when its fates are. The metadata of the
fates say from what the part was made (`signature`), so that a part is made again exactly where something changed.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from pathlib import Path

import polars as pl

from axiometer.errors import InputError
from axiometer.records.schemas import to_frame
from axiometer.records.tables import ROW_GROUP, read_part, whole
from axiometer.runtime.stages.rows import Account, Fate, Status

_KEY = "axiometer"
_MEND = "delete it and give the same command again: its answers are in the journal"


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part. `rows` and `fates` count; `retry` of the fates are calls that failed and are made again on
    resume; `account` says what became of its rows; `extra` is what the stage itself noted."""

    name: str
    signature: str
    digest: str
    rows: int
    fates: int
    retry: int
    account: Account
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageFolder:
    """The parts of one stage under `path`."""

    path: Path

    def rows_file(self, name: str) -> Path:
        return self.path / "rows" / f"{name}.parquet"

    def fates_file(self, name: str) -> Path:
        return self.path / "fates" / f"{name}.parquet"

    def write(
        self,
        name: str,
        rows: pl.DataFrame,
        fates: Sequence[Fate],
        signature: str,
        extra: Mapping[str, str] | None = None,
    ) -> Part:
        """Writes a part whole: rows, then fates. Equal rows and fates give equal bytes."""
        digest = _write(rows, self.rows_file(name), {})
        frame = to_frame(fates, Fate)
        retry = sum(fate.retry for fate in fates)
        account = account_of(frame)
        part = Part(name, signature, digest, rows.height, len(fates), retry, account, dict(extra or {}))
        said = {
            "signature": part.signature,
            "digest": part.digest,
            "rows": part.rows,
            "fates": part.fates,
            "retry": part.retry,
            "account": asdict(part.account),
            "extra": dict(part.extra),
        }
        _write(frame, self.fates_file(name), {_KEY: json.dumps(said, sort_keys=True)})
        return part

    def part(self, name: str) -> Part | None:
        """The part of that name, if it is there. Raises `InputError` for a damaged one."""
        file = self.fates_file(name)
        if not file.exists() or not self.rows_file(name).exists():
            return None
        try:
            said = json.loads(pl.read_parquet_metadata(file)[_KEY])
            return Part(
                name,
                said["signature"],
                said["digest"],
                said["rows"],
                said["fates"],
                said["retry"],
                Account(**said["account"]),
                said["extra"],
            )
        except (pl.exceptions.PolarsError, OSError, KeyError, ValueError, TypeError) as error:
            raise InputError("not a part of a stage, or a damaged one", file=file, mend=_MEND) from error

    def names(self) -> list[str]:
        """The names of all finished parts, in order; nothing is opened."""
        both = [{file.stem for file in (self.path / kind).glob("[!.]*.parquet")} for kind in ("rows", "fates")]
        return sorted(both[0] & both[1])

    def parts(self) -> list[Part]:
        """All finished parts by name."""
        return [part for name in self.names() if (part := self.part(name)) is not None]

    def rows_of(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        return read_part(self.rows_file(name), columns, _MEND)

    def fates_of(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        return read_part(self.fates_file(name), columns, _MEND)

    def remove(self, name: str) -> None:
        """Takes a part away: its fates first, so that it is never there by half."""
        self.fates_file(name).unlink(missing_ok=True)
        self.rows_file(name).unlink(missing_ok=True)

    def is_made(self, name: str, signature: str) -> bool:
        """Whether the part is there and was made from what `signature` stands for."""
        there = self.part(name)
        return there is not None and there.signature == signature

    def keep_only(self, names: Iterable[str]) -> None:
        """Takes away the parts of other names: their input is gone."""
        for name in set(self.names()) - set(names):
            self.remove(name)

    def account(self) -> Account:
        """What became of the rows of all finished parts."""
        return together(self.parts())


def together(parts: Iterable[Part]) -> Account:
    """What became of the rows of these parts. The accounts stand in their metadata: no row is read."""
    return reduce(Account.plus, (part.account for part in parts), Account())


def account_of(fates: pl.DataFrame) -> Account:
    """The account of some fates (with at least the columns status, reason, error, outputs, calls, tokens)."""
    statuses = Counter[str](fates["status"].to_list())
    calls = fates["calls"].list.len()
    return Account(
        rows=fates.height,
        kept=statuses[Status.KEPT],
        dropped=_counts(fates, Status.DROPPED, "reason"),
        failed=_counts(fates, Status.FAILED, "error"),
        outputs=int(fates["outputs"].list.len().sum()),
        repaired=int((calls > 1).sum()),
        tokens_in=int(fates["tokens_in"].sum()),
        tokens_out=int(fates["tokens_out"].sum()),
        calls=int(calls.sum()),
    )


def _counts(fates: pl.DataFrame, status: Status, column: str) -> dict[str, int]:
    named = Counter[str](fates.filter(pl.col("status") == status)[column].fill_null("not said").to_list())
    return dict(sorted(named.items(), key=lambda pair: (-pair[1], pair[0])))


def _write(frame: pl.DataFrame, path: Path, metadata: dict[str, str]) -> str:
    """Writes a Parquet file whole or not at all; gives the SHA-256 of its bytes."""
    with whole(path) as temporary:
        try:
            frame.write_parquet(
                temporary, compression="zstd", row_group_size=ROW_GROUP, statistics=True, metadata=metadata
            )
        except pl.exceptions.PolarsError as error:  # how Polars tells of a full disk
            raise InputError("cannot be written: {why}", file=path, why=error) from error
        return hashlib.sha256(temporary.read_bytes()).hexdigest()
