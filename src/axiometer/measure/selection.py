"""Which items of a table a run asks, counted and copied without holding them in memory."""

from __future__ import annotations

import hashlib
import heapq
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.errors import InputError, Refused
from axiometer.measure.design import LETTERS, Design, presentations_per_item
from axiometer.measure.open_items import as_asked
from axiometer.records.rows import Item, ItemKind, Mode, Role
from axiometer.records.schemas import schema_of
from axiometer.records.tables import parquet_files, read_slice, rows_in, schema_in, write_parquet

BATCH = 10_000


@dataclass(slots=True)
class Selection:
    """The items that a run asks: how many, a hash of their ids in order, and how many presentations they make.

    `ids` names the chosen ones where they are a sample; None takes all in the languages of `langs`.
    """

    path: Path
    digest: str
    count: int
    presentations: int
    langs: dict[str, int]
    sources: list[str]
    frameworks: list[str]
    unmapped: int
    kinds: list[str]
    design: Design
    ids: frozenset[str] | None = field(default=None, repr=False)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The chosen items in their order, in batches; in mode `open` as they are asked (see `open_items`)."""
        for frame in _batches(parquet_files(self.path), list(schema_of(Item)), self.design):
            kept = frame.filter(pl.col("lang").is_in(list(self.langs)))
            yield kept if self.ids is None else kept.filter(pl.col("id").is_in(list(self.ids)))

    def copy_to(self, folder: Path) -> None:
        """Writes the chosen items as parts of one table in place of what is at `folder`: whole or not at all."""
        temporary = folder.with_name(f".{folder.name}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        for number, frame in enumerate(frame for frame in self.frames() if frame.height):
            write_parquet(frame, temporary / f"{number:06d}.parquet")
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)


@dataclass(slots=True)
class _Overview:
    """What is counted while the items stream by."""

    digest: Any = field(default_factory=hashlib.sha256)
    count: int = 0
    unmapped: int = 0
    langs: Counter[str] = field(default_factory=Counter)
    shapes: Counter[tuple[int, int]] = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)
    frameworks: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    marks: list[pl.Series] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        if frame.height == 0:
            return
        self.digest.update(("\n".join(frame["id"]) + "\n").encode())
        self.count += frame.height
        self.unmapped += int((~frame["mapped"]).sum())
        self.langs.update(dict(frame.group_by("lang").len().iter_rows()))
        for options, sides, count in frame.group_by("options", "sides").len().iter_rows():
            self.shapes[options, sides] += count
        self.sources.update(frame["source"].unique())
        self.frameworks.update(frame["framework"].drop_nulls().unique())
        self.kinds.update(frame["kind"].unique())
        self.marks.append(frame["id"].hash())


def select_items(
    path: Path, design: Design, *, limit: int | None = None, seed: int = 0, only: Iterable[str] | None = None
) -> Selection:
    """The items of `path` in the languages of the design; `only` those ids; with `limit`, a seeded sample of that many.

    The sample takes items by a hash of seed and `parallel_id`, so that an item's languages come together and the same
    seed always gives the same items. Raises `InputError` for a missing file, wrong columns, an empty set, a language
    without items, duplicate ids, or items that cannot be asked.
    """
    files = parquet_files(path)
    _check_columns(files)
    ids = frozenset(only) if only is not None else None
    if limit is not None:
        ids = _sample(files, design, limit, seed, ids)
    overview = _Overview()
    present: set[str] = set()
    for frame in _described(files, design):
        present.update(frame["lang"].unique())
        wanted = _in_langs(frame, design)
        _check_items(wanted, design, path)
        overview.add(wanted if ids is None else wanted.filter(pl.col("id").is_in(list(ids))))
    _check_present(present, design, path)
    _check_unique(overview, path)
    return Selection(
        path=path,
        digest=overview.digest.hexdigest()[:32],
        count=overview.count,
        presentations=sum(presentations_per_item(*shape, design) * n for shape, n in overview.shapes.items()),
        langs=dict(sorted(overview.langs.items())),
        sources=sorted(overview.sources),
        frameworks=sorted(overview.frameworks),
        unmapped=overview.unmapped,
        kinds=sorted(overview.kinds),
        design=design,
        ids=ids,
    )


def _batches(files: list[Path], columns: list[str], design: Design) -> Iterator[pl.DataFrame]:
    wanted = None if design.mode is Mode.OPEN else columns
    for file in files:
        for offset in range(0, rows_in(file), BATCH):
            frame = read_slice(file, offset, BATCH, wanted)
            yield frame if wanted is not None else as_asked(frame, file).select(columns)


def _described(files: list[Path], design: Design) -> Iterator[pl.DataFrame]:
    side = pl.element().struct.field("role") == str(Role.SIDE)
    columns = ["id", "kind", "lang", "mapped", "source", "framework", "options"]
    for frame in _batches(files, columns, design):
        yield frame.with_columns(
            options=pl.col("options").list.len(), sides=pl.col("options").list.eval(side).list.sum()
        )


def _check_columns(files: list[Path]) -> None:
    wanted = schema_of(Item)
    for file in files:
        schema = schema_in(file)
        wrong = [name for name, dtype in wanted.items() if schema.get(name) != dtype]
        if wrong:
            raise InputError(
                "not a table of items: columns missing or of another type: {columns}",
                file=file,
                mend="make one with `axiometer import`",
                columns=", ".join(wrong),
            )


def _in_langs(frame: pl.DataFrame, design: Design) -> pl.DataFrame:
    return frame if design.langs is None else frame.filter(pl.col("lang").is_in(list(design.langs)))


def _check_present(present: set[str], design: Design, path: Path) -> None:
    if not present:
        raise InputError("the table holds no items", file=path)
    missing = [lang for lang in design.langs or () if lang not in present]
    if missing:
        raise InputError(
            "no items in {langs}",
            file=path,
            mend="it holds: {present}",
            langs=", ".join(missing),
            present=", ".join(sorted(present)),
        )


def _check_unique(overview: _Overview, path: Path) -> None:
    if not overview.marks:
        raise InputError("no item is left to ask", file=path)
    marks = pl.concat(overview.marks)
    if marks.n_unique() != len(marks):
        raise InputError("{n} items stand in the table twice", file=path, n=len(marks) - marks.n_unique())


def _check_items(frame: pl.DataFrame, design: Design, path: Path) -> None:
    if design.mode is Mode.FREE:  # the prompt is all that is put
        return
    open_items = frame.filter((pl.col("kind") == str(ItemKind.OPEN)) & (pl.col("options") == 0)).height
    if open_items:
        raise Refused(
            "{file}: open items have no options and cannot be asked with --mode {mode}; "
            "give a table of dilemmas, themes or statements, or ask with --mode open or --mode free",
            file=path,
            mode=design.mode,
        )
    least = 1 if design.mode is Mode.AGREE else 2
    if design.is_free:
        single = frame.filter(pl.col("sides") < 2)
        if single.height:
            raise InputError(
                "item {item} has {n} sides: a judge needs two or more to tell apart",
                file=path,
                item=single["id"][0],
                n=single["sides"][0],
            )
    wrong = frame.filter((pl.col("options") < least) | (pl.col("options") > len(LETTERS)))
    if wrong.height:
        raise InputError(
            "item {item} has {n} options, not {least} to {most}",
            file=path,
            item=wrong["id"][0],
            n=wrong["options"][0],
            least=least,
            most=len(LETTERS),
        )


def _sample(files: list[Path], design: Design, limit: int, seed: int, only: frozenset[str] | None) -> frozenset[str]:
    """Ids of the `limit` items with the smallest hashes of seed and family."""

    def ranked() -> Iterator[tuple[bytes, str]]:
        for frame in _batches(files, ["id", "lang", "parallel_id"], design):
            kept = _in_langs(frame, design)
            for item, family in kept.select("id", family=pl.coalesce("parallel_id", "id")).iter_rows():
                if only is None or item in only:
                    yield hashlib.sha256(f"{seed}:{family}".encode()).digest(), item

    return frozenset(item for _, item in heapq.nsmallest(limit, ranked()))
