"""The folder `analysis/`: one Parquet file per table and `summary.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from axiometer.errors import InputError
from axiometer.records.tables import read_part, write_parquet, write_text

SUMMARY = "summary.json"


def write_tables(tables: Mapping[str, pl.DataFrame], summary: Mapping[str, object], folder: Path) -> None:
    """Writes each table, then the summary, each whole or not at all."""
    for name, table in tables.items():
        write_parquet(table, folder / f"{name}.parquet")
    write_text(json.dumps(dict(summary), ensure_ascii=False, indent=1, allow_nan=False) + "\n", folder / SUMMARY)


def read_tables(names: Sequence[str], folder: Path) -> tuple[dict[str, pl.DataFrame], dict[str, object]]:
    """What `write_tables` wrote. Raises `InputError` where something is missing or damaged."""
    for name in [*(f"{table}.parquet" for table in names), SUMMARY]:
        if not (folder / name).exists():
            raise InputError("no such file", file=folder / name, mend="make it with `axiometer analyze`")
    again = "make it again with `axiometer analyze`"
    tables = {name: read_part(folder / f"{name}.parquet", mend=again) for name in names}
    try:
        summary: dict[str, object] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError("not readable as JSON", file=folder / SUMMARY, mend=again) from error
    return tables, summary
