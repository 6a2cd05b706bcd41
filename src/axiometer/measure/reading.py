"""A run folder read back: what was asked, the items, the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.measure.labels import FREE, read_run_labels
from axiometer.measure.specification import Specification, read_specification
from axiometer.records.recovered import recovered_in
from axiometer.records.rows import FREELY, Answer, FreeAnswer, Item
from axiometer.records.schemas import schema_of
from axiometer.records.tables import ATTRIBUTION, SOLVED, THEME, parquet_files, read_table

__all__ = [
    "COUNTED_OF_ANSWERS",
    "COUNTED_OF_ITEMS",
    "FREE",
    "FreeRun",
    "Run",
    "open_free_run",
    "open_run",
    "read_free_answers",
    "read_run_labels",
    "scan_answers",
]


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it lies on disk. `missing` counts the presentations that are not answered yet."""

    folder: Path
    specification: Specification
    items: pl.DataFrame
    answers: pl.DataFrame
    frameworks: Mapping[str, Framework]
    missing: int


@dataclass(frozen=True, slots=True)
class FreeRun:
    """What respondents said freely, as it lies on disk: `answers` are rows of `FreeAnswer`, `items` what they were
    asked, with those that nobody answered. `missing` counts what was not put to them yet; `recorded`: somebody else
    asked, and an answer that is not there was not recorded."""

    folder: Path
    specification: Specification
    items: pl.DataFrame
    answers: pl.DataFrame
    frameworks: Mapping[str, Framework]
    missing: int

    @property
    def recorded(self) -> bool:
        return "recorded" in self.specification.noted

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the respondents, in the run's order."""
        return tuple(str(model["name"]) for model in self.specification.asked["models"])


COUNTED_OF_ITEMS = ("id", "kind", "lang", "options", "clusters", "framework", "parallel_id", "mapped")
COUNTED_OF_ANSWERS = (
    "model",
    "item",
    "lang",
    "mode",
    "order",
    "wording",
    "repeat",
    "shown",
    "negated",
    "outcome",
    "option",
    "stance",
    "probabilities",
)


def open_run(folder: Path | str, *, texts: bool = True) -> Run:
    """The run in `folder`. Raises `InputError` when there is none, or no answer yet.

    Without `texts` the tables hold only what can be counted: no prompts, no options' texts, no raw answers, no ids of
    answers or calls (but of judged ones the id of the free answer, as `free`), and of `meta` the theme, the attribution
    of statements, whether style alone solves them, and what is said of a recovered map, as the columns `theme`,
    `attribution`, `solved` and `recovered`. That is a fraction of the memory.
    """
    folder = Path(folder)
    specification = read_specification(folder)
    answers = folder / "answers"
    if not specification.has_answers:
        raise InputError(
            "has free answers only",
            file=folder,
            mend="profile them with `axiometer express profile {folder}`",
            folder=folder,
        )
    if not answers.is_dir() or not any(answers.glob("m*.parquet")):
        raise InputError("no answers yet", file=folder, mend="run `axiometer measure` to its end")
    table = read_table(answers, Answer) if texts else _counted_answers(folder)
    wanted = specification.rows * len(specification.asked["models"])
    return Run(
        folder=folder,
        specification=specification,
        items=read_table(folder / "items", Item) if texts else _counted_items(folder / "items"),
        answers=table,
        frameworks=_frameworks(folder, specification),
        missing=0 if "recorded" in specification.noted else wanted - table.height,
    )


def open_free_run(folder: Path | str) -> FreeRun:
    """The free answers in `folder`, of a run in mode `free`, `judged` or `open`. Raises `InputError` when there is no
    run, or no free answer in it yet."""
    folder = Path(folder)
    specification = read_specification(folder)
    answers = read_free_answers(folder)
    if answers.is_empty():
        asked = str(specification.asked["design"]["mode"])
        if asked not in FREELY:
            raise InputError("a run of mode {mode}: it has no free answers", file=folder, mode=asked)
        raise InputError("no answers yet", file=folder, mend="run `axiometer measure` to its end")
    wanted = specification.puts * len(specification.asked["models"])
    return FreeRun(
        folder=folder,
        specification=specification,
        items=read_table(folder / "items", Item),
        answers=answers,
        frameworks=_frameworks(folder, specification),
        missing=0 if "recorded" in specification.noted else wanted - answers.height,
    )


def _frameworks(folder: Path, specification: Specification) -> dict[str, Framework]:
    return {name: load_framework(folder / "frameworks" / f"{name}.yaml") for name in specification.asked["frameworks"]}


def _counted_answers(folder: Path) -> pl.DataFrame:
    if not (folder / FREE).is_dir():
        return read_table(folder / "answers", Answer, COUNTED_OF_ANSWERS)
    table = read_table(folder / "answers", Answer, (*COUNTED_OF_ANSWERS, "parent_ids"))
    second = pl.col("parent_ids").list.get(1, null_on_oob=True)
    return table.with_columns(free=second).drop("parent_ids")


def _counted_items(path: Path) -> pl.DataFrame:
    option = pl.element().struct
    plain = pl.col("options").list.eval(pl.struct(option.field("role"), option.field("expresses")))
    parts = (read_table(file, Item, (*COUNTED_OF_ITEMS, "meta")) for file in parquet_files(path))
    return pl.concat(
        [
            part.select(*COUNTED_OF_ITEMS, theme=THEME, attribution=ATTRIBUTION, solved=SOLVED).with_columns(
                plain, recovered=recovered_in(part)
            )
            for part in parts
        ]
    )


def read_free_answers(folder: Path | str) -> pl.DataFrame:
    """The free answers of a run in mode `judged`, `open` or `free`, one row of `FreeAnswer` each, respondent by
    respondent in the order in which they were put; empty in other modes."""
    free = Path(folder) / FREE
    if not free.is_dir() or not any(free.glob("*.parquet")):
        return pl.DataFrame(schema=schema_of(FreeAnswer))
    return read_table(free, FreeAnswer)


def scan_answers(folder: Path | str) -> pl.LazyFrame:
    """The answers of a run, to be read later, as people want to see them: `raw` is what the respondent said, of free
    answers too, where the table itself has the judge's words. `reason` is then the judge's."""
    folder = Path(folder)
    answers = pl.scan_parquet(parquet_files(folder / "answers"), glob=False)
    if not any((folder / FREE).glob("m*.parquet")):
        return answers
    free = pl.scan_parquet(parquet_files(folder / FREE), glob=False)
    said = free.select(_free="id", _text="text", _thought="reasoning")
    joined = answers.with_columns(_free=pl.col("parent_ids").list.get(1, null_on_oob=True)).join(
        said, on="_free", how="left", maintain_order="left"
    )
    own = {"raw": pl.coalesce("_text", "raw"), "reasoning": pl.coalesce("_thought", "reasoning")}
    return joined.with_columns(**own).drop("_free", "_text", "_thought")
