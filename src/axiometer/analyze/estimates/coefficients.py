"""Agreement of two raters beyond chance, from confusion tables flattened to rows (tables x k^2)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from axiometer.analyze.coded.arrays import Floats
from axiometer.analyze.inference.statistic import Statistic

Coefficient = Callable[[Floats], Floats]
AT_ONCE = 128


def _margins(tables: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    k = round(tables.shape[1] ** 0.5)
    square = tables.reshape(-1, k, k)
    n = square.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        agreed = np.trace(square, axis1=1, axis2=2) / n
        return agreed, square.sum(axis=2) / n[:, None], square.sum(axis=1) / n[:, None], n


def corrected(agreed: Floats, expected: Floats) -> Floats:
    """(agreed - expected) / (1 - expected), undefined where chance is certain."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected < 1 - 1e-12, (agreed - expected) / (1 - expected), np.nan)


def cohen_kappa(tables: Floats) -> Floats:
    """Cohen 1960, of confusion tables flattened to rows."""
    agreed, rows, columns, _ = _margins(tables)
    return corrected(agreed, (rows * columns).sum(axis=1))


def gwet_ac1(tables: Floats) -> Floats:
    """Gwet 2008, eq. 11: chance is sum of pi (1 - pi) / (k - 1), pi the mean of both margins."""
    agreed, rows, columns, _ = _margins(tables)
    pi = (rows + columns) / 2
    if pi.shape[1] < 2:
        return np.full(len(tables), np.nan)
    return corrected(agreed, (pi * (1 - pi)).sum(axis=1) / (pi.shape[1] - 1))


def krippendorff_alpha(tables: Floats) -> Floats:
    """Krippendorff 2004, nominal, two coders: chance from values drawn without replacement."""
    agreed, rows, columns, n = _margins(tables)
    counts = (rows + columns) * n[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (counts * (counts - 1)).sum(axis=1) / (2 * n * (2 * n - 1))
    return corrected(agreed, expected)


def observed(tables: Floats) -> Floats:
    """The share of pairs that agree, not corrected for chance."""
    return _margins(tables)[0]


def of_confusion(table: Floats, drawn: Floats, coefficient: Coefficient) -> Statistic:
    """A coefficient of the sum of tables (groups x k^2) as a `Statistic`; `drawn`: the sums in every resample."""
    return of_totals(table, drawn, coefficient, table.sum(axis=1))


def of_totals(
    added: Floats, drawn: Floats, coefficient: Coefficient, bears: Floats, slope_at: Coefficient | None = None
) -> Statistic:
    """A function of totals as a `Statistic`. `added`: what each group adds to the totals (groups x columns); `drawn`:
    the totals in every resample; `bears`: how much of each group bears on it; `slope_at`: its slope at given totals,
    by default had by numerical differentiation."""
    total = added.sum(axis=0)
    if slope_at is None:
        slope = _slope(coefficient, total, step=1e-4 * max(total.sum(), 1.0))
    else:
        slope = np.nan_to_num(slope_at(total))
    n = bears[:, None]
    return Statistic(
        estimate=coefficient(total[None, :]),
        influence=added @ slope[:, None],
        leverage=n / max(n.sum(), 1e-12),
        hat=n / max(n.sum(), 1e-12),
        exposure=n,
        draws=coefficient(drawn)[:, None],
    )


def _slope(function: Coefficient, point: Floats, step: float) -> Floats:
    """`gradient` for a function of rows, many of them at once."""
    slope = np.zeros(len(point))
    for start in range(0, len(point), AT_ONCE):
        moves = np.eye(len(point))[start : start + AT_ONCE] * step
        slope[start : start + AT_ONCE] = (function(point + moves) - function(point - moves)) / (2 * step)
    return np.nan_to_num(slope)


def gradient(function: Callable[[Floats], float], point: Floats, step: float = 1e-5) -> Floats:
    """The slope of `function` at `point` by central differences; 0 where it is undefined."""
    moves = np.eye(len(point)) * step
    slope = [(function(point + move) - function(point - move)) / (2 * step) for move in moves]
    return np.nan_to_num(np.array(slope, dtype=np.float64))


COEFFICIENTS: dict[str, Coefficient] = {"kappa": cohen_kappa, "ac1": gwet_ac1, "alpha": krippendorff_alpha}
