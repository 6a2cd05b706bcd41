"""A sheet of a run's own free answers for people: a random sample, without what the judge said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.annotate.cells import LABEL, ROW, SHEET
from axiometer.annotate.values import value_table, values_asked
from axiometer.errors import InputError
from axiometer.measure.design import sides_of
from axiometer.measure.labels import EXPRESSED, SAMPLED, SHEETS, TASK, Drawn, write_sheet_values
from axiometer.measure.reading import read_free_answers
from axiometer.measure.specification import read_specification
from axiometer.models.draws import uniform
from axiometer.records.exports import write_csv_for_people, write_xlsx
from axiometer.records.ids import content_id
from axiometer.records.rows import Item
from axiometer.records.tables import read_rows, write_rows

BEFORE: Final = (ROW, SHEET, "lang", "question", "answer")
OPTION: Final = "option_"
_ID_DIGITS: Final = 8
_WRITERS: Final[Mapping[str, Callable[[pl.DataFrame, Path], None]]] = {
    ".csv": write_csv_for_people,
    ".xlsx": write_xlsx,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was drawn: `drawn` and `of` by (language, model). `id` stands on every row of the sheet; `task`: what people
    are asked."""

    id: str
    file: Path
    drawn: Mapping[tuple[str, str], int]
    of: Mapping[tuple[str, str], int]
    task: str = TASK

    @property
    def rows(self) -> int:
        return sum(self.drawn.values())


def write_sheet(
    run: Path,
    n: int,
    file: Path,
    *,
    seed: int = 0,
    langs: tuple[str, ...] | None = None,
    task: str | None = None,
    framework: Path | None = None,
    level: str | None = None,
) -> Sheet:
    """Draws `n` free answers of a run and writes them to `file` (.csv or .xlsx), one a row: id, sheet, language,
    question, answer, and what is to be filled in. How likely each answer was drawn stays in the run's folder.

    task `judged` (by default where a judge read the answers): the options in a drawn order and an empty column for the
    label; which option stands where stays in the run too. `expressed` (where nobody did): an empty column for each
    value and one for `none`; the values are those that `express profile` told, or those of a `framework` (its file) on
    a `level` (needed where it has several).

    Every language and model has as many as any other, as far as it has answers; within it each answer is as likely. The
    same seed draws the same answers, and more of them for a larger n. Raises `InputError` where the run has no free
    answers, none in `langs`, or is not finished (what is there is then no random part of it), or the file has another
    ending.
    """
    if file.suffix not in _WRITERS:
        raise InputError("must end in .csv or .xlsx", file=file)
    task = task or task_of(run)
    asked = values_asked(run, framework, level) if task == EXPRESSED else None
    free = _answers(run, langs, task)
    drawn = _drawn(free, n, seed)
    items = _items(run, set(drawn["item"]))
    keys = _keys(drawn, items, seed, task)
    table = _table(drawn, items, keys) if asked is None else value_table(_rows(drawn, items, keys), asked)
    _WRITERS[file.suffix](table, file)
    if asked is not None:
        write_sheet_values(run, keys[0].sheet, asked.values)
    write_rows(keys, Drawn, run / SHEETS / f"{keys[0].sheet}.parquet")
    counts = drawn.group_by("lang", "model").agg(pl.len(), of=pl.col("of").first()).sort("lang", "model")
    return Sheet(
        keys[0].sheet,
        file,
        {(lang, model): k for lang, model, k, _ in counts.iter_rows()},
        {(lang, model): of for lang, model, _, of in counts.iter_rows()},
        task,
    )


def task_of(run: Path) -> str:
    """What people are asked of a run's answers: `expressed` where no judge read them, else `judged`."""
    return TASK if read_specification(run).has_answers else EXPRESSED


def _answers(run: Path, langs: tuple[str, ...] | None, task: str) -> pl.DataFrame:
    asked = read_specification(run)
    free = read_free_answers(run)
    if free.is_empty():
        raise InputError("has no free answers", file=run, mend="ask with `axiometer measure --mode judged` or `open`")
    puts = asked.puts * len(asked.asked["models"])
    if free.height < puts and "recorded" not in asked.noted:
        what, mend = "{there} of {wanted} presentations are answered", "finish it with `axiometer measure`"
        raise InputError(what, file=run, mend=mend, there=free.height, wanted=puts)
    wanted = free.filter(pl.col("outcome").is_in([str(outcome) for outcome in SAMPLED[task]]))
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


def _keys(drawn: pl.DataFrame, items: Mapping[str, Item], seed: int, task: str) -> list[Drawn]:
    # Begins with a letter: a spreadsheet program takes 01234567 and 12345e67 for numbers.
    parts = ("sheet", drawn["run"][0], seed, sorted(drawn["id"]), *((task,) if task != TASK else ()))
    sheet = "s" + content_id(*parts)[:_ID_DIGITS]
    return [
        Drawn(
            id=content_id("drawn", sheet, subject),
            parent_ids=(subject,),
            sheet=sheet,
            subject=subject,
            order=_order(items[item], subject) if task == TASK else (),
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
    names = [*BEFORE, *(f"{OPTION}{k + 1}" for k in range(widest)), LABEL]
    rows = []
    for key, (item, text) in zip(keys, _said(drawn), strict=True):
        options = [items[item].options[index].text for index in key.order]
        padded = [*options, *[""] * (widest - len(options))]
        rows.append((key.subject, key.sheet, key.lang, items[item].prompt, text, *padded, ""))
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _rows(drawn: pl.DataFrame, items: Mapping[str, Item], keys: list[Drawn]) -> pl.DataFrame:
    """What stands on every row of a sheet, whatever is asked."""
    rows = [
        (key.subject, key.sheet, key.lang, items[item].prompt, text)
        for key, (item, text) in zip(keys, _said(drawn), strict=True)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(BEFORE, pl.String), orient="row")


def _said(drawn: pl.DataFrame) -> Iterator[tuple[str, str]]:
    return ((item, text) for item, text in drawn.select("item", "text").iter_rows())
