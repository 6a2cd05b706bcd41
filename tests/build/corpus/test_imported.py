from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.build.corpus.conftest import FRAMEWORK, Workshop, write_texts

from axiometer.build.corpus.options import CorpusFolder
from axiometer.build.corpus.pipeline import CorpusSummary
from axiometer.records import Rule, make_rule
from axiometer.records.tables import write_rows
from axiometer.runtime.stages.rows import Account


def imported(folder: Path, framework: str | None, count: int = 30, *more: str) -> Path:
    """A table of `count` rules, with values where `framework` is named, and with `more`."""
    boxes = ("apples", "coal")
    words = [f"It is kind to help neighbour {n} carry {n + 3} boxes of {boxes[n % 2]}." for n in range(count)]
    rules = [
        make_rule(
            lang="en",
            text=text,
            origin="mine",
            values=("responsibility",) if framework else (),
            framework=framework,
            meta={"imported.agreement": "4"},
        )
        for text in (*words, *more)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(rules, Rule, folder / "mine.parquet")
    return folder / "mine.parquet"


def account_of(summary: CorpusSummary, step: str) -> Account:
    return next(each.account for each in summary.steps if each.step == step)


def test_rules_without_words_or_told_twice_are_dropped_with_their_reason(workshop: Workshop) -> None:
    again = "It is kind to help neighbour 1 carry 4 boxes of coal."
    summary = workshop.build(imported(workshop.folder, FRAMEWORK, 6, again, "  "))
    account = account_of(summary, "imported")
    assert (account.rows, account.kept) == (8, 6)
    assert account.dropped == {"empty": 1, "imported twice": 1}
    assert summary.rules == account_of(summary, "dedup").kept > 0


def test_a_table_that_comes_and_goes_leaves_the_corpus_of_the_texts(workshop: Workshop) -> None:
    texts = write_texts(workshop.folder / "texts.csv", 12)
    alone = workshop.build(texts)
    rules = pl.read_parquet(alone.release / "data" / "rules.parquet")
    with_rules = workshop.build(texts, imported(workshop.folder, None, 4))
    assert account_of(with_rules, "refine").rows == account_of(alone, "refine").rows + 4
    valued = workshop.build(texts, imported(workshop.folder, FRAMEWORK, 4))
    assert account_of(valued, "refine").rows == account_of(alone, "refine").rows
    assert account_of(valued, "dedup").rows == account_of(alone, "dedup").rows + 4
    workshop.build(texts)
    assert pl.read_parquet(alone.release / "data" / "rules.parquet").equals(rules)
    assert not CorpusFolder(alone.folder).imported.parts()


def test_rules_whose_placing_was_cut_short_are_placed_anew(workshop: Workshop) -> None:
    table = imported(workshop.folder, FRAMEWORK, 6)
    first = workshop.build(table)
    folder = CorpusFolder(first.folder).imported
    before = folder.rows_file("r000000").read_bytes()
    (folder.path / "whole").unlink()
    folder.remove("r000000")
    assert workshop.build(table).rules == first.rules
    assert folder.rows_file("r000000").read_bytes() == before


def test_what_is_done_to_the_stages_of_the_existing_corpus_does_not_matter(workshop: Workshop) -> None:
    earlier = workshop.build(imported(workshop.folder / "a", FRAMEWORK, 6), name="earlier")
    table = imported(workshop.folder / "b", FRAMEWORK, 8)
    first = workshop.build(table, name="later", against=earlier.folder)
    assert account_of(first, "dedup").dropped["near-duplicate of the existing corpus"] >= 6
    CorpusFolder(earlier.folder).stage("dedup").remove("r000000")
    assert workshop.build(table, name="later", against=earlier.folder).rules == first.rules
