"""Items for the tests of `align`: small, real, and known."""

from __future__ import annotations

from pathlib import Path

from axiometer.records.importers.starter_news import news_items, planted_items
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, make_item
from axiometer.records.tables import write_rows

POSITION = "one rule for all"


def statement(
    number: int, *clusters: str, position: str = "north news", parallel: str | None = None, **meta: str
) -> Item:
    """A statement about a thing of its own, and its reverse."""
    return make_item(
        kind=ItemKind.STATEMENT,
        lang="en",
        prompt=f"Should thing {number} be done?",
        options=(
            Option(f"Thing {number} should be done.", expresses=(Expression(ExpressionKind.POSITION, position, 1),)),
            Option(f"Thing {number} should be left.", expresses=(Expression(ExpressionKind.POSITION, position, -1),)),
        ),
        clusters=clusters,
        source="test",
        parallel_id=parallel,
        meta=meta,
    )


def planted_table(folder: Path) -> Path:
    return _written(planted_items("en"), folder / "planted.parquet")


def news_table(folder: Path, *nations: str) -> Path:
    return _written(news_items(nations), folder / "news.parquet")


def table_of(items: list[Item], folder: Path) -> Path:
    return _written(items, folder / "items.parquet")


def _written(items: list[Item], path: Path) -> Path:
    write_rows(items, Item, path)
    return path
