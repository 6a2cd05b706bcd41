"""Which items of a table a run asks, counted and copied without holding them in memory."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from axiometer.errors import InputError, Refused
from axiometer.measure.design import LETTERS, Design, presentations_per_item
from axiometer.records.rows import Item, ItemKind, Mode, Role
from axiometer.records.schemas import schema_of
from axiometer.records.tables import ROW_GROUP, parquet_files, sync_and_rename

BATCH = 20_000


@dataclass(slots=True)
class Selection:
    """The items that a run asks: how many, a hash of their ids in order, and how many presentations they make."""

    path: Path
    digest: str
    count: int
    presentations: int
    langs: dict[str, int]
    sources: list[str]
    frameworks: list[str]
    unmapped: int
    ids: pl.Series | None = field(default=None, repr=False)

    def frame(self) -> pl.LazyFrame:
        """The chosen items in their order."""
        files = parquet_files(self.path)
        scanned = pl.scan_parquet(files).select(list(schema_of(Item)))
        scanned = scanned.filter(pl.col("lang").is_in(list(self.langs)))
        return scanned if self.ids is None else scanned.filter(pl.col("id").is_in(self.ids.implode()))

    def copy_to(self, path: Path) -> None:
        """Writes the chosen items as one Parquet file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.tmp")
        self.frame().sink_parquet(temporary, compression="zstd", row_group_size=ROW_GROUP, maintain_order=True)
        sync_and_rename(temporary, path)


def select_items(
    path: Path, design: Design, *, limit: int | None = None, seed: int = 0, only: pl.Series | None = None
) -> Selection:
    """The items of `path` in the design's languages; with `only`, those with these ids; with `limit`, a seeded sample
    of that many.

    The sample takes items by a hash of seed and `parallel_id`, so that an item's languages come together and the same
    seed always gives the same items. Raises `InputError` for a missing file, wrong columns, an empty set, a language
    without items, duplicate ids, or items that cannot be asked.
    """
    files = parquet_files(path)
    _check_columns(files)
    overview = (
        pl.scan_parquet(files)
        .select(
            "id",
            "kind",
            "lang",
            "parallel_id",
            "mapped",
            "source",
            "framework",
            options=pl.col("options").list.len(),
            sides=pl.col("options").list.eval(pl.element().struct.field("role") == str(Role.SIDE)).list.sum(),
        )
        .collect()
    )
    if overview.height == 0:
        raise InputError("the table holds no items", file=path)
    overview = _in_langs(overview, design, path)
    ids = only
    if only is not None:
        overview = overview.filter(pl.col("id").is_in(only.implode()))
    _check_items(overview, design, path)
    if limit is not None and limit < overview.height:
        ids = _sample(overview, limit, seed)
        overview = overview.filter(pl.col("id").is_in(ids.implode()))
    digest = hashlib.sha256()
    for part in overview.iter_slices(BATCH):
        digest.update("\n".join(part["id"]).encode())
    shapes = overview.group_by("options", "sides").len().iter_rows()
    return Selection(
        path=path,
        digest=digest.hexdigest()[:32],
        count=overview.height,
        presentations=sum(presentations_per_item(options, sides, design) * n for options, sides, n in shapes),
        langs=dict(sorted(Counter(overview["lang"].to_list()).items())),
        sources=sorted(overview["source"].unique()),
        frameworks=sorted(overview["framework"].drop_nulls().unique()),
        unmapped=int((~overview["mapped"]).sum()),
        ids=ids,
    )


def _check_columns(files: list[Path]) -> None:
    wanted = schema_of(Item)
    for file in files:
        try:
            schema = pl.read_parquet_schema(file)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError("not a Parquet file", file=file, mend="make one with `axiometer import`") from error
        wrong = [name for name, dtype in wanted.items() if schema.get(name) != dtype]
        if wrong:
            raise InputError(
                f"not a table of items: columns missing or of another type: {', '.join(wrong)}",
                file=file,
                mend="make one with `axiometer import`",
            )


def _in_langs(overview: pl.DataFrame, design: Design, path: Path) -> pl.DataFrame:
    if design.langs is None:
        return overview
    present = set(overview["lang"].unique())
    missing = [lang for lang in design.langs if lang not in present]
    if missing:
        raise InputError(f"no items in {', '.join(missing)}", file=path, mend=f"it holds: {', '.join(sorted(present))}")
    return overview.filter(pl.col("lang").is_in(list(design.langs)))


def _check_items(overview: pl.DataFrame, design: Design, path: Path) -> None:
    if overview["id"].n_unique() != overview.height:
        twice = overview.filter(pl.col("id").is_duplicated())["id"][0]
        raise InputError(f"item {twice} stands in the table twice", file=path)
    open_items = overview.filter(pl.col("kind") == str(ItemKind.OPEN)).height
    if open_items:
        raise Refused(
            f"{path}: {open_items} open items have no options and cannot be asked with --mode {design.mode}; "
            "give a table of dilemmas, themes or statements"
        )
    least = 1 if design.mode is Mode.AGREE else 2
    wrong = overview.filter((pl.col("options") < least) | (pl.col("options") > len(LETTERS)))
    if wrong.height:
        raise InputError(
            f"{wrong.height} items have fewer than {least} or more than {len(LETTERS)} options, "
            f"the first is {wrong['id'][0]}",
            file=path,
        )


def _sample(overview: pl.DataFrame, limit: int, seed: int) -> pl.Series:
    groups = overview.select("id", group=pl.coalesce("parallel_id", "id"))
    ranked = sorted(
        zip(groups["group"], groups["id"], strict=True),
        key=lambda pair: (hashlib.sha256(f"{seed}:{pair[0]}".encode()).digest(), pair[1]),
    )
    return pl.Series("id", [item for _, item in ranked[:limit]])
