"""`starter` as a table of items: written once to the user's cache, found by the hash of its content."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from axiometer.errors import InputError

if TYPE_CHECKING:
    from axiometer.records import Item


def items_path(named: Path | str) -> Path:
    """The table that a user named; for `starter`, the starter dilemmas as a table."""
    if str(named) != "starter":
        return Path(named)
    from axiometer.records.importers.starter import starter_items

    items = starter_items()
    try:
        return _cached(items)
    except InputError:  # no home, or a cache that cannot be written: for this process only
        folder = Path(tempfile.mkdtemp(prefix="axiometer-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return _written(items, folder / "starter.parquet")


def _cached(items: list[Item]) -> Path:
    from axiometer.models.local_weights import cache_folder
    from axiometer.records import content_id

    path = cache_folder() / f"starter-{content_id([item.id for item in items])[:12]}.parquet"
    return path if path.exists() else _written(items, path)


def _written(items: list[Item], path: Path) -> Path:
    from axiometer.records import Item
    from axiometer.records.tables import write_rows

    write_rows(items, Item, path)
    return path
