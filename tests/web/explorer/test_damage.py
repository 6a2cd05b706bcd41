"""Runs that are damaged, half written or of another make: a line that says so, and never a page that does not come."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
import yaml
from benchmarks.explorer_run import write_run
from tests.web.explorer.conftest import Answered, asked

from axiometer.records.tables import write_parquet, write_text

ITEMS, ANSWERS = "items/000000.parquet", "answers/m00-000000.parquet"


def visited(root: Path, page: str = "run", **parameters: object) -> Answered:
    return asked(root)(f"/explore/{page}", at="run", **parameters)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_run(tmp_path / "run", items=6, models=1)
    return tmp_path


@pytest.mark.parametrize("table", [ITEMS, ANSWERS])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"not a table at all"])
def test_a_damaged_table_is_told_in_a_line(table: str, content: bytes, root: Path) -> None:
    (root / "run" / table).write_bytes(content)
    page = visited(root)
    assert page.status in (400, 409)
    assert "not a Parquet file, or a damaged one" in page.text
    assert str(root) not in page.text
    assert asked(root)("/explore").status == 200


@pytest.mark.parametrize(("table", "column"), [(ITEMS, "options"), (ANSWERS, "outcome")])
def test_columns_of_another_make_end_the_waiting(table: str, column: str, root: Path) -> None:
    file = root / "run" / table
    write_parquet(pl.read_parquet(file).with_columns(pl.lit(3.5).alias(column)), file)
    page = visited(root)
    assert page.status == 409
    assert "a file is damaged, or of another make" in page.text


@pytest.mark.parametrize("changed", [{"items": 3}, {"design": []}, {"design": {"mode": "choice"}}, {"models": {}}])
def test_a_run_whose_own_file_is_another_s_is_told_in_a_line(changed: dict[str, object], root: Path) -> None:
    file = root / "run/run.yaml"
    content = yaml.safe_load(file.read_text("utf-8"))
    write_text(yaml.safe_dump({**content, "asked": {**content["asked"], **changed}}), file)
    page = visited(root)
    assert page.status == 400
    assert "not a run.yaml as `axiometer measure` writes it" in page.text
    assert asked(root)("/explore").status == 200


def test_an_analysis_of_another_make_is_as_good_as_none(root: Path) -> None:
    for name in ("shares", "ranking", "agreement", "languages"):
        write_parquet(pl.DataFrame({"value": [1], "level": ["refined"]}), root / f"run/analysis/{name}.parquet")
    page = visited(root)
    assert page.status == 200
    assert "no analysis of these answers is there" in page.text


def test_a_mended_file_is_read_again(root: Path) -> None:
    file = root / "run" / ANSWERS
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    assert visited(root).status in (400, 409)
    file.write_bytes(whole)
    page = visited(root)
    assert page.status == 200
    assert re.search(r"12 presentations", page.text) is not None
