"""`starter` as a table of items, or of rules: written once to the user's cache, found by the hash of its content."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from axiometer.errors import InputError

if TYPE_CHECKING:
    from axiometer.records import Item, Rule

STARTER: Final = "starter"
Row = TypeVar("Row", "Item", "Rule")


def items_path(named: Path | str) -> Path:
    """The table that a user named; for `starter`, the starter dilemmas as a table."""
    if str(named) != STARTER:
        return Path(named)
    from axiometer.records import Item
    from axiometer.records.importers.starter import starter_items

    return _path(starter_items(), Item, "starter")


def rules_path(named: Path | str) -> Path:
    """The rules that a user named; for `starter`, the rules behind the starter dilemmas as a table."""
    if str(named) != STARTER:
        return Path(named)
    from axiometer.records import Rule
    from axiometer.records.importers.starter import starter_rule_rows

    return _path(starter_rule_rows(), Rule, "starter-rules")


def _path(rows: list[Row], kind: type[Row], name: str) -> Path:
    try:
        return _cached(rows, kind, name)
    except InputError:  # no home, or a cache that cannot be written: for this process only
        folder = Path(tempfile.mkdtemp(prefix="axiometer-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return _written(rows, kind, folder / f"{name}.parquet")


def _cached(rows: list[Row], kind: type[Row], name: str) -> Path:
    from axiometer.models.local_weights import cache_folder
    from axiometer.records import content_id

    path = cache_folder() / f"{name}-{content_id([repr(row) for row in rows])[:12]}.parquet"
    return path if path.exists() else _written(rows, kind, path)


def _written(rows: list[Row], kind: type[Row], path: Path) -> Path:
    from axiometer.records.tables import write_rows

    write_rows(rows, kind, path)
    return path
