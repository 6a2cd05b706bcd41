"""Which items of a run are meant: filters over its index, and pages of what they leave, by keyset.

An item is known here by its number, its place among the items of the run. A page begins behind a number, so that the
ten-thousandth costs what the first does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.measure.labels import FREE
from axiometer.records.tables import scan
from axiometer.web.explorer.index import OUTCOMES, RunIndex
from axiometer.web.explorer.places import plain_files

PAGE: Final = 50
FOR: Final = "for"
AGAINST: Final = "against"
_REMEMBERED: Final = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is empty leaves all.

    text: in prompts and options, whatever the case; said: in answers; value: something that an option expresses, with
    all that the framework has below it (`values`); model: number of the respondent; outcome: how a presentation
    ended; side: what was chosen, `for` (an option that endorses the value), `against` (another one, where one
    endorses it), or the number of an option from 1; differs: number of a respondent whose most frequent choice is
    another than the model's (without a model, than anybody's). Model, outcome and side hold of one presentation
    together.
    """

    text: str = ""
    said: str = ""
    lang: str = ""
    kind: str = ""
    value: str = ""
    values: tuple[str, ...] = ()
    model: int | None = None
    outcome: str = ""
    side: str = ""
    differs: int | None = None

    @property
    def is_everything(self) -> bool:
        return self == Wanted()

    def without(self, name: str) -> Wanted:
        """The same, with one filter taken away (of a value, with what stands below it)."""
        empty = {each.name: each.default for each in fields(Wanted)}
        changed = {name: empty[name]} | ({"values": ()} if name == "value" else {})
        return replace(self, **changed)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found: numbers in order, of how many; `first` counts from 1. `before` and `after` are the
    numbers that the pages on either side start from, None where there is none."""

    numbers: tuple[int, ...]
    total: int
    first: int
    before: int | None
    after: int | None


def matching(index: RunIndex, wanted: Wanted) -> pl.Series:
    """The numbers of the items that are meant, in order. The last few answers are remembered."""
    return _matching(_Key(index), wanted)


def page_of(numbers: pl.Series, after: int | None = None, before: int | None = None, size: int = PAGE) -> Found:
    """The page behind the number `after`, or the one in front of `before`, or the first."""
    if before is not None:
        end = int(numbers.search_sorted(before, "left"))
        start = max(0, end - size)
    else:
        start = 0 if after is None else int(numbers.search_sorted(after, "right"))
    shown = numbers.slice(start, size).to_list()
    more = start + len(shown) < len(numbers)
    return Found(
        tuple(shown),
        len(numbers),
        start + 1 if shown else 0,
        shown[0] if shown and start > 0 else None,
        shown[-1] if shown and more else None,
    )


class _Key:
    """An index, equal to another where its tables are."""

    def __init__(self, index: RunIndex) -> None:
        self.index = index
        self._known = (index.folder, index.items_digest, index.said_digests)

    def __hash__(self) -> int:
        return hash(self._known)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._known == other._known


@lru_cache(maxsize=_REMEMBERED)
def _matching(key: _Key, wanted: Wanted) -> pl.Series:
    index = key.index
    rows = scan(index.items)
    if wanted.lang:
        rows = rows.filter(pl.col("lang") == wanted.lang)
    if wanted.kind:
        rows = rows.filter(pl.col("kind") == wanted.kind)
    rows = rows.select("number", "id")
    for kept in _conditions(index, wanted):
        rows = rows.join(kept, on="number", how="semi")
    if wanted.said:
        rows = rows.join(_saying(index, wanted), left_on="id", right_on="item", how="semi")
    return rows.select("number").sort("number").collect(engine="streaming").to_series()


def _conditions(index: RunIndex, wanted: Wanted) -> Iterable[pl.LazyFrame]:
    if wanted.value:
        yield _expressing(index, wanted).select("number")
    if wanted.text:
        holds = pl.col("text").str.contains(wanted.text.lower(), literal=True)
        yield scan(index.words).filter(holds).select("number")
    if wanted.outcome or wanted.side or (wanted.model is not None and wanted.differs is None):
        yield _met(index, wanted)
    if wanted.differs is not None:
        others = [each.number for each in index.sources.respondents if each.number != wanted.differs]
        chosen = others if wanted.model is None else [wanted.model]
        yield pl.concat([_differing(index, one, wanted.differs) for one in chosen] or [_nothing().select("number")])


def _expressing(index: RunIndex, wanted: Wanted) -> pl.LazyFrame:
    return scan(index.expressed).filter(pl.col("target").cast(pl.String).is_in([wanted.value, *wanted.values]))


def _met(index: RunIndex, wanted: Wanted) -> pl.LazyFrame:
    """Items with a presentation that ended so."""
    said = _said(index, wanted.model)
    if wanted.outcome in OUTCOMES:
        said = said.filter(pl.col("outcome") == wanted.outcome)
    if wanted.side in (FOR, AGAINST) and wanted.value:
        endorsing = _expressing(index, wanted).filter(pl.col("polarity") > 0).select("number", "option").unique()
        for_it = endorsing.with_columns(pl.col("option").cast(pl.Int8), endorsed=pl.lit(True))
        taken = pl.coalesce("shown", "option")
        met = said.filter(pl.col("outcome").cast(pl.String) == OUTCOMES[0], taken.is_not_null()).with_columns(
            option=taken
        )
        met = met.join(for_it, on=["number", "option"], how="left")
        chosen, put = pl.col("endorsed").fill_null(False), pl.col("shown").is_not_null()
        took, left = chosen & (pl.col("stance").fill_null(1) > 0), chosen & (pl.col("stance") < 0)
        against = pl.when(put).then(left).otherwise(~chosen)
        said = met.filter(took if wanted.side == FOR else against).join(endorsing, on="number", how="semi")
    elif wanted.side.isdecimal():
        said = said.filter(pl.col("option") == int(wanted.side) - 1)
    return said.select("number")


def _said(index: RunIndex, model: int | None) -> pl.LazyFrame:
    numbers = [each.number for each in index.sources.respondents] if model is None else [model]
    there = [index.said(number) for number in numbers if index.has_said(number)]
    columns = ("number", "outcome", "option", "shown", "stance")
    return pl.concat([scan(path).select(columns) for path in there]) if there else _nothing()


def _nothing() -> pl.LazyFrame:
    small = dict.fromkeys(("option", "shown", "stance"), pl.Int8)
    return pl.LazyFrame(schema={"number": pl.UInt32, "outcome": pl.String, **small})


def _differing(index: RunIndex, one: int, other: int) -> pl.LazyFrame:
    """Items of which two respondents most often chose different options; ties count for neither."""
    first, second = most_chosen(index, one), most_chosen(index, other)
    return (
        first.join(second, on="number", suffix="_other")
        .filter(pl.col("option") != pl.col("option_other"))
        .select("number")
    )


def most_chosen(index: RunIndex, model: int) -> pl.LazyFrame:
    counted = _said(index, model).filter(pl.col("option").is_not_null()).group_by("number", "option").agg(n=pl.len())
    most = counted.group_by("number").agg(most=pl.col("n").max())
    best = counted.join(most, on="number").filter(pl.col("n") == pl.col("most")).group_by("number")
    return best.agg(pl.col("option").first(), of=pl.len()).filter(pl.col("of") == 1).drop("of")


def _saying(index: RunIndex, wanted: Wanted) -> pl.LazyFrame:
    """Ids of items to which something was said that holds the text: what respondents said, not what a judge did."""
    holds = "(?i)" + re.escape(wanted.said)
    files, column = said_files(index, wanted.model)
    if not files:
        return pl.LazyFrame(schema={"item": pl.String})
    return pl.scan_parquet(files, glob=False).filter(pl.col(column).str.contains(holds)).select("item").unique()


def said_files(index: RunIndex, model: int | None) -> tuple[list[Path], str]:
    """The files that hold respondents' own words, of one or of all, and the column."""
    chosen = [each for each in index.sources.respondents if model is None or each.number == model]
    prefixes = {file.stem.partition("-")[0] for each in chosen for file in each.files}
    free = plain_files(index.sources.folder / FREE, "m*.parquet")
    if free:
        return [file for file in free if file.stem.partition("-")[0] in prefixes], "text"
    return [file for each in chosen for file in each.files], "raw"
