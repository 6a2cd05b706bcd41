"""Any Parquet table of a folder, a page at a time, with a search through its texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.errors import InputError
from axiometer.records.tables import rows_in, scan
from axiometer.web.explorer.places import inside, is_plain_file, is_plain_folder

ROWS: Final = 50
MOST_TABLES: Final = 400
_DEEPEST: Final = 3
_LONGEST: Final = 600


@dataclass(frozen=True, slots=True)
class Listed:
    """A table below a thing's folder."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class TablePage:
    """Rows of a table as texts. `total` is of those that hold the text looked for; the first is number `first` + 1."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    first: int

    @property
    def next(self) -> int | None:
        following = self.first + len(self.rows)
        return following if self.rows and following < self.total else None

    @property
    def previous(self) -> int | None:
        return max(0, self.first - ROWS) if self.first > 0 else None


def tables_in(folder: Path) -> list[Listed]:
    """The tables of a folder and of those in it, not the parts of runs and stages: there are too many of them."""
    found: list[Listed] = []
    waiting = [(folder, 0)]
    while waiting and len(found) < MOST_TABLES:
        place, depth = waiting.pop(0)
        for path in sorted(place.iterdir()):
            if path.name.startswith("."):
                continue
            if path.suffix == ".parquet" and is_plain_file(path):
                found += _listed(path, folder)
            elif depth < _DEEPEST and path.name not in _PARTS and is_plain_folder(path):
                waiting.append((path, depth + 1))
    return found[:MOST_TABLES]


_PARTS: Final = frozenset({"answers", "free", "judging", "stages", "journal", "blocks", "vectors", "candidates"})


def _listed(path: Path, folder: Path) -> list[Listed]:
    try:
        return [Listed(path.relative_to(folder).as_posix(), rows_in(path))]
    except InputError:
        return []


def table_file(root: Path, at: str, name: str) -> Path | None:
    """The Parquet file `name` below the folder `at`; None for anything else."""
    found = inside(root, name if at == "." else f"{at}/{name}")
    return found if found is not None and found.suffix == ".parquet" and is_plain_file(found) else None


def searched(file: Path, text: str) -> pl.LazyFrame:
    """The rows of a table that hold a text in one of their columns, whatever its case; all without a text."""
    rows = scan(file)
    if not text:
        return rows
    holding = [
        _as_text(name, dtype).str.to_lowercase().str.contains(text.lower(), literal=True)
        for name, dtype in rows.collect_schema().items()
        if dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum) or dtype == pl.List(pl.String)
    ]
    return rows.filter(pl.any_horizontal(holding).fill_null(False)) if holding else rows.limit(0)


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    return (
        pl.col(name).list.join("\n", ignore_nulls=True) if dtype == pl.List(pl.String) else pl.col(name).cast(pl.String)
    )


def page_of_table(file: Path, text: str, first: int) -> TablePage:
    """A page of what `searched` gives. Raises `InputError` for a file that is no table."""
    try:
        rows = searched(file, text)
        total = int(rows.select(pl.len()).collect(engine="streaming").item())
        shown = rows.slice(first, ROWS).collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("not a Parquet file, or a damaged one", file=file) from error
    return TablePage(tuple(shown.columns), tuple(tuple(map(_cell, row)) for row in shown.iter_rows()), total, first)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def columns_as_texts(frame: pl.DataFrame) -> Sequence[Sequence[object]]:
    """Rows with lists and structs as JSON text."""
    return [
        [json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, list | dict) else cell for cell in row]
        for row in frame.iter_rows()
    ]
