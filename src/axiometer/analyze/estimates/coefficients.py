"""Agreement of two raters beyond chance, from confusion tables flattened to rows (tables x k^2)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from axiometer.analyze.coded.arrays import Floats

Coefficient = Callable[[Floats], Floats]


def _margins(tables: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    k = round(tables.shape[1] ** 0.5)
    square = tables.reshape(-1, k, k)
    n = square.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = np.trace(square, axis1=1, axis2=2) / n
        return observed, square.sum(axis=2) / n[:, None], square.sum(axis=1) / n[:, None], n


def _corrected(observed: Floats, expected: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected < 1, (observed - expected) / (1 - expected), np.nan)


def cohen_kappa(tables: Floats) -> Floats:
    """Cohen 1960, of confusion tables flattened to rows."""
    observed, rows, columns, _ = _margins(tables)
    return _corrected(observed, (rows * columns).sum(axis=1))


def gwet_ac1(tables: Floats) -> Floats:
    """Gwet 2008, eq. 11: chance is sum of pi (1 - pi) / (k - 1), pi the mean of both margins."""
    observed, rows, columns, _ = _margins(tables)
    pi = (rows + columns) / 2
    if pi.shape[1] < 2:
        return np.full(len(tables), np.nan)
    return _corrected(observed, (pi * (1 - pi)).sum(axis=1) / (pi.shape[1] - 1))


def krippendorff_alpha(tables: Floats) -> Floats:
    """Krippendorff 2004, nominal, two coders: chance from values drawn without replacement."""
    observed, rows, columns, n = _margins(tables)
    counts = (rows + columns) * n[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (counts * (counts - 1)).sum(axis=1) / (2 * n * (2 * n - 1))
    return _corrected(observed, expected)


COEFFICIENTS: dict[str, Coefficient] = {"kappa": cohen_kappa, "ac1": gwet_ac1, "alpha": krippendorff_alpha}
