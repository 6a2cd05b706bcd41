"""Agreement of any number of raters, labels missing here and there, from counts of labels (units x kinds).

Every coefficient is a function of totals over units, so that resampling units means weighing rows: `Measured` holds
what each unit adds, and the function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats
from axiometer.analyze.estimates.coefficients import corrected
from axiometer.analyze.people.distances import nominal

OfTotals = Callable[[Floats], Floats]
"""Rows of totals to a coefficient each, NaN where it is undefined."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`added`: units x columns, what each unit adds to the totals; `function`: totals to the coefficient; `bears`: how
    much of each unit bears on it, 0 for units that do not; `slope_at`: the function's slope, where known; `varied`: 1
    for units with a label beside the commonest of all, where little can be known of the coefficient without them."""

    added: Floats
    function: OfTotals
    bears: Floats
    slope_at: OfTotals | None = None
    varied: Floats | None = None

    def estimate(self) -> float:
        return float(self.function(self.added.sum(axis=0)[None, :])[0])

    @property
    def units(self) -> int:
        """How many units bear on it."""
        return int((self.bears > 0).sum())


def raw(counts: Floats) -> Measured:
    """The share of all pairs of labels of one unit that are the same."""
    m = counts.sum(axis=1)
    added = np.stack([(counts * (counts - 1)).sum(axis=1), m * (m - 1)], axis=1)
    return Measured(added, _ratio, np.where(m >= 2, 1.0, 0.0))


def similarity(counts: Floats, distance: Floats) -> Measured:
    """The mean of 1 - distance over all pairs of labels of one unit."""
    m = counts.sum(axis=1)
    near = 1.0 - distance
    alike = ((counts @ near) * counts).sum(axis=1) - counts @ np.diag(near)
    return Measured(np.stack([alike, m * (m - 1)], axis=1), _ratio, np.where(m >= 2, 1.0, 0.0))


def fleiss_kappa(counts: Floats) -> Measured:
    """Fleiss 1971, for unequal numbers of labels (Gwet 2014, sec. 2.5): chance is the sum of pi squared."""
    several = _several(counts)
    return Measured(
        _by_unit(counts),
        lambda totals: _beyond(totals, lambda pi: (pi**2).sum(axis=1)),
        several,
        varied=beside_commonest(counts, several),
    )


def gwet_ac1(counts: Floats) -> Measured:
    """Gwet 2008, for several raters and missing labels (Gwet 2014, sec. 2.5): chance is the sum of pi (1 - pi) over
    the number of categories less one."""
    kinds = counts.shape[1]

    def chance(pi: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((pi * (1 - pi)).sum(axis=1) / (kinds - 1 if kinds > 1 else np.nan))

    return Measured(_by_unit(counts), lambda totals: _beyond(totals, chance), _several(counts))


def krippendorff_alpha(counts: Floats, distance: Floats | None = None) -> Measured:
    """Krippendorff 2004, ch. 11: 1 - observed over expected disagreement, over units with two labels or more.

    `distance` (kinds x kinds) is his squared difference: by default 0 for equal and 1 for other labels, of sets 1 minus
    their likeness (`distances.masi`).
    """
    m = counts.sum(axis=1)
    several = m >= 2
    apart = nominal(counts.shape[1]) if distance is None else distance
    own = np.where(several[:, None], counts, 0.0)
    observed = ((own @ apart) * own).sum(axis=1) / np.maximum(m - 1, 1.0)

    def alpha(totals: Floats) -> Floats:
        named = totals[:, 1:]
        n = named.sum(axis=1)
        return _alpha(totals[:, 0], ((named @ apart) * named).sum(axis=1), n)

    def slope(total: Floats) -> Floats:
        disagreed, named, n = total[0], total[1:], total[1:].sum()
        to_all = apart @ named
        expected = float(named @ to_all)
        with np.errstate(divide="ignore", invalid="ignore"):
            by_named = disagreed * (2 * (n - 1) * to_all / expected - 1) / expected
            return np.concatenate([[(1 - n) / np.float64(expected)], by_named])

    bears = _several(counts)
    return Measured(np.hstack([observed[:, None], own]), alpha, bears, slope, beside_commonest(counts, bears))


def ordinal_alpha(counts: Floats) -> Measured:
    """The same with his ordinal difference: between two of the ordered kinds, the labels in between and half of those
    at both ends, squared. It depends on how often each kind was named, so totals are of coincidences, kinds x kinds."""
    m = counts.sum(axis=1)
    kinds = counts.shape[1]
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(kinds)
    pairs[:, diagonal, diagonal] -= counts
    pairs = np.where((m >= 2)[:, None, None], pairs / np.maximum(m - 1, 1.0)[:, None, None], 0.0)

    def alpha(totals: Floats) -> Floats:
        met = totals.reshape(-1, kinds, kinds)
        named = met.sum(axis=2)
        middle = np.cumsum(named, axis=1) - named / 2
        apart = (middle[:, :, None] - middle[:, None, :]) ** 2
        expected = np.einsum("rij,ri,rj->r", apart, named, named)
        return _alpha((met * apart).sum(axis=(1, 2)), expected, named.sum(axis=1))

    bears = _several(counts)
    return Measured(pairs.reshape(len(counts), -1), alpha, bears, varied=beside_commonest(counts, bears))


def cohen_kappa(one: Floats, other: Floats, distance: Floats | None = None) -> Measured:
    """Cohen 1960, of two voices that say a distribution over kinds of each unit (units x kinds, rows add to 1, or to 0
    where one of them said nothing). `distance`: then agreement is 1 - distance (Cohen 1968)."""
    both = (one.sum(axis=1) > 0) & (other.sum(axis=1) > 0)
    kept = both[:, None]
    one, other = np.where(kept, one, 0.0), np.where(kept, other, 0.0)
    near = np.eye(one.shape[1]) if distance is None else 1.0 - distance
    kinds = one.shape[1]

    def kappa(totals: Floats) -> Floats:
        rows, columns = totals[:, 1 : kinds + 1], totals[:, kinds + 1 :]
        n = rows.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return corrected(totals[:, 0] / n, ((rows @ near) * columns).sum(axis=1) / n**2)

    agreed = ((one @ near) * other).sum(axis=1)
    bears = both.astype(np.float64)
    return Measured(np.hstack([agreed[:, None], one, other]), kappa, bears, varied=beside_commonest(one + other, bears))


def observed(one: Floats, other: Floats, distance: Floats | None = None) -> Measured:
    """How far two voices agree, not corrected for chance; as in `cohen_kappa`."""
    measured = cohen_kappa(one, other, distance)
    return Measured(np.stack([measured.added[:, 0], measured.bears], axis=1), _ratio, measured.bears)


def specific(counts: Floats) -> Measured:
    """Of two kinds, the agreement on the second (Cicchetti and Feinstein 1990): the chance that
    another label of the unit names it where one does."""
    m, named = counts.sum(axis=1), counts[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        others = np.where(m >= 2, (named - 1) / (m - 1), 0.0)
    added = np.stack([named * others, np.where(m >= 2, named, 0.0)], axis=1)
    return Measured(added, _ratio, np.where((m >= 2) & (named > 0), 1.0, 0.0))


def beside_commonest(counts: Floats, bears: Floats) -> Floats:
    """1 for units that bear and have a label beside the one that is commonest among them."""
    own = np.where(bears[:, None] > 0, counts, 0.0)
    if not own.any():
        return np.zeros(len(own))
    return np.where(np.delete(own, int(own.sum(axis=0).argmax()), axis=1).sum(axis=1) > 0, 1.0, 0.0)


def _ratio(totals: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(totals[:, 1] > 0, totals[:, 0] / totals[:, 1], np.nan)


def _several(counts: Floats) -> Floats:
    several: Booleans = counts.sum(axis=1) >= 2
    return several.astype(np.float64)


def _by_unit(counts: Floats) -> Floats:
    """Columns: each unit's own agreement (with two labels or more), whether it has one, whether it has any label, and
    the parts of its labels."""
    m = counts.sum(axis=1)
    several = m >= 2
    agreed = (counts * (counts - 1)).sum(axis=1) / np.maximum(m * (m - 1), 1.0)
    parts = counts / np.maximum(m, 1.0)[:, None]
    return np.hstack([np.stack([np.where(several, agreed, 0.0), several, m > 0], axis=1), parts])


def _beyond(totals: Floats, chance: OfTotals) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return corrected(totals[:, 0] / totals[:, 1], chance(totals[:, 3:] / totals[:, 2:3]))


def _alpha(disagreed: Floats, expected: Floats, n: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 1e-12, 1.0 - (n - 1) * disagreed / expected, np.nan)
