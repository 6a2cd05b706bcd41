"""`axiometer express score` as a user sees it."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Axiometer, killed_at
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
    assert "uncorrected: shares are as the classifier says them, errors and all" in told.stdout
    again = run(*words, "-o", tmp_path / "scores", "--json")
    assert json.loads(again.stdout)["account"]["kept"] == 30
    assert json.loads((tmp_path / "scores/scores.json").read_text(encoding="utf-8"))["correction"] == "uncorrected"
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
        assert said in told.stderr


PAIRS = (  # a value, a text for it, a text against it
    (
        "rule-of-law",
        "法院依照法律公正判决，任何人都必须遵守法律，这样的社会才让人放心，值得每个人珍惜。",
        "法院依照法律判决、人人遵守法律，这一套太死板，不过是浪费时间的空话，早就该废掉。",
    ),
    (
        "dedication",
        "他三十年坚守在工作岗位上，兢兢业业，这种敬业精神值得所有人学习，我们应当向他致敬。",
        "三十年坚守在工作岗位上、兢兢业业，说白了就是傻，这种敬业精神不过是骗人加班的借口，何必呢。",
    ),
    (
        "prosperity",
        "发展经济、让农民增收致富是大好事，每个村都应当这样富起来。",
        "发展经济、让农民增收致富这种话听多了，不过是骗人的借口，毁了土地，早该停掉。",
    ),
    (
        "justice",
        "司法必须公正，公平正义比什么都宝贵，谁也不该被冤枉。",
        "公平正义不过是弱者的借口，讲什么司法公正，纯属浪费时间，犯不着。",
    ),
    (
        "rule-of-law",
        "The court must decide according to the law, and it is right that nobody stands above the law.",
        "Courts and laws are a waste of time; it is silly to wait for a judge, so scrap the law.",
    ),
)


@pytest.mark.slow
def test_a_text_against_a_value_does_not_score_like_one_for_it(axiometer: Axiometer, tmp_path: Path) -> None:
    lines = [json.dumps({"text": text}, ensure_ascii=False) for _, *both in PAIRS for text in both]
    (tmp_path / "pairs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    said = axiometer("express", "score", "default", "pairs.jsonl", "-o", "scores", "--processes", 1)
    assert said.code == 0 and "opposed" in said.out
    found = pl.read_parquet(tmp_path / "scores" / "rows" / "*.parquet").to_dicts()
    for (value, *_), praise, attack in zip(PAIRS, found[::2], found[1::2], strict=True):
        assert value in praise["expressed"] and value in attack["expressed"]  # both are about it
        assert value in praise["endorsed"] and value not in praise["opposed"]
        assert value in attack["opposed"] and value not in attack["endorsed"]
        assert praise[f"endorsed.{value}"] > attack[f"endorsed.{value}"] + 0.5


WHO = ("村里的老人", "一位医生", "地方法院", "志愿者", "the village council", "a young teacher", "the factory")
DID = (
    "一起修好了桥",
    "为困难家庭捐款",
    "公布了账目",
    "repaired the bridge",
    "kept an old promise",
    "refused the offer",
)


def digests(output: Path) -> dict[str, str]:
    """Of all that a folder of scores holds."""
    files = [path for path in output.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {str(path.relative_to(output)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.slow
def test_scores_that_were_killed_twice_are_whole_and_those_of_a_run_that_was_not(
    tmp_path: Path, surroundings: dict[str, str], axiometer: Axiometer
) -> None:
    draw, count = random.Random(4), 20_000
    lines = [f"{draw.choice(WHO)}{draw.choice(DID)}, {number}." for number in range(count)]
    (tmp_path / "texts.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ("express", "score", "default", "texts.txt", "--lines", "-o")
    for part in ("000001", "000005"):
        assert killed_at(tmp_path, surroundings, f"fates/{part}.parquet", *words, "halted")
        assert not (tmp_path / "halted" / "scores.json").exists()
    assert axiometer(*words, "halted").code == 0 and axiometer(*words, "whole").code == 0
    assert digests(tmp_path / "halted") == digests(tmp_path / "whole")
    found = pl.concat([pl.read_parquet(file) for file in sorted((tmp_path / "halted" / "rows").glob("*.parquet"))])
    assert found["source"].to_list() == [f"texts.txt:{number}" for number in range(1, count + 1)]
    assert found["id"].n_unique() == count
    fates = pl.read_parquet(tmp_path / "halted" / "fates" / "*.parquet")
    assert fates.height == count and set(fates["id"]) == set(found["id"])
    account = json.loads((tmp_path / "halted" / "scores.json").read_text(encoding="utf-8"))["account"]
    assert account["rows"] == account["kept"] == count
