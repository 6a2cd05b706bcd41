from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from axiometer.build.corpus.options import CorpusFolder
from axiometer.build.corpus.pipeline import CorpusSummary
from axiometer.build.corpus.trace import NotFound, trace
from axiometer.errors import InputError


def test_a_rule_is_traced_from_its_text_through_every_call(built: CorpusSummary) -> None:
    rules = pl.read_parquet(built.release / "data" / "rules.parquet").filter(pl.col("rewritten"))
    rule = rules.row(0, named=True)
    history = trace(built.folder, rule["id"])
    assert history.kind == "rule" and history.text is not None
    assert history.text["id"] == rule["text_id"]
    steps = [event.step for event in history.events]
    assert steps == ["ingest", "screen", "write", "refine", "filter", "classify", "label", "dedup"]
    for event in history.events[1:-1]:
        assert event.calls, event.step
        assert all(call.model == "sim/rulewriter" and call.prompt and call.answer for call in event.calls)
    assert rule["rewritten_from"] == history.events[-2].id


def test_a_text_is_traced_to_all_that_became_of_it(built: CorpusSummary) -> None:
    fates = CorpusFolder(built.folder).stage("screen").fates_of("000000")
    text = fates.filter(pl.col("status") == "kept")["id"][0]
    history = trace(built.folder, text[:12])
    assert history.kind == "text"
    assert [event.step for event in history.events][:2] == ["screen", "write"] or history.events[0].step == "ingest"


def test_a_dropped_rule_says_why(built: CorpusSummary) -> None:
    fates = CorpusFolder(built.folder).stage("filter").fates_of("000000")
    dropped = fates.filter(pl.col("reason") == "not about a value of the framework")["id"][0]
    last = trace(built.folder, dropped).events[-1]
    assert (last.step, last.status) == ("filter", "dropped")
    assert last.reason == "not about a value of the framework"


def test_a_failed_row_shows_the_answer_that_could_not_be_used(built: CorpusSummary) -> None:
    for step in ("screen", "write", "refine", "filter", "classify", "label"):
        failed = CorpusFolder(built.folder).stage(step).fates_of("000000").filter(pl.col("status") == "failed")
        if not failed.is_empty():
            last = trace(built.folder, failed["id"][0]).events[-1]
            assert last.raw is not None and len(last.calls) == 2
            return
    raise AssertionError("the writer planted no failure")


def test_an_unknown_or_short_id_is_told(built: CorpusSummary) -> None:
    with pytest.raises(InputError, match="no row"):
        trace(built.folder, "0" * 32)
    with pytest.raises(InputError, match="is no id"):
        trace(built.folder, "abc")


def test_the_id_may_be_written_in_capitals_and_cut(built: CorpusSummary) -> None:
    rule = pl.read_parquet(built.release / "data" / "rules.parquet")["id"][0]
    assert trace(built.folder, rule[:16].upper()) == trace(built.folder, rule)


def test_two_rows_with_one_beginning_are_named(built: CorpusSummary, tmp_path: Path) -> None:
    shutil.copytree(built.folder, tmp_path / "corpus")
    stage = CorpusFolder(tmp_path / "corpus").stage("dedup")
    rows = stage.rows_of("000000")
    rule = rows["id"][0]
    other = f"{rule[:10]}{'0' * 22}"
    pl.concat([rows, rows.head(1).with_columns(id=pl.lit(other))]).write_parquet(stage.rows_file("000000"))
    with pytest.raises(InputError, match=f"2 rows have an id.*{other}") as told:
        trace(tmp_path / "corpus", rule[:8])
    assert not isinstance(told.value, NotFound)


def test_a_damaged_part_is_told_and_not_taken_for_an_unknown_id(built: CorpusSummary, tmp_path: Path) -> None:
    shutil.copytree(built.folder, tmp_path / "corpus")
    CorpusFolder(tmp_path / "corpus").stage("write").rows_file("000000").write_bytes(b"no table at all")
    with pytest.raises(InputError, match="cannot be read") as told:
        trace(tmp_path / "corpus", "0" * 32)
    assert not isinstance(told.value, NotFound)
