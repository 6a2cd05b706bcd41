"""How much nearer scenes lie to their own value than to the nearest other one (Rousseeuw 1987, J. Computational and
Applied Mathematics 20:53).

    s(i) = (b(i) - a(i)) / max(a(i), b(i))

a(i): mean cosine distance of scene i to the other scenes of its value; b(i): the least of its mean distances to the
scenes of another value. Cosine distances to a group need only the sum of its vectors, so no matrix of pairs is made.
"""

from __future__ import annotations

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers
from axiometer.analyze.scenes.distances import unit_totals
from axiometer.analyze.scenes.leaving_out import Measured, with_all
from axiometer.analyze.scenes.sets import ConditionSet

UNITS_AT_ONCE = 64
SAME = 1e-6  # distances that float32 cannot tell from 0


def silhouette(condition: ConditionSet, name: str, counts: Integers) -> Measured:
    """Mean silhouette of each value, -1 to 1, with every unit left out in turn."""
    values, rows = len(counts), np.arange(len(condition.value))
    vectors, mine = condition.vectors.astype(np.float64), condition.value
    totals = unit_totals(condition)
    of_values = np.zeros((values, vectors.shape[1]))
    np.add.at(of_values, condition.unit_value, totals)
    products = vectors @ of_values.T
    inside = _own(products[rows, mine] - 1.0, counts[mine] - 1)
    means = 1.0 - products / counts
    means[rows, mine] = np.inf
    nearest, second = np.partition(means, 1, axis=1)[:, :2].T
    place = means.argmin(axis=1)
    mean = _by_value(_score(inside, nearest), mine, counts)
    without = np.empty((condition.units, values))
    for start in range(0, condition.units, UNITS_AT_ONCE):
        several = slice(start, min(start + UNITS_AT_ONCE, condition.units))
        towards = vectors @ totals[several].T
        for column, unit in enumerate(range(several.start, several.stop)):
            value, size = int(condition.unit_value[unit]), int((condition.unit == unit).sum())
            rest = int(counts[value]) - size
            if rest < 2:
                without[unit] = np.nan
                continue
            left = products[:, value] - towards[:, column]
            own = np.where(mine == value, _own(left - 1.0, np.full(len(rows), rest - 1)), inside)
            changed = np.minimum(np.where(place == value, second, nearest), 1.0 - left / rest)
            other = np.where(mine == value, nearest, changed)
            kept = condition.unit != unit
            sizes = counts - np.where(np.arange(values) == value, size, 0)
            without[unit] = _by_value(_score(own, other)[kept], mine[kept], sizes)
    return Measured(name, condition, with_all(mean), np.append(counts, counts.sum()), with_all(without))


def _own(products: Floats, others: Integers) -> Floats:
    return np.asarray(1.0 - products / others, np.float64)


def _score(inside: Floats, nearest: Floats) -> Floats:
    largest = np.maximum(inside, nearest)
    return np.asarray(np.where(largest > SAME, (nearest - inside) / np.where(largest > SAME, largest, 1.0), 0.0))


def _by_value(scores: Floats, value: Integers, counts: Integers) -> Floats:
    return np.bincount(value, weights=scores, minlength=len(counts)) / counts
