from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.corpus.polarity import AGREEING, OPPOSED, polarity


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("zh", "应当排队", "不应当排队"),
        ("zh", "排队是对的", "排队是不对的"),
        ("zh", "可以在车厢里吃东西", "禁止在车厢里吃东西"),
        ("zh", "帮助别人是好事", "帮助别人是可耻的"),
        ("en", "You should queue.", "You shouldn't queue."),
        ("en", "It's fine to leave early.", "It is rude to leave early."),
        ("en", "Children may decide.", "Children may never decide."),
    ],
)
def test_a_rule_and_its_opposite_have_different_polarity(lang: str, one: str, other: str) -> None:
    assert polarity(one, lang) != polarity(other, lang)


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("zh", "应当努力", "应当不断努力"),
        ("zh", "应当帮助朋友", "应当帮助别人"),
        ("zh", "应当守信", "不守信是不对的"),
        ("zh", "应当保护未成年人", "应该保护未成年人"),
        ("en", "One should help.", "It is wrong not to help."),
        ("en", "It is kind to share.", "It is nice to share."),
    ],
)
def test_what_only_looks_like_a_negation_and_a_double_one_change_nothing(lang: str, one: str, other: str) -> None:
    assert polarity(one, lang) == polarity(other, lang)


@given(st.text())
def test_languages_without_a_lexicon_have_one_polarity(text: str) -> None:
    assert polarity(text, "fr") == AGREEING
    assert polarity(text, "zh") in (AGREEING, OPPOSED)
