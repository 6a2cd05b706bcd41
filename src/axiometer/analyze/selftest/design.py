"""The design that respondents are simulated on: the starter dilemmas in zh and en, each in an order and its reverse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy import sparse

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers
from axiometer.analyze.coded.catalogue import catalogue_of
from axiometer.analyze.coded.value_index import FrameworkLike
from axiometer.analyze.inference.sources import Sources
from axiometer.analyze.ranking.comparisons import unique_rows
from axiometer.errors import InputError
from axiometer.records import ExpressionKind, Item

SLOTS = 3


@dataclass(frozen=True)
class SimulatedDesign:
    """One entry per cell, a cell being an item in one order. `value`, `rule`: cells x 2, of the first and the second
    side. `slot`: cells x 3, the slots of the first side, the second side and the distractor. `item`, `group`,
    `lang`: indices.
    """

    values: tuple[str, ...]
    langs: tuple[str, ...]
    group: Integers
    item: Integers
    lang: Integers
    value: Integers
    rule: Integers
    slot: Integers
    sources: Sources

    @property
    def groups(self) -> int:
        return self.sources.groups

    @property
    def items(self) -> int:
        return int(self.item.max()) + 1

    @property
    def rules(self) -> int:
        return int(self.rule.max()) + 1

    def per_group(self, cells: Booleans | None = None) -> sparse.csr_matrix:
        """Groups x cells: sums cells (those kept) to groups."""
        kept = np.ones(len(self.group)) if cells is None else cells.astype(np.float64)
        return sparse.csr_matrix((kept, (self.group, np.arange(len(self.group)))), shape=(self.groups, len(self.group)))

    def per_group_value(self, side: int) -> sparse.csr_matrix:
        """(Groups times values) x cells: sums cells to the group and the value of their first or second side."""
        row = self.group * len(self.values) + self.value[:, side]
        shape = (self.groups * len(self.values), len(self.group))
        return sparse.csr_matrix((np.ones(len(row)), (row, np.arange(len(row)))), shape=shape)

    def rows(self) -> tuple[Floats, Integers, Booleans]:
        """The ranking model's distinct predictor rows, each cell's row, and whether it is the row's mirror image."""
        at = np.arange(len(self.group))
        values = np.zeros((len(at), len(self.values)), dtype=np.int8)
        values[at, self.value[:, 0]] += 1
        values[at, self.value[:, 1]] -= 1
        return unique_rows(values, self.slot[:, 0], self.slot[:, 1], SLOTS)


def starter_design() -> SimulatedDesign:
    """The design of the items that ship with Axiometer, at the middle level of their framework."""
    from axiometer.frameworks import load_framework
    from axiometer.records.importers.starter import starter_items

    items = starter_items()
    framework = load_framework(str(items[0].framework))
    return simulated_design(items, {framework.id: framework}, level=framework.levels[1].id)


def simulated_design(
    items: Sequence[Item], frameworks: Mapping[str, FrameworkLike], *, level: str, seed: int = 7
) -> SimulatedDesign:
    """The cells of items whose two sides each express one value (at `level`) and one rule.

    Orders go round all six in a seeded shuffle, so that they are balanced; every order is followed by its reverse.
    Raises `InputError` where no items fit.
    """
    catalogue = catalogue_of(items, frameworks)
    found = [one for one in catalogue.levels if one.name == level]
    if not found:
        raise InputError(f"the items express nothing at level {level!r}")
    place = {value: position for position, value in enumerate(found[0].targets)}
    ordered = sorted(items, key=lambda item: item.id)
    langs = tuple(sorted({item.lang for item in ordered}))
    rules: dict[str, int] = {}
    cells: list[tuple[int, ...]] = []
    rounds = list(permutations(range(SLOTS)))
    shuffled = np.random.default_rng(seed).permutation(len(ordered))
    kept = 0
    for number, item in enumerate(ordered):
        sides = [_expressed(item, side, found[0].above) for side in range(2)]
        values = [place.get(value, -1) for value, _ in sides]
        if min(values) < 0 or values[0] == values[1] or len(item.options) != SLOTS:
            continue
        coded = [rules.setdefault(rule, len(rules)) for _, rule in sides]
        order = rounds[shuffled[number] % len(rounds)]
        for shown in (order, order[::-1]):
            slot = [shown.index(option) for option in range(SLOTS)]
            cells.append((int(catalogue.group[number]), kept, langs.index(item.lang), *values, *coded, *slot))
        kept += 1
    if not cells:
        raise InputError("no item has two sides with one value each and a distractor")
    table = np.array(cells, dtype=np.int64)
    present, group = np.unique(table[:, 0], return_inverse=True)
    return SimulatedDesign(
        values=found[0].targets,
        langs=langs,
        group=group,
        item=table[:, 1],
        lang=table[:, 2],
        value=table[:, 3:5],
        rule=table[:, 5:7],
        slot=table[:, 7:10],
        sources=_sources(group, table[:, 5:7], len(present)),
    )


def _expressed(item: Item, side: int, above: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
    """The one value (at the level) and the one rule of a side, or empty names."""
    expresses = item.options[side].expresses if side < len(item.options) else ()
    values = [
        v for e in expresses if e.kind is ExpressionKind.VALUE and e.polarity > 0 for v in above.get(e.target, ())
    ]
    rules = [e.target for e in expresses if e.kind is ExpressionKind.RULE]
    return (values[0], rules[0]) if len(values) == 1 and len(rules) == 1 else ("", "")


def _sources(group: Integers, rule: Integers, groups: int) -> Sources:
    """Sources as an analysis would have them: both rules of each dilemma."""
    first = np.unique(group, return_index=True)[1]
    return Sources.of([tuple(f"rule {r}" for r in rule[cell]) for cell in first], [str(g) for g in range(groups)])


def repeated(design: SimulatedDesign, keep_per_pair: int, copies: int = 1) -> SimulatedDesign:
    """The design with at most `keep_per_pair` dilemmas per pair of values, then `copies` times over with fresh rules
    and items."""
    low, high = np.sort(design.value, axis=1).T
    pair = low * len(design.values) + high
    first = np.unique(design.group, return_index=True)[1]
    seen: dict[int, int] = {}
    chosen = np.zeros(design.groups, dtype=bool)
    for cell in first:
        seen[int(pair[cell])] = seen.get(int(pair[cell]), 0) + 1
        chosen[design.group[cell]] = seen[int(pair[cell])] <= keep_per_pair
    kept = chosen[design.group]
    group, item = (np.unique(part[kept], return_inverse=True)[1] for part in (design.group, design.item))
    steps = np.repeat(np.arange(copies), int(kept.sum()))

    def over(part: Integers, size: int) -> Integers:
        return np.tile(part, copies) + steps * size

    rule = design.rule[kept]
    rules = np.stack([over(rule[:, side], design.rules) for side in range(2)], axis=1)
    groups = over(group, int(group.max()) + 1)
    return SimulatedDesign(
        values=design.values,
        langs=design.langs,
        group=groups,
        item=over(item, int(item.max()) + 1),
        lang=np.tile(design.lang[kept], copies),
        value=np.tile(design.value[kept], (copies, 1)),
        rule=rules,
        slot=np.tile(design.slot[kept], (copies, 1)),
        sources=_sources(groups, rules, int(groups.max()) + 1),
    )
