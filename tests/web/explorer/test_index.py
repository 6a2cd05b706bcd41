"""The index of a run against the run itself."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from benchmarks.explorer_run import write_run
from tests.web.explorer.conftest import ITEMS, MODELS

from axiometer.records.rows import Answer, Item
from axiometer.records.tables import read_table, write_parquet
from axiometer.web.explorer.index import RunIndex, index_of, make_index, sources_of


def answers_of(index: RunIndex) -> pl.DataFrame:
    return read_table(index.sources.answers, Answer)


def test_every_answer_is_in_the_index_once_and_leads_to_its_row(index: RunIndex) -> None:
    answers = answers_of(index)
    items = read_table(index.sources.folder / "items", Item)["id"].to_list()
    for respondent in index.sources.respondents:
        said = pl.read_parquet(index.said(respondent.number))
        own = answers.filter(pl.col("model") == respondent.name)
        assert said.height == own.height == 2 * ITEMS
        for row in said.sample(10, seed=1).iter_rows(named=True):
            there = pl.read_parquet(respondent.files[row["file"]]).row(row["row"], named=True)
            assert (there["item"], there["seq"]) == (items[row["number"]], row["seq"])
            assert (there["outcome"], there["option"]) == (row["outcome"], row["option"])


def test_counts_are_those_of_the_answers_counted_one_by_one(index: RunIndex) -> None:
    items = {item["id"]: item for item in read_table(index.sources.folder / "items", Item).to_dicts()}
    wanted: dict[tuple[str, str, str, str], list[int]] = {}
    for answer in answers_of(index).iter_rows(named=True):
        for place, option in enumerate(items[answer["item"]]["options"]):
            key = (answer["model"], answer["lang"], option["expresses"][0]["target"], answer["outcome"])
            counted = wanted.setdefault(key, [0, 0])
            counted[0] += 1
            counted[1] += answer["option"] == place
    found = {}
    for respondent in index.sources.respondents:
        table = pl.read_parquet(index.counts(respondent.number)).filter(pl.col("target").is_not_null())
        for row in table.iter_rows(named=True):
            found[respondent.name, row["lang"], row["target"], row["outcome"]] = [row["n"], row["for_it"]]
    assert found == wanted


def test_an_interrupted_index_goes_on_where_it_stopped(served: Path, tmp_path: Path) -> None:
    index = index_of(sources_of(served / "runs/demo"), tmp_path)
    stops = iter([False, False, True])
    make_index(index, lambda: next(stops, True))
    assert index.has_said(0)
    assert not index.is_whole
    made = index.said(0).stat().st_mtime_ns
    make_index(index)
    assert index.is_whole
    assert index.said(0).stat().st_mtime_ns == made


def test_what_was_made_from_answers_that_changed_is_made_again(tmp_path: Path) -> None:
    write_run(tmp_path / "run", items=20, models=MODELS)
    first = index_of(sources_of(tmp_path / "run"), tmp_path / "index")
    make_index(first)
    part = first.sources.respondents[1].files[0]
    write_parquet(pl.read_parquet(part).head(5), part)
    second = index_of(sources_of(tmp_path / "run"), tmp_path / "index")
    assert not second.is_whole
    assert second.has_said(0)
    make_index(second)
    assert pl.read_parquet(second.said(1)).height == 5
    assert not first.said(1).exists()


def test_a_run_with_answers_elsewhere_has_none(tmp_path: Path) -> None:
    write_run(tmp_path / "run", items=4, models=1)
    (tmp_path / "run/answers").rename(tmp_path / "elsewhere")
    (tmp_path / "run/answers").symlink_to(tmp_path / "elsewhere")
    assert sources_of(tmp_path / "run").respondents == ()
