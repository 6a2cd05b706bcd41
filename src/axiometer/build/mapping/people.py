"""A sheet on which people say which option fits which rule, read back, and what it says of a method's probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from axiometer.build.mapping.assignments import WAYS, Floats, Integers, Recovered
from axiometer.build.mapping.calibration import ConfidenceBin, Share, binned, ece_of
from axiometer.build.mapping.puzzles import Puzzle
from axiometer.errors import InputError
from axiometer.models.draws import uniform
from axiometer.records.exports import restored_cell, write_csv_for_people
from axiometer.records.spreadsheets import Record, read_source

LEAST_CHECKED: Final = 20
STRATA: Final = 5
ANSWERS: Final = ("fits_rule_1", "fits_rule_2")
COLUMNS: Final = ("item", "lang", "scene", "rule_1", "rule_2", "option_A", "option_B", "option_C", *ANSWERS)
_LETTERS: Final = ("A", "B", "C")
_NONE: Final = frozenset({"NONE", "NEITHER", "0", "-", "无", "都不"})

Said = tuple[int | None, int | None]
"""The options that a person says fit the first and the second rule; None: none does."""


def write_sheet(puzzles: Sequence[Puzzle], found: Recovered, rows: int, seed: int, path: Path) -> int:
    """Writes a seeded sample, equally many from each fifth of the items by the probability of their order, in a drawn
    order; gives how many. What was found is not on it."""
    ranked = sorted(range(len(puzzles)), key=lambda place: (found.order[place], puzzles[place].id))
    strata = [part for part in np.array_split(np.array(ranked, dtype=np.int64), STRATA) if len(part)]
    drawn: list[int] = []
    for number, part in enumerate(strata):
        wanted = rows // len(strata) + (number < rows % len(strata))
        drawn += sorted(part.tolist(), key=lambda place: uniform(seed, "sheet", puzzles[place].id))[:wanted]
    drawn.sort(key=lambda place: uniform(seed, "sheet row", puzzles[place].id))
    shown = [puzzles[place] for place in drawn]
    table = [(each.id, each.lang, each.scene, each.first, each.second, *each.options, "", "") for each in shown]
    write_csv_for_people(pl.DataFrame(table, schema=dict.fromkeys(COLUMNS, pl.String), orient="row"), path)
    return len(shown)


def read_sheet(path: Path, puzzles: Sequence[Puzzle]) -> dict[str, Said]:
    """What people said, by item; rows without any answer are left out. Raises `InputError` with the row and column for
    an answer that is none, half an answer, and an item that is not one of these or stands twice."""
    source = read_source(path)
    missing = [name for name in ("item", *ANSWERS) if name not in source.columns]
    if missing:
        raise InputError("columns missing: {missing}", file=path, missing=", ".join(missing))
    known = {puzzle.id for puzzle in puzzles}
    found: dict[str, Said] = {}
    for record in source.records:
        if record.problem is not None:
            raise InputError("{problem}", file=path, row=record.row, problem=record.problem)
        cells = [(record.cells.get(name) or "").strip() for name in ANSWERS]
        if not any(cells):
            continue
        item = restored_cell((record.cells.get("item") or "").strip())
        if item not in known or item in found:
            what = "no item to map has the id {id!r}" if item not in known else "the item {id} stands here twice"
            raise InputError(what, file=path, row=record.row, column="item", id=item)
        found[item] = _said(record, cells, path)
    _check_enough(len(found), path)
    return found


def _check_enough(n: int, path: Path) -> None:
    if n < LEAST_CHECKED:
        raise InputError(
            "{n} checked items whose sides were found: too few to calibrate with",
            file=path,
            mend="check at least {least}",
            n=n,
            least=LEAST_CHECKED,
        )


def _said(record: Record, cells: Sequence[str], path: Path) -> Said:
    options: list[int | None] = []
    for name, cell in zip(ANSWERS, cells, strict=True):
        letter = restored_cell(cell).strip().strip(".。").upper()
        if letter not in (*_LETTERS, *_NONE):
            what = "no answer" if not cell else "{said!r} is not an answer"
            mend = "write A, B, C or none"
            raise InputError(what, file=path, row=record.row, column=name, mend=mend, said=cell)
        options.append(_LETTERS.index(letter) if letter in _LETTERS else None)
    if options[0] is not None and options[0] == options[1]:
        what = "one option cannot fit both rules"
        raise InputError(what, file=path, row=record.row, column=ANSWERS[1], mend="write none for one of them")
    return options[0], options[1]


@dataclass(frozen=True, slots=True)
class Block:
    """Items whose order had a probability from `least` on (to the next block's): how many of the checked ones are
    right. `p`: (right + 1/2) / (n + 1), the mean of the posterior from Jeffreys' prior."""

    least: float
    right: Share
    p: float


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """What people's answers say of recovered maps. checked: items; whole: whose map is as people said; none: of which
    they found no option for some rule; sides, order: see `Calibration`; blocks: probabilities that replace the
    method's, not falling."""

    checked: int
    none: int
    whole: Share
    sides: Share
    order: Share
    bins: tuple[ConfidenceBin, ...]
    ece: float
    blocks: tuple[Block, ...]

    def calibrated(self, order: Floats) -> tuple[Floats, Floats, Floats]:
        """(probability, low, high) for each item's order."""
        block = np.searchsorted([each.least for each in self.blocks], order, side="right") - 1
        at = np.clip(block, 0, len(self.blocks) - 1)
        columns = [(each.p, min(each.right.low, each.p), max(each.right.high, each.p)) for each in self.blocks]
        table = np.array(columns)[at]
        return table[:, 0], table[:, 1], table[:, 2]


def judged(puzzles: Sequence[Puzzle], found: Recovered, said: Mapping[str, Said], path: Path) -> PeopleReport:
    """Raises `InputError` where people checked too few items whose sides were found."""
    place = {puzzle.id: number for number, puzzle in enumerate(puzzles)}
    at = np.array([place[item] for item in said], dtype=np.int64)
    ways: Integers = np.array([_way(options) for options in said.values()], dtype=np.int64)
    own = found.way[at]
    left = np.array([*(left for _, _, left in WAYS), -1])  # -1 stands for no way, and is the last
    whole, sides = ways == own, left[ways] == left[own]
    order, right = found.order[at][sides], whole[sides]
    _check_enough(len(order), path)
    bins = tuple(binned(order, right))
    none = int((ways < 0).sum())
    return PeopleReport(
        len(at), none, Share.of(whole), Share.of(sides), Share.of(right), bins, ece_of(bins), _blocks(order, right)
    )


def _way(options: Said) -> int:
    first, second = options
    return -1 if first is None or second is None else WAYS.index((first, second, 3 - first - second))


def _blocks(order: Floats, right: np.ndarray) -> tuple[Block, ...]:
    """At most `STRATA` parts of equally many items by probability, neighbours pooled until neither shares nor
    probabilities fall (pool adjacent violators: Ayer et al. 1955, Annals of Mathematical Statistics 26:641)."""
    ranked = np.argsort(order, kind="stable")
    parts = [part for part in np.array_split(ranked, min(STRATA, max(1, len(ranked) // 10))) if len(part)]
    pooled: list[tuple[float, int, int]] = []
    for part in parts:
        pooled.append((float(order[part].min()), int(right[part].sum()), len(part)))
        while len(pooled) > 1 and not _rises(pooled[-2], pooled[-1]):
            _, k, n = pooled.pop()
            pooled[-1] = (pooled[-1][0], pooled[-1][1] + k, pooled[-1][2] + n)
    return tuple(Block(least, Share.of(np.arange(n) < k), _probability(k, n)) for least, k, n in pooled)


def _rises(before: tuple[float, int, int], after: tuple[float, int, int]) -> bool:
    """Whether the share rises from one block to the next and the probability does not fall: of all 10 right it is less
    than of 159 of 160, for they say less."""
    (_, k, n), (_, right, of) = before, after
    return k * of < right * n and _probability(k, n) <= _probability(right, of)


def _probability(right: int, n: int) -> float:
    return (right + 0.5) / (n + 1)
