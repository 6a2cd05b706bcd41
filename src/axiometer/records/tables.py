"""Reading and writing tables, with one clear line where a file is not what it should be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from axiometer.errors import InputError
from axiometer.records.rows import Item
from axiometer.records.schemas import Row, schema_of, to_frame, to_rows

ROW_GROUP = 20_000


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Writes `frame` whole or not at all: temporary name, fsync, rename. Equal frames give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        frame.write_parquet(temporary, compression="zstd", row_group_size=ROW_GROUP, statistics=True)
        sync_and_rename(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(text: str, path: Path, encoding: str = "utf-8") -> None:
    """Writes `text` whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding=encoding)
        sync_and_rename(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


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


def read_table(path: Path, row_type: type[Row]) -> pl.DataFrame:
    """A whole table as a data frame with the columns of `row_type`."""
    return pl.concat([_checked(pl.read_parquet(file), file, row_type) for file in _readable(path)])


def read_rows(path: Path, row_type: type[Row], batch: int = 2_000) -> Iterator[Row]:
    """The rows of a table in order, in flat memory."""
    for file in _readable(path):
        height = pl.scan_parquet(file).select(pl.len()).collect().item()
        for offset in range(0, max(height, 1), batch):
            frame = pl.scan_parquet(file).slice(offset, batch).collect()
            yield from to_rows(_checked(frame, file, row_type), row_type)


def write_rows(rows: list[Row], row_type: type[Row], path: Path) -> None:
    write_parquet(to_frame(rows, row_type), path)


def count_rows(path: Path) -> int:
    return sum(int(pl.scan_parquet(file).select(pl.len()).collect().item()) for file in _readable(path))


def read_items(path: Path) -> list[Item]:
    """All items of a table. Raises `InputError` for a missing file, wrong columns or an empty table."""
    items = list(read_rows(path, Item))
    if not items:
        raise InputError("the table holds no items", file=path)
    return items


def _readable(path: Path) -> list[Path]:
    files = parquet_files(path)
    for file in files:
        try:
            pl.read_parquet_schema(file)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError("not a Parquet file", file=file, mend="make one with `axiometer import`") from error
    return files


def _checked(frame: pl.DataFrame, file: Path, row_type: type) -> pl.DataFrame:
    wanted = schema_of(row_type)
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise InputError(
            f"not a table of {row_type.__name__.lower()}s: columns missing: {', '.join(missing)}",
            file=file,
            mend="make one with `axiometer import`",
        )
    different = [name for name, dtype in wanted.items() if frame.schema[name] != dtype]
    if different:
        raise InputError(f"columns of another type than {row_type.__name__} has: {', '.join(different)}", file=file)
    return frame.select(list(wanted))
