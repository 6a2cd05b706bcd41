"""A small world of texts with labels: three values with words of their own, in Chinese and English."""

from __future__ import annotations

import random
from pathlib import Path

from axiometer.expression.labelled import Labelled, read_labelled
from axiometer.frameworks import load_framework

WORDS = {
    "freedom": ("每个人都可以自己选择怎样生活", "they may choose their own way of living"),
    "rule-of-law": ("法院依照法律作出了判决", "the court decided according to the law"),
    "dedication": ("她日夜坚守在岗位上认真工作", "she stayed at her post and worked with care"),
}
COMMON = (
    "昨天城里下了一场雨",
    "the market opened at nine",
    "火车晚点了十分钟",
    "a new bridge was painted",
    "河水比往年高",
)


def rows(count: int, seed: int = 0) -> list[tuple[str, tuple[int, ...]]]:
    """Texts of sentences in drawn order, numbered so that none is like another; a value's sentence is there where its
    label is 1, but for one label in twenty, which is wrong."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        labels = tuple(int(draw.random() < share) for share in (0.5, 0.3, 0.15))
        said = [draw.choice(pair) for label, pair in zip(labels, WORDS.values(), strict=True) if label]
        said += [*draw.sample(COMMON, 2), f"第 {draw.randrange(10**9)} 号消息"]
        draw.shuffle(said)
        seen = tuple(1 - label if draw.random() < 0.05 else label for label in labels)
        found.append(("。".join(said) + f"。{number}", seen))
    return found


def write(file: Path, count: int, seed: int = 0) -> Path:
    """The texts as a table with a column for each value."""
    lines = [f"{text},{','.join(map(str, labels))}" for text, labels in rows(count, seed)]
    file.write_text("\n".join(["text," + ",".join(WORDS), *lines]) + "\n", encoding="utf-8")
    return file


def read(file: Path) -> Labelled:
    return read_labelled(file, load_framework("core-socialist-values"), level="core")
