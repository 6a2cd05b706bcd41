"""`axiometer express train` as a user has it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.expression.texts import rows, write

from .conftest import Axiometer, command, listing

PLAIN = ("--split", "random", "--encoder", "none")
CORE = ("--framework", "core-socialist-values")


def test_a_classifier_is_trained_and_what_was_done_is_told(inside: Axiometer, tmp_path: Path) -> None:
    write(tmp_path / "texts.csv", 200)
    with (tmp_path / "texts.csv").open("a", encoding="utf-8") as file:
        labels = [row[1] for row in rows(200)]
        file.write(",0,0,0\n")
        file.write("," + ",".join(str(sum(column)) for column in zip(*labels, strict=True)) + "\n")
    said = inside("express", "train", "texts.csv", *PLAIN, "-o", "models/m")
    assert said.code == 0
    assert "200 texts with labels for 3 values of core-socialist-values" in said.out
    assert "a totals row): row 203" in said.out and "no text: 1 (rows 202)" in said.out
    assert "to validate" in said.out and "micro-F1 0." in said.out and "Rule of law" in said.out
    assert "fitted again on all" in said.out and "express score models/m" in said.out
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["m"]


def test_seeds_give_an_interval_and_the_card_as_json(inside: Axiometer, tmp_path: Path) -> None:
    write(tmp_path / "texts.csv", 160)
    said = inside(
        "express", "train", "texts.csv", *PLAIN, "--seeds", 2, "--no-refit", "--licence", "CC0", "-o", "m", "--json"
    )
    card = json.loads(said.out)
    assert len(card["metrics"]["seeds"]["macro"]["each"]) == 2
    assert card["data"]["fitted_on"] == "train" and card["licence"] == "CC0" and not card["options"]["by_order"]
    assert card["data"]["fitted"]["texts"] == card["data"]["train"]["texts"]
    assert 0 < card["metrics"]["test"]["texts"] < 50


@pytest.mark.parametrize(
    ("content", "words", "expected"),
    [
        ("text,freedom\na,1\nb,2\n", CORE, "texts.csv, line 3, column 'freedom': '2' is neither 0 nor 1"),
        ("text,colour\na,1\nb,0\n", PLAIN, "no framework, and the columns do not tell one"),
        ("text,colour\na,1\n", ("--framework", "schwartz"), "no column is named after a value of schwartz"),
        ("a,freedom\nx,1\n", PLAIN, "no column of texts (call it `text`, or name it with --text-column)"),
        ("a,freedom\nx,1\n", (*PLAIN, "--text-column", "b"), "there is no column 'b'"),
        ("text,freedom\n,1\n", CORE, "no row has a text"),
        ("text,freedom,自由\na,1,1\n", CORE, "two columns name the value freedom"),
        ("text,freedom\na,1\nb,0\n", (*CORE, "--split", "authors"), "too few texts to train and to validate: 2"),
        (
            "text,freedom\na,1\nb,0\n",
            ("--split", "sorted"),
            "there is no split 'sorted' (one of authors, random, grouped)",
        ),
        ("text,freedom\na,1\nb,0\n", (*CORE, "--split", "grouped"), "no column says which texts belong together"),
        ("text,freedom\na,1\nb,0\n", (*CORE, "--architecture", "forest"), "there is no architecture 'forest'"),
        ("text,freedom\na,1\nb,0\n", (*CORE, "--encoder", "x/y"), "unknown embedder 'x/y'"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    inside: Axiometer, tmp_path: Path, content: str, words: tuple[str, ...], expected: str
) -> None:
    if "authors" in words:  # is told after the texts were read: nothing need be embedded
        words = (*words, "--encoder", "none")
    (tmp_path / "texts.csv").write_text(content, encoding="utf-8")
    said = inside("express", "train", "texts.csv", *words, "-o", "m")
    last = said.err.strip().splitlines()[-1]
    assert said.code == 1 and expected in last and "Traceback" not in said.err and "mistake in Axiometer" not in last
    assert [path.name for path in tmp_path.iterdir()] == ["texts.csv"]


def test_values_that_nothing_can_be_learnt_about_are_named(inside: Axiometer, tmp_path: Path) -> None:
    lines = [f"{text},{labels[0]},0" for text, labels in rows(80)]
    (tmp_path / "texts.csv").write_text("\n".join(["text,freedom,justice", *lines]), encoding="utf-8")
    said = inside("express", "train", "texts.csv", *PLAIN, "-o", "m")
    assert said.code == 1 and "none of the texts to train on express justice" in said.err
    assert not (tmp_path / "m").exists()


def test_an_existing_folder_is_refused_before_anything_is_computed(inside: Axiometer, tmp_path: Path) -> None:
    write(tmp_path / "texts.csv", 40)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "mine.txt").write_text("mine")
    before = listing(tmp_path)
    assert inside("express", "train", "texts.csv", *PLAIN, "-o", "m").line.startswith("m: exists already")
    assert listing(tmp_path) == before


def test_missing_words_are_told(inside: Axiometer) -> None:
    assert "no labelled texts" in inside("express", "train").line
    assert "no folder for the classifier" in inside("express", "train", "texts.csv").line
    assert "no such file" in inside("express", "train", "texts.csv", "-o", "m").line


def test_ctrl_c_leaves_no_folder(tmp_path: Path, surroundings: dict[str, str]) -> None:
    write(tmp_path / "texts.csv", 400)
    words = ("express", "train", "texts.csv", *PLAIN, "--seeds", 500, "-o", "m")
    with subprocess.Popen(
        command(*words), cwd=tmp_path, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the account: training begins
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 3 and "axiometer: stopped" in said.decode() and b"Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["texts.csv"]
