"""Dilemmas before they are made: everything that can be wrong is checked, nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.build.conflicts.options import WantedKind
from axiometer.build.dilemmas.checking import CheckScenes
from axiometer.build.dilemmas.options import CHECK, FILE, WRITE, DilemmaOptions, DilemmasFolder
from axiometer.build.dilemmas.rows import ThemeNames
from axiometer.build.dilemmas.writing import WriteScenes
from axiometer.build.work.folders import check_writes, settle
from axiometer.build.work.specifications import Asking, has_steps, noted, steps_asked
from axiometer.errors import InputError
from axiometer.measure.specification import Specification, plain, specification_in
from axiometer.models.draws import uniform
from axiometer.records.corpus_rows import RulePair
from axiometer.records.ids import content_id
from axiometer.records.tables import read_table
from axiometer.runtime.respondent import Respondent

FORMAT = 1
PAIRS_FILE = "pairs.parquet"


@dataclass(frozen=True, slots=True)
class DilemmaPlan:
    """What `run_dilemmas` does. pairs: frame of `RulePair`, those that scenes are written for; themes: what the themes
    of the pairs are called."""

    path: Path
    options: DilemmaOptions
    pairs: pl.DataFrame
    writer: Respondent
    checker: Respondent
    specification: Specification
    themes: ThemeNames = field(default_factory=dict)

    @property
    def scenes(self) -> int:
        """How many scenes are wanted."""
        return self.pairs.height * self.options.scenes


def plan_dilemmas(
    path: Path, options: DilemmaOptions, writer: Respondent, checker: Respondent | None = None
) -> DilemmaPlan:
    """Checks pairs and models. path: a folder of `axiometer build conflicts`, or a table of pairs; checker: who checks
    scenes, default the writer. Raises an `AxiometerError` for anything that is wrong."""
    table = read_table(path / PAIRS_FILE if (path / PAIRS_FILE).exists() else path, RulePair)
    check_pairs(table, path)
    pairs = _wanted(table, options)
    if not pairs.height:
        raise InputError("no pairs of the kind {kind} here", file=path, kind=str(options.kind))
    return plan_of_pairs(table, pairs, path, options, writer, checker)


def plan_of_pairs(
    table: pl.DataFrame,
    pairs: pl.DataFrame,
    path: Path,
    options: DilemmaOptions,
    writer: Respondent,
    checker: Respondent | None = None,
    themes: ThemeNames | None = None,
) -> DilemmaPlan:
    """The plan for `pairs` of a table that is checked; its specification names the whole table. Raises `InputError` for
    pairs in two languages without a language for their items, and for who writes nothing."""
    check = checker or writer
    for respondent in (writer, check):
        check_writes(respondent)
    if options.lang is None:
        check_one_language(pairs, path)
    specification = _specify(path, table, options, writer, check, themes or {})
    return DilemmaPlan(path, options, pairs, writer, check, specification, themes or {})


def check_one_language(pairs: pl.DataFrame, path: Path) -> None:
    """Raises `InputError` where the rules of a pair are in two languages: which one its items have is to be said."""
    two = pairs.filter(pl.col("lang_b").is_not_null() & (pl.col("lang_b") != pl.col("lang")))
    if two.height:
        raise InputError(
            "the rules of a pair are in two languages, {lang} and {other}",
            file=path,
            mend="say with --lang in which one the items are written",
            lang=two["lang"][0],
            other=two["lang_b"][0],
        )


def check_pairs(pairs: pl.DataFrame, path: Path) -> None:
    """Raises `InputError` for a table without pairs, a rule without words, and an id that stands twice."""
    if not pairs.height:
        raise InputError("the table holds no pairs", file=path)
    texts = pl.col("text_a", "text_b").fill_null("").str.strip_chars()
    blank = pairs.with_row_index("row", 1).filter(pl.any_horizontal(texts == ""))
    if blank.height:
        raise InputError("a rule of the pair has no words", file=path, row=int(blank["row"][0]))
    twice = pairs.filter(pl.col("id").is_duplicated())
    if twice.height:
        raise InputError("the id {id!r} stands at more than one pair", file=path, column="id", id=twice["id"][0])


def _wanted(pairs: pl.DataFrame, options: DilemmaOptions) -> pl.DataFrame:
    """The pairs of the kind that is wanted (all for `both`, also those that nobody scored), or a seeded sample of them,
    in their order. A larger sample holds every smaller one."""
    if options.kind is not WantedKind.BOTH:
        pairs = pairs.filter(pl.col("kind") == str(options.kind))
    if options.limit is None or pairs.height <= options.limit:
        return pairs
    draws = [(uniform(options.seed, "pair", pair), row) for row, pair in enumerate(pairs["id"].to_list())]
    chosen = sorted(row for _, row in sorted(draws)[: options.limit])
    return pairs[chosen]


def _specify(
    path: Path,
    table: pl.DataFrame,
    options: DilemmaOptions,
    writer: Respondent,
    checker: Respondent,
    themes: ThemeNames,
) -> Specification:
    """How many scenes, of which pairs, and the filters can be asked anew in the same folder: answers stay."""
    stages: Asking = {
        WRITE: (WriteScenes(), writer),
        **({CHECK: (CheckScenes(), checker)} if options.checked else {}),
    }
    asked: dict[str, Any] = {
        "pairs": {"digest": _digest(table, themes), "count": table.height},
        "steps": steps_asked(stages),
        "lang": options.lang,
        "seed": options.seed,
    }
    return Specification(asked, noted(stages, pairs_from=str(path)))


def _digest(pairs: pl.DataFrame, themes: ThemeNames) -> str:
    """Of all that reaches a prompt or an item, in 32 hex digits."""
    columns = ["id", "lang", "rule_a", "rule_b", "text_a", "text_b", "values_a", "values_b", "framework", "kind"]
    columns += ["theme", "position_a", "position_b", "lang_b"]
    named = plain(themes)
    return content_id("pairs", [content_id(*row) for row in pairs.select(columns).iter_rows()], named)


def read_dilemmas(folder: DilemmasFolder) -> Specification:
    """The specification of what is made in `folder`. Raises `InputError` when there is none or it is damaged."""
    return specification_in(folder.path, FILE, "axiometer build dilemmas", has_steps, format_=FORMAT)


def settle_specification(plan: DilemmaPlan, folder: DilemmasFolder) -> None:
    """Writes `dilemmas.yaml`, or checks that the folder holds the same work. Raises `SpecificationChanged`."""
    settle(folder.path, FILE, plan.specification, lambda path: read_dilemmas(DilemmasFolder(path)))
