"""Answers counted per option of every item: the sufficient statistics of all shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Floats, Table, counted, table_of
from axiometer.analyze.coded.catalogue import Catalogue, Contests
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.coded.recovered import unmixed
from axiometer.analyze.coded.value_index import Level
from axiometer.records import Mode


@dataclass(frozen=True, slots=True)
class Tally:
    """Per option of the catalogue: `taken`, how often it was chosen (agreed with, or its share of the sides'
    probability); `asked`, the presentations in which a side was chosen (a stance on this option was taken); `open`,
    those that ended in a non-answer. `alone`: options were put forward one by one (agree mode)."""

    taken: Floats
    asked: Floats
    open: Floats
    alone: bool

    @property
    def put(self) -> Floats:
        """Presentations that ended in a choice or a non-answer."""
        return self.asked + self.open


@dataclass(frozen=True, slots=True)
class GroupTable:
    """A tally summed to groups x targets: `k` taken, `n` asked, `m` open (see `Tally`). `items`: per target, how many
    items have presentations. Sparse where large."""

    k: Table
    n: Table
    m: Table
    items: Floats


def tally(presentations: Presentations, catalogue: Catalogue, kept: Booleans | None = None) -> Tally:
    """The counts of `presentations` (of those `kept`)."""
    rows = presentations if kept is None else presentations.where(kept)
    options = len(catalogue.option_item)
    if rows.mode is Mode.AGREE:
        put = rows.shown >= 0
        stood, unsettled = put & rows.chosen & (rows.stance != 0), put & rows.unanswered
        return Tally(
            taken=counted(rows.shown[stood & (rows.stance > 0)], options),
            asked=counted(rows.shown[stood], options),
            open=counted(rows.shown[unsettled], options),
            alone=True,
        )
    if rows.weights is not None:
        taken, answered = _side_probabilities(rows, catalogue)
        unsettled = ~answered & (rows.unanswered | rows.chosen)
    else:
        answered, unsettled = rows.chosen, rows.unanswered
        taken = counted(rows.option[answered], options)
    items = catalogue.size
    return Tally(
        taken=taken,
        asked=counted(rows.item[answered], items)[catalogue.option_item],
        open=counted(rows.item[unsettled], items)[catalogue.option_item],
        alone=False,
    )


def _side_probabilities(rows: Presentations, catalogue: Catalogue) -> tuple[Floats, Booleans]:
    """Each side's part of the probability that fell on sides, summed per option; and which rows had any."""
    assert rows.weights is not None
    taken = np.zeros(len(catalogue.option_item))
    width = rows.weights.shape[1]
    option = catalogue.start[rows.item][:, None] + np.arange(width)[None, :]
    inside = ~np.isnan(rows.weights)
    option = np.where(inside, option, 0)
    on_side = np.where(inside & catalogue.side[option], rows.weights, 0.0)
    total = on_side.sum(axis=1)
    answered = total > 0
    part = on_side[answered] / total[answered, None]
    np.add.at(taken, option[answered], part)
    return taken, answered


def by_content(counts: Tally, catalogue: Catalogue) -> Tally:
    """The tally as one of what options express: counts of sides whose map is uncertain are corrected for it (see
    coded/recovered.py). Where options are put forward alone rates are corrected, and a side counts for as many
    presentations as it had; for none where the other side had none."""
    right = catalogue.map_right
    if right is None:
        return counts
    assert catalogue.maps is not None
    p, other = right[catalogue.option_item], catalogue.other_side
    # Which items are corrected is the same at all ends of their probabilities, also where one of these is 1.
    mixed = np.flatnonzero(catalogue.maps.uncertain[catalogue.option_item] & (other >= 0))
    own, against = counts.taken[mixed], counts.taken[other[mixed]]
    taken, asked = counts.taken.copy(), counts.asked
    if counts.alone:
        put, put_against = asked[mixed], asked[other[mixed]]
        both = (put > 0) & (put_against > 0)
        asked = asked.copy()
        asked[mixed] = np.where(both, put, 0.0)
        own = np.where(both, own, 0.0)
        against = np.where(both, against * put / np.maximum(put_against, 1.0), 0.0)
    taken[mixed] = unmixed(own, against, p[mixed])
    return Tally(taken, asked, counts.open, counts.alone)


def corrected_targets(catalogue: Catalogue, level: Level) -> Booleans:
    """The targets of `level` whose counts are corrected for an uncertain map somewhere."""
    found = np.zeros(len(level.targets), dtype=np.bool_)
    if catalogue.map_right is None or catalogue.maps is None:
        return found
    for polarity in (1, -1):
        contests = catalogue.contests(level, polarity, alone=True)
        found[contests.target[catalogue.maps.uncertain[catalogue.option_item[contests.option]]]] = True
    return found


def group_table(counts: Tally, catalogue: Catalogue, level: Level, polarity: int = 1) -> GroupTable:
    """The tally of the targets of `level` where they are endorsed (+1) or opposed (-1), per group, corrected for
    uncertain maps."""
    counts = by_content(counts, catalogue)
    contests = catalogue.contests(level, polarity, counts.alone)
    shape = (catalogue.groups, len(level.targets))
    group = catalogue.option_group[contests.option]

    def summed(per_option: Floats) -> Table:
        return table_of(group, contests.target, shape, per_option[contests.option])

    return GroupTable(
        k=summed(counts.taken),
        n=summed(counts.asked),
        m=summed(counts.open),
        items=_items(contests, counts, catalogue, shape[1]),
    )


def _items(contests: Contests, counts: Tally, catalogue: Catalogue, targets: int) -> Floats:
    """How many items with a choice (a stance) bear on each target."""
    answered = counts.asked[contests.option] > 0
    both = np.unique(catalogue.option_item[contests.option[answered]] * targets + contests.target[answered])
    return counted(both % targets, targets)
