"""A small classifier in a folder, and ways to spoil it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from axiometer.expression.labelled import Labelled
from axiometer.expression.linear.training import LinearOptions, LinearTrainer
from axiometer.expression.splits import SplitKind
from axiometer.expression.training import Trained, TrainOptions, train
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of
from axiometer.models.draws import uniform

Spoil = Callable[[Path], None]


def words_as_vectors(texts: Any) -> np.ndarray:
    """An encoder that is quick and the same everywhere: a drawn direction for each sentence, and their sum."""
    rows = []
    for text in texts:
        parts = [[uniform(part, axis) - 0.5 for axis in range(8)] for part in text.split("。") if part]
        rows.append(np.sum(parts, axis=0))
    found = np.array(rows, np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def trained(data: Labelled, folder: Path, options: TrainOptions | None = None) -> Trained:
    trainer = LinearTrainer(LinearOptions(folds=3), words_as_vectors)
    framework = load_framework("core-socialist-values")
    path = path_of("core-socialist-values")
    return train(data, framework, path, trainer, folder, options or TrainOptions(split=SplitKind.RANDOM))


def card_with(**changes: Any) -> Spoil:
    def spoil(folder: Path) -> None:
        card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        for place, value in changes.items():
            *above, last = place.split("__")
            part = card
            for key in above:
                part = part[key]
            part[last] = value
        (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")

    return spoil
