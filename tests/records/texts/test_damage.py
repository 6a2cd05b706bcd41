from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.records.texts.damage import TOTALS, is_binary, is_damaged, letters, unusable

CHINESE = "小区的停车位不够用，物业经理要决定先照顾谁：是每天上夜班的护士，还是行动不便的老人？大家都在等他的决定。"
FRENCH = "L’égalité des élèves est déjà protégée par la loi française, à l’école comme à l’université où ça compte."


@pytest.mark.parametrize(
    "text",
    [
        CHINESE.encode().decode("gb18030", "replace"),
        CHINESE.encode().decode("latin-1"),
        FRENCH.encode().decode("cp1252", "replace"),
        "人应当诚实\ufffd\ufffd不可说谎",
        "锟斤拷锟斤拷烫烫烫" + CHINESE[:20],
    ],
)
def test_characters_that_did_not_come_through_are_seen(text: str) -> None:
    assert is_damaged(text)


@pytest.mark.parametrize("text", [CHINESE, FRENCH, "Be honest", CHINESE * 5 + "\ufffd", "我們應該尊重老師，不可說謊。"])
def test_whole_texts_are_not_taken_for_damaged(text: str) -> None:
    assert not is_damaged(text)


@given(
    st.text(
        alphabet=CHINESE + "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工",
        min_size=3,
    )
)
def test_no_common_chinese_is_taken_for_mojibake(text: str) -> None:
    assert not is_damaged(text)


def test_control_characters_make_a_file_no_text_and_a_few_do_not() -> None:
    assert is_binary("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert not is_binary("Be honest\0 with your friends, and with your enemies too, because they\x07 remember.")


def test_letters_are_counted_as_far_as_needed() -> None:
    assert [letters(text) for text in ("", "12 !?", "ok", "诚", "诚实", "love")] == [0, 0, 2, 2, 4, 4]


@pytest.mark.parametrize("words", ["总计", "Total:"])
def test_the_last_row_of_a_table_that_sums_it_up_is_no_text(words: str) -> None:
    assert unusable(words, words, others=True) == TOTALS
    assert unusable(words, words, others=False) is None  # a text of its own may be that short
    assert unusable(f"{words} freedom for all", f"{words} freedom for all", others=True) is None
