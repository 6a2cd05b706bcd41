"""How far scenes lie from each other: within a value, between values, and the ratio of the two.

Unit vectors x, y: cosine distance 1 - x.y; Euclidean distance |x - y| = sqrt(2 (1 - x.y)). The two order pairs alike;
the mean of the second is what a published comparison of scenes reports, so both are given. The mean distance within a
value is over all its pairs of scenes; the ratio is the mean distance of a value's scenes to those of all other values
over that within it: 1 where a value is no group at all, larger where it is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers
from axiometer.analyze.scenes.leaving_out import Measured, with_all
from axiometer.analyze.scenes.sets import ConditionSet
from axiometer.similarity.vectors import Vectors

BLOCK = 2_048
SAME = 1e-6  # 2 - 2 cos of a vector and its own copy, in float32
NONE_DEFINED = "a source holds all but one of the scenes of a value"


@dataclass(frozen=True, slots=True)
class DistanceSums:
    """Sums over ordered pairs of scenes, none with itself. `to_value`: units x values, from a unit's scenes to those of
    a value. own: units, within a unit."""

    to_value: Floats
    own: Floats


def cosine_sums(condition: ConditionSet, values: int) -> DistanceSums:
    """Exact in one pass, since sums of products are products of sums."""
    totals = unit_totals(condition)
    of_values = np.zeros((values, totals.shape[1]))
    np.add.at(of_values, condition.unit_value, totals)
    sizes, counts = condition.sizes(), condition.counts(values)
    return DistanceSums(
        to_value=np.outer(sizes, counts) - totals @ of_values.T,
        own=sizes**2 - np.einsum("ij,ij->i", totals, totals),
    )


def euclidean_sums(condition: ConditionSet, values: int) -> DistanceSums:
    """Pair by pair, a block of two values at a time: never more than `BLOCK` x `BLOCK` distances at once."""
    to_value, own = np.zeros((condition.units, values)), np.zeros(condition.units)
    for one in range(values):
        for other in range(one, values):
            _add_block(condition, one, other, to_value, own)
    return DistanceSums(to_value, own)


def _add_block(condition: ConditionSet, one: int, other: int, to_value: Floats, own: Floats) -> None:
    first, second = condition.of(one), condition.of(other)
    units = condition.unit
    for start in range(first.start, first.stop, BLOCK):
        rows = slice(start, min(start + BLOCK, first.stop))
        for begin in range(second.start, second.stop, BLOCK):
            columns = slice(begin, min(begin + BLOCK, second.stop))
            distances = euclidean(condition.vectors[rows], condition.vectors[columns])
            np.add.at(to_value[:, other], units[rows], distances.sum(axis=1, dtype=np.float64))
            if one != other:
                np.add.at(to_value[:, one], units[columns], distances.sum(axis=0, dtype=np.float64))
                continue
            for unit in np.intersect1d(units[rows], units[columns]):
                inside = distances[np.ix_(units[rows] == unit, units[columns] == unit)]
                own[unit] += inside.sum(dtype=np.float64)


def euclidean(first: Vectors, second: Vectors) -> Vectors:
    """Distances of unit rows; what float32 cannot tell from 0 is 0."""
    squares = 2.0 - 2.0 * (first @ second.T)
    return np.asarray(np.sqrt(np.where(squares > SAME, squares, 0.0)), np.float32)


def unit_totals(condition: ConditionSet) -> Floats:
    """The sum of each unit's vectors, in float64. Units are runs of rows."""
    starts = np.flatnonzero(np.diff(condition.unit, prepend=-1))
    return np.add.reduceat(condition.vectors.astype(np.float64), starts, axis=0)


def within(condition: ConditionSet, sums: DistanceSums, name: str, counts: Integers) -> Measured:
    """Mean distance between two scenes of one value, over all pairs."""
    mean, without = _within(condition, sums, counts)
    n = np.append(counts, counts.sum())
    return Measured(name, condition, with_all(mean), n, with_all(without), positive=True)


def ratio(condition: ConditionSet, sums: DistanceSums, name: str, counts: Integers) -> Measured:
    """Mean distance to scenes of other values over that within the value."""
    inside, inside_without = _within(condition, sums, counts)
    outside, outside_without = _between(condition, sums, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.where(inside > 0, outside / inside, np.nan)
        without = np.where(inside_without > 0, outside_without / inside_without, np.nan)
    return Measured(
        name, condition, with_all(estimate), np.append(counts, counts.sum()), with_all(without), positive=True
    )


def _within(condition: ConditionSet, sums: DistanceSums, counts: Integers) -> tuple[Floats, Floats]:
    values, units = len(counts), np.arange(condition.units)
    mine = condition.unit_value
    total = np.zeros(values)
    np.add.at(total, mine, sums.to_value[units, mine])
    mean = total / (counts * (counts - 1))
    without = np.broadcast_to(mean, (condition.units, values)).copy()
    left = (counts[mine] - condition.sizes()).astype(np.float64)
    pairs = left * (left - 1)
    remaining = total[mine] - 2 * sums.to_value[units, mine] + sums.own
    without[units, mine] = np.where(pairs > 0, remaining / np.where(pairs > 0, pairs, 1.0), np.nan)
    return mean, without


def _between(condition: ConditionSet, sums: DistanceSums, counts: Integers) -> tuple[Floats, Floats]:
    """Mean distance of each value's scenes to all scenes of other values; and the same without each unit."""
    values, units, mine = len(counts), np.arange(condition.units), condition.unit_value
    grid = np.zeros((values, values))
    np.add.at(grid, mine, sums.to_value)
    np.fill_diagonal(grid, 0.0)
    total, everyone = grid.sum(axis=1), counts.sum()
    pairs = (counts * (everyone - counts)).astype(np.float64)
    sizes = condition.sizes().astype(np.float64)
    reached = sums.to_value.copy()
    reached[units, mine] = 0.0
    taken = reached.copy()  # a unit of another value takes its distances to this one away, and its scenes with them
    taken[units, mine] = reached.sum(axis=1)
    lost = np.outer(sizes, counts).astype(np.float64)
    lost[units, mine] = sizes * (everyone - counts[mine])
    left = pairs - lost
    return total / pairs, np.where(left > 0, (total - taken) / np.where(left > 0, left, 1.0), np.nan)
