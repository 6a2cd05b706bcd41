"""`axiometer express score` as a user sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.expression.texts import rows, write

AXIOMETER = [sys.executable, "-m", "axiometer.cli.main", "express"]


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*AXIOMETER, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_texts_are_scored_by_a_trained_classifier_and_the_command_goes_on(tmp_path: Path) -> None:
    train = ["train", write(tmp_path / "train.csv", 240), "--framework", "core-socialist-values", "--split", "random"]
    assert run(*train, "--encoder", "none", "-o", tmp_path / "model").returncode == 0
    lines = [text for text, _ in rows(30, seed=3)]
    (tmp_path / "texts.txt").write_text("\n".join(lines), encoding="utf-8")
    words = ["score", tmp_path / "model", tmp_path / "texts.txt", "--lines", "--processes", 1, "--no-polarity"]
    told = run(*words, "-o", tmp_path / "scores")
    assert told.returncode == 0, told.stderr
    assert "30 of 30 texts scored" in told.stdout and "Rule of law" in told.stdout
    again = run(*words, "-o", tmp_path / "scores", "--json")
    assert json.loads(again.stdout)["account"]["kept"] == 30
    found = pl.read_parquet(tmp_path / "scores" / "rows" / "*.parquet")
    assert found.height == 30 and found["presence.freedom"].is_between(0, 1).all()
    other = run(*words, "-o", tmp_path / "scores", "--window", 100)
    assert other.returncode == 1 and "other options" in other.stderr and "Traceback" not in other.stderr


def test_mistakes_are_one_line(tmp_path: Path) -> None:
    for words, said in (
        (["score", tmp_path / "nothing.txt", "-o", tmp_path / "s"], "no such file"),
        (["score", "-o", tmp_path / "s"], "no texts to score"),
        (["score", tmp_path], "no folder for the scores"),
    ):
        told = run(*words)
        assert told.returncode == 1 and told.stderr.count("\n") == 1, told.stderr
        assert said in told.stderr or "no classifier" in told.stderr  # until one ships
