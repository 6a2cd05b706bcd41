"""Whether an item's choice follows what the respondent is steered towards.

For an item that sets V against W, D is the share of choices towards V under the steering for V minus that under the
steering for W, over the presentations that were answered under both. D above 0: the item tells the two apart. With
several values at stake, D is the mean over all ordered pairs of steered values that stand against each other in the
item; where no opposing value was steered, the baseline takes the place of W.

An item is presented two to four times under each steering as a rule, so D takes few values. The interval is
Newcombe's hybrid of two score intervals (1998, Statistics in Medicine 17:873, method 10), as if presentations were
independent draws: it says how little a handful of presentations can show, not more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, counted
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.frames import Record, number
from axiometer.analyze.inference.intervals import wilson
from axiometer.analyze.known_groups.steered_answers import Stakes, Steered, pair, towards
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import Item

COLUMNS: dict[str, type[pl.DataType] | pl.DataType] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "level": pl.String,
    "item": pl.String,
    "parallel_id": pl.String,
    "values": pl.List(pl.String),
    "against": pl.String,
    "n": pl.Int64,
    "share": pl.Float64,
    "share_other": pl.Float64,
    "discrimination": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "discriminates": pl.Boolean,
    "why_not": pl.String,
    "prompt": pl.String,
    "options": pl.List(pl.String),
}
EPSILON = 1e-9
VALUES, BASELINE = "values", "baseline"


@dataclass(slots=True)
class _Sums:
    """Per item: sums of shares over pairs of steerings, how many pairs, and the fewest presentations behind one."""

    share: Floats
    other: Floats
    pairs: Integers
    n: Integers

    @classmethod
    def of(cls, items: int) -> _Sums:
        return cls(np.zeros(items), np.zeros(items), np.zeros(items, np.int64), np.full(items, np.iinfo(np.int64).max))


def newcombe(p1: Floats, p2: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    """The interval of p1 - p2, two rates of n presentations each."""
    (low1, high1), (low2, high2) = wilson(p1, n, confidence), wilson(p2, n, confidence)
    low = p1 - p2 - np.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    high = p1 - p2 + np.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return low, high


def discriminations(
    model: str,
    by_steering: Mapping[str | None, Steered],
    stakes: Stakes,
    items: Sequence[Item],
    catalogue: Catalogue,
    options: AnalysisOptions,
) -> list[Record]:
    """One record per item in which a steered value is at stake, in the order of the catalogue, that of `items`."""
    steered = {value for value in by_steering if value is not None}
    against_values, against_baseline = _Sums.of(catalogue.size), _Sums.of(catalogue.size)
    for (value, other), entries in opposed(stakes, steered).items():
        sums = against_values if other is not None else against_baseline
        _add(sums, by_steering[value], by_steering[other], entries, stakes, catalogue)
    concerned = np.zeros(catalogue.size, dtype=np.bool_)
    names = np.array([value in steered for value in stakes.values])
    concerned[stakes.item[names[stakes.value]]] = True
    mode = by_steering[None].rows.mode.value
    sampled = by_steering[None].rows.weights is None
    head: Record = {"model": model, "mode": mode, "level": stakes.level}
    return list(_records(head, concerned, against_values, against_baseline, stakes, items, options, sampled))


def opposed(stakes: Stakes, steered: set[str]) -> dict[tuple[str, str | None], Integers]:
    """(steered value, steered value or None) to the entries of the first in items where the second stands against it;
    None (the baseline) for items in which no steered value does."""
    found: dict[tuple[str, str | None], list[int]] = {}
    for start, count in zip(stakes.start, stakes.count, strict=True):
        own = [entry for entry in range(start, start + count) if stakes.values[stakes.value[entry]] in steered]
        for entry in own:
            value = stakes.values[stakes.value[entry]]
            others = [other for other in own if _against(stakes, entry, other)]
            for other in others:
                found.setdefault((value, stakes.values[stakes.value[other]]), []).append(entry)
            if not others:
                found.setdefault((value, None), []).append(entry)
    return {key: np.array(entries, dtype=np.int64) for key, entries in found.items()}


def _against(stakes: Stakes, one: int, other: int) -> bool:
    """Whether a choice towards the one is a choice away from the other."""
    same_option = stakes.option[one] == stakes.option[other]
    return bool(same_option != (stakes.sign[one] == stakes.sign[other]))


def _add(sums: _Sums, one: Steered, other: Steered, entries: Integers, stakes: Stakes, catalogue: Catalogue) -> None:
    items = np.zeros(catalogue.size, dtype=np.bool_)
    items[stakes.item[entries]] = True
    both = pair(one, other).within(items)
    position, entry = stakes.expand(both.one.item)
    kept = np.isin(entry, entries)
    position, entry = position[kept], entry[kept]
    item = stakes.item[entry]
    n = counted(item, len(items))
    known = n > 0
    for total, rows in ((sums.share, both.one), (sums.other, both.other)):
        summed = counted(item, len(items), towards(rows, catalogue, stakes, position, entry))
        total[known] += summed[known] / n[known]
    sums.pairs[known] += 1
    sums.n[known] = np.minimum(sums.n[known], n[known].astype(np.int64))


def _records(
    head: Record,
    concerned: Booleans,
    values: _Sums,
    baseline: _Sums,
    stakes: Stakes,
    items: Sequence[Item],
    options: AnalysisOptions,
    sampled: bool,
) -> Iterator[Record]:
    for place in np.flatnonzero(concerned):
        item = items[int(place)]
        own = slice(stakes.start[place], stakes.start[place] + stakes.count[place])
        record: Record = {
            **head,
            "lang": item.lang,
            "item": item.id,
            "parallel_id": item.parallel_id,
            "values": [stakes.values[value] for value in stakes.value[own]],
            "n": 0,
            "prompt": item.prompt,
            "options": [option.text for option in item.options],
        }
        sums, against = (values, VALUES) if values.pairs[place] else (baseline, BASELINE)
        if sums.pairs[place] == 0:
            yield {**record, "why_not": "no presentation was answered under both steerings"}
            continue
        share, other = sums.share[place] / sums.pairs[place], sums.other[place] / sums.pairs[place]
        low, high = newcombe(np.array(share), np.array(other), np.array(float(sums.n[place])), options.confidence)
        yield {
            **record,
            "against": against,
            "n": int(sums.n[place]),
            "share": number(share),
            "share_other": number(other),
            "discrimination": number(share - other),
            "low": number(float(low)) if sampled else None,
            "high": number(float(high)) if sampled else None,
            "discriminates": bool(share - other > EPSILON),
            "why_not": None if sampled else "probabilities are no draws: no interval",
        }
