"""What can be asked of a run without reading all of it: small tables, made once, beside nothing that people look at.

For each run a folder holds `items` (a row per item), `expressed` (a row for each thing that an option expresses),
`words` (prompts and options in lower case, to be searched), and for each respondent `said` (a row per presentation: the
item's number, what came of it, and in which file and row it stands) and `counts` (how often which outcome was met, by
language and value). The name of each file holds a digest of the names, sizes and times of what it was made from, so a
file that is there is right, and making an index that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from axiometer.errors import InputError
from axiometer.measure.labels import FREE
from axiometer.measure.specification import FILE, Specification, read_specification
from axiometer.records.rows import Outcome
from axiometer.records.tables import read_part, read_slice, whole, write_parquet
from axiometer.web.explorer.places import is_plain_file, plain_files

FORMAT: Final = 1
WORDS_GROUP: Final = 10_000
OUTCOMES: Final = tuple(str(outcome) for outcome in Outcome)
OUTCOME: Final = pl.Enum(OUTCOMES)
ANSWERED: Final = ("item", "seq", "lang", "mode", "outcome", "option", "shown", "stance")
FREELY_ANSWERED: Final = ("item", "seq", "lang", "mode", "outcome")
_WANTED_ITEMS: Final = ("id", "kind", "lang", "prompt", "options", "framework", "meta")


@dataclass(frozen=True, slots=True)
class Respondent:
    """A model of a run: its place, its name, and the files that hold its answers."""

    number: int
    name: str
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a run, as they are now. `free`: answers are free texts, which no row of `answers/` holds."""

    folder: Path
    specification: Specification
    items: tuple[Path, ...]
    respondents: tuple[Respondent, ...]
    free: bool

    @property
    def answers(self) -> Path:
        return self.folder / (FREE if self.free else "answers")


def sources_of(folder: Path) -> Sources:
    """The files of the run in `folder`. Raises `InputError` where there is none, or its file is damaged."""
    if not is_plain_file(folder / FILE):
        raise InputError("no {name} here", file=folder, name=FILE)
    specification = read_specification(folder)
    if not _says_what_pages_show(specification.asked):
        raise InputError(
            "not a {name} as `{command}` writes it", file=folder / FILE, name=FILE, command="axiometer measure"
        )
    free = not specification.has_answers
    groups: dict[str, list[Path]] = {}
    for path in plain_files(folder / (FREE if free else "answers"), "m*.parquet"):
        groups.setdefault(path.stem.partition("-")[0], []).append(path)
    respondents = tuple(
        Respondent(place, _model_in(files[0]) or prefix, tuple(files))
        for place, (prefix, files) in enumerate(sorted(groups.items(), key=lambda pair: (len(pair[0]), pair[0])))
    )
    return Sources(folder, specification, tuple(plain_files(folder / "items")), respondents, free)


def _says_what_pages_show(asked: Mapping[str, Any]) -> bool:
    items, design = asked.get("items"), asked.get("design")
    return (
        isinstance(items, dict)
        and isinstance(items.get("count"), int)
        and isinstance(items.get("langs", {}), dict)
        and isinstance(design, dict)
        and {"mode", "orders", "wordings", "repeats"} <= set(design)
    )


def _model_in(file: Path) -> str:
    names = read_slice(file, 0, 1, ("model",)).to_series()
    return str(names[0]) if len(names) else ""


def digest_of(files: Sequence[Path], *more: object) -> str:
    """16 hex digits that change when a file is written again."""
    known = hashlib.sha256(repr((FORMAT, more)).encode())
    for path in files:
        state = path.stat()
        known.update(f"{path.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return known.hexdigest()[:16]


@dataclass(slots=True)
class Progress:
    """How far an index is: files read of all."""

    done: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True)
class RunIndex:
    """The tables of a run's index. Those of items are there before those of respondents."""

    sources: Sources
    folder: Path
    items_digest: str
    said_digests: tuple[str, ...]
    progress: Progress = field(default_factory=Progress)

    @property
    def items(self) -> Path:
        return self.folder / f"items-{self.items_digest}.parquet"

    @property
    def expressed(self) -> Path:
        return self.folder / f"expressed-{self.items_digest}.parquet"

    @property
    def words(self) -> Path:
        return self.folder / f"words-{self.items_digest}.parquet"

    def said(self, respondent: int) -> Path:
        return self.folder / f"said-{respondent:02d}-{self.said_digests[respondent]}.parquet"

    def counts(self, respondent: int) -> Path:
        return self.folder / f"counts-{respondent:02d}-{self.said_digests[respondent]}.parquet"

    @property
    def has_items(self) -> bool:
        return all(path.exists() for path in (self.items, self.expressed, self.words))

    def has_said(self, respondent: int) -> bool:
        return self.said(respondent).exists() and self.counts(respondent).exists()

    @property
    def is_whole(self) -> bool:
        return self.has_items and all(self.has_said(each.number) for each in self.sources.respondents)


def index_of(sources: Sources, folder: Path) -> RunIndex:
    """The index of a run as it should be in `folder`, made or not."""
    items = digest_of(sources.items)
    said = tuple(digest_of(each.files, each.name, items) for each in sources.respondents)
    files = len(sources.items) + sum(len(each.files) for each in sources.respondents)
    return RunIndex(sources, folder, items, said, Progress(0, max(files, 1)))


def make_index(index: RunIndex, halted: Callable[[], bool] = lambda: False) -> None:
    """Makes what is missing, a piece at a time, and takes away what was made from files that have changed since."""
    _sweep(index)
    if not index.has_items:
        _make_items(index)
    index.progress.done = len(index.sources.items)
    numbers = pl.read_parquet(index.items, columns=["id", "number"])
    expressed = pl.read_parquet(index.expressed)
    for respondent in index.sources.respondents:
        if halted():
            return
        if not index.has_said(respondent.number):
            _make_said(index, respondent, numbers, expressed, halted)
        else:
            index.progress.done += len(respondent.files)


def _sweep(index: RunIndex) -> None:
    index.folder.mkdir(parents=True, exist_ok=True)
    right = {index.items, index.expressed, index.words}
    for each in index.sources.respondents:
        right |= {index.said(each.number), index.counts(each.number)}
    for path in index.folder.iterdir():
        if path.suffix in (".parquet", ".tmp") and path not in right:
            path.unlink(missing_ok=True)


def _make_items(index: RunIndex) -> None:
    items, expressed, offset = [], [], 0
    for place, file in enumerate(index.sources.items):
        part = (
            read_part(file, _WANTED_ITEMS)
            .with_row_index("row")
            .with_columns(number=(pl.col("row") + offset).cast(pl.UInt32), file=pl.lit(place, pl.UInt16))
        )
        offset += part.height
        items.append(part.select("number", "file", "row", "id", "kind", "lang", "framework"))
        expressed.append(_expressed(part))
        index.progress.done += 1
    _write_words(index)
    write_parquet(pl.concat(items) if items else _no_items(), index.items)
    write_parquet(pl.concat(expressed) if expressed else _nothing_expressed(), index.expressed)


def _write_words(index: RunIndex) -> None:
    """Prompts and options of all items, never all of them in memory."""
    with whole(index.words) as temporary:
        if index.sources.items:
            rows = pl.scan_parquet(list(index.sources.items), glob=False).select(text=_words())
        else:
            rows = pl.LazyFrame(schema={"text": pl.String})
        rows.with_row_index("number").sink_parquet(
            temporary, compression="lz4", row_group_size=WORDS_GROUP, maintain_order=True, engine="streaming"
        )


def _words() -> pl.Expr:
    options = pl.col("options").list.eval(pl.element().struct.field("text")).list.join("\n")
    return pl.concat_str("prompt", options, separator="\n", ignore_nulls=True).str.to_lowercase()


def _expressed(part: pl.DataFrame) -> pl.DataFrame:
    options = (
        part.select("number", "options")
        .filter(pl.col("options").list.len() > 0)
        .with_columns(place=pl.int_ranges(pl.col("options").list.len(), dtype=pl.UInt8))
    )
    each = options.explode("options", "place").with_columns(expresses=pl.col("options").struct.field("expresses"))
    said = each.filter(pl.col("expresses").list.len() > 0).explode("expresses")
    expression = pl.col("expresses").struct
    return said.select(
        "number",
        option="place",
        kind=expression.field("kind").cast(pl.Categorical),
        target=expression.field("target").cast(pl.Categorical),
        polarity=expression.field("polarity").cast(pl.Int8),
    )


def _no_items() -> pl.DataFrame:
    schema = {"number": pl.UInt32, "file": pl.UInt16, "row": pl.UInt32}
    return pl.DataFrame(schema={**schema, **dict.fromkeys(("id", "kind", "lang", "framework"), pl.String)})


def _nothing_expressed() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "number": pl.UInt32,
            "option": pl.UInt8,
            "kind": pl.Categorical,
            "target": pl.Categorical,
            "polarity": pl.Int8,
        }
    )


def _make_said(
    index: RunIndex,
    respondent: Respondent,
    numbers: pl.DataFrame,
    expressed: pl.DataFrame,
    halted: Callable[[], bool],
) -> None:
    wanted, parts = FREELY_ANSWERED if index.sources.free else ANSWERED, []
    for place, file in enumerate(respondent.files):
        if halted():
            return
        part = read_part(file, wanted).with_row_index("row")
        parts.append(_narrow(part, place))
        index.progress.done += 1
    said = pl.concat(parts).join(numbers, left_on="item", right_on="id", how="inner").drop("item")
    said = said.select("number", pl.exclude("number")).sort("number", "seq")
    write_parquet(counted(said, expressed), index.counts(respondent.number))
    write_parquet(said, index.said(respondent.number))


def _narrow(part: pl.DataFrame, place: int) -> pl.DataFrame:
    """A part's columns as the index has them: a fraction of the memory."""
    given = [name for name in ("option", "shown", "stance") if name in part.columns]
    absent = [pl.lit(None, pl.Int8).alias(name) for name in ("option", "shown", "stance") if name not in given]
    columns = part.with_columns(*absent)
    return columns.select(
        "item",
        pl.col("seq").cast(pl.UInt32),
        pl.lit(place, pl.UInt16).alias("file"),
        pl.col("row").cast(pl.UInt32),
        pl.col("lang").cast(pl.Categorical),
        pl.col("mode").cast(pl.Categorical),
        pl.col("outcome").cast(OUTCOME),
        *(pl.col(name).cast(pl.Int8) for name in ("option", "shown", "stance")),
    )


def counted(said: pl.DataFrame, expressed: pl.DataFrame) -> pl.DataFrame:
    """How often each outcome was met: one row per language, kind, target and outcome.

    `kind` and `target` are null over all presentations, else those of a value, rule or position that one option of the
    item alone endorses; `for_it` of `n` presentations chose an option that endorses it (agree mode: took
    a stance for such an option), of those alone that chose an option at all.
    """
    whole_run = (
        said.group_by("lang", "outcome")
        .agg(n=pl.len())
        .with_columns(
            kind=pl.lit(None, pl.Categorical), target=pl.lit(None, pl.Categorical), for_it=pl.lit(None, pl.UInt32)
        )
    )
    sides = expressed.filter(pl.col("polarity") > 0).select("number", "kind", "target", "option").unique()
    endorsed = pl.col("option").cast(pl.Int8)
    once = (
        sides.group_by("number", "kind", "target").agg(endorsed=endorsed.first(), of=pl.len()).filter(pl.col("of") == 1)
    )
    met = said.select("number", "lang", "outcome", "option", "shown", "stance").join(once, on="number")
    met = met.filter(pl.col("shown").is_null() | (pl.col("shown") == pl.col("endorsed")))
    took = (
        pl.when(pl.col("shown").is_null()).then(pl.col("option") == pl.col("endorsed")).otherwise(pl.col("stance") > 0)
    )
    for_it = took.fill_null(False)
    by_value = met.group_by("lang", "outcome", "kind", "target").agg(n=pl.len(), for_it=for_it.sum())
    columns = ["lang", "kind", "target", "outcome", "n", "for_it"]
    return pl.concat([whole_run.select(columns), by_value.select(columns)], how="vertical_relaxed").sort(columns)
