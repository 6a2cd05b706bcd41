"""Which values the items set against each other, and which of the two was chosen."""

from __future__ import annotations

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Integers, counted
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.tallies import by_content, tally
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.estimates.differences import compared_levels
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.options import AnalysisOptions
from axiometer.records import Mode

COLUMNS: dict[str, type[pl.DataType]] = {
    "level": pl.String,
    "value_a": pl.String,
    "value_b": pl.String,
    "items": pl.Int64,
    "model": pl.String,
    "mode": pl.String,
    "n": pl.Int64,
    "share_a": pl.Float64,
}


def pairs(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """Per level and pair of values that meet: `items` in which one side endorses a and another endorses b (each by
    exactly one side), whether answered or not; then per model, `n` choices of one of those two sides and `share_a`.

    a comes before b in the framework's order. A pair is listed even where a model gave no choice (`n` = 0).
    """
    choosing = [
        (each, by_content(tally(each, catalogue), catalogue)) for each in everyone if each.mode is not Mode.AGREE
    ]
    rows: list[Record] = []
    for level in compared_levels(catalogue, options):
        a, b, side_a, side_b = meetings(catalogue, level)
        code = a * len(level.targets) + b
        met, where = np.unique(code, return_inverse=True)
        items = counted(where, len(met))
        for each, counts in choosing:
            for_a = counted(where, len(met), counts.taken[side_a])
            for_b = counted(where, len(met), counts.taken[side_b])
            n = for_a + for_b
            for i, pair in enumerate(met):
                rows.append(
                    {
                        "level": level.name,
                        "value_a": level.targets[pair // len(level.targets)],
                        "value_b": level.targets[pair % len(level.targets)],
                        "items": int(items[i]),
                        "model": each.model,
                        "mode": each.mode.value,
                        "n": round(float(n[i])),
                        "share_a": number(min(max(for_a[i] / n[i], 0.0), 1.0)) if round(n[i]) else None,
                    }
                )
    return framed(rows, COLUMNS)


def meetings(catalogue: Catalogue, level: Level) -> tuple[Integers, Integers, Integers, Integers]:
    """Per item and pair of targets that different sides endorse: a, b, a's option, b's option (a before b)."""
    contests = catalogue.contests(level, 1, alone=False)
    item = catalogue.option_item[contests.option]
    order = np.lexsort((contests.target, item))
    item, target, option = item[order], contests.target[order], contests.option[order]
    starts, counts = np.unique(item, return_index=True, return_counts=True)[1:]
    parts: list[Integers] = []
    for size in np.unique(counts):
        block = starts[counts == size][:, None] + np.arange(size)[None, :]
        first, second = np.triu_indices(int(size), 1)
        parts.append(np.stack([block[:, first].ravel(), block[:, second].ravel()]))
    i, j = np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), dtype=np.int64)
    apart = option[i] != option[j]
    i, j = i[apart], j[apart]
    return target[i], target[j], option[i], option[j]
