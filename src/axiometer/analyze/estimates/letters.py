"""How often two respondents gave the same letter: the way of counting of studies that keep no map from letters to
content and ask each item once, in one order.

On presentations that were put to both (same item, order, wording and repeat) and answered by both with an option:
`same`, the share with the same letter, and `by_chance`, what that share would be if each respondent had its own shares
of letters on these presentations and drew them independently (the p_e of Cohen 1960, eq. 3). In one order a letter and
an option are the same thing, so agreement by content and a common liking for a letter cannot be told apart here;
`agreement` averages over orders.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Integers, counted, joined
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.estimates.differences import pairs_in_one_mode
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.statistic import NO_VARIATION, ratios
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import Mode

COLUMNS: dict[str, type[pl.DataType]] = {
    "model_a": pl.String,
    "model_b": pl.String,
    "mode": pl.String,
    "n": pl.Int64,
    "n_items": pl.Int64,
    "same": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
    "by_chance": pl.Float64,
}


def letters(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """One row per pair of respondents in choice mode with a presentation in common. `n`: presentations."""
    rows: list[Record] = []
    for first, second in pairs_in_one_mode(everyone):
        if first.mode is Mode.CHOICE:
            rows.extend(_of_pair(first, second, catalogue, options))
    return framed(rows, COLUMNS)


def _of_pair(
    first: Presentations, second: Presentations, catalogue: Catalogue, options: AnalysisOptions
) -> list[Record]:
    a, b = (each.where(each.option >= 0) for each in (first, second))
    at_a, at_b = common_presentations(a, b)
    if not len(at_a):
        return []
    item = a.item[at_a]
    letter_a, letter_b = _letter(a, catalogue)[at_a], _letter(b, catalogue)[at_b]
    match = (letter_a == letter_b).astype(np.float64)
    group, size = catalogue.group[item], catalogue.groups
    k, n = counted(group, size, match)[:, None], counted(group, size)[:, None]
    found = ratios(k, n, catalogue.sources, options).intervals(catalogue.sources, options)
    most = int(max(letter_a.max(), letter_b.max())) + 1
    of_a, of_b = (np.bincount(each, minlength=most) / len(each) for each in (letter_a, letter_b))
    # At 0 and 100 % every resample says the same: an interval without width would look like certainty.
    why_not = found.why_not[0] or (NO_VARIATION if match.all() or not match.any() else None)
    return [
        {
            "model_a": first.model,
            "model_b": second.model,
            "mode": first.mode.value,
            "n": len(item),
            "n_items": len(np.unique(item)),
            "same": number(match.mean()),
            "low": None if why_not else number(found.low[0]),
            "high": None if why_not else number(found.high[0]),
            "interval": None if why_not else found.method(0),
            "why_not": why_not,
            "by_chance": number(float(of_a @ of_b)),
        }
    ]


def common_presentations(a: Presentations, b: Presentations) -> tuple[Integers, Integers]:
    """The rows of both that are one presentation: the same item, order, wording and repeat."""
    width = max(a.slots.shape[1], b.slots.shape[1])
    slots = [np.pad(each.slots, ((0, 0), (0, width - each.slots.shape[1])), constant_values=-1) for each in (a, b)]
    names = ("item", "wording", "repeat")
    same = [np.array_equal(getattr(a, name), getattr(b, name)) for name in names]
    if all(same) and np.array_equal(slots[0], slots[1]):
        every = np.arange(len(a))
        return every, every
    keys = [np.concatenate([getattr(a, name), getattr(b, name)]) for name in names]
    key = joined(*keys, *np.concatenate(slots).T)
    _, at_a, at_b = np.intersect1d(key[: len(a)], key[len(a) :], return_indices=True)
    return at_a, at_b


def _letter(part: Presentations, catalogue: Catalogue) -> Integers:
    """The slot that was chosen, from 0."""
    own = part.option - catalogue.start[part.item]
    return np.asarray((part.slots == own[:, None]).argmax(axis=1))
