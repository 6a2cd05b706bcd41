"""Agreement of two raters beyond chance, from confusion tables flattened to rows (tables x k^2)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from axiometer.analyze.coded.arrays import Floats
from axiometer.analyze.inference.statistic import Statistic

Coefficient = Callable[[Floats], Floats]


def _margins(tables: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    k = round(tables.shape[1] ** 0.5)
    square = tables.reshape(-1, k, k)
    n = square.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        agreed = np.trace(square, axis1=1, axis2=2) / n
        return agreed, square.sum(axis=2) / n[:, None], square.sum(axis=1) / n[:, None], n


def _corrected(agreed: Floats, expected: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected < 1, (agreed - expected) / (1 - expected), np.nan)


def cohen_kappa(tables: Floats) -> Floats:
    """Cohen 1960, of confusion tables flattened to rows."""
    agreed, rows, columns, _ = _margins(tables)
    return _corrected(agreed, (rows * columns).sum(axis=1))


def gwet_ac1(tables: Floats) -> Floats:
    """Gwet 2008, eq. 11: chance is sum of pi (1 - pi) / (k - 1), pi the mean of both margins."""
    agreed, rows, columns, _ = _margins(tables)
    pi = (rows + columns) / 2
    if pi.shape[1] < 2:
        return np.full(len(tables), np.nan)
    return _corrected(agreed, (pi * (1 - pi)).sum(axis=1) / (pi.shape[1] - 1))


def krippendorff_alpha(tables: Floats) -> Floats:
    """Krippendorff 2004, nominal, two coders: chance from values drawn without replacement."""
    agreed, rows, columns, n = _margins(tables)
    counts = (rows + columns) * n[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (counts * (counts - 1)).sum(axis=1) / (2 * n * (2 * n - 1))
    return _corrected(agreed, expected)


def observed(tables: Floats) -> Floats:
    """The share of pairs that agree, not corrected for chance."""
    return _margins(tables)[0]


def of_confusion(table: Floats, drawn: Floats, coefficient: Coefficient) -> Statistic:
    """A coefficient of the sum of tables (groups x k^2) as a `Statistic`, its influence by numerical differentiation;
    `drawn`: the sums in every resample."""
    total = table.sum(axis=0)
    slope = gradient(lambda point: float(coefficient(point[None, :])[0]), total, step=1e-4 * max(total.sum(), 1.0))
    n = table.sum(axis=1, keepdims=True)
    return Statistic(
        estimate=coefficient(total[None, :]),
        influence=table @ slope[:, None],
        leverage=n / n.sum(),
        hat=n / n.sum(),
        exposure=n,
        draws=coefficient(drawn)[:, None],
    )


def gradient(function: Callable[[Floats], float], point: Floats, step: float = 1e-5) -> Floats:
    """The slope of `function` at `point` by central differences; 0 where it is undefined."""
    moves = np.eye(len(point)) * step
    slope = [(function(point + move) - function(point - move)) / (2 * step) for move in moves]
    return np.nan_to_num(np.array(slope, dtype=np.float64))


COEFFICIENTS: dict[str, Coefficient] = {"kappa": cohen_kappa, "ac1": gwet_ac1, "alpha": krippendorff_alpha}
