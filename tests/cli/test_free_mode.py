"""`measure --mode free` and `import quest100|questions` as a user has them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.cli.serving import environment, server

from axiometer.measure.reading import open_free_run

from .conftest import Axiometer, command

PUBLISHED = Path(__file__).parents[2] / ".." / "shared" / "data" / "valuecsv" / "quest100_dev.xlsx"
TABLE = "quest,甲,b\n1.\xa0什么是美好生活？,大家都有书读。,\n2.\xa0怎样学习？,先问,多问。\n,没有问题。,\n"


def test_questions_are_imported_and_put_to_a_respondent(
    axiometer: Axiometer, inside: Axiometer, tmp_path: Path
) -> None:
    rows = ["zh,en", "谁该先走？,Who goes first?", ",", "怎样学习？,How to learn?", "怎样学习？,"]
    (tmp_path / "q.csv").write_text("\n".join(rows), "utf-8")
    said = inside("import", "questions", "q.csv", "-o", "q.parquet", "--framework", "core-socialist-values")
    assert said.code == 0 and "imported 4, rejected 1" in said.out, said
    assert "duplicate of row 4" in (tmp_path / "q.rejects.csv").read_text("utf-8-sig")
    words = ("measure", "q.parquet", "--mode", "free", "-m", "sim/balanced")
    dry = inside(*words, "--lang", "zh", "--dry-run", "--json")
    assert json.loads(dry.out)[0]["calls"] == 2 and not (tmp_path / "run").exists()
    said = axiometer(*words, "-o", "run", "--repeats", 3)
    assert said.code == 0 and "Next: axiometer express profile run" in said.out, said
    assert open_free_run(tmp_path / "run").answers.height == 12
    for verb in ("analyze", "report"):
        line = inside(verb, "run").line
        assert line == "run: has free answers only (profile them with `axiometer express profile run`)"


def test_recorded_answers_become_a_run_with_an_account_in_either_language(inside: Axiometer, tmp_path: Path) -> None:
    (tmp_path / "said.csv").write_text(TABLE, "utf-8")
    said = inside("import", "quest100", "said.csv")
    assert said.code == 0, said
    assert "imported 2, rejected 1" in said.out and "3 rows: 2 questions, 3 recorded answers" in said.out
    assert "row 4, 甲: an answer without a question" in said.out
    assert "Next: axiometer express profile runs/said" in said.out
    run = open_free_run(tmp_path / "runs" / "said")
    assert run.recorded and run.models == ("recorded/b", "recorded/甲") and run.answers.height == 3
    assert "an answer without a question" in (tmp_path / "runs" / "said" / "rejects.csv").read_text("utf-8-sig")
    told = json.loads(inside("import", "quest100", "said.csv", "--json").out)
    assert told["run"] == "runs/said" and told["models"] == [
        {"model": "recorded/甲", "recorded": 2, "not_recorded": 0, "chosen": 2},
        {"model": "recorded/b", "recorded": 1, "not_recorded": 1, "chosen": 1},
    ]
    told = json.loads(inside("import", "quest100", "said.csv", "-o", "only.parquet", "--json").out)
    assert told["answers"] == 3 and (tmp_path / "only.answers.parquet").exists()


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("two.csv", "a,b\n1,2\n", "two.csv: columns missing: question (name it so, or `zh` and `en` side by side"),
        (
            "one.csv",
            "question\n怎样学习？\n",
            "one.csv: no column of answers beside the questions (one column per model",
        ),
        ("no.csv", "question,a\n怎样学习？,\n", "no recorded answers in it"),
        ("bad.xlsx", "no sheet", "bad.xlsx: not a spreadsheet that can be read"),
        ("open.csv", 'question,a\n"怎样,x\n', "open.csv, line 2: not a well-formed table"),
    ],
)
def test_a_broken_file_is_one_line_and_writes_nothing(
    inside: Axiometer, tmp_path: Path, name: str, content: str, line: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    assert inside("import", "quest100", name).line.startswith(line)
    assert not (tmp_path / "runs").exists()


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published file is not at hand")
def test_the_published_answers_are_imported_without_a_name_for_the_run(axiometer: Axiometer, tmp_path: Path) -> None:
    said = axiometer("import", "quest100", PUBLISHED.resolve())
    assert said.code == 0 and "103 rows: 99 questions, 367 recorded answers" in said.out, said
    run = open_free_run(tmp_path / "runs" / "quest100_dev")
    assert run.answers.group_by("outcome").len().sort("len").rows() == [("refused", 1), ("chosen", 366)]


@pytest.mark.slow
def test_killed_and_resumed_a_free_run_has_the_same_bytes(tmp_path: Path, axiometer: Axiometer) -> None:
    lines = "\n".join(f"What should be done about matter {number} of the town?" for number in range(3_000))
    (tmp_path / "q.txt").write_text(lines, "utf-8")
    assert axiometer("import", "questions", "q.txt", "-o", "q.parquet").code == 0
    words = ("measure", tmp_path / "q.parquet", "--mode", "free", "-m", "openai-api/fake/m", "--concurrency", 50, "-o")
    with server(0.05) as url:
        subprocess.run(command(*words, tmp_path / "a" / "run"), env=environment(url), check=True)
    with server(0.05) as url:
        for wait in (1.5, 2.0):
            with subprocess.Popen(command(*words, tmp_path / "b" / "run"), env=environment(url)) as process:
                time.sleep(wait)
                os.kill(process.pid, signal.SIGKILL)
            assert process.returncode == -signal.SIGKILL
        subprocess.run(command(*words, tmp_path / "b" / "run"), env=environment(url), check=True)
    whole = {path.name: path.read_bytes() for path in (tmp_path / "a" / "run" / "free").iterdir()}
    assert len(whole) == 2
    assert whole == {path.name: path.read_bytes() for path in (tmp_path / "b" / "run" / "free").iterdir()}
    assert open_free_run(tmp_path / "b" / "run").missing == 0
