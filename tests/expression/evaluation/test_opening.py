"""Texts that a classifier has seen are known again, also as near-copies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.expression.texts import read, write

from axiometer.errors import InputError
from axiometer.expression.evaluation.opening import Asked, seen_by, unseen
from axiometer.expression.folder import open_classifier
from axiometer.expression.seen import write_seen

LONG = (
    "法院依照法律作出了判决，旁听席上坐满了从各村赶来的人。"
    "宣判之后，原告和被告在门口握了手，镇上的人都说这件事办得公道，老人们也点了头。{}"
)
TEXTS = (
    LONG.format("第二天报上登了消息。"),
    LONG.format("第二天报上没有消息。"),
    "河水比往年高。",
    "火车晚点了十分钟。",
)


def test_near_copies_of_what_was_seen_are_seen(tmp_path: Path) -> None:
    rows = [f"{text},{place % 2}" for place, text in enumerate(TEXTS)]
    (tmp_path / "texts.csv").write_text("\n".join(["text,freedom", *rows]) + "\n", encoding="utf-8")
    opened = open_classifier("valuecsv")
    digest = write_seen([TEXTS[0], TEXTS[3]], tmp_path)
    card = opened.card.model_copy(update={"data": opened.card.data.model_copy(update={"seen": digest})})
    asked = Asked("one", replace(opened, card=card, folder=tmp_path))
    data = read(tmp_path / "texts.csv")
    (found,) = seen_by(data, [asked])
    assert found.tolist() == [True, True, False, True] and unseen(data, [found]) == [2]


def test_nothing_is_left_where_all_was_seen(tmp_path: Path) -> None:
    data = read(write(tmp_path / "texts.csv", 5))
    with pytest.raises(InputError, match="every text was used to train"):
        unseen(data, [data.targets[:, 0] >= 0])
