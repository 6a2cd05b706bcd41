"""A small classifier without an encoder, and texts to score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.expression.texts import read, rows, write

from axiometer.expression.linear.training import LinearOptions, LinearTrainer
from axiometer.expression.splits import SplitKind
from axiometer.expression.training import TrainOptions, train
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of


@pytest.fixture(scope="session")
def grams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classifiers")
    data = read(write(folder / "train.csv", 240))
    trainer = LinearTrainer(LinearOptions(encoder=None, folds=3))
    framework = load_framework("core-socialist-values")
    options = TrainOptions(split=SplitKind.RANDOM)
    return train(data, framework, path_of("core-socialist-values"), trainer, folder / "grams", options).folder


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Three files: JSON lines with damaged rows, a table with ids, and a long document."""
    folder = tmp_path / "texts"
    folder.mkdir()
    said = [text for text, _ in rows(60, seed=9)]
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in said[:30]]
    lines[7], lines[11], lines[19] = '{"text": "a', '{"text": ""}', '{"text": "锟斤拷锟斤拷锟斤拷"}'
    (folder / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = "\n".join(f"n{number},{text}" for number, text in enumerate(said[30:50]))
    (folder / "b.csv").write_text("key,text\n" + table + "\n", encoding="utf-8")
    (folder / "c.txt").write_text("\n".join(said[50:] * 5), encoding="utf-8")
    return folder
