"""`axiometer express train` with the architectures that need PyTorch."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.expression.texts import write
from tests.expression.transformer.tiny_encoders import make_encoder

from axiometer.expression.transformer.backbone import LIBRARIES

from .conftest import Axiometer

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
