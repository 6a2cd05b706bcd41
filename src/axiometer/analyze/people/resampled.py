"""Coefficients with intervals: units are resampled by their sources, as items are everywhere else."""

from __future__ import annotations

import numpy as np

from axiometer.analyze.coded.arrays import Floats
from axiometer.analyze.estimates.coefficients import of_totals
from axiometer.analyze.frames import Record, number
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Scale, Statistic
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.people.coefficients import Measured

UNDEFINED = "undefined: every label is the same"
NOBODY_TWICE = "no unit has two labels"
LEAST_VARIED = 15
"""With fewer sources of labels beside the commonest, intervals of kappa and alpha held the truth in 82 to 88 % only."""


def statistic_of(measured: Measured, sources: Sources, options: AnalysisOptions) -> Statistic:
    """A coefficient as a `Statistic`, resampled over the units' `sources`."""
    drawn = sources.totals(measured.added, options.resamples, options.seed)
    return of_totals(measured.added, drawn, measured.function, measured.bears, measured.slope_at)


def estimated(
    statistic: Statistic,
    units: int,
    sources: Sources,
    options: AnalysisOptions,
    scale: Scale,
    lowest: float = -1.0,
    varied: Floats | None = None,
) -> Record:
    """`units`, `estimate`, `low`, `high`, `interval`, `why_not` of one statistic, held to [`lowest`, 1]. `varied`: see
    `Measured`; a coefficient that rests on rare labels of a few sources shows too little of its own spread."""
    if not units:
        return {"units": 0, "why_not": NOBODY_TWICE}
    if not np.isfinite(statistic.estimate[0]):
        return {"units": units, "why_not": UNDEFINED}
    found = statistic.intervals(sources, options, scale)
    if found.why_not[0] is None and varied is not None:
        behind = int(sources.behind(varied[:, None])[0][0])
        least = min(options.min_sources, LEAST_VARIED)
        if behind < least:
            why = f"{behind} sources have a label beside the commonest, fewer than {least}"
            return {"units": units, "estimate": number(found.estimate[0]), "why_not": why}
    return {
        "units": units,
        "estimate": number(found.estimate[0]),
        "low": number(max(found.low[0], lowest)),
        "high": number(min(found.high[0], 1.0)),
        "interval": found.method(0),
        "why_not": found.why_not[0],
    }


def row_of(
    measured: Measured, sources: Sources, options: AnalysisOptions, *, share: bool = False, without: str | None = None
) -> Record:
    """The same from what units add; `share`: it lies between 0 and 1; `without`: why no interval is asked for."""
    if without is not None:
        return unresampled(measured, without)
    scale = Scale.SHARE if share else Scale.DIFFERENCE
    statistic = statistic_of(measured, sources, options)
    return estimated(statistic, measured.units, sources, options, scale, 0.0 if share else -1.0, measured.varied)


def unresampled(measured: Measured, why_not: str) -> Record:
    """The estimate alone."""
    if not measured.units:
        return {"units": 0, "why_not": NOBODY_TWICE}
    estimate = measured.estimate()
    defined = bool(np.isfinite(estimate))
    return {
        "units": measured.units,
        "estimate": number(estimate),
        "why_not": why_not if defined else UNDEFINED,
    }
