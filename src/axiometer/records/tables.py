"""Reading and writing tables, with one clear line where a file is not what it should be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl

from axiometer.errors import InputError, file_error
from axiometer.records.corpus_rows import Attribution
from axiometer.records.rows import Item, ItemKind
from axiometer.records.schemas import Row, schema_of, to_frame, to_rows

ROW_GROUP = 20_000

THEME = pl.when(pl.col("kind") == str(ItemKind.THEME)).then(pl.col("meta").str.json_path_match("$.theme"))
"""The theme that an item of kind theme is about, from the columns `kind` and `meta`; null for all others."""

ATTRIBUTION = pl.when(pl.col("kind") == str(ItemKind.STATEMENT)).then(
    pl.coalesce(pl.col("meta").str.json_path_match("$.attribution"), pl.lit(str(Attribution.UNKNOWN)))
)
"""Whose view the statement of an item gives, from the columns `kind` and `meta`; null for items that are none."""

SOLVED = (
    pl.when(pl.col("kind") == str(ItemKind.STATEMENT))
    .then(pl.col("meta").str.json_path_match("$.style") == "solved")
    .fill_null(False)
)
"""Whether an item's statement and reverse are told apart by their style alone (`build statements` says so)."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary name beside `path`: what is written there is synced and renamed at the end, or nothing is left.

    Raises `InputError` where nothing can be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        sync_and_rename(temporary, path)
    except OSError as error:
        raise file_error(error, path) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Writes `frame` whole or not at all: temporary name, fsync, rename. Equal frames give equal bytes."""
    with whole(path) as temporary:
        try:
            frame.write_parquet(temporary, compression="zstd", row_group_size=ROW_GROUP, statistics=True)
        except pl.exceptions.PolarsError as error:  # how Polars tells of a full disk
            raise InputError("cannot be written: {why}", file=path, why=error) from error


def write_text(text: str, path: Path, encoding: str = "utf-8") -> None:
    """Writes `text` whole or not at all."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding=encoding)


def sync_and_rename(temporary: Path, path: Path) -> None:
    with temporary.open("rb") as handle:
        os.fsync(handle.fileno())
    temporary.replace(path)


def parquet_files(path: Path) -> list[Path]:
    """The Parquet files of a table: the file itself, or the parts in a folder, by name."""
    if path.is_dir():
        files = sorted(p for p in path.glob("*.parquet") if not p.name.startswith("."))
        if not files:
            raise InputError("no .parquet files in this folder", file=path)
        return files
    if not path.exists():
        raise InputError("no such file", file=path)
    return [path]


def read_table(path: Path, row_type: type[Row], columns: Sequence[str] | None = None) -> pl.DataFrame:
    """A whole table as a data frame with the columns of `row_type`, or with those of them that are named."""
    return pl.concat([_columns(file, row_type, columns) for file in parquet_files(path)])


def _columns(file: Path, row_type: type[Row], columns: Sequence[str] | None) -> pl.DataFrame:
    if columns is None:
        return _checked(read_part(file), file, row_type)
    _checked(pl.DataFrame(schema=schema_in(file)), file, row_type)
    return read_part(file, columns)


def scan(file: Path) -> pl.LazyFrame:
    """A Parquet file to be read later; brackets and stars in its path are taken as they stand."""
    return pl.scan_parquet(file, glob=False)


def schema_in(file: Path) -> pl.Schema:
    """The columns of a Parquet file. Raises `InputError` where it is none."""
    try:
        return scan(file).collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _not_parquet(file) from error


def read_part(file: Path, columns: Sequence[str] | None = None, mend: str | None = None) -> pl.DataFrame:
    """One Parquet file as it is. Raises `InputError`, with `mend`, where it is none or damaged."""
    try:
        return pl.read_parquet(file, columns=None if columns is None else list(columns), glob=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _not_parquet(file, mend) from error


def read_rows(path: Path, row_type: type[Row], batch: int = 2_000) -> Iterator[Row]:
    """The rows of a table in order, in flat memory."""
    for file in parquet_files(path):
        height = rows_in(file)
        for offset in range(0, max(height, 1), batch):
            yield from to_rows(_checked(read_slice(file, offset, batch), file, row_type), row_type)


def write_rows(rows: list[Row], row_type: type[Row], path: Path) -> None:
    """Writes rows as one table, made a row group at a time: rows as Python lists take many times what a frame takes."""
    starts = range(0, max(len(rows), 1), ROW_GROUP)
    write_parquet(pl.concat([to_frame(rows[start : start + ROW_GROUP], row_type) for start in starts]), path)


def count_rows(path: Path) -> int:
    return sum(rows_in(file) for file in parquet_files(path))


def rows_in(file: Path) -> int:
    """How many rows a Parquet file has. Raises `InputError` where it is none."""
    try:
        return int(scan(file).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _not_parquet(file) from error


def read_items(path: Path) -> list[Item]:
    """All items of a table. Raises `InputError` for a missing file, wrong columns or an empty table."""
    items = list(read_rows(path, Item))
    if not items:
        raise InputError("the table holds no items", file=path)
    return items


def read_slice(file: Path, offset: int, length: int, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Some rows of a Parquet file. Raises `InputError` where it is none or damaged."""
    rows = scan(file).slice(offset, length)
    try:
        return (rows if columns is None else rows.select(columns)).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _not_parquet(file) from error


def _not_parquet(file: Path, mend: str | None = None) -> InputError:
    return InputError("not a Parquet file, or a damaged one", file=file, mend=mend)


def _checked(frame: pl.DataFrame, file: Path, row_type: type) -> pl.DataFrame:
    wanted = schema_of(row_type)
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise InputError(
            "not a table of {rows}: columns missing: {missing}",
            file=file,
            mend="make one with `axiometer import`",
            rows=f"{row_type.__name__.lower()}s",
            missing=", ".join(missing),
        )
    different = [name for name, dtype in wanted.items() if frame.schema[name] != dtype]
    if different:
        raise InputError(
            "columns of another type than {row_type} has: {columns}",
            file=file,
            row_type=row_type.__name__,
            columns=", ".join(different),
        )
    return frame.select(list(wanted))
