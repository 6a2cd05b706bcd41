"""The starter news as a table that `build statements` takes like any other: what such a table may look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.errors import InputError
from axiometer.records.tables import write_text
from axiometer.starter.news import NATIONS, News, NewsText, load_news

FILE: Final = "starter-news.csv"
ADDRESS: Final = "starter:"
"""How the `url` of a starter text begins; its id follows."""


def starter_nations(said: str) -> tuple[str, ...]:
    """The nations in a list with commas, each once, in the order of the starter news; `all` is all of them. Raises
    `InputError` for one of which there are no texts."""
    named = {name.strip().casefold() for name in said.split(",") if name.strip()}
    if named == {"all"}:
        return NATIONS
    for name in sorted(named - set(NATIONS)):
        raise InputError(
            "there are no starter texts of {nation!r}", mend="known: {known}", nation=name, known=", ".join(NATIONS)
        )
    if not named:
        raise InputError("--starter names no nation", mend="known: {known}", known=", ".join(NATIONS))
    return tuple(nation for nation in NATIONS if nation in named)


def write_starter_texts(nations: Sequence[str], folder: Path) -> Path:
    """Writes the texts of these nations into `folder` as a CSV; leaves the file alone where it is that already."""
    path, said = folder / FILE, starter_csv(nations)
    if not path.exists() or path.read_text(encoding="utf-8") != said:
        write_text(said, path)
    return path


def starter_csv(nations: Iterable[str]) -> str:
    rows = [_row(news, text) for news in map(load_news, nations) for text in news.texts]
    return pl.DataFrame(rows).write_csv()


def starter_text_of(url: str | None) -> tuple[News, NewsText] | None:
    """The starter text with this address; None for any other."""
    if url is None or not url.startswith(ADDRESS):
        return None
    name = url.removeprefix(ADDRESS)
    nation = name.partition("-")[0]
    if nation not in NATIONS:
        return None
    news = load_news(nation)
    return next(((news, text) for text in news.texts if text.id == name), None)


def _row(news: News, text: NewsText) -> dict[str, str]:
    return {
        "url": ADDRESS + text.id,
        "nation": news.nation,
        "lang": news.lang,
        "outlet": text.outlet,
        "date": text.date.isoformat(),
        "text": text.text,
    }
