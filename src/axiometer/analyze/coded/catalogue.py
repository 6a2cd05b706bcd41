"""The items of an analysis as arrays: options, groups of parallel items, sources, and what each side expresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from axiometer.analyze.coded.arrays import Booleans, Floats, Integers, counted
from axiometer.analyze.coded.recovered import RecoveredMaps, maps_of, other_sides
from axiometer.analyze.coded.value_index import FrameworkLike, Level, levels_of
from axiometer.analyze.inference.sources import Sources
from axiometer.errors import InputError
from axiometer.records import ExpressionKind, Item, Role, to_frame
from axiometer.records.recovered import recovered_in
from axiometer.records.tables import ATTRIBUTION, SOLVED, THEME

ITEM_COLUMNS = ("id", "lang", "options", "clusters", "framework", "parallel_id", "mapped")
"""The columns of items that are needed here; of options all but their texts. Themes come from a column `theme`, or else
from `kind` and `meta` where both are there, as do `attribution` and `solved` of statements; how sure recovered maps
are, from a column `recovered` or from `meta`."""


_KEY = (
    pl.when(pl.col("parallel_id").is_null())
    .then(pl.concat_str(pl.lit("item "), "id"))
    .otherwise(pl.concat_str(pl.lit("parallel "), "parallel_id"))
)
"""What the items of a group have in common."""


@dataclass(frozen=True, slots=True)
class Contests:
    """Where a level's targets are at stake: one entry per (target, option). In choices a target is at stake in an item
    when exactly one side carries it; put forward alone (agree mode), in every side that carries it."""

    target: Integers
    option: Integers


@dataclass(frozen=True, slots=True)
class Expressed:
    """What options express of one kind, values of one framework apart: an entry per (option, target, polarity);
    `target` indexes `names`. Options that are no sides are left out."""

    names: tuple[str, ...]
    option: Integers
    target: Integers
    polarity: Integers


@dataclass(frozen=True)
class Catalogue:
    """Items in the order of their ids, options numbered through. `group` is the item's place among the `groups`, a
    group being the items with the same `parallel_id`. `side` says which options are sides. `id` and `parallel_id`:
    columns of strings. `theme` is each item's place in `themes` (in alphabetical order), -1 where it has none.
    `attribution`: the same for items of kind statement, in `attributions`; `solved`: those that style alone solves.
    `maps`: how sure the maps of items are, None where all are known."""

    id: pl.Series
    parallel_id: pl.Series
    lang: NDArray[np.str_]
    group: Integers
    groups: int
    start: Integers
    option_item: Integers
    side: Booleans
    sources: Sources
    levels: tuple[Level, ...]
    expressed: Mapping[tuple[ExpressionKind, str | None], Expressed]
    themes: tuple[str, ...]
    theme: Integers
    attributions: tuple[str, ...]
    attribution: Integers
    solved: Booleans
    maps: RecoveredMaps | None = None
    _contests: dict[tuple[str, int, bool], Contests] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """How many items there are."""
        return len(self.group)

    @property
    def options_of(self) -> Integers:
        """How many options each item has."""
        return counted(self.option_item, self.size).astype(np.int64)

    @property
    def option_group(self) -> Integers:
        return self.group[self.option_item]

    @property
    def sides_of(self) -> Integers:
        """How many sides each item has."""
        return counted(self.option_item[self.side], self.size).astype(np.int64)

    @property
    def first_side(self) -> Integers:
        """Each item's first side (the option's number), -1 where it has none."""
        sides = np.flatnonzero(self.side)
        owner, leading = np.unique(self.option_item[sides], return_index=True)
        found = np.full(self.size, -1, dtype=np.int64)
        found[owner] = sides[leading]
        return found

    @property
    def other_side(self) -> Integers:
        """Per option that is one of two sides of its item, the other one; -1 for all others."""
        return other_sides(self.option_item, self.side)

    @property
    def map_right(self) -> Floats | None:
        """The probability in use that an item's sides are the right way round; None where no map is uncertain."""
        return None if self.maps is None or not self.maps.uncertain.any() else self.maps.used

    def contests(self, level: Level, polarity: int, alone: bool) -> Contests:
        """Where the targets of `level` are endorsed (+1) or opposed (-1) by exactly one side, or (`alone`) by any."""
        key = (level.name, polarity, alone)
        if key not in self._contests:
            self._contests[key] = _contests(self, level, polarity, alone)
        return self._contests[key]

    def signed(self, level: Level) -> NDArray[np.int8]:
        """Options x targets: +1 endorses, -1 opposes, 0 neither (or both)."""
        table = np.zeros((len(self.option_item), len(level.targets)), dtype=np.int8)
        for polarity in (1, -1):
            option, target = _carried(self, level, polarity)
            table[option, target] += polarity
        return table


def catalogue_of(
    items: pl.DataFrame | Sequence[Item], frameworks: Mapping[str, FrameworkLike], silent: pl.Expr | None = None
) -> Catalogue:
    """`items`: schema_of(Item), of which `ITEM_COLUMNS` are needed; or rows. Items for which the expression `silent`
    holds are taken to express nothing.

    Raises `InputError` where there are no items or two have the same id.
    """
    frame = items if isinstance(items, pl.DataFrame) else to_frame(items, Item)
    if frame.is_empty():
        raise InputError("there are no items to analyse")
    table = frame.select(
        *ITEM_COLUMNS,
        _silent=pl.lit(False) if silent is None else silent,
        theme=_said_in(frame.columns, "theme", THEME),
        attribution=_said_in(frame.columns, "attribution", ATTRIBUTION),
        solved=_said_in(frame.columns, "solved", SOLVED).cast(pl.Boolean).fill_null(False),
        recovered=recovered_in(frame),
    ).sort("id")
    if table["id"].n_unique() < table.height:
        raise InputError("two items have the same id", mend="each item may be in the table once")
    table = table.with_row_index("item").with_columns(key=_KEY)
    group = _codes(table["key"])
    counts = table["options"].list.len().to_numpy().astype(np.int64)
    options = _options(table)
    expressed, targets = _expressed(options)
    side, option_item = options["side"].to_numpy().astype(np.bool_), np.repeat(np.arange(table.height), counts)
    themes, theme = _numbered(table["theme"])
    attributions, attribution = _numbered(table["attribution"])
    return Catalogue(
        id=table["id"],
        parallel_id=table["parallel_id"],
        lang=table["lang"].to_numpy().astype(np.str_),
        group=group,
        groups=int(group.max()) + 1,
        start=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
        option_item=option_item,
        side=side,
        sources=_sources(table.select("key", "clusters"), group),
        levels=levels_of(targets, frameworks),
        expressed=expressed,
        themes=themes,
        theme=theme,
        attributions=attributions,
        attribution=attribution,
        solved=table["solved"].to_numpy().astype(np.bool_),
        maps=maps_of(table, counted(option_item[side], table.height).astype(np.int64)),
    )


def _options(table: pl.DataFrame) -> pl.DataFrame:
    """One row per option, in order: number, framework, _silent, whether it is a side, and what it expresses."""
    return (
        table.lazy()
        .filter(pl.col("options").list.len() > 0)
        .select("item", "framework", "_silent", option=pl.col("options"))
        .explode("option")
        .with_row_index("number")
        .select(
            "number",
            "framework",
            "_silent",
            side=pl.col("option").struct.field("role") == Role.SIDE.value,
            expresses=pl.col("option").struct.field("expresses"),
        )
        .collect()
    )


def _said_in(columns: Sequence[str], name: str, otherwise: pl.Expr) -> pl.Expr:
    if name in columns:
        return pl.col(name)
    return otherwise if {"kind", "meta"} <= set(columns) else pl.lit(None, dtype=pl.String)


def _numbered(column: pl.Series) -> tuple[tuple[str, ...], Integers]:
    """The names in alphabetical order, and each row's place among them, -1 where it has none."""
    names = tuple(column.drop_nulls().unique().sort())
    codes = _codes(column.fill_null(names[0] if names else ""))
    return names, np.where(column.is_null(), -1, codes)


def _codes(column: pl.Series) -> Integers:
    """A number per distinct string, from 0, in the strings' order."""
    return column.rank("dense").to_numpy().astype(np.int64) - 1


def _sources(table: pl.DataFrame, group: Integers) -> Sources:
    """The sources of groups: all that their items name, or the group itself where they name none."""
    pairs = (
        table.with_columns(group=pl.Series(group))
        .explode("clusters", empty_as_null=True)
        .select("group", "key", name=pl.col("clusters"))
        .with_columns(none=pl.col("name").is_null().all().over("group"))
        .filter(pl.col("none") | pl.col("name").is_not_null())
        .with_columns(pl.when("none").then(pl.concat_str(pl.lit("group "), "key")).otherwise("name").alias("name"))
        .select("group", "name")
        .unique()
    )
    pairs = pairs.with_columns(source=pl.col("name").rank("dense").cast(pl.Int64) - 1).sort("group", "source")
    source = pairs["source"].to_numpy()
    return Sources.coded(pairs["group"].to_numpy(), source, int(group.max()) + 1, int(source.max()) + 1)


def _expressed(
    options: pl.DataFrame,
) -> tuple[dict[tuple[ExpressionKind, str | None], Expressed], dict[tuple[ExpressionKind, str | None], list[str]]]:
    """What sides express, and the targets that any options do, by kind and (for values) framework."""
    entries = (
        options.lazy()
        .filter(~pl.col("_silent") & (pl.col("expresses").list.len() > 0))
        .explode("expresses")
        .unnest("expresses")
        .with_columns(owner=pl.when(pl.col("kind") == ExpressionKind.VALUE.value).then("framework"))
        .select("number", "side", "kind", "owner", "target", "polarity")
        .collect()
    )
    expressed, targets = {}, {}
    parts = entries.partition_by("kind", "owner", as_dict=True, include_key=False, maintain_order=True)
    for (kind, owner), part in parts.items():
        names = part["target"].unique().sort().to_list()
        sides = part.filter("side")
        code = sides["target"].replace_strict(names, list(range(len(names))), return_dtype=pl.Int64)
        key = (ExpressionKind(str(kind)), None if owner is None else str(owner))
        expressed[key] = Expressed(
            names=tuple(names),
            option=sides["number"].to_numpy().astype(np.int64),
            target=code.to_numpy(),
            polarity=sides["polarity"].to_numpy().astype(np.int64),
        )
        targets[key] = names
    return expressed, targets


def _carried(catalogue: Catalogue, level: Level, polarity: int) -> tuple[Integers, Integers]:
    """(option, target) wherever a side endorses or opposes a target of `level`, each once, in order."""
    none = np.zeros(0, dtype=np.int64)
    own = catalogue.expressed.get((level.kind, level.framework))
    if own is None:
        return none, none
    place = {target: position for position, target in enumerate(level.targets)}
    above = [[place[target] for target in level.above.get(name, ())] for name in own.names]
    counts = np.array([len(each) for each in above], dtype=np.int64)
    flat = np.array([position for each in above for position in each], dtype=np.int64)
    kept = own.polarity == polarity
    option, target = own.option[kept], own.target[kept]
    repeats = counts[target]
    within = np.arange(int(repeats.sum())) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    reached = flat[np.repeat((np.cumsum(counts) - counts)[target], repeats) + within]
    pairs = np.unique(np.repeat(option, repeats) * len(level.targets) + reached)
    return pairs // len(level.targets), pairs % len(level.targets)


def _contests(catalogue: Catalogue, level: Level, polarity: int, alone: bool) -> Contests:
    option, target = _carried(catalogue, level, polarity)
    if not alone:
        together = catalogue.option_item[option] * len(level.targets) + target
        _, where, times = np.unique(together, return_inverse=True, return_counts=True)
        single = times[where] == 1
        # An item with one side only puts nothing against the value: no choice can be made.
        single &= catalogue.sides_of[catalogue.option_item[option]] > 1
        option, target = option[single], target[single]
    return Contests(target=target, option=option)
