"""Respondents of any runs beside each other: how they ended, what they chose, and how often they chose alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.records.tables import scan
from axiometer.web.explorer.index import RunIndex
from axiometer.web.explorer.query import most_chosen

MOST: Final = 8
"""Respondents that are compared at once."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A respondent in a run. `at`: the run's path below the root."""

    at: str
    index: RunIndex
    number: int

    @property
    def name(self) -> str:
        return self.index.sources.respondents[self.number].name

    @property
    def run(self) -> str:
        return self.index.sources.folder.name


@dataclass(frozen=True, slots=True)
class Alike:
    """Of `n` items to which both have a most frequent choice, `same` have the same one."""

    one: int
    other: int
    n: int
    same: int

    @property
    def share(self) -> float | None:
        return self.same / self.n if self.n else None


def labels_of(compared: Sequence[Compared]) -> list[str]:
    """Names of respondents, with the run's where two have the same, and its whole path where that is not enough."""
    names = [each.name for each in compared]
    with_run = [f"{each.name} · {each.run}" for each in compared]
    whole = [f"{each.name} · {each.at}" for each in compared]
    first = [run if names.count(name) > 1 else name for name, run in zip(names, with_run, strict=True)]
    return [path if first.count(name) > 1 else name for name, path in zip(first, whole, strict=True)]


def alike(compared: Sequence[Compared]) -> list[Alike]:
    """Every pair of respondents. Items are matched by their ids, so runs of the same items can be compared."""
    found = []
    for (one, first), (other, second) in combinations(enumerate(compared), 2):
        n, same = _matched(_Choices(first), _Choices(second))
        found.append(Alike(one, other, n, same))
    return found


class _Choices:
    """A respondent's most frequent choices, equal to others where the files are."""

    def __init__(self, compared: Compared) -> None:
        self.compared = compared
        self._known = (compared.index.items, compared.index.said(compared.number))

    def __hash__(self) -> int:
        return hash(self._known)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Choices) and self._known == other._known

    @property
    def items(self) -> Path:
        return self._known[0]


@lru_cache(maxsize=256)
def _matched(one: _Choices, other: _Choices) -> tuple[int, int]:
    first, second = _chosen(one), _chosen(other)
    if one.items != other.items:
        ids = (
            scan(one.items)
            .select("number", "id")
            .join(scan(other.items).select("id", other="number"), on="id", how="inner")
        )
        numbers = ids.select("number", "other").collect(engine="streaming")
        second = second.rename({"number": "other"}).join(numbers, on="other").drop("other")
    both = first.join(second, on="number", suffix="_other")
    return both.height, int((both["option"] == both["option_other"]).sum())


@lru_cache(maxsize=MOST)
def _chosen(choices: _Choices) -> pl.DataFrame:
    return most_chosen(choices.compared.index, choices.compared.number).collect(engine="streaming")
