"""What several raters said of one unit as one label, and how far they agree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers, joined
from axiometer.analyze.people.coefficients import krippendorff_alpha, raw


class Raters(StrEnum):
    """How raters of one unit become its label: each counts alike, or the most named category (ties shared)."""

    AVERAGE = "average"
    MAJORITY = "majority"


def truth_of(unit: Integers, category: Integers, categories: int, how: Raters = Raters.AVERAGE) -> Floats:
    """One row per unit (units are numbered from 0), K columns that add to 1; NaN for units without a label."""
    size = int(unit.max(initial=-1)) + 1
    counts = np.bincount(unit * categories + category, minlength=size * categories)
    table = counts.reshape(size, categories).astype(np.float64)
    if how is Raters.MAJORITY:
        table = (table == table.max(axis=1, keepdims=True)).astype(np.float64) * (table.sum(axis=1, keepdims=True) > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(table / table.sum(axis=1, keepdims=True), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class RatersAgreement:
    """`units` with two raters or more; `raters` in all; `agreed`: the share of pairs of raters that say the same;
    `alpha`: Krippendorff's, nominal (None where nothing varies or nobody was rated twice)."""

    units: int
    raters: int
    agreed: float | None
    alpha: float | None


def agreement_of_raters(unit: Integers, rater: Integers, category: Integers) -> RatersAgreement:
    """Agreement over all units with at least two raters (Krippendorff 2004, ch. 11, nominal, missing values)."""
    raters = len(np.unique(rater))
    if not len(unit):
        return RatersAgreement(0, 0, None, None)
    code = joined(unit)
    kind = joined(category)
    k = int(kind.max()) + 1
    table = np.bincount(code * k + kind, minlength=(int(code.max()) + 1) * k).reshape(-1, k).astype(np.float64)
    table = table[table.sum(axis=1) >= 2]
    if not len(table):
        return RatersAgreement(0, raters, None, None)
    agreed, alpha = raw(table).estimate(), krippendorff_alpha(table).estimate()
    return RatersAgreement(len(table), raters, agreed, alpha if np.isfinite(alpha) else None)
