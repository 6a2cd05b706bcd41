"""What a classifier says of answers is kept: a text is read once, whoever said it and however often."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from axiometer.expression.folder import open_classifier
from axiometer.expression.mapped import Mapped
from axiometer.expression.profile.readings import readings
from axiometer.runtime.progress import Silent

TEXTS = ("人人在法律面前平等。", "The law is the same for everyone.", "La loi est la même pour tous.", "我拒绝回答。")


def answers(*texts: str, outcome: str = "chosen") -> pl.DataFrame:
    return pl.DataFrame({"id": [f"a{place}" for place in range(len(texts))], "text": texts, "outcome": outcome})


def read(table: pl.DataFrame, folder: Path, window: int = 800, *, polarity: bool = False) -> pl.DataFrame:
    classifier = open_classifier("valuecsv").classifier
    return readings(table, classifier, folder, Silent(), window=window, polarity=polarity)


def test_chosen_answers_are_read_and_stances_told_in_languages_that_are_known(tmp_path: Path) -> None:
    mixed = pl.concat([answers(*TEXTS[:3]), answers(TEXTS[3], outcome="refused").with_columns(id=pl.lit("r"))])
    found = read(mixed, tmp_path, polarity=True)
    assert found["id"].to_list() == ["a0", "a1", "a2"] and found["told"].to_list() == [True, True, False]
    assert found["presence.rule-of-law"].is_between(0, 1).all() and "endorsed" in found.columns


def test_a_second_call_scores_new_texts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(answers(*TEXTS[:2]), tmp_path)
    (part,) = (tmp_path / "scores").rglob("*.parquet")
    before = part.stat().st_mtime_ns
    again = read(answers(*TEXTS[:3], TEXTS[0]), tmp_path)
    parts = sorted((tmp_path / "scores").rglob("*.parquet"))
    assert part.stat().st_mtime_ns == before and [pl.read_parquet(each).height for each in parts] == [2, 1]
    assert again.head(2).equals(first)
    assert again.drop("id").row(0) == again.drop("id").row(3)  # the same words, read once
    other = read(answers(*TEXTS[:2]), tmp_path, window=60)
    assert other.height == 2 and len(list((tmp_path / "scores").iterdir())) == 2


def test_markup_and_answers_without_letters_are_no_trouble(tmp_path: Path) -> None:
    found = read(answers("<b>The law</b> is the same for everyone.", "。。。", "12"), tmp_path)
    assert found["id"].to_list() == ["a0"]


def test_another_classifier_does_not_take_the_scores_of_the_first(tmp_path: Path) -> None:
    classifier = open_classifier("valuecsv").classifier
    mapped = Mapped(classifier, {"freedom": "self-direction"}, "schwartz")
    read(answers(TEXTS[0]), tmp_path)
    found = readings(answers(TEXTS[0]), mapped, tmp_path, Silent(), window=800, polarity=False)
    assert [name for name in found.columns if name.startswith("presence.")] == ["presence.self-direction"]
    assert len(list((tmp_path / "scores").iterdir())) == 2
