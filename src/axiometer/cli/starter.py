"""`starter` as a table of items: written once to the user's cache, found by the hash of its content."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Where what can be made again is kept: `AXIOMETER_CACHE`, else the platform's cache folder."""
    own = os.environ.get("AXIOMETER_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "axiometer"


def items_path(named: Path | str) -> Path:
    """The table that a user named; for `starter`, the starter dilemmas as a table."""
    if str(named) != "starter":
        return Path(named)
    from axiometer.records import Item, content_id
    from axiometer.records.importers.starter import starter_items
    from axiometer.records.tables import write_rows

    items = starter_items()
    path = cache_folder() / f"starter-{content_id([item.id for item in items])[:12]}.parquet"
    if not path.exists():
        write_rows(items, Item, path)
    return path
