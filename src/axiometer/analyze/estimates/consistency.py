"""Whether the same question gets the same answer: again, in another order, in other words.

Two presentations of an item are a pair; a pair flips when different options were chosen (different stances taken).
- `retest_flip`: pairs equal but for the repeat.
- `order_flip`: pairs of one wording in different orders. `wording_flip`: pairs of one order in different wordings. Of
  free answers: pairs of orders in which the judge was put one answer, so that it is the judge who flips.
- `order_flip_beyond_retest`, `wording_flip_beyond_retest`: those minus `retest_flip`, on the items that have both (not
  of the judge's orders).
- `order_consistency`, `retest_consistency`, `wording_consistency`: 1 minus the flip rate.
- `acquiescence` (agree mode): the share that agreed with the form put forward, denials included, minus a half. All
  pairs of an item's answered presentations are counted, from counts and not by listing them. In logprob mode an
  answer is the likeliest option.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, Integers, counted, joined
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import JUDGED, Presentations
from axiometer.analyze.estimates.shares import languages_in
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import Scale, Statistic, ratios
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import Mode

COLUMNS: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "quantity": pl.String,
    "n": pl.Int64,
    "estimate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
}

MISSING = {
    "retest": "no repeats of one presentation: measure with --repeats 2",
    "order": "no item in several orders: measure with --orders swap",
    "wording": "one wording only: measure with --wordings 3",
}


def consistency(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """One row per respondent, mode, language and quantity; `n` counts pairs of presentations (answers for
    acquiescence)."""
    rows: list[Record] = []
    for presentations in everyone:
        for lang, kept in languages_in(presentations, catalogue):
            part = presentations if kept is None else presentations.where(kept)
            head = {"model": part.model, "mode": part.mode.value, "lang": lang}
            rows.extend({**head, **row} for row in _rows(part, catalogue, options))
    return framed(rows, COLUMNS)


def _rows(part: Presentations, catalogue: Catalogue, options: AnalysisOptions) -> Iterator[Record]:
    flips, pairs = flip_tables(part, catalogue)
    sources = catalogue.sources
    statistic = ratios(flips, pairs, sources, options)
    estimates = statistic.intervals(sources, options)
    total = pairs.sum(axis=0)
    for i, kind in enumerate(KINDS):
        missing = MISSING[kind] if total[i] == 0 else None
        for name, sign, offset in ((f"{kind}_flip", 1.0, 0.0), (f"{kind}_consistency", -1.0, 1.0)):
            ends = sorted((offset + sign * estimates.low[i], offset + sign * estimates.high[i]))
            yield {
                "quantity": name,
                "n": round(float(total[i])),
                "estimate": number(offset + sign * estimates.estimate[i]),
                "low": number(ends[0]),
                "high": number(ends[1]),
                "interval": estimates.method(i),
                "why_not": missing or estimates.why_not[i],
            }
    for kind in ("order", "wording"):
        if kind == "order" and part.mode in JUDGED:
            continue
        yield _beyond(kind, flips, pairs, sources, options)
    if part.mode is Mode.AGREE:
        yield _acquiescence(part, catalogue, options)


KINDS = ("retest", "order", "wording")


def flip_tables(part: Presentations, catalogue: Catalogue) -> tuple[Floats, Floats]:
    """Groups x (retest, order, wording): pairs that flipped, and pairs."""
    rows = part.where(part.chosen if part.mode is Mode.AGREE else part.option >= 0)
    subject, order, answer = rows.item, rows.order_code, rows.option
    if part.mode is Mode.AGREE:
        subject, order, answer = rows.shown, rows.negated.astype(np.int64), rows.stance
    group_of = catalogue.option_group if part.mode is Mode.AGREE else catalogue.group
    groups = catalogue.groups
    flips, pairs = np.zeros((groups, 3)), np.zeros((groups, 3))
    fine = (subject, order, rows.wording)
    again = (rows.repeat,) if part.mode in JUDGED else ()
    contrasts: dict[str, tuple[tuple[Integers, ...], tuple[Integers, ...]]] = {
        "retest": (fine, (subject, order, rows.wording, np.arange(len(rows)))),
        "order": ((subject, rows.wording, *again), (*fine, *again)),
        "wording": ((subject, order), fine),
    }
    for column, kind in enumerate(KINDS):
        within, apart = contrasts[kind]
        owner, flipped, met = _cross_pairs(within, apart, answer)
        at = group_of[subject[owner]]
        flips[:, column] = counted(at, groups, flipped)
        pairs[:, column] = counted(at, groups, met)
    return flips, pairs


def _cross_pairs(
    within: tuple[Integers, ...], apart: tuple[Integers, ...], answer: Integers
) -> tuple[Integers, Floats, Floats]:
    """Pairs of rows equal in `within` but not in `apart`: a row of each cell of `within`, its flips and its pairs."""
    cell = joined(*within)
    cells, first = int(cell.max(initial=-1)) + 1, np.unique(cell, return_index=True)[1]

    def together(*keys: Integers) -> Floats:
        """Per cell of `within`: ordered pairs of rows (a row with itself too) that are equal in `keys`."""
        _, where, counts = np.unique(joined(cell, *keys), return_index=True, return_counts=True)
        return counted(cell[where], cells, counts.astype(np.float64) ** 2)

    met = (together() - together(*apart)) / 2
    same = (together(answer) - together(*apart, answer)) / 2
    return first, met - same, met


def _beyond(kind: str, flips: Floats, pairs: Floats, sources: Sources, options: AnalysisOptions) -> Record:
    """A flip rate minus the retest's, on the groups that have both."""
    column = KINDS.index(kind)
    both = (pairs[:, 0] > 0) & (pairs[:, column] > 0)
    name = f"{kind}_flip_beyond_retest"
    if not both.any():
        lacking = kind if pairs[:, column].sum() == 0 else "retest"
        return {"quantity": name, "n": 0, "why_not": MISSING[lacking]}
    kept = both[:, None].astype(np.float64)
    each: Statistic = ratios((flips * kept)[:, [column, 0]], (pairs * kept)[:, [column, 0]], sources, options)
    difference = each.take(slice(0, 1)).minus(each.take(slice(1, 2))).intervals(sources, options, Scale.DIFFERENCE)
    return {
        "quantity": name,
        "n": round(float((pairs * kept)[:, column].sum())),
        "estimate": number(difference.estimate[0]),
        "low": number(difference.low[0]),
        "high": number(difference.high[0]),
        "interval": difference.method(0),
        "why_not": difference.why_not[0],
    }


def _acquiescence(part: Presentations, catalogue: Catalogue, options: AnalysisOptions) -> Record:
    rows = part.where(part.chosen)
    group = catalogue.group[rows.item]
    groups = catalogue.groups
    agreed = (rows.stance > 0) != rows.negated
    k = counted(group, groups, agreed)[:, None]
    n = counted(group, groups)[:, None]
    estimates = ratios(k - n / 2, n, catalogue.sources, options).intervals(catalogue.sources, options, Scale.DIFFERENCE)
    return {
        "quantity": "acquiescence",
        "n": len(rows),
        "estimate": number(estimates.estimate[0]),
        "low": number(estimates.low[0]),
        "high": number(estimates.high[0]),
        "interval": estimates.method(0),
        "why_not": estimates.why_not[0],
    }
