from __future__ import annotations

import csv
from pathlib import Path

import pytest

from axiometer.build.corpus.ingest.languages import declared, detect

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("你好", "zh"),
        ("应该诚实", "zh"),
        ("應該誠實", "zh"),
        ("香港人話佢哋唔鍾意講大話", "zh"),
        ("鲜の每日，新鲜水果送到家门口", "zh"),
        ("正直であるべきだ", "ja"),
        ("친구를 도와야 한다.", "ko"),
        ("Be honest.", "en"),
        ("love", "en"),
        ("It is wrong to lie", "en"),
        ("Il faut aider ses amis quand ils ont besoin de nous.", "fr"),
        ("Man soll seinen Freunden in der Not helfen.", "de"),
        ("Нужно помогать друзьям в беде.", "ru"),
        ("يجب مساعدة الأصدقاء", "ar"),
        ("我在Google工作，负责Android开发", "zh"),
        ("People said 你好 to me when I arrived in Beijing yesterday", "en"),
        ("123 !!!", "und"),
    ],
)
def test_the_language_is_that_of_most_of_the_words(text: str, lang: str) -> None:
    assert detect(text).lang == lang


def test_traditional_characters_and_mixed_languages_are_noted() -> None:
    assert detect("我們應該尊重老師").script == "Hant"
    assert detect("我们应该尊重老师").script is None
    assert detect("我们应该 respect each other 尊重别人").mixed == "spelt"
    assert detect("We should respect each other and help, 互相尊重互相帮助").mixed == "zh"
    assert detect("我们应该互相尊重").mixed is None


@pytest.mark.parametrize(
    ("said", "lang"),
    [
        ("zh-CN", "zh"),
        ("zh_Hant_TW", "zh"),
        ("EN", "en"),
        ("eng", "en"),
        ("中文", "zh"),
        ("unknown?", None),
        (None, None),
    ],
)
def test_a_language_is_taken_as_people_write_it(said: str | None, lang: str | None) -> None:
    assert declared(said) == lang


def test_published_texts_are_in_the_language_that_they_are_in() -> None:
    files = sorted((DATA / "moralchoice").glob("*.csv")) if (DATA / "moralchoice").exists() else []
    if not files:
        pytest.skip("the published texts are not there")
    with files[0].open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    texts = [
        value for row in rows for name, value in row.items() if name in ("context", "action1", "action2") and value
    ]
    assert len(texts) > 100
    assert sum(detect(text).lang == "en" for text in texts) == len(texts)
    assert sum(detect(" ".join(text.split()[:2])).lang == "en" for text in texts) >= 0.99 * len(texts)
