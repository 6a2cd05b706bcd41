"""Counts of respondents that may be people: what is resampled is then an item as one person answered it.

A model's answers to an item vary with the sources that items share. A group of people varies with the persons as well:
other persons would have answered otherwise. So its counts are kept per unit, an item (group) for one person, and
persons and sources are resampled together (inference/crossed.py). Without people, units are the groups themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Floats, Integers, Table, table_of
from axiometer.analyze.coded.catalogue import Catalogue
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.tallies import GroupTable, Tally, group_table, tally
from axiometer.analyze.coded.value_index import Level
from axiometer.analyze.frames import Record
from axiometer.analyze.inference.crossed import CrossedSources
from axiometer.analyze.inference.sources import Sources

PERSONS_TOO = "multiway bootstrap, persons too"
MIN_PERSONS = 5
_ENDS = ("ci_low", "ci_high", "opposed_low", "opposed_high")
_OF_INTERVAL = ("low", "high", "interval", "p", "p_adjusted")


@dataclass(frozen=True, slots=True)
class Units:
    """Counts per unit. `endorsed` and `opposed`: one table per respondent, units x targets; `sources`: what units
    share; `persons`: of how many persons the group of people with the fewest consists, None where nobody is one."""

    endorsed: tuple[GroupTable, ...]
    opposed: tuple[GroupTable, ...]
    sources: Sources
    persons: int | None


def told(row: Record, persons: int | None) -> Record:
    """`row` with the name of its interval where persons were resampled too, without an interval where they are few."""
    if persons is None:
        return row
    if persons >= MIN_PERSONS:
        return row if row.get("interval") is None else {**row, "interval": PERSONS_TOO}
    without = {name: None for name in row if name.endswith(_ENDS) or name in _OF_INTERVAL}
    why = f"{persons} persons, fewer than {MIN_PERSONS}"
    given = {"why_not": row.get("why_not") or why}
    if row.get("opposed_share") is not None:
        given["opposed_why_not"] = row.get("opposed_why_not") or why
    return {**row, **without, **given}


def persons_in(presentations: Presentations) -> int | None:
    """How many persons a group of people has; None for others."""
    return len(np.unique(presentations.repeat)) if presentations.persons else None


def fewest_persons(everyone: Sequence[Presentations]) -> int | None:
    """The same for several respondents: of the smallest group of people."""
    found = [n for each in everyone if (n := persons_in(each)) is not None]
    return min(found, default=None)


def units_of(
    everyone: Sequence[Presentations], catalogue: Catalogue, level: Level, chosen_by_all: bool = False
) -> Units:
    """The counts of `everyone` (one respondent, or several to be compared) on units that they share.

    `chosen_by_all`: count only options of items on which each respondent chose at least once.
    """
    kept = _chosen_by_all(everyone, catalogue) if chosen_by_all else None
    if not any(each.persons for each in everyone):
        tallies = [restricted(tally(each, catalogue), kept) for each in everyone]
        return Units(
            tuple(group_table(each, catalogue, level, 1) for each in tallies),
            tuple(group_table(each, catalogue, level, -1) for each in tallies),
            catalogue.sources,
            None,
        )
    blocks = list(_blocks(everyone, catalogue))
    sources = CrossedSources.of_units(
        np.concatenate([groups for _, _, _, groups in blocks]),
        np.concatenate([np.full((len(groups), 1), person) for _, person, _, groups in blocks]),
        catalogue.sources,
    )
    sizes = [len(groups) for _, _, _, groups in blocks]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    tables: dict[tuple[int, int], GroupTable] = {}
    for polarity in (1, -1):
        for number in range(len(everyone)):
            own = [(at, block) for at, block in enumerate(blocks) if block[0] == number]
            parts = [
                (
                    int(starts[at]),
                    groups,
                    group_table(restricted(tally(rows, catalogue), kept), catalogue, level, polarity),
                )
                for at, (_, _, rows, groups) in own
            ]
            whole = group_table(restricted(tally(everyone[number], catalogue), kept), catalogue, level, polarity)
            tables[number, polarity] = _placed(parts, whole, int(starts[-1]))
    return Units(
        tuple(tables[number, 1] for number in range(len(everyone))),
        tuple(tables[number, -1] for number in range(len(everyone))),
        sources,
        fewest_persons(everyone),
    )


def restricted(counts: Tally, kept: Floats | None) -> Tally:
    """A tally of the options that `kept` marks by 1."""
    if kept is None:
        return counts
    return Tally(counts.taken * kept, counts.asked * kept, counts.open * kept, counts.alone)


def _chosen_by_all(everyone: Sequence[Presentations], catalogue: Catalogue) -> Floats:
    asked = [tally(each, catalogue).asked > 0 for each in everyone]
    return np.asarray(np.logical_and.reduce(asked), dtype=np.float64)


def _blocks(
    everyone: Sequence[Presentations], catalogue: Catalogue
) -> Iterator[tuple[int, int, Presentations, Integers]]:
    """Respondent, person (-1 for models; numbered through over all groups of people), presentations, their groups."""
    before = 0
    for number, each in enumerate(everyone):
        persons = [int(person) for person in np.unique(each.repeat)] if each.persons else []
        parts = [each.where(each.repeat == person) for person in persons] if each.persons else [each]
        for place, rows in enumerate(parts):
            yield number, before + place if each.persons else -1, rows, np.unique(catalogue.group[rows.item])
        before += len(persons)


def _placed(parts: Sequence[tuple[int, Integers, GroupTable]], whole: GroupTable, units: int) -> GroupTable:
    """Tables of groups as one of units: `parts` has where each begins, its groups in order, and its table."""

    def column(name: str) -> Table:
        rows, targets, counts = [], [], []
        for start, groups, table in parts:
            own = getattr(table, name)[groups]
            at, target = (each.astype(np.int64) for each in own.nonzero())
            rows.append(start + at)
            targets.append(target)
            counts.append(np.asarray(own[at, target], dtype=np.float64).ravel())
        shape = (units, len(whole.items))
        return table_of(np.concatenate(rows), np.concatenate(targets), shape, np.concatenate(counts))

    return GroupTable(k=column("k"), n=column("n"), m=column("m"), items=whole.items)
