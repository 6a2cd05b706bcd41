"""`axiometer express train` with the architectures that need PyTorch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
from tests.expression.texts import write
from tests.expression.transformer.tiny_encoders import make_encoder

from axiometer.expression.transformer.backbone import LIBRARIES

from .conftest import Axiometer, command

needs_training = pytest.mark.skipif(
    any(find_spec(name) is None for name in LIBRARIES), reason="the extra `train` is not installed"
)
QUICK = ("--split", "random", "--epochs", "2", "--learning-rate", "3e-3", "--batch", "16", "--device", "cpu")


@needs_training
@pytest.mark.parametrize("more", [("multilabel",), ("binary", "--sharing", "nothing")])
def test_a_transformer_is_trained_and_its_metrics_are_printed(
    more: tuple[str, ...], inside: Axiometer, tmp_path: Path
) -> None:
    data = write(tmp_path / "texts.csv", 120)
    encoder = make_encoder(tmp_path / "encoder", [data.read_text(encoding="utf-8").replace("\n", "")])
    words = ("express", "train", data, "--backbone", encoder, "--architecture", *more, *QUICK, "-o", tmp_path / "model")
    said = inside(*words)
    assert said.code == 0 and "macro-F1" in said.out and "a little too good" in said.out, said
    card = json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))
    assert card["architecture"] == more[0] and card["options"]["backbone"] == "encoder"
    assert str(tmp_path) not in json.dumps(card)
    assert not (tmp_path / ".model.checkpoints").exists()


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with labelled texts and two encoders of different families."""
    folder = tmp_path_factory.mktemp("compared")
    words = [write(folder / "texts.csv", 220).read_text(encoding="utf-8").replace("\n", "")]
    make_encoder(folder / "one", words)
    make_encoder(folder / "two", words, "xlm-roberta")
    return folder


@needs_training
def test_multilabel_binary_and_two_encoders_stand_side_by_side(
    compared: Path, inside: Axiometer, tmp_path: Path
) -> None:
    asked = {
        "multilabel-one": ("multilabel", "one"),
        "multilabel-two": ("multilabel", "two"),
        "binary-frozen": ("binary", "one"),
        "binary-separate": ("binary", "one", "--sharing", "nothing"),
    }
    data = compared / "texts.csv"
    for name, (architecture, encoder, *more) in asked.items():
        words = ("--architecture", architecture, "--backbone", compared / encoder, *more)
        tuned = QUICK if (architecture, *more) != ("binary",) else QUICK[:2]
        said = inside("express", "train", data, *words, *tuned, "-o", tmp_path / name)
        assert said.code == 0, said
    folders = [tmp_path / name for name in asked]
    said = inside("express", "evaluate", *folders, data, "--split", "test", "--resamples", 200, "-o", tmp_path / "all")
    assert said.code == 0, said
    assert "were seen" not in said.out
    names = pl.read_parquet(tmp_path / "all" / "differences.parquet").select("first", "second").unique().rows()
    assert len({frozenset(pair) for pair in names}) == 6
    page = (tmp_path / "all" / "evaluation.html").read_text(encoding="utf-8")
    assert all(name in said.out and name in page for name in asked)


@needs_training
def test_five_seeds_have_a_mean_and_an_interval(compared: Path, inside: Axiometer, tmp_path: Path) -> None:
    words = ("--architecture", "multilabel", "--backbone", compared / "one", "--seeds", 5, *QUICK)
    said = inside("express", "train", compared / "texts.csv", *words, "-o", tmp_path / "model")
    assert said.code == 0 and "Over 5 seeds" in said.out, said
    seeds = json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))["metrics"]["seeds"]
    assert len(set(seeds["macro"]["each"])) > 1 and seeds["macro"]["low"] < seeds["macro"]["mean"]


@needs_training
def test_a_command_that_was_killed_goes_on_to_the_same_card(
    compared: Path, inside: Axiometer, surroundings: dict[str, str], tmp_path: Path
) -> None:
    asked = ("express", "train", compared / "texts.csv", "--architecture", "multilabel", "--backbone", compared / "one")
    words = (*asked, "--split", "random", "--learning-rate", "3e-3", "--batch", 8, "--epochs", 8, "--patience", 8)
    output = ("--device", "cpu", "-o", tmp_path / "model")
    process = subprocess.Popen(command(*words, *output), cwd=tmp_path, env=surroundings, stdout=subprocess.DEVNULL)
    while process.poll() is None and not list((tmp_path / ".model.checkpoints").glob("*/0/checkpoint.pt")):
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL and not (tmp_path / "model").exists()
    assert list((tmp_path / ".model.checkpoints").glob("*/0/best-*.safetensors"))
    assert inside(*words, *output).code == 0
    assert inside(*words, *output[:-1], tmp_path / "whole").code == 0
    resumed, whole = (json.loads((tmp_path / name / "model.json").read_bytes()) for name in ("model", "whole"))
    assert resumed == whole
    assert not (tmp_path / ".model.checkpoints").exists()


@needs_training
def test_texts_are_scored_by_windows_of_tokens_and_by_no_other_framework(
    compared: Path, inside: Axiometer, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    words = ("--architecture", "multilabel", "--backbone", compared / "one", *QUICK, "--epochs", 6)
    assert inside("express", "train", compared / "texts.csv", *words, "-o", model).code == 0
    short = "法院依照法律作出了判决。"
    texts = tmp_path / "new.jsonl"
    around = "河水比往年高。" * 60
    said_by = {"short": short, "long": around + short + around, "without": around + around}
    lines = [{"id": name, "text": text} for name, text in said_by.items()]
    texts.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    said = inside("express", "score", model, texts, "--id-column", "id", "--no-polarity", "-o", tmp_path / "scores")
    assert said.code == 0 and "3 of 3 texts scored" in said.out, said
    rows = pl.read_parquet(tmp_path / "scores" / "rows" / "*.parquet")
    near = dict(zip(rows["id"], rows["presence.rule-of-law"], strict=True))
    assert rows["id"].to_list() == list(said_by) and min(near["long"], near["short"]) > near["without"] + 0.05, near
    assert json.loads((tmp_path / "scores" / "request.json").read_bytes())["part_size"] == 200
    _check_workers(model)
    refused = inside("express", "score", model, texts, "--framework", "schwartz", "-o", tmp_path / "other")
    assert refused.code == 1 and "trained for the framework core-socialist-values" in refused.err, refused
    (model / "pytorch_model.bin").write_bytes(b"x")
    refused = inside("express", "score", model, texts, "-o", tmp_path / "third")
    assert refused.code == 1 and refused.err.count("\n") == 1 and "pytorch_model.bin has no place" in refused.err


def _check_workers(model: Path) -> None:
    """One worker puts its weights on a GPU, as many as there are cores compute without."""
    from axiometer.cli.expressing_transformer import worked_by
    from axiometer.expression.folder import open_classifier
    from axiometer.expression.transformer import backbone

    transformer, linear = open_classifier(model), open_classifier("default")
    given = {"runner": "local", "processes": None}
    assert worked_by(transformer, given) == given
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backbone, "best_device", lambda: "cuda")
        assert worked_by(transformer, given) == {"runner": "local", "processes": 1}
        assert worked_by(transformer, {**given, "processes": 3})["processes"] == 3
        assert worked_by(linear, given) == given


@needs_training
def test_what_is_missing_or_misspelt_is_one_line(inside: Axiometer, tmp_path: Path) -> None:
    data = write(tmp_path / "texts.csv", 60)
    begin = ("express", "train", data, "-o", tmp_path / "model", *QUICK, "--architecture", "multilabel")
    for more, said in (
        ((), "no encoder to begin with"),
        (("--backbone", tmp_path / "none"), "no folder with a model"),
        (("--backbone", "x", "--loss", "hinge"), "weighted, focal, asymmetric"),
    ):
        found = inside(*begin, *more)
        assert found.code == 1 and said in found.err and "Traceback" not in found.err, found
    assert not (tmp_path / "model").exists()


def test_options_of_transformers_are_refused_for_the_linear_one(inside: Axiometer, tmp_path: Path) -> None:
    data = write(tmp_path / "texts.csv", 60)
    said = inside("express", "train", data, "-o", tmp_path / "model", *QUICK)
    assert said.code == 1 and "is for transformers" in said.err, said


@pytest.mark.skipif(all(find_spec(name) for name in LIBRARIES), reason="the extra `train` is installed")
def test_without_the_extra_one_line_says_how_to_get_it(inside: Axiometer, tmp_path: Path) -> None:
    data = write(tmp_path / "texts.csv", 60)
    words = ("--architecture", "multilabel", "--backbone", "owner/encoder", "-o", tmp_path / "model")
    said = inside("express", "train", data, "--split", "random", *words)
    assert said.code == 1 and "pip install 'axiometer[train]'" in said.err, said
