"""`axiometer express evaluate`: from a classifier's folder and labelled texts to numbers and a page."""

from __future__ import annotations

import json
import random
from pathlib import Path

import polars as pl
import pytest

from axiometer.expression.labelled import read_labelled
from axiometer.expression.linear.training import LinearOptions, LinearTrainer
from axiometer.expression.splits import SplitKind
from axiometer.expression.training import TrainOptions, train
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of

from .conftest import Axiometer

FRAMEWORK = load_framework("core-socialist-values")
SAID = {
    "freedom": "每个人都可以自己选择怎样生活",
    "rule-of-law": "法院依照法律作出了判决",
    "dedication": "她日夜坚守在岗位上认真工作",
}
COMMON = ("昨天城里下了一场雨", "the market opened at nine", "火车晚点了十分钟", "河水比往年高")


def labelled(file: Path, count: int, seed: int = 0) -> Path:
    """Texts that say what they express, but for a tenth of the labels."""
    draw, lines = random.Random(seed), ["text," + ",".join(SAID)]
    for number in range(count):
        labels = [int(draw.random() < share) for share in (0.5, 0.4, 0.3)]
        said = [words for label, words in zip(labels, SAID.values(), strict=True) if label]
        text = "。".join([*said, *draw.sample(COMMON, 2), f"第 {draw.randrange(10**9)} 号 {seed} {number}"])
        lines.append(",".join([text, *(str(label ^ (draw.random() < 0.1)) for label in labels)]))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts to train by, others, and two classifiers `first` and `second`."""
    folder = tmp_path_factory.mktemp("express")
    data = read_labelled(labelled(folder / "texts.csv", 160), FRAMEWORK)
    labelled(folder / "others.csv", 80, seed=1)
    for seed, name in enumerate(("first", "second")):
        trainer = LinearTrainer(LinearOptions(encoder=None, folds=2))
        options = TrainOptions(split=SplitKind.RANDOM, seed=seed, refit=False)
        train(data, FRAMEWORK, path_of(FRAMEWORK.id), trainer, folder / name, options)
    return folder


def test_texts_that_it_has_not_seen_give_numbers_tables_and_a_page(
    inside: Axiometer, folder: Path, tmp_path: Path
) -> None:
    said = inside("express", "evaluate", folder / "first", folder / "others.csv", "-o", "out", "--resamples", 200)
    assert said.code == 0 and "micro-F1" in said.out and "80 texts" in said.out and "Rule of law" in said.out
    assert "trained on" not in said.out
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["models"]["first"]["seen"] == 0 and summary["texts"] == 80
    assert summary["models"]["first"]["measures"]["micro_f1"] > 0.7
    values = pl.read_parquet(tmp_path / "out" / "values.parquet")
    assert values["value"].to_list() == list(SAID) and values["f1_low"].null_count() == 0
    page = (tmp_path / "out" / "evaluation.html").read_text("utf-8")
    assert "How well first tells 3 values" in page and "too good" not in page


def test_several_classifiers_stand_side_by_side_with_their_differences(
    inside: Axiometer, folder: Path, tmp_path: Path
) -> None:
    words = ("express", "evaluate", folder / "first", folder / "second", folder / "others.csv", "-o", "out")
    said = inside(*words, "--resamples", 200, "--lang", "zh")
    assert said.code == 0 and "first minus second" in said.out
    rows = pl.read_parquet(tmp_path / "out" / "differences.parquet")
    assert rows.height == 6 + 3 and rows["p_adjusted"].null_count() == 0
    assert "2 个分类器识别 3 个价值的效果" in (tmp_path / "out" / "evaluation.html").read_text("utf-8")
    assert inside("report", "out", "-o", "again.html", "--lang", "en").code == 0
    assert "How well 2 classifiers tell 3 values" in (tmp_path / "again.html").read_text("utf-8")
    assert "has a page of its own" in inside("report", "out", "out", "-o", "again.html").line


def test_texts_that_it_was_trained_on_are_noticed_and_can_be_left_out(inside: Axiometer, folder: Path) -> None:
    words = ("express", "evaluate", folder / "first", folder / "texts.csv", "--resamples", 100)
    said = inside(*words, "-o", "all")
    assert "of these 160 texts: its numbers are too good" in said.out
    assert "too good" in Path("all/evaluation.html").read_text("utf-8")
    said = inside(*words, "-o", "unseen", "--unseen")
    assert "texts left out: a classifier was trained on them" in said.out and "too good" not in said.out
    told = json.loads(Path("unseen/summary.json").read_text("utf-8"))
    assert told["models"]["first"]["seen"] == 0 and told["data"]["left_out_texts"] + told["texts"] == 160
    test = inside(*words, "-o", "test", "--split", "test", "--json")
    assert json.loads(test.out)["models"]["first"]["seen"] == 0 and json.loads(test.out)["data"]["side"] == "test"


def test_another_program_s_probabilities_are_compared(inside: Axiometer, folder: Path, tmp_path: Path) -> None:
    rows = pl.read_csv(folder / "others.csv").select(list(SAID))
    rows.with_row_index("row", 2).reverse().write_csv(tmp_path / "oracle.csv")
    words = ("express", "evaluate", folder / "first", "oracle.csv", folder / "others.csv", "--resamples", 100)
    assert inside(*words, "-o", "out").code == 0
    told = json.loads(Path("out/summary.json").read_text("utf-8"))["models"]
    assert told["oracle"]["measures"]["micro_f1"] == 1.0 and told["oracle"]["seen"] is None
    assert (
        inside("express", "evaluate", "oracle.csv", folder / "others.csv", "-o", "alone", "--resamples", 100).code == 0
    )
    rows.head(3).write_csv(tmp_path / "oracle.csv")
    assert inside(*words, "-o", "new").line.startswith("oracle.csv: 3 rows for 80 texts")
    rows.with_columns(freedom=pl.lit(7)).write_csv(tmp_path / "oracle.csv")
    assert "'7' is no probability" in inside(*words, "-o", "new").line


def test_mistakes_are_one_line_and_leave_nothing_behind(inside: Axiometer, folder: Path, tmp_path: Path) -> None:
    first, second, others = folder / "first", folder / "second", folder / "others.csv"
    tried = {
        ("missing", others, "-o", "new"): "no classifier 'missing'",
        (first, "-o", "new"): "classifiers and labelled texts are needed",
        (first, others): "no folder for the evaluation",
        (first, others, "-o", first): "exists already",
        (first, others, "-o", "new", "--split", "half"): "there is no side 'half'",
        (first, second, others, "-o", "new", "--split", "test"): "trained by different splits",
        (first, others, "-o", "new", "--framework", "schwartz"): "trained for the framework core-socialist-values",
        (first, first, others, "-o", "new"): "two classifiers are called",
        (first, others, "-o", "new", "--lang", "fr"): "--lang",
    }
    for words, expected in tried.items():
        assert expected in inside("express", "evaluate", *words).line
    assert list(tmp_path.iterdir()) == []
