"""The view as a file: CSV that no spreadsheet takes for formulas, or Parquet; large ones in flat memory."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
from starlette.responses import Response, StreamingResponse

from axiometer.records.exports import safe_cell
from axiometer.records.rows import Item
from axiometer.records.schemas import schema_of
from axiometer.records.tables import read_part
from axiometer.web.explorer.index import RunIndex
from axiometer.web.explorer.tables import columns_as_texts

FORMATS: Final = ("csv", "parquet")
_STEP: Final = 5_000
_PIECE: Final = 2**18


def items_frames(index: RunIndex, numbers: pl.Series) -> Iterator[pl.DataFrame]:
    """The items with these numbers as they stand in the run, file by file."""
    places = pl.read_parquet(index.items, columns=["number", "file", "row"])
    wanted = places.filter(pl.col("number").is_in(numbers.implode()))
    for (file,), rows in wanted.group_by("file", maintain_order=True):
        part = read_part(index.sources.items[int(str(file))], list(schema_of(Item)))
        yield part[rows["row"].to_list()]


def answers_frames(index: RunIndex, numbers: pl.Series, model: int | None = None) -> Iterator[pl.DataFrame]:
    """The answers to the items with these numbers, part by part, as they stand in the run."""
    for respondent in index.sources.respondents:
        if (model is not None and respondent.number != model) or not index.has_said(respondent.number):
            continue
        said = pl.read_parquet(index.said(respondent.number), columns=["number", "file", "row"])
        kept = said.filter(pl.col("number").is_in(numbers.implode())).sort("file", "row")
        for (file,), rows in kept.group_by("file", maintain_order=True):
            yield read_part(respondent.files[int(str(file))])[rows["row"].to_list()]


def sent(frames: Iterator[pl.DataFrame], schema: pl.Schema, name: str, kind: str) -> Response:
    """Data frames of one schema as a download."""
    if kind == "csv":
        headers = _attached(f"{name}.csv")
        return StreamingResponse(_csv(frames, list(schema)), media_type="text/csv; charset=utf-8", headers=headers)
    return _parquet(frames, schema, name)


def sent_frame(frame: pl.DataFrame, name: str, kind: str) -> Response:
    """A small table as a download."""
    return sent(iter([frame]), frame.schema, name, kind)


def sent_lazily(rows: pl.LazyFrame, name: str, kind: str) -> Response:
    """A table that may be large as a download."""
    schema = rows.collect_schema()
    if kind == "csv":
        return sent(rows.collect_batches(chunk_size=_STEP, maintain_order=True), schema, name, kind)
    path = _temporary()
    rows.sink_parquet(path, compression="zstd", engine="streaming")
    return _file(path, name)


def sent_figure(svg: str, name: str) -> Response:
    """A chart as a file; the styles that it carries are for it alone."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; sandbox"
    headers = {**_attached(f"{name}.svg"), "Content-Security-Policy": policy}
    return Response(svg, media_type="image/svg+xml", headers=headers)


def _attached(name: str) -> dict[str, str]:
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    return {"Content-Disposition": f'attachment; filename="{plain}"'}


def _csv(frames: Iterator[pl.DataFrame], columns: list[str]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in columns])
    yield b"\xef\xbb\xbf"
    for frame in frames:
        for piece in frame.select(columns).iter_slices(_STEP):
            for row in columns_as_texts(piece):
                writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _parquet(frames: Iterator[pl.DataFrame], schema: pl.Schema, name: str) -> Response:
    from axiometer.build.work.large_tables import write_frames

    path = _temporary()
    write_frames((frame.select(list(schema)) for frame in frames), schema, path)
    return _file(path, name)


def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="axiometer-export-")) / "table.parquet"


def _file(path: Path, name: str) -> Response:
    """Sends a file that has no name any more, so that nothing is left of it whatever the reader does."""
    size, handle = path.stat().st_size, path.open("rb")
    path.unlink()
    path.parent.rmdir()

    def pieces() -> Iterator[bytes]:
        with handle:
            while piece := handle.read(_PIECE):
                yield piece

    headers = {**_attached(f"{name}.parquet"), "Content-Length": str(size)}
    return StreamingResponse(pieces(), media_type="application/vnd.apache.parquet", headers=headers)
