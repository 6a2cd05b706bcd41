"""A small labelled table, a classifier trained on it, and a copy of its folder to spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from axiometer.expression.labelled import Labelled

from .models import trained
from .texts import read, write


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    return read(write(tmp_path_factory.mktemp("texts") / "texts.csv", 200))


@pytest.fixture(scope="module")
def model(data: Labelled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "model"
    trained(data, folder)
    return folder


@pytest.fixture
def copy(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "model"))
