"""`axiometer align` as a user has it: items to preference data, and mistakes in one line."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from axiometer.records.importers.starter_news import planted_items
from axiometer.records.rows import Item
from axiometer.records.tables import write_rows

from .conftest import Axiometer

TARGET = "one rule for all"


@pytest.fixture
def items(tmp_path: Path) -> Path:
    write_rows(planted_items("en"), Item, tmp_path / "items.parquet")
    return tmp_path / "items.parquet"


def test_from_an_import_to_data_that_measure_can_take_up(inside: Axiometer, tmp_path: Path) -> None:
    assert inside("import", "planted-position", "--lang", "en", "-o", "planted.parquet").code == 0
    said = inside("align", "export", "planted.parquet", "--target", TARGET, "-o", "data", "--style", "statement")
    assert said.code == 0 and "held-out" in said.out and "refusal controls: 7" in said.out, said
    (tmp_path / "planted.yaml").write_text(
        f"name: planted\nframework: null\nvalues:\n  {TARGET}: 3.0\n", encoding="utf-8"
    )
    asked = inside("measure", "data/heldout", "-m", "sim/planted.yaml", "-o", "run", "--mode", "likelihood")
    assert asked.code == 0, asked
    assert pl.read_parquet(tmp_path / "run" / "answers" / "*.parquet").height == 36
    assert inside("analyze", "run").code == 0
    assert inside("report", "run", "--no-figures").code == 0
    assert TARGET in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_file_may_hold_the_options(inside: Axiometer, items: Path, tmp_path: Path) -> None:
    (tmp_path / "align.yaml").write_text(
        f"target: [{TARGET}]\ntoward: -1\nformat: sharegpt\nheld_out: 0.5\nrefusal: 0\n", encoding="utf-8"
    )
    said = inside("align", "export", items, "--config", "align.yaml", "-o", "data", "--json")
    summary = json.loads(said.out)
    assert summary["targets"] == [{"name": TARGET, "toward": -1}] and summary["items"]["held-out"] == 60
    assert list(summary["controls"]) == ["neutrality"]
    assert json.loads((tmp_path / "data" / "dataset_info.json").read_text(encoding="utf-8"))["data_train"]["ranking"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["export"], "no items"),
        (["export", "items.parquet", "--target", TARGET], "no folder for the data"),
        (["export", "items.parquet", "-o", "data"], "no target (name one with --target: one rule for all)"),
        (["export", "items.parquet", "--target", "x", "-o", "data"], "no item sets 'x' against something"),
        (["export", "items.parquet", "--target", TARGET, "-o", "data", "--format", "csv"], "--format csv (one of trl"),
        (["export", "items.parquet", "--target", TARGET, "-o", "data", "--held-out", "1"], "must be shares"),
        (["export", "items.parquet", "--target", TARGET, "-o", "data", "--toward", "0"], "--toward must be +1 or -1"),
        (["export", "items.parquet", "--target", TARGET, "-o", "data", "--wordings", "9"], "--wordings 9: there are"),
        (["train"], "no preference data"),
        (["train", "data"], "no model to tune"),
        (["train", "data", "-m", "hf/smollm2-135m"], "no folder for the model"),
        (["train", "data", "-m", "openai/any", "-o", "out"], "openai/any cannot be tuned here"),
        (["train", "data", "-m", "hf/any", "-o", "out", "--dtype", "int8"], "--dtype int8"),
        (["measure"], "no tuned model"),
        (["measure", "out", "--data", "data", "-o", "runs"], "no held-out items here"),
        (["measure", "out", "--data", "data", "-o", "runs", "--mode", "judged"], "--mode judged"),
    ],
)
def test_mistakes_are_one_line(inside: Axiometer, items: Path, words: list[str], line: str) -> None:
    assert items.exists()
    assert line in inside("align", *words).line


@pytest.mark.skipif(find_spec("trl") is not None, reason="the extra `train` is installed")
def test_without_the_extra_the_line_says_how_to_install_it(inside: Axiometer, items: Path) -> None:
    assert inside("align", "export", items, "--target", TARGET, "-o", "data").code == 0
    said = inside("align", "train", "data", "-m", "hf/smollm2-135m", "-o", "out").line
    assert "pip install 'axiometer[train]'" in said
