"""Rules as models write them: numbered, quoted, emphasised, too long, copied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.corpus.steps.rule_texts import clean, same_words, too_long, unusable
from axiometer.frameworks.labels import normalise


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("1. It is good to help.", "It is good to help."),
        ("(2) It is good to help.", "It is good to help."),
        ("- It is  good\nto help. ", "It is good to help."),
        ('"It is good to help."', "It is good to help."),
        ("Rule 1: **It is good to help.**", "It is good to help."),
        ("1、应当帮助他人。", "应当帮助他人。"),
        ("规则二：应当帮助他人", "规则二：应当帮助他人"),
        ("准则1：“应当帮助他人”", "应当帮助他人"),
        ("（3）应当帮助他人", "应当帮助他人"),
        ("1.5 litres a day is enough water.", "1.5 litres a day is enough water."),
        ('"Thank you" and "please" are polite.', '"Thank you" and "please" are polite.'),
        ("It's rude to <b>shout</b>.", "It's rude to <b>shout</b>."),
        ("be\u0000 kind\u202e", "be kind"),
        ("", ""),
        ('"', '"'),
        ("-", "-"),
    ],
)
def test_a_rule_is_cleaned_of_what_is_not_the_rule(said: str, rule: str) -> None:
    assert clean(said) == rule


@given(st.text(max_size=80))
def test_cleaning_gives_one_line_for_any_text(said: str) -> None:
    cleaned = clean(said)
    assert cleaned == " ".join(cleaned.split()) and len(cleaned) <= len(said)
    cleaned.encode()


@pytest.mark.parametrize(
    ("lang", "longest", "longer"),
    [
        ("zh", "好" * 60, "好" * 61),
        ("zh-Hant", "好" * 60, "好" * 61),
        ("ja", "あ" * 120, "あ" * 121),
        ("en", "good " * 45, "good " * 46),
        ("und", "x " + "x" * 398, "x " + "x" * 399),
    ],
)
def test_length_is_counted_in_the_language_s_own_units(lang: str, longest: str, longer: str) -> None:
    assert not too_long(longest, lang) and too_long(longer, lang)
    assert unusable(longer, lang) == "too long for a rule" and unusable(longest, lang) is None


@pytest.mark.parametrize("nothing", ["", "  ", "...", "。", "“”", "3cfa31d9", "守信", "Kindness."])
def test_marks_and_single_words_are_no_rule(nothing: str) -> None:
    assert unusable(nothing, "zh" if nothing == "守信" else "en") == "empty"
    assert unusable("Be kind.", "en") is None and unusable("应守信", "zh") is None


def test_a_long_sentence_of_the_source_is_no_rule_and_a_short_one_may_be() -> None:
    long = "The council of the town decided on Monday evening that nobody may sell old bread as fresh any more."
    source = f"News. {long} Honesty pays. Everybody was glad."
    assert unusable(long.upper().rstrip("."), "en", source=source) == "repeats the text"
    assert unusable("Honesty pays.", "en", source=source) is None
    assert unusable("It is wrong to sell old bread as fresh.", "en", source=source) is None
    chinese = "市议会周一晚上决定任何人今后都不得再把旧面包当作新鲜面包出售。"
    assert unusable(chinese.rstrip("。"), "zh", source=f"新闻。{chinese}大家都很高兴。") == "repeats the text"


def test_words_of_the_prompt_are_no_rule_unless_they_are_few() -> None:
    asked = normalise("Every rule holds one judgement and one action. 人民当家作主，参与公共事务的决定。")
    assert unusable("holds one judgement and one action", "en", asked) == "repeats the instructions"
    assert unusable("参与公共事务的决定", "zh", asked) == "repeats the instructions"
    assert unusable("It holds one judgement and one action", "en", asked) == "repeats the instructions"
    assert unusable("人民当家作主，并参与公共事务的决定", "zh", asked) == "repeats the instructions"
    assert unusable("One action deserves one reward, good or bad.", "en", asked) is None
    assert unusable("one judgement", "en", asked) is None and unusable("公共事务", "zh", asked) is None


def test_words_are_compared_without_case_width_and_punctuation() -> None:
    assert same_words("Be kind!", "be KIND") and same_words("应当帮助他人。", " 应当，帮助他人")
    assert not same_words("Be kind", "Be unkind")
