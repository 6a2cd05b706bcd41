"""Marks of charts: on a page each leads to the items behind it, in a figure none leads anywhere."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import polars as pl
from tests.web.explorer.conftest import Get

from axiometer.web.explorer.index import RunIndex

MARK = re.compile(r'<a href="(/explore/items[^"]*)" tabindex="-1" aria-label="([^"]+)"><title>')


def marks(page: str) -> list[tuple[str, str]]:
    """Address and name of each mark that leads somewhere."""
    return [(html.unescape(address), html.unescape(name)) for address, name in MARK.findall(page)]


def followed(get: Get, address: str) -> int:
    """How many items an address finds."""
    page = get("/explore/items", **{name: one for name, [one] in parse_qs(urlsplit(address).query).items()})
    found = re.search(r"of ([\d,]+) items", page.text)
    assert page.status == 200 and found is not None, address
    return int(found[1].replace(",", ""))


def test_every_part_of_a_bar_leads_to_the_items_that_ended_so(get: Get, index: RunIndex) -> None:
    bars = [
        (address, name) for address, name in marks(get("/explore/run", at="runs/demo").text) if "outcome" in address
    ]
    said = [pl.read_parquet(index.said(each.number)) for each in index.sources.respondents]
    assert len(bars) == sum(frame["outcome"].n_unique() for frame in said)
    for address, name in bars:
        asked_for = parse_qs(urlsplit(address).query)
        own = said[int(asked_for["model"][0])].filter(pl.col("outcome") == asked_for["outcome"][0])
        assert name.startswith(f"{asked_for['outcome'][0]}: {own.height} / ")
        assert followed(get, address) == own["number"].n_unique()


def test_every_dot_leads_to_the_items_in_which_its_value_was_chosen(get: Get) -> None:
    dots = [
        address for address, _ in marks(get("/explore/run", at="runs/demo", lang_of="zh").text) if "side" in address
    ]
    assert len(dots) > 10
    assert all("lang_of=zh" in address for address in dots)
    assert followed(get, dots[0]) > 0
    compared = get("/explore/compare", with_=["runs/demo~0", "runs/demo~2"]).text
    assert {parse_qs(urlsplit(address).query)["model"][0] for address, _ in marks(compared)} == {"0", "2"}


def test_a_figure_that_is_taken_away_leads_nowhere(get: Get) -> None:
    for chart in ("outcomes", "profile"):
        assert "<a " not in get("/explore/figure", at="runs/demo", chart=chart).text
        compared = get("/explore/export/compared", with_=["runs/demo~0"], chart=chart, as_="svg")
        assert "<svg" in compared.text and "<a " not in compared.text
