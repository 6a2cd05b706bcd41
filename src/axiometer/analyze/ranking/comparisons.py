"""Choices as comparisons of sides: the rows of the ranking model.

A presentation in which side s was chosen among sides gives one comparison of s with each other side (one, with two
sides). A row's predictor is the difference of the two sides' signed indicators of values (+1 endorses, -1 opposes)
and of the indicators of the slots at which they stood. Equal rows are put together; a row and its mirror image are
one row. Where maps are uncertain, so are rows whose maps are equally probable (mixture.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from axiometer.analyze.coded.arrays import MOST_CELLS, Booleans, Floats, Integers, counted, joined
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.ranking.mixture import Mixture

BASE = 5
DIGITS = 26
"""Predictors run from -2 to 2; so many of them make one 64-bit number."""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """`predictors`: rows x (values + slots - 1); `wins`, `trials` and `open` (non-answers): groups x rows.

    The slot columns are effects of the second, third... slot against the mean of all: slot effects add to zero.
    `mixture`: how probable it is that the rows' maps are right, None where all are known.
    """

    values: tuple[str, ...]
    slots: int
    predictors: Floats
    wins: sparse.csr_matrix
    trials: sparse.csr_matrix
    open: sparse.csr_matrix
    mixture: Mixture | None = None

    def totals(self) -> tuple[Floats, Floats, Floats]:
        """Wins, trials and non-answers per row, all groups together."""
        wins, trials, unsettled = (np.asarray(each.sum(axis=0)) for each in (self.wins, self.trials, self.open))
        return wins.ravel().astype(np.float64), trials.ravel().astype(np.float64), unsettled.ravel().astype(np.float64)

    def residuals(self, probabilities: Floats) -> sparse.csr_matrix:
        """Groups x rows: wins less those expected at these probabilities of the rows."""
        expected = self.trials.copy()
        expected.data = expected.data * probabilities[expected.indices]
        return sparse.csr_matrix(self.wins - expected)

    @property
    def value_part(self) -> Floats:
        return self.predictors[:, : len(self.values)]


def comparisons_of(presentations: Presentations, catalogue: Catalogue, level: Level) -> Comparisons:
    """The comparisons of one respondent in one mode (not agree mode, which compares nothing)."""
    cells = _cells(presentations, catalogue)
    first, second, cell = _side_pairs(cells.item, catalogue)
    chosen = cells.taken[cell, first - catalogue.start[cells.item[cell]]]
    other = cells.taken[cell, second - catalogue.start[cells.item[cell]]]
    values, slot_first, slot_second = _coded(first, second, cell, cells, catalogue, level)
    predictors, row, mirrored = unique_rows(values, slot_first, slot_second, cells.slots)
    right = None
    if catalogue.map_right is not None:
        predictors, row, right = _by_certainty(predictors, row, catalogue.map_right[cells.item[cell]])
    group = catalogue.group[cells.item[cell]]
    shape = (catalogue.groups, len(predictors))
    wins = np.where(mirrored, other, chosen)

    def summed(counts: Floats) -> sparse.csr_matrix:
        return sparse.csr_matrix(sparse.coo_matrix((counts, (group, row)), shape=shape))

    return Comparisons(
        values=level.targets,
        slots=cells.slots,
        predictors=predictors,
        wins=summed(wins),
        trials=summed(chosen + other),
        open=summed(cells.open[cell]),
        mixture=None if right is None else Mixture(right, len(level.targets)),
    )


def _by_certainty(predictors: Floats, row: Integers, right: Floats) -> tuple[Floats, Integers, Floats]:
    """Rows told apart by how probable it is that their map is right, to two digits: that many sets of rows at most."""
    digits = np.round(right, 2)
    both = joined(row, np.round(100 * digits).astype(np.int64))
    first = np.unique(both, return_index=True)[1]
    return predictors[row[first]], both, digits[first]


@dataclass(frozen=True, slots=True)
class _Cells:
    """One entry per item and order: `taken` (cells x options), `open`, `slot_of` (cells x options)."""

    item: Integers
    taken: Floats
    open: Floats
    slot_of: Integers  # the slot at which each option stood, -1 where it did not
    slots: int


def _cells(rows: Presentations, catalogue: Catalogue) -> _Cells:
    answered = rows.chosen
    kept = answered | rows.unanswered
    rows, answered = rows.where(kept), answered[kept]
    cell_of, first_row, cell = np.unique(joined(rows.item, rows.order_code), return_index=True, return_inverse=True)
    slots = rows.slots.shape[1]
    width = int(catalogue.options_of.max(initial=1))
    taken = np.zeros((len(cell_of), width))
    if rows.weights is None:
        own = rows.option[answered] - catalogue.start[rows.item[answered]]
        np.add.at(taken, (cell[answered], own), 1.0)
    else:
        own_side = _own_sides(rows, catalogue, rows.weights.shape[1])
        weight = np.where(own_side, np.nan_to_num(rows.weights), 0.0)
        total = weight.sum(axis=1)
        answered = total > 0
        part = weight[answered] / total[answered, None]
        np.add.at(taken, (cell[answered][:, None], np.arange(part.shape[1])[None, :]), part)
    shown = rows.slots[first_row]
    slot_of = np.full((len(cell_of), width), -1, dtype=np.int64)
    row, slot = np.nonzero(shown >= 0)
    slot_of[row, shown[row, slot]] = slot
    return _Cells(
        item=rows.item[first_row],
        taken=taken,
        open=counted(cell[~answered], len(cell_of)),
        slot_of=slot_of,
        slots=slots,
    )


def _own_sides(rows: Presentations, catalogue: Catalogue, width: int) -> np.ndarray:
    counts = catalogue.options_of[rows.item]
    own = np.arange(width)[None, :]
    option = catalogue.start[rows.item][:, None] + own
    return np.where(own < counts[:, None], catalogue.side[np.minimum(option, len(catalogue.side) - 1)], False)


def _side_pairs(item: Integers, catalogue: Catalogue) -> tuple[Integers, Integers, Integers]:
    """All pairs of sides within each cell's item: (first option, second option, cell)."""
    sides = np.flatnonzero(catalogue.side)
    order = np.full(len(catalogue.option_item), -1, dtype=np.int64)
    counts = catalogue.sides_of
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    order[sides] = np.arange(len(sides)) - starts[catalogue.option_item[sides]]
    firsts: list[Integers] = []
    seconds: list[Integers] = []
    cells: list[Integers] = []
    most = int(counts.max(initial=0))
    for a in range(most):
        for b in range(a + 1, most):
            has = np.flatnonzero(counts[item] > b)
            firsts.append(sides[starts[item[has]] + a])
            seconds.append(sides[starts[item[has]] + b])
            cells.append(has)
    if not cells:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(cells)


def _coded(
    first: Integers, second: Integers, cell: Integers, cells: _Cells, catalogue: Catalogue, level: Level
) -> tuple[NDArray[np.int8], Integers, Integers]:
    signed = catalogue.signed(level)
    start = catalogue.start[cells.item[cell]]
    return (
        signed[first] - signed[second],
        cells.slot_of[cell, first - start],
        cells.slot_of[cell, second - start],
    )


def unique_rows(
    values: NDArray[np.int8], slot_first: Integers, slot_second: Integers, slots: int
) -> tuple[Floats, Integers, Booleans]:
    """The distinct predictor rows up to sign, each comparison's row, and whether it is the row's mirror image."""
    n, width = len(values), values.shape[1] + max(slots, 1) - 1
    codes = np.zeros((-(-width // DIGITS), n), dtype=np.int64)
    mirrored = np.zeros(n, dtype=np.bool_)
    step = max(1, MOST_CELLS // max(width, 1))
    for begin in range(0, n, step):
        rows = slice(begin, begin + step)
        oriented, mirrored[rows] = _oriented(values[rows], slot_first[rows], slot_second[rows], slots)
        for number in range(len(codes)):
            for column in oriented[:, number * DIGITS : (number + 1) * DIGITS].T:
                codes[number, rows] = codes[number, rows] * BASE + (column + BASE // 2)
    row = joined(*codes)
    first = np.unique(row, return_index=True)[1]
    unique, _ = _oriented(values[first], slot_first[first], slot_second[first], slots)
    return unique.astype(np.float64), row, mirrored


def _oriented(
    values: NDArray[np.int8], slot_first: Integers, slot_second: Integers, slots: int
) -> tuple[NDArray[np.int8], Booleans]:
    """Predictor rows, each turned so that its first entry that is not 0 is positive; and which were turned."""
    slot = np.zeros((len(values), max(slots, 1)), dtype=np.int8)
    at = np.arange(len(values))
    known = (slot_first >= 0) & (slot_second >= 0)
    slot[at[known], slot_first[known]] += 1
    slot[at[known], slot_second[known]] -= 1
    predictors = np.hstack([values, slot[:, 1:] - slot[:, :1]])
    nonzero = predictors != 0
    leading = np.where(nonzero.any(axis=1), predictors[at, nonzero.argmax(axis=1)], 1) if predictors.size else at + 1
    turned = leading < 0
    return np.where(turned[:, None], -predictors, predictors), turned
