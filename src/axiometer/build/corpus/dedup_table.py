"""Near-duplicates of one table of rules, whatever made it: what stays as a table, what goes as a list with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from axiometer.build.corpus.dedup import DedupOptions, End, duplicates
from axiometer.build.corpus.dedup_rules import COLUMNS, rule_files
from axiometer.build.work.search import Search
from axiometer.errors import InputError
from axiometer.records.corpus_rows import Rule
from axiometer.records.exports import write_csv_for_people
from axiometer.records.schemas import schema_of
from axiometer.records.tables import read_part, write_parquet
from axiometer.runtime.progress import Progress, Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.rows import Account

_REJECTS = ("id", "lang", "text", "reason", "of", "similarity")


@dataclass(frozen=True, slots=True)
class DedupTable:
    """What came of a table: `account` of its rows, where what stays and what goes was written, how it was told."""

    account: Account
    output: Path
    rejects: Path
    options: DedupOptions


def dedup_table(
    rules: Path,
    output: Path,
    options: DedupOptions,
    cache: Path,
    runner: Runner,
    progress: Progress | None = None,
) -> DedupTable:
    """Writes the rules that stay to `output` (all their columns, in their order), the others to `OUTPUT.rejects.csv`.

    rules: a corpus or a table with at least id, lang and text; columns that decide which of two stays count where they
    are there. cache: folder for vectors. Raises `InputError` for what is no table of rules, and for a blank rule.
    """
    files = rule_files(rules)
    if output.resolve() in {file.resolve() for file in files}:
        raise InputError("the rules would be written over themselves", file=output, mend="give another name with -o")
    table = pl.concat([read_part(file) for file in files])
    blank = table.with_row_index("row", 1).filter(pl.col("text").str.strip_chars() == "")
    if blank.height:
        raise InputError("the rule has no words", file=rules, row=int(blank["row"][0]), column="text")
    search = Search(options.embedder, options.threshold, cache, runner, progress or Silent())
    gone = duplicates([_with_columns(table)], options, search)
    stays = pl.Series([position not in gone for position in range(table.height)], dtype=pl.Boolean)
    rejects = output.with_name(f"{output.stem}.rejects.csv")
    write_csv_for_people(_rejects(table, gone), rejects)
    write_parquet(table.filter(stays), output)
    search.clear()
    dropped: dict[str, int] = {}
    for end in gone.values():
        dropped[end.reason] = dropped.get(end.reason, 0) + 1
    kept = table.height - len(gone)
    by_count = dict(sorted(dropped.items(), key=lambda pair: (-pair[1], pair[0])))
    return DedupTable(Account(table.height, kept, by_count, outputs=kept), output, rejects, options)


def _with_columns(table: pl.DataFrame) -> pl.DataFrame:
    """The columns that duplicates are told by; nulls where the table does not have one as rules have it."""
    schema = schema_of(Rule)
    return table.select(
        pl.col(name) if table.schema.get(name) == schema[name] else pl.lit(None, schema[name]).alias(name)
        for name in COLUMNS
    )


def _rejects(table: pl.DataFrame, gone: dict[int, End]) -> pl.DataFrame:
    """In the order of the table."""
    rows = []
    texts = table.select("id", "lang", "text").rows()
    for position in sorted(gone):
        end = gone[position]
        rows.append((*texts[position], end.reason, end.of, round(end.similarity, 4)))
    schema = {name: pl.Float64() if name == "similarity" else pl.String() for name in _REJECTS}
    return pl.DataFrame(rows, schema=schema, orient="row")
