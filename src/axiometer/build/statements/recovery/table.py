"""Counts of what was planted, what was found, and what of that is right: one row for each nation, step and question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

ALL: Final = "all"
RECOVERY: Final = pl.Schema(
    {
        **{name: pl.String() for name in ("nation", "step", "what")},
        **{name: pl.Int64() for name in ("planted", "found", "right")},
        "precision": pl.Float64(),
        "recall": pl.Float64(),
    }
)


@dataclass(frozen=True, slots=True)
class Recovered:
    """planted: how many there are to be found by this step, of those that came to it. found: how many it says there
    are. right: of these, how many are planted. None where there is nothing of the kind to count."""

    nation: str
    step: str
    what: str
    planted: int | None
    found: int | None
    right: int | None

    @property
    def precision(self) -> float | None:
        return _share(self.right, self.found)

    @property
    def recall(self) -> float | None:
        return _share(self.right, self.planted)

    def row(self) -> list[object]:
        counts = [self.nation, self.step, self.what, self.planted, self.found, self.right]
        return [*counts, self.precision, self.recall]


def with_totals(rows: Iterable[Recovered]) -> list[Recovered]:
    """The rows, those of one step and question together, each question with a row for all nations if there are more
    than one; in the order in which questions first come."""
    by: dict[tuple[str, str], list[Recovered]] = {}
    for row in rows:
        by.setdefault((row.step, row.what), []).append(row)
    nations = {row.nation for group in by.values() for row in group}
    found: list[Recovered] = []
    for (step, what), group in by.items():
        found += group
        if len(nations) > 1:
            sums = [_sum([getattr(row, name) for row in group]) for name in ("planted", "found", "right")]
            found.append(Recovered(ALL, step, what, *sums))
    return found


def frame(rows: Sequence[Recovered]) -> pl.DataFrame:
    return pl.DataFrame([row.row() for row in rows], RECOVERY, orient="row")


def _share(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else part / whole


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
