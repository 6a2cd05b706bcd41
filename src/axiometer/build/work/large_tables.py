"""Large tables written as a stream: Parquet, JSON lines and CSV in flat memory, each whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import polars as pl

from axiometer.errors import InputError, file_error
from axiometer.records.exports import safe_cell
from axiometer.records.tables import ROW_GROUP, whole

Frames: TypeAlias = Iterator[pl.DataFrame]
Beside: TypeAlias = Callable[[pl.DataFrame], None]


def write_frames(frames: Frames, schema: pl.Schema, path: Path) -> None:
    """Writes data frames of one schema as one Parquet file, in their order, one after another.

    Equal rows give equal bytes, however they were cut into frames. What the frames' iterator raises is raised here.
    """
    from polars.io.plugins import register_io_source

    raised: list[BaseException] = []

    def source(
        columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch: int | None
    ) -> Iterator[pl.DataFrame]:
        del predicate, n_rows, batch  # the whole is written: nothing is asked of the source
        try:
            for frame in frames:
                yield frame if columns is None else frame.select(columns)
        except BaseException as error:  # Polars would wrap it: an error of ours is to arrive as itself
            raised.append(error)
            raise

    with whole(path) as temporary:
        try:
            register_io_source(source, schema=schema).sink_parquet(
                temporary, compression="zstd", row_group_size=ROW_GROUP, statistics=True
            )
        except Exception as error:
            if raised:
                raise raised[0] from None
            if isinstance(error, pl.exceptions.PolarsError):  # how Polars tells of a full disk
                raise InputError("cannot be written: {why}", file=path, why=error) from error
            raise


@contextmanager
def json_lines(path: Path) -> Iterator[Beside]:
    """A function that appends data frames to a file of JSON lines, which is there when all is written."""
    with whole(path) as temporary, temporary.open("wb") as handle:

        def append(frame: pl.DataFrame) -> None:
            if frame.height:
                frame.write_ndjson(handle)

        yield append
        _flush(handle.flush, path)


@contextmanager
def csv_for_people(path: Path, columns: list[str]) -> Iterator[Beside]:
    """A function that appends data frames of texts to a CSV as `records.exports` writes it: no cell is a formula."""
    with whole(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow([safe_cell(name) for name in columns])

        def append(frame: pl.DataFrame) -> None:
            for row in frame.select(columns).iter_rows():
                writer.writerow(["" if cell is None else safe_cell(str(cell)) for cell in row])

        yield append
        _flush(handle.flush, path)


def _flush(flush: Callable[[], None], path: Path) -> None:
    try:
        flush()
    except OSError as error:
        raise file_error(error, path) from error


def beside(frames: Frames, *others: Beside) -> Frames:
    """The same frames; each is given to `others` first."""
    for frame in frames:
        for other in others:
            other(frame)
        yield frame
