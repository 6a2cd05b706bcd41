"""Numbers by their value: in digits, in words, in both languages."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.translation.numbers import lost, numbers

_DIGITS = "零一二三四五六七八九"


def chinese(value: int) -> str:
    """A whole number below 100,000,000 in Chinese, as it is written in full."""
    if value >= 10_000:
        rest = value % 10_000
        zero = "零" if 0 < rest < 1_000 else ""
        return chinese(value // 10_000) + "万" + (zero + chinese(rest) if rest else "")
    parts, pending = "", False
    for unit, name in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            parts += ("零" if pending and parts else "") + _DIGITS[digit] + name
            pending = False
        else:
            pending = True
    return parts or _DIGITS[0]


@given(st.integers(0, 99_999_999))
def test_digits_and_chinese_numerals_of_a_value_are_one(value: int) -> None:
    told = numbers(f"共有{chinese(value)}人", "zh")
    assert Fraction(value) in told.said and told.digits == frozenset()
    assert lost(numbers(f"There are {value:,} people.", "en"), told) == []


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        *(
            ("twenty-seven of them", "en", 27),
            ("three hundred and five", "en", 305),
            ("in the sixteenth year", "en", 16),
        ),
        *(("two thousand and six", "en", 2006), ("a hundred and twenty thousand", "en", 120_000), ("in May", "en", 5)),
        *(
            ("one dozen eggs", "en", 12),
            ("at 3 p.m.", "en", 15),
            ("at 15:00", "en", 3),
            ("3.5 million", "en", 3_500_000),
        ),
        *(
            ("二〇二六年", "zh", 2026),
            ("三百五十万", "zh", 3_500_000),
            ("350万", "zh", 3_500_000),
            ("两千", "zh", 2000),
        ),
        *(("九点半", "zh", 30), ("三成", "zh", 30), ("十二", "zh", 12), ("廿三", "zh", 23), ("１２３", "zh", 123)),
        ("le 14 juillet", "fr", 14),
    ],
)
def test_values_are_known(text: str, lang: str, value: int) -> None:
    assert Fraction(value) in numbers(text, lang).said


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        (("He waits 40 days", "en"), ("他等了四十天", "zh"), []),
        (("He waits 40 days", "en"), ("他等了十四天", "zh"), ["40"]),
        (("They meet at 09:30", "en"), ("他们九点半见面", "zh"), []),
        (("40 % and 2.5 kg", "en"), ("百分之四十，2.5公斤", "zh"), []),
        (("40 % and 2.5 kg", "en"), ("25公斤", "zh"), ["2.5", "40"]),
        (("5月3日", "zh"), ("on May 3", "en"), []),
        (("une fois, 12 jours", "fr"), ("une fois, douze jours", "fr"), ["12"]),
        (("somebody waits twenty days", "en"), ("他等着", "zh"), []),
    ],
)
def test_a_number_in_digits_is_asked_for_in_digits_or_words(
    before: tuple[str, str], after: tuple[str, str], missing: list[str]
) -> None:
    assert lost(numbers(*before), numbers(*after)) == missing


@given(st.text(max_size=60), st.sampled_from(["zh", "en", "fr"]))
def test_any_text_is_read_and_loses_nothing_to_itself(text: str, lang: str) -> None:
    assert lost(numbers(text, lang), numbers(text, lang)) == []
