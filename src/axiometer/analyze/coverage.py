"""Which values meet which in items (or pairs of rules), and where a ranking of them would rest on too little.

Known from the items alone, so it can be said before anybody is asked. The rules and where they come from are in
docs/methodology.md (Coverage).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Final

import numpy as np
import polars as pl

from axiometer.frameworks import Framework

AS_GIVEN: Final = "value"
FEW_SOURCES: Final = 20
"""Fewer rules (or other sources) of a value than this: an interval by sources is not given either."""
FEW_ITEMS: Final = 100
"""Fewer items in which a value is at stake: were they all independent, the 95 % interval of an even share would still
reach about 10 points to either side (Wilson 1927)."""
WEAK: Final = 0.1
"""Of the connectivity of a balanced design with as many meetings: below it the worst comparison of two parts has more
than three times the standard error that it would have there (the square root of 1 / 0.1)."""

_COMMA, _SEMICOLON = "\x1f", "\x1e"


class Thin(StrEnum):
    """Why a ranking rests on too little."""

    SOURCES = "few sources"
    ITEMS = "few items"
    APART = "never set against the others"
    THROUGH = "through one value only"
    WEAK = "weakly linked"


@dataclass(frozen=True, slots=True)
class Finding:
    """Values of a level for which something is thin. counts: of each value (sources, items), or how many meetings link
    them to the others (weakly linked); `through`: the one value by which they are linked."""

    thin: Thin
    level: str
    values: tuple[str, ...]
    counts: tuple[int, ...] = ()
    through: str | None = None


@dataclass(slots=True)
class Meetings:
    """Counts, on every level of a framework (`value` without one), in how many items two values meet: one side endorses
    the one, another side the other, and neither is endorsed by more than one side. Feed it part by part."""

    framework: Framework | None
    _met: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    _stake: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _sources: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    _known: dict[tuple[str, tuple[str, ...]], frozenset[str]] = field(default_factory=dict)

    @property
    def levels(self) -> tuple[str, ...]:
        return (AS_GIVEN,) if self.framework is None else tuple(level.id for level in self.framework.levels)

    def expect(self, values: pl.Series) -> None:
        """Values (a list column) that are to be told of even where they are in no item."""
        for value in values.explode().drop_nulls().unique().to_list():
            for level in self.levels:
                for above in self._at((value,), level):
                    self._stake[level][above] += 0

    def add_items(self, items: pl.DataFrame) -> None:
        """Counts items (columns `options` and `clusters` of `Item`). The sources of a value are the rules that the
        sides endorsing it express, or the item's clusters where a side expresses none."""
        sides = (
            items.select("options", "clusters")
            .with_row_index("item")
            .explode("options")
            .filter(pl.col("options").struct.field("role") == "side")
            .select(
                "item",
                values=_expressed("value").list.sort(),
                sources=pl.when(_expressed("rule").list.len() > 0).then(_expressed("rule")).otherwise("clusters"),
            )
        )
        self._add(sides)

    def add_pairs(self, pairs: pl.DataFrame) -> None:
        """Counts pairs of rules (frame of `RulePair`)."""
        numbered = pairs.with_row_index("item")
        sides = [
            numbered.select("item", values=pl.col(f"values_{side}").list.sort(), sources=pl.concat_list(f"rule_{side}"))
            for side in ("a", "b")
        ]
        self._add(pl.concat(sides).sort("item", maintain_order=True))

    def _add(self, sides: pl.DataFrame) -> None:
        """sides: item, values, sources; rows of an item one after another. Items whose sides bear the same values are
        counted together."""
        joined = pl.col("values").list.join(_COMMA)
        kinds = sides.group_by("item", maintain_order=True).agg(joined.str.join(_SEMICOLON).alias("kind"))
        for kind, n in kinds.group_by("kind").len().sort("kind").iter_rows():
            self._count([tuple(filter(None, side.split(_COMMA))) for side in kind.split(_SEMICOLON)], n)
        known = sides.select("values", "sources").explode("sources").unique().explode("values").drop_nulls()
        for value, sources in known.group_by("values").agg("sources").iter_rows():
            for level in self.levels:
                for above in self._at((value,), level):
                    self._sources[level][above].update(sources)

    def _count(self, sides: Sequence[tuple[str, ...]], n: int) -> None:
        for level in self.levels:
            borne = [self._at(values, level) for values in sides]
            times = Counter(value for values in borne for value in values)
            alone = [[value for value in values if times[value] == 1] for values in borne]
            for place, values in enumerate(alone):
                for value in values:
                    self._stake[level][value] += n
                    for other in chain.from_iterable(alone[place + 1 :]):
                        self._met[level][min(value, other), max(value, other)] += n

    def _at(self, values: tuple[str, ...], level: str) -> frozenset[str]:
        if self.framework is None:
            return frozenset(values)
        key = (level, values)
        if key not in self._known:
            known = [value for value in values if value in self.framework]
            above = (each for value in known for each in self.framework.ancestors_at(value, level))
            self._known[key] = frozenset(above)
        return self._known[key]

    def rows(self) -> list[tuple[str, str, str, int]]:
        """(level, value a, value b, items) of all that met, a before b by name."""
        return [(level, a, b, n) for level in self.levels for (a, b), n in sorted(self._met[level].items())]

    def findings(self, levels: Sequence[str] | None = None) -> tuple[Finding, ...]:
        """What is thin, level by level (default: all), values in the framework's order."""
        found: list[Finding] = []
        for level in self.levels if levels is None else levels:
            sources = {value: len(known) for value, known in self._sources[level].items()}
            found += findings_of(level, self._ordered(level), self._met[level], self._stake[level], sources)
        return tuple(found)

    def _ordered(self, level: str) -> list[str]:
        there = self._stake[level]
        if self.framework is None:
            return sorted(there)
        return [value.id for value in self.framework.values_at(level) if value.id in there]


def _expressed(kind: str) -> pl.Expr:
    """What an option endorses of a kind."""
    each = pl.element()
    endorsed = (each.struct.field("kind") == kind) & (each.struct.field("polarity") > 0)
    return pl.col("options").struct.field("expresses").list.eval(each.filter(endorsed).struct.field("target"))


def findings_of(
    level: str,
    values: Sequence[str],
    met: Mapping[tuple[str, str], int],
    items: Mapping[str, int],
    sources: Mapping[str, int],
) -> list[Finding]:
    """What is thin among the values of a level. met: items by the two values; items, sources: by value.

    Fewer than two values make no ranking, and nothing is said of them.
    """
    if len(values) < 2:
        return []
    found = []
    for thin, counts, least in ((Thin.SOURCES, sources, FEW_SOURCES), (Thin.ITEMS, items, FEW_ITEMS)):
        few = [value for value in values if counts.get(value, 0) < least]
        if few:
            found.append(Finding(thin, level, tuple(few), tuple(counts.get(value, 0) for value in few)))
    parts = _parts(values, met)
    found += [Finding(Thin.APART, level, part) for part in parts[1:]]
    main = parts[0]
    hanging = _through_one(level, main, met)
    weak = _weakly_linked(level, main, met)
    said = {value for finding in (*found, *hanging) for value in finding.values}
    return [*found, *hanging, *(each for each in weak if not set(each.values) <= said)]


def _parts(values: Sequence[str], met: Mapping[tuple[str, str], int]) -> list[tuple[str, ...]]:
    """Values that are linked by meetings, the largest part first, each in the order of `values`."""
    near: dict[str, set[str]] = {value: set() for value in values}
    for (a, b), n in met.items():
        if n and a in near and b in near:
            near[a].add(b)
            near[b].add(a)
    left, parts = list(values), []
    while left:
        reached, open_ones = {left[0]}, [left[0]]
        while open_ones:
            new = near[open_ones.pop()] - reached
            reached |= new
            open_ones += new
        parts.append(tuple(value for value in left if value in reached))
        left = [value for value in left if value not in reached]
    return sorted(parts, key=lambda part: -len(part))


def _through_one(level: str, values: Sequence[str], met: Mapping[tuple[str, str], int]) -> list[Finding]:
    """Values that meet the others only through one (a cut vertex of the graph of meetings)."""
    found = []
    for one in values:
        parts = _parts([value for value in values if value != one], met)
        found += [Finding(Thin.THROUGH, level, part, through=one) for part in parts[1:]]
    return found


def _weakly_linked(level: str, values: Sequence[str], met: Mapping[tuple[str, str], int]) -> list[Finding]:
    """The smaller of the two parts between which the design is weakest, where it is weak: by the algebraic connectivity
    (the second smallest eigenvalue of the Laplacian of the meetings, Fiedler 1973) over what a balanced design with as
    many meetings has, which is the mean of all eigenvalues but the first."""
    if len(values) < 3:
        return []
    place = {value: number for number, value in enumerate(values)}
    weights = np.zeros((len(values), len(values)))
    for (a, b), n in met.items():
        if a in place and b in place:
            weights[place[a], place[b]] = weights[place[b], place[a]] = n
    eigenvalues, vectors = np.linalg.eigh(np.diag(weights.sum(axis=0)) - weights)
    if eigenvalues[1] >= WEAK * weights.sum() / (len(values) - 1):
        return []
    part = vectors[:, 1] > 0
    if 2 * part.sum() > len(values):
        part = ~part
    linking = round(float(weights[part][:, ~part].sum()))
    return [Finding(Thin.WEAK, level, tuple(v for v, there in zip(values, part, strict=True) if there), (linking,))]
