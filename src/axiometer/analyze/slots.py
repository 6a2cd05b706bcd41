"""How often each slot (letter) was chosen, whatever stood there."""

from __future__ import annotations

import numpy as np
import polars as pl

from axiometer.analyze.arrays import Floats, counted
from axiometer.analyze.catalogue import Catalogue
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.options import AnalysisOptions
from axiometer.analyze.presentations import Presentations
from axiometer.analyze.shares import languages_in
from axiometer.analyze.statistic import Scale, ratios
from axiometer.records import Mode

COLUMNS: dict[str, type[pl.DataType]] = {
    "model": pl.String,
    "mode": pl.String,
    "lang": pl.String,
    "slot": pl.Int64,
    "letter": pl.String,
    "n": pl.Int64,
    "share": pl.Float64,
    "excess": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "why_not": pl.String,
}


def slots(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """Per slot: `share`, the part of the answered presentations that had this slot in which it was chosen (any option,
    the distractor too; in logprob mode its probability), and `excess`, that minus one over the number of options.

    With orders balanced over the set, a respondent that attends to content alone has no excess. `low` and `high`
    are of `excess`. Agree mode has no slots.
    """
    rows: list[Record] = []
    for presentations in everyone:
        if presentations.mode is Mode.AGREE:
            continue
        for lang, kept in languages_in(presentations, catalogue):
            part = presentations if kept is None else presentations.where(kept)
            head = {"model": part.model, "mode": part.mode.value, "lang": lang}
            rows.extend({**head, **row} for row in slot_rows(part, catalogue, options))
    return framed(rows, COLUMNS)


def slot_rows(part: Presentations, catalogue: Catalogue, options: AnalysisOptions) -> list[Record]:
    """The rows of one respondent, one per slot."""
    taken, expected, shown = slot_tables(part, catalogue)
    share = ratios(taken, shown, catalogue.sources, options)
    excess = ratios(taken - expected, shown, catalogue.sources, options).intervals(
        catalogue.sources, options, Scale.DIFFERENCE
    )
    return [
        {
            "slot": slot + 1,
            "letter": chr(ord("A") + slot),
            "n": round(float(shown[:, slot].sum())),
            "share": number(share.estimate[slot]),
            "excess": number(excess.estimate[slot]),
            "low": number(excess.low[slot]),
            "high": number(excess.high[slot]),
            "interval": excess.method(slot),
            "why_not": excess.why_not[slot],
        }
        for slot in range(shown.shape[1])
    ]


def slot_tables(part: Presentations, catalogue: Catalogue) -> tuple[Floats, Floats, Floats]:
    """Groups x slots: how often the slot was taken, how often by even chances, and how often it was there."""
    there = part.slots >= 0
    count = np.maximum(there.sum(axis=1), 1)
    if part.weights is not None:
        weight = np.nan_to_num(part.weights)
        total = weight.sum(axis=1)
        answered = total > 0
        own = np.clip(part.slots, 0, weight.shape[1] - 1)
        at_slot = (
            np.where(there, np.take_along_axis(weight, own, axis=1), 0.0) / np.where(answered, total, 1.0)[:, None]
        )
    else:
        own = part.option - catalogue.start[part.item]
        at_slot = (there & (part.slots == own[:, None]) & (part.option >= 0)[:, None]).astype(np.float64)
        answered = at_slot.any(axis=1)
    here = there & answered[:, None]
    group = catalogue.group[part.item]

    def summed(table: Floats) -> Floats:
        groups = len(catalogue.group_keys)
        return np.stack([counted(group, groups, table[:, s]) for s in range(table.shape[1])], axis=1)

    return (
        summed(np.where(here, at_slot, 0.0)),
        summed(np.where(here, 1.0 / count[:, None], 0.0)),
        summed(here.astype(np.float64)),
    )
