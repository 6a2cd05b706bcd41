"""The language of a prompt and the name of a language in it."""

from __future__ import annotations

import pytest

from axiometer.measure.asking.languages import language_name, prompt_language


@pytest.mark.parametrize(
    ("lang", "prompt"),
    [("zh", "zh"), ("zh-Hant", "zh"), ("ZH-cn", "zh"), ("en", "en"), ("fr", "en"), ("und", "en"), ("", "en")],
)
def test_rows_in_chinese_are_asked_about_in_chinese_all_others_in_english(lang: str, prompt: str) -> None:
    assert prompt_language(lang) == prompt


@pytest.mark.parametrize(
    ("lang", "english", "chinese"),
    [
        ("fr", "French", "法语"),
        ("de-CH", "German", "德语"),
        ("zh_TW", "Traditional Chinese", "繁体中文"),
        ("zh-Hans-CN", "Chinese", "中文"),
        ("qqq", "the language of the text", "原文所用的语言"),
        ("", "the language of the text", "原文所用的语言"),
    ],
)
def test_languages_have_names_and_unknown_ones_a_paraphrase(lang: str, english: str, chinese: str) -> None:
    assert (language_name(lang, "en"), language_name(lang, "zh")) == (english, chinese)
