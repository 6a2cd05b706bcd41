"""How often each slot (letter) was chosen, whatever stood there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from axiometer.analyze.coded.arrays import Floats, Integers, Table, added, counted, joined, table_of, totals
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.estimates.shares import languages_in
from axiometer.analyze.frames import Record, framed, number
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.inference.statistic import NO_VARIATION, Intervals, Scale, Statistic, ratios
from axiometer.analyze.options import AnalysisOptions
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


NO_SLOTS = frozenset({Mode.AGREE, Mode.LIKELIHOOD})
"""The modes in which options do not stand beside each other."""

MOST_STRATA = 24
LEAST_GROUPS = 5


def slots(everyone: list[Presentations], catalogue: Catalogue, options: AnalysisOptions) -> pl.DataFrame:
    """Per slot: `share`, the part of the answered presentations that had this slot in which it was chosen (any option,
    the distractor too; in logprob mode its probability), and `excess`, that minus one over the number of options.

    With orders balanced over the set, a respondent that attends to content alone has no excess. `low` and `high`
    are of `excess`. Modes in which options do not stand side by side (`NO_SLOTS`) have none.
    """
    rows: list[Record] = []
    for presentations in everyone:
        if presentations.mode in NO_SLOTS:
            continue
        for lang, kept in languages_in(presentations, catalogue):
            part = presentations if kept is None else presentations.where(kept)
            head = {"model": part.model, "mode": part.mode.value, "lang": lang}
            rows.extend({**head, **row} for row in slot_rows(part, catalogue, options))
    return framed(rows, COLUMNS)


def slot_rows(part: Presentations, catalogue: Catalogue, options: AnalysisOptions) -> list[Record]:
    """The rows of one respondent, one per slot."""
    tables = slot_tables(part, catalogue)
    n, taken = (totals(each).reshape(tables.slots, -1).sum(axis=1) for each in (tables.shown, tables.taken))
    excess = excess_statistic(tables, catalogue.sources, options)
    estimates = excess.intervals(catalogue.sources, options, Scale.DIFFERENCE)
    return [_row(slot, float(n[slot]), float(taken[slot]), estimates) for slot in range(len(n))]


def _row(slot: int, n: float, taken: float, estimates: Intervals) -> Record:
    # At 0 and 100 % every resample says the same: an interval without width would look like certainty.
    settled = NO_VARIATION if n and taken in (0.0, n) else None
    why_not = estimates.why_not[slot] or settled
    return {
        "slot": slot + 1,
        "letter": chr(ord("A") + slot),
        "n": round(n),
        "share": number(taken / n) if n else None,
        "excess": number(estimates.estimate[slot]) if n else None,
        "low": None if why_not else number(estimates.low[slot]),
        "high": None if why_not else number(estimates.high[slot]),
        "interval": None if why_not else estimates.method(slot),
        "why_not": why_not,
    }


@dataclass(frozen=True, slots=True)
class SlotTables:
    """Groups x (slots times layouts), slot by slot: how often the slot was taken, how often it would be by even
    chances, how often it was there."""

    taken: Table
    expected: Table
    shown: Table
    slots: int


def excess_statistic(tables: SlotTables, sources: Sources, options: AnalysisOptions) -> Statistic:
    """The excess of every slot, layout by layout (which slots held sides) and then over layouts as they were asked.

    Orders are assigned by design: where the distractor stood is known, so it is no part of the uncertainty.
    """
    each = ratios(added(tables.taken, tables.expected, -1.0), tables.shown, sources, options)
    total = totals(tables.shown).reshape(tables.slots, -1)
    slots, layouts = total.shape
    part = total / np.maximum(total.sum(axis=1, keepdims=True), 1.0)
    weights = np.zeros((slots, layouts, slots))
    weights[np.arange(slots), :, np.arange(slots)] = part
    return each.combined(weights.reshape(slots * layouts, slots))


def slot_tables(part: Presentations, catalogue: Catalogue) -> SlotTables:
    """The counts of answered presentations."""
    there = part.slots >= 0
    count = np.maximum(there.sum(axis=1), 1)
    if part.weights is not None:
        weight = np.nan_to_num(part.weights)
        total = weight.sum(axis=1)
        answered = total > 0
        own = np.clip(part.slots, 0, weight.shape[1] - 1)
        chance = np.take_along_axis(weight, own, axis=1) / np.where(answered, total, 1.0)[:, None]
        at_slot = np.where(there, chance, 0.0)
    else:
        own = part.option - catalogue.start[part.item]
        at_slot = (there & (part.slots == own[:, None]) & (part.option >= 0)[:, None]).astype(np.float64)
        answered = at_slot.any(axis=1)
    here = there & answered[:, None]
    slots = there.shape[1]
    group = catalogue.group[part.item]
    # Which slots held sides; not which side stood where, for the numbering of sides means nothing.
    kind = np.zeros(there.shape, dtype=np.int64)
    row, slot = np.nonzero(there)
    kind[row, slot] = 1 + catalogue.side[catalogue.start[part.item[row]] + part.slots[row, slot]]
    layout, layouts = layout_strata(kind @ 3 ** np.arange(slots), group)

    row, slot = np.nonzero(here)

    def summed(table: Floats) -> Table:
        shape = (catalogue.groups, slots * layouts)
        return table_of(group[row], slot * layouts + layout[row], shape, table[row, slot])

    return SlotTables(
        taken=summed(at_slot),
        expected=summed(np.broadcast_to(1.0 / count[:, None], there.shape)),
        shown=summed(np.ones(there.shape)),
        slots=slots,
    )


def layout_strata(code: Integers, group: Integers) -> tuple[Integers, int]:
    """A number per layout, and how many there are; all one where layouts are many or have few groups of items each."""
    layout = joined(code)
    layouts = int(layout.max(initial=0)) + 1
    size = int(group.max(initial=0)) + 1
    groups_each = counted(np.unique(layout * size + group) // size, layouts)
    if layouts > MOST_STRATA or groups_each.min(initial=np.inf) < LEAST_GROUPS:
        return np.zeros(len(code), dtype=np.int64), 1
    return layout, layouts
