from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.records import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item
from axiometer.records.tables import write_rows

MakeItems = Callable[..., list[Item]]


def dilemma(number: int, lang: str = "en", parallel: str | None = None) -> Item:
    """A dilemma between freedom (option 0) and harmony (option 1), with a distractor (option 2)."""
    texts = {
        "en": (
            f"Scene {number}: the choir has one evening left.",
            "Let each pick a song",
            "Sing what all know",
            "Oil the door",
        ),
        "zh": (f"场景{number}：合唱团只剩一个晚上。", "让每个人自己选歌", "唱大家都会的歌", "给门轴上油"),
    }[lang]
    sides = tuple(
        Option(
            text,
            Role.SIDE,
            (
                Expression(ExpressionKind.VALUE, value, 1),
                Expression(ExpressionKind.RULE, f"{value}-{number % 7}", 1),
            ),
        )
        for text, value in zip(texts[1:3], ("freedom", "harmony"), strict=True)
    )
    return make_item(
        kind=ItemKind.DILEMMA,
        lang=lang,
        prompt=texts[0],
        options=(*sides, Option(texts[3], Role.DISTRACTOR)),
        clusters=(f"freedom-{number % 7}", f"harmony-{number % 7}"),
        source="test",
        framework="core-socialist-values",
        parallel_id=parallel,
    )


@pytest.fixture
def items(tmp_path: Path) -> Callable[[int], Path]:
    """A table of `count` English dilemmas."""

    def write(count: int, name: str = "items.parquet", langs: tuple[str, ...] = ("en",)) -> Path:
        rows = [
            dilemma(number, lang, f"p{number}" if len(langs) > 1 else None) for number in range(count) for lang in langs
        ]
        path = tmp_path / name
        write_rows(rows, Item, path)
        return path

    return write
