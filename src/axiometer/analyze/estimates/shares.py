"""Shares of choices that express each value, with intervals and with bounds for non-answers.

A value is at stake in a presentation when exactly one of the sides endorses it (in agree mode: when the option put
forward endorses it). `n` counts those presentations in which a side was chosen (a stance was taken), `share` is the
part of them in which the endorsing side was chosen (agreed with). With two sides, a respondent without preferences
has 0.5. Choosing the distractor is choosing neither side: it is an outcome of its own, not in `n`, and it widens
the bounds as a refusal does. `n_opposed` and `opposed_share` are the same for sides that oppose the value; nothing
is netted.

In logprob mode the part of the sides' probability that fell on the endorsing side takes the place of 0 and 1.

`bound_low` and `bound_high` give all non-answers (`NON_ANSWERS`) to the other side, then to the endorsing side. The
interval around them covers the share that would be seen if every presentation were answered (Imbens and Manski
2004).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, added, beside, totals
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.tallies import GroupTable, corrected_targets
from axiometer.analyze.coded.units import told, units_of
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.intervals import bounded_interval
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Intervals, Scale, Statistic, ratios
from axiometer.analyze.options import AnalysisOptions

COLUMNS: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "level": pl.String,
    "value": pl.String,
    "n": pl.Int64,
    "items": pl.Int64,
    "clusters": pl.Int64,
    "share": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "bound_low": pl.Float64,
    "bound_high": pl.Float64,
    "bound_ci_low": pl.Float64,
    "bound_ci_high": pl.Float64,
    "n_opposed": pl.Int64,
    "opposed_share": pl.Float64,
    "opposed_low": pl.Float64,
    "opposed_high": pl.Float64,
    "opposed_why_not": pl.String,
}


def shares(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """One row per respondent, mode, language (`all` and, where there are several, each) , level and value."""
    rows: list[Record] = []
    for presentations in everyone:
        for lang, kept in languages_in(presentations, catalogue):
            own = presentations if kept is None else presentations.where(kept)
            for level in tabulated(catalogue, options):
                head = {
                    "model": presentations.model,
                    "mode": presentations.mode.value,
                    "lang": lang,
                    "level": level.name,
                }
                rows.extend({**head, **row} for row in shares_at(own, catalogue, level, options))
    return framed(rows, COLUMNS)


def shares_at(
    presentations: Presentations, catalogue: Catalogue, level: Level, options: AnalysisOptions
) -> Iterator[Record]:
    """The estimates of one respondent at one level; of people, with the persons among what is resampled."""
    units = units_of([presentations], catalogue, level)
    corrected = corrected_targets(catalogue, level)
    for row in share_rows(level, units.endorsed[0], units.opposed[0], units.sources, options, corrected):
        yield told(row, units.persons)


def tabulated(catalogue: Catalogue, options: AnalysisOptions) -> list[Level]:
    """The levels that are small enough to tabulate."""
    return [level for level in catalogue.levels if len(level.targets) <= options.max_targets]


def languages_in(presentations: Presentations, catalogue: Catalogue) -> Iterator[tuple[str, np.ndarray | None]]:
    """`all`, then each language where there are several, with the presentations that belong to it."""
    yield "all", None
    langs = catalogue.lang[presentations.item]
    found = sorted({str(lang) for lang in np.unique(langs)})
    if len(found) > 1:
        for lang in found:
            yield lang, langs == lang


def share_rows(
    level: Level,
    endorsed: GroupTable,
    opposed: GroupTable,
    sources: Sources,
    options: AnalysisOptions,
    corrected: Booleans,
) -> Iterator[Record]:
    """The estimates of one level from its group tables, one row per target with presentations. `corrected`: targets
    whose counts were corrected for uncertain maps."""
    tables = [endorsed.k, endorsed.n, endorsed.m, opposed.k, opposed.n]
    drawn = np.hsplit(sources.totals(beside(tables), options.resamples, options.seed), len(tables))
    main, against = (
        _of_shares(ratios(table.k, table.n, sources, options, np.hstack(own)), sources, options, corrected)
        for table, own in ((endorsed, drawn[:2]), (opposed, drawn[3:]))
    )
    bounds = bounds_of(endorsed, main, sources, options, np.hstack(drawn[:3]))
    n, n_opposed = totals(endorsed.n), totals(opposed.n)
    put = n + totals(endorsed.m)
    for i, value in enumerate(level.targets):
        if put[i] == 0 and n_opposed[i] == 0:
            continue
        yield {
            "value": value,
            "n": int(n[i]),
            "items": int(endorsed.items[i]),
            "clusters": main.sources[i],
            "share": number(main.estimate[i]),
            "low": number(main.low[i]),
            "high": number(main.high[i]),
            "interval": main.method(i),
            "why_not": main.why_not[i],
            "bound_low": number(bounds[0][i]),
            "bound_high": number(bounds[1][i]),
            "bound_ci_low": number(bounds[2][i]),
            "bound_ci_high": number(bounds[3][i]),
            "n_opposed": int(n_opposed[i]),
            "opposed_share": number(against.estimate[i]),
            "opposed_low": number(against.low[i]),
            "opposed_high": number(against.high[i]),
            "opposed_why_not": against.why_not[i] if n_opposed[i] else None,
        }


def _of_shares(statistic: Statistic, sources: Sources, options: AnalysisOptions, corrected: Booleans) -> Intervals:
    """Intervals of shares; where counts were `corrected`, estimates and ends are cut to 0 and 1."""
    plain = statistic.intervals(sources, options)
    return (
        plain
        if not corrected.any()
        else plain.where(~corrected, statistic.intervals(sources, options, Scale.CORRECTED))
    )


def bounds_of(
    table: GroupTable, answered: Intervals, sources: Sources, options: AnalysisOptions, drawn: Floats | None = None
) -> tuple[Floats, Floats, Floats, Floats]:
    """Lower bound, upper bound and the ends of the interval around them (NaN where `clusters` are too few for one).

    `drawn`: the totals of k, n and m in every resample, side by side, where they are known already.
    """
    if drawn is None:
        drawn = sources.totals(beside([table.k, table.n, table.m]), options.resamples, options.seed)
    k, n, m = np.hsplit(drawn, 3)
    put = added(table.n, table.m)
    lowest = ratios(table.k, put, sources, options, np.hstack([k, n + m]))
    highest = ratios(added(table.k, table.m), put, sources, options, np.hstack([k + m, n + m]))
    se_low, df_low = lowest.standard_errors(sources)
    se_high, df_high = highest.standard_errors(sources)
    least, most = (np.clip(each.estimate, 0.0, 1.0) for each in (lowest, highest))
    low, high = bounded_interval(least, most, se_low, se_high, np.minimum(df_low, df_high), options.confidence)
    count, largest = sources.behind(put)
    none = (count < options.min_sources) | (largest > 0.5) | ~np.isfinite(se_low) | ~np.isfinite(se_high)
    # Without non-answers the bounds are the share itself; then its interval holds, and so does the reason for none.
    same = totals(table.m) == 0
    low = np.where(same, answered.low, np.where(none, np.nan, low))
    high = np.where(same, answered.high, np.where(none, np.nan, high))
    return least, most, low, high
