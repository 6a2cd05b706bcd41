"""Tuning a small model: the position rises where it was not trained, the control falls, a kill costs little."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from axiometer.align.exporting import ExportOptions, export_preferences
from axiometer.align.measuring import measure_changes, sets_of, tuned_in
from axiometer.align.preferences import Style
from axiometer.align.training import ADAPTER, ASKED, CONTROL, LIBRARIES, LOG, TrainOptions, train
from axiometer.errors import InputError, SpecificationChanged
from axiometer.models.registry import open_model
from axiometer.records.importers.starter_news import planted_items
from axiometer.records.rows import Mode
from axiometer.records.tables import read_items

from .items import POSITION, news_table, planted_table
from .tiny_model import make_tiny_model

needs_training = pytest.mark.skipif(
    any(find_spec(name) is None for name in LIBRARIES), reason="the extra `train` is not installed"
)
OPTIONS = TrainOptions(epochs=8, learning_rate=2e-2, rank=8, dtype="float32")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("align")
    export_preferences(planted_table(folder), ExportOptions((POSITION,), style=Style.STATEMENT), folder / "data")
    return folder / "data"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    texts = [text for item in planted_items("en") for text in (item.prompt, *(each.text for each in item.options))]
    texts += [line for file in data.glob("*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()]
    return make_tiny_model(tmp_path_factory.mktemp("model"), texts)


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory, data: Path, model: Path) -> Path:
    folder = tmp_path_factory.mktemp("tuned") / "one"
    train(data, str(model), OPTIONS, folder)
    train(data, str(model), replace(OPTIONS, reverse=True), folder / CONTROL)
    return folder


@needs_training
def test_the_position_rises_on_held_out_items_and_the_control_falls(tuned: Path, data: Path, tmp_path: Path) -> None:
    changes = measure_changes(tuned_in(tuned), sets_of(data, []), [Mode.LIKELIHOOD], tmp_path / "runs", open_model)
    rows = {row["who"]: row for row in changes.of_target().iter_rows(named=True)}
    assert rows["tuned"]["n_items"] == 36
    assert rows["tuned"]["low"] > 0.05 and rows["control"]["high"] < -0.05
    assert rows["tuned"]["after"] == pytest.approx(rows["tuned"]["before"] + rows["tuned"]["change"])
    page = (tmp_path / "runs" / "changes.md").read_text(encoding="utf-8")
    assert POSITION in page and "control" in page


@needs_training
def test_other_items_are_measured_beside_and_have_the_same_columns(tuned: Path, data: Path, tmp_path: Path) -> None:
    news = news_table(tmp_path, "uk")
    changes = measure_changes(tuned_in(tuned), sets_of(data, [news]), [Mode.LOGPROB], tmp_path / "runs", open_model)
    others = changes.table.filter(pl.col("set") == "news")
    assert others.filter(pl.col("value") == "uk news").height == 2
    assert not others["is_target"].any()
    assert pl.read_parquet(tmp_path / "runs" / "changes.parquet").equals(changes.table)


@needs_training
def test_what_is_written_names_target_and_data(tuned: Path) -> None:
    card = (tuned / "README.md").read_text(encoding="utf-8")
    assert f"`{POSITION}`" in card and "nobody said it" in card and "DPO" in card
    assert "control" in (tuned / CONTROL / "README.md").read_text(encoding="utf-8")
    log = pl.read_parquet(tuned / LOG)
    trained = log.filter(pl.col("part") == "train")
    assert trained["loss"][-1] < trained["loss"][0]
    assert log.filter(pl.col("part") == "validation").height == 8
    assert not (tuned / "checkpoints").exists()


@needs_training
def test_the_same_call_does_nothing_again_and_another_is_refused(tuned: Path, data: Path, model: Path) -> None:
    before = (tuned / ADAPTER).stat().st_mtime_ns
    again = train(data, str(model), OPTIONS, tuned)
    assert again.preferences > 72 and again.seconds > 0
    assert (tuned / ADAPTER).stat().st_mtime_ns == before
    with pytest.raises(SpecificationChanged, match="beta"):
        train(data, str(model), replace(OPTIONS, beta=0.5), tuned)


@needs_training
def test_a_killed_training_goes_on_from_its_checkpoint_to_the_same_adapter(
    tuned: Path, data: Path, model: Path, tmp_path: Path
) -> None:
    words = ["align", "train", data, "-m", f"hf/{model}", "-o", tmp_path / "again", "--epochs", 8, "--rank", 8]
    words += ["--learning-rate", 2e-2, "--dtype", "float32"]
    command = [sys.executable, "-m", "axiometer.cli.main", *(str(word) for word in words)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list((tmp_path / "again").glob("checkpoints/checkpoint-*/trainer_state.json")):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    # What a kill in the middle of writing leaves is passed over.
    (tmp_path / "again" / "checkpoints" / "checkpoint-9999").mkdir()
    summary = train(data, str(model), OPTIONS, tmp_path / "again")
    assert summary.resumed_at > 0
    assert (tmp_path / "again" / ADAPTER).read_bytes() == (tuned / ADAPTER).read_bytes()


@needs_training
def test_a_merged_model_says_what_model_and_adapter_say(data: Path, model: Path, tmp_path: Path) -> None:
    quick = replace(OPTIONS, epochs=0.3, merged=True)
    train(data, str(model), quick, tmp_path / "one")
    whole, parts = open_model(f"hf/{tmp_path / 'one' / 'merged'}"), open_model(f"hf/{tmp_path / 'one'}")
    assert whole.identity["model"] != parts.identity["model"]
    tables = {}
    for name, one in (("whole", whole), ("parts", parts)):
        from axiometer.measure import Design, measure, open_run

        measure(data / "heldout" / "items.parquet", [one], tmp_path / name, design=Design(mode=Mode.LIKELIHOOD))
        tables[name] = open_run(tmp_path / name).answers["probabilities"].to_list()
    for own, other in zip(tables["whole"], tables["parts"], strict=True):
        assert own == pytest.approx(other, abs=1e-4)


@needs_training
def test_an_adapter_knows_where_its_base_is(tuned: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(tuned, moved)
    assert open_model(f"hf/{moved}").identity["model"] == open_model(f"hf/{tuned}").identity["model"]
    settings = json.loads((moved / "adapter_config.json").read_text(encoding="utf-8"))
    (moved / "adapter_config.json").write_text(json.dumps({**settings, "base_model_name_or_path": "/nowhere"}))
    with pytest.raises(InputError, match="no such model"):
        open_model(f"hf/{moved}")


@pytest.mark.skipif(find_spec("trl") is not None, reason="the extra `train` is installed")
def test_without_the_extra_one_line_says_how_to_get_it(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"pip install 'axiometer\[train\]'"):
        train(data, "smollm2-135m", OPTIONS, tmp_path / "out")
    with pytest.raises(InputError, match=r"pip install 'axiometer\[train\]'"):
        open_model("hf/smollm2-135m")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_data_or_with_other_things_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no tuned model here"):
        tuned_in(tmp_path)
    (tmp_path / ASKED).write_text("{", encoding="utf-8")
    (tmp_path / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="not readable as JSON"):
        tuned_in(tmp_path)
    with pytest.raises(InputError, match="no held-out items"):
        sets_of(tmp_path, [])
    with pytest.raises(InputError, match="must be above 0"):
        TrainOptions(epochs=0)


def test_two_sets_of_one_name_are_refused(data: Path) -> None:
    assert len(read_items(data / "heldout" / "items.parquet")) == 36
    with pytest.raises(InputError, match="two tables are called 'held-out'"):
        sets_of(data, [Path("held-out.parquet")])
