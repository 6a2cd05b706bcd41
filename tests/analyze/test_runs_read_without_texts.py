from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.analyze.statements import statement

from axiometer import measure
from axiometer.analyze import TABLES, AnalysisOptions, analyze
from axiometer.errors import InputError
from axiometer.measure import Design, MeasureOptions, Respondent, open_run
from axiometer.measure.reading import read_free_answers
from axiometer.models.registry import open_model
from axiometer.records import Item, Mode
from axiometer.records.importers.starter import starter_items
from axiometer.records.tables import write_rows

FEW = AnalysisOptions(resamples=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("run")
    write_rows(starter_items()[:120], Item, place / "items.parquet")
    measure(place / "items.parquet", ["sim/balanced", "sim/communal"], place / "run")
    return place / "run"


def test_what_can_be_counted_is_all_that_an_analysis_needs(folder):
    whole, counted = open_run(folder), open_run(folder, texts=False)
    assert counted.missing == whole.missing == 0
    assert counted.answers.estimated_size() < whole.answers.estimated_size() / 2
    assert "prompt" not in counted.items.columns and "raw" not in counted.answers.columns
    found = [analyze(run.items, run.answers, frameworks=run.frameworks, options=FEW) for run in (whole, counted)]
    for name in TABLES:
        assert_frame_equal(getattr(found[0], name), getattr(found[1], name))
    assert found[0].summary == found[1].summary


def test_a_part_with_other_columns_is_one_line_also_without_texts(folder, tmp_path):
    answers = folder / "answers"
    part = next(iter(sorted(answers.glob("*.parquet"))))
    kept = part.read_bytes()
    try:
        pl.read_parquet(part).drop("raw").write_parquet(part)
        with pytest.raises(InputError, match="raw"):
            open_run(folder, texts=False)
        part.write_bytes(b"not a table")
        with pytest.raises(InputError, match="Parquet"):
            open_run(folder, texts=False)
    finally:
        part.write_bytes(kept)


def test_judged_answers_and_statements_keep_what_is_counted_of_them(tmp_path):
    """The free answer behind a verdict, whose view a statement gives, and whether style alone solves it."""
    items = [statement(i, "cn", attribution=("outlet", "quoted")[i % 2], style="solved" * (i < 3)) for i in range(40)]
    write_rows(items, Item, tmp_path / "items.parquet")
    options = MeasureOptions(judge=Respondent(open_model("sim/judge")))
    design = Design(mode=Mode.JUDGED)
    measure(tmp_path / "items.parquet", ["sim/balanced"], tmp_path / "run", design=design, options=options)
    whole, counted = open_run(tmp_path / "run"), open_run(tmp_path / "run", texts=False)
    free = read_free_answers(tmp_path / "run").filter(pl.col("outcome") == "chosen")
    labels = free.select(subject="id", rater=pl.lit("person"), value=pl.lit("0"), inclusion=pl.lit(1.0))
    found = [analyze(run.items, run.answers, frameworks={}, options=FEW, labels=labels) for run in (whole, counted)]
    for name in TABLES:
        assert_frame_equal(getattr(found[0], name), getattr(found[1], name))
    assert found[0].raters["labelled"].to_list() == [free.height]
    assert set(found[0].corpora["attribution"]) == {"all", "outlet", "quoted"}
    assert "3 of 40 statements" in " ".join(found[1].summary["notes"])
