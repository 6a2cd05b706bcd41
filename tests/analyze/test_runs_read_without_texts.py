from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from axiometer import measure
from axiometer.analyze import TABLES, AnalysisOptions, analyze
from axiometer.errors import InputError
from axiometer.measure import open_run
from axiometer.records import Item
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
