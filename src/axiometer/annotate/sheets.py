"""A sheet of a run's own free answers for people: a random sample, without what the judge said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.errors import InputError
from axiometer.measure.design import sides_of
from axiometer.measure.labels import SAMPLED, SHEETS, TASK, Drawn
from axiometer.measure.reading import read_free_answers
from axiometer.measure.specification import read_specification
from axiometer.models.draws import uniform
from axiometer.records.exports import write_csv_for_people, write_xlsx
from axiometer.records.ids import content_id
from axiometer.records.rows import Item
from axiometer.records.tables import read_rows, write_rows

ANSWER_ID: Final = "id"
SHEET: Final = "sheet"
LABEL: Final = "label"
OPTION: Final = "option_"
_ID_DIGITS: Final = 8
_WRITERS: Final[Mapping[str, Callable[[pl.DataFrame, Path], None]]] = {
    ".csv": write_csv_for_people,
    ".xlsx": write_xlsx,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was drawn: `drawn` and `of` by (language, model). `id` stands on every row of the sheet."""

    id: str
    file: Path
    drawn: Mapping[tuple[str, str], int]
    of: Mapping[tuple[str, str], int]

    @property
    def rows(self) -> int:
        return sum(self.drawn.values())


def write_sheet(run: Path, n: int, file: Path, *, seed: int = 0, langs: tuple[str, ...] | None = None) -> Sheet:
    """Draws `n` free answers of a run and writes them to `file` (.csv or .xlsx), one a row: id, sheet, language,
    question, answer, the options in a drawn order, and an empty column for the label. Which option stands where, and
    how likely each answer was drawn, stays in the run's folder.

    Every language and model has as many as any other, as far as it has answers; within it each answer is as likely. The
    same seed draws the same answers, and more of them for a larger n. Raises `InputError` where the run has no free
    answers, none in `langs`, or is not finished (what is there is then no random part of it), or the file has another
    ending.
    """
    if file.suffix not in _WRITERS:
        raise InputError("must end in .csv or .xlsx", file=file)
    free = _answers(run, langs)
    drawn = _drawn(free, n, seed)
    items = _items(run, set(drawn["item"]))
    keys = _keys(drawn, items, seed)
    _WRITERS[file.suffix](_table(drawn, items, keys), file)
    write_rows(keys, Drawn, run / SHEETS / f"{keys[0].sheet}.parquet")
    counts = drawn.group_by("lang", "model").agg(pl.len(), of=pl.col("of").first()).sort("lang", "model")
    return Sheet(
        keys[0].sheet,
        file,
        {(lang, model): k for lang, model, k, _ in counts.iter_rows()},
        {(lang, model): of for lang, model, _, of in counts.iter_rows()},
    )


def _answers(run: Path, langs: tuple[str, ...] | None) -> pl.DataFrame:
    asked = read_specification(run)
    free = read_free_answers(run)
    if free.is_empty():
        raise InputError("has no free answers", file=run, mend="ask with `axiometer measure --mode judged` or `open`")
    puts = asked.puts * len(asked.asked["models"])
    if free.height < puts:
        what, mend = "{there} of {wanted} presentations are answered", "finish it with `axiometer measure`"
        raise InputError(what, file=run, mend=mend, there=free.height, wanted=puts)
    wanted = free.filter(pl.col("outcome").is_in([str(outcome) for outcome in SAMPLED[TASK]]))
    if langs is not None:
        wanted = wanted.filter(pl.col("lang").is_in(list(langs)))
    if wanted.is_empty():
        raise InputError("no free answer can be labelled", file=run, mend="leave out --lang, or see why in free/")
    return wanted


def _drawn(free: pl.DataFrame, n: int, seed: int) -> pl.DataFrame:
    """`n` answers, equally many of each language and model, in a drawn order; `of` is how many the stratum has."""
    marked = free.with_columns(
        place=pl.Series([uniform(seed, "sheet", each) for each in free["id"]]),
        shown=pl.Series([uniform(seed, "row", each) for each in free["id"]]),
    ).sort("lang", "model", "place")
    strata = marked.partition_by("lang", "model", maintain_order=True)
    shares = shared_out(n, [stratum.height for stratum in strata])
    taken = [
        stratum.head(share).with_columns(of=pl.lit(stratum.height, pl.Int64))
        for stratum, share in zip(strata, shares, strict=True)
    ]
    return pl.concat(taken).sort("shown")


def shared_out(n: int, sizes: list[int]) -> list[int]:
    """`n` shared out over strata as evenly as their sizes allow; what a small one cannot take goes to the others, the
    first ones first. Sums to n, or to all there is."""
    shares = [0] * len(sizes)
    left = min(n, sum(sizes))
    while left:
        room = [place for place, size in enumerate(sizes) if shares[place] < size]
        each = max(1, left // len(room))
        for place in room:
            more = min(each, sizes[place] - shares[place], left)
            shares[place] += more
            left -= more
    return shares


def _items(run: Path, wanted: set[str]) -> dict[str, Item]:
    return {item.id: item for item in read_rows(run / "items", Item) if item.id in wanted}


def _keys(drawn: pl.DataFrame, items: Mapping[str, Item], seed: int) -> list[Drawn]:
    # Begins with a letter: a spreadsheet program takes 01234567 and 12345e67 for numbers.
    sheet = "s" + content_id("sheet", drawn["run"][0], seed, sorted(drawn["id"]))[:_ID_DIGITS]
    return [
        Drawn(
            id=content_id("drawn", sheet, subject),
            parent_ids=(subject,),
            sheet=sheet,
            subject=subject,
            order=_order(items[item], subject),
            lang=lang,
            model=model,
            of=of,
            seed=seed,
        )
        for subject, item, lang, model, of in drawn.select("id", "item", "lang", "model", "of").iter_rows()
    ]


def _order(item: Item, subject: str) -> tuple[int, ...]:
    """The sides in an order drawn by a hash of the answer alone: it is the same on every sheet."""
    return tuple(sorted(sides_of(item), key=lambda index: uniform("place", subject, index)))


def _table(drawn: pl.DataFrame, items: Mapping[str, Item], keys: list[Drawn]) -> pl.DataFrame:
    widest = max(len(key.order) for key in keys)
    names = [ANSWER_ID, SHEET, "lang", "question", "answer", *(f"{OPTION}{k + 1}" for k in range(widest)), LABEL]
    rows = []
    for key, (item, text) in zip(keys, _said(drawn), strict=True):
        options = [items[item].options[index].text for index in key.order]
        padded = [*options, *[""] * (widest - len(options))]
        rows.append((key.subject, key.sheet, key.lang, items[item].prompt, text, *padded, ""))
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _said(drawn: pl.DataFrame) -> Iterator[tuple[str, str]]:
    return ((item, text) for item, text in drawn.select("item", "text").iter_rows())
