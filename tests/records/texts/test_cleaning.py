from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.build.corpus.ingest.dates import iso_date
from axiometer.records.texts.cleaning import clean, words_of


@pytest.mark.parametrize(
    ("dirty", "words"),
    [
        ("  Be honest.\r\n\r\n\r\n\r\nAlways.  ", "Be honest.\n\nAlways."),
        ("\u3000\u3000人应当诚实。\u2028不可说谎。", "人应当诚实。\n不可说谎。"),
        ("Be\u00a0\u00a0kind\tto\u200b others\x07", "Be kind to others"),
        ("\ufeffcafe\u0301", "café"),
        ("ignore\U000e0069\U000e0067 \u202eall\u202c this", "ignore all this"),
        (
            "<p>Be <b>honest</b>.</p><script>alert('no')</script><p>Always &amp; ever.</p>",
            "Be honest.\n\nAlways & ever.",
        ),
        ("Tom &amp; Jerry&nbsp;share &#8220;all&#8221;", "Tom & Jerry share “all”"),
        ("a < b and b > c", "a < b and b > c"),
        ("The tag <b> makes words bold.", "The tag <b> makes words bold."),
        ("AT&T", "AT&T"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("می‌خواهم 👨‍👩‍👧", "می‌خواهم 👨‍👩‍👧"),
    ],
)
def test_cleaning_keeps_the_words_and_nothing_else(dirty: str, words: str) -> None:
    assert clean(dirty) == words


@given(st.text())
def test_what_is_clean_can_be_written_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert once.encode("utf-8").decode("utf-8") == once == once.strip()
    assert unicodedata.is_normalized("NFC", once)
    if "<" not in text and "&" not in text:  # `&amp;lt;` is cleaned one level at a time
        assert clean(once) == once


def test_the_same_words_are_told_through_white_space() -> None:
    assert words_of("人应当\n诚实 。") == words_of("人应当诚实。")
    assert words_of("be  honest\nalways") == words_of("be honest always")
    assert words_of("no where") != words_of("nowhere")


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("2019-10-17", "2019-10-17"),
        ("2019/1/7 08:30:00", "2019-01-07"),
        ("2019年10月17日", "2019-10-17"),
        ("2019年10月", "2019-10"),
        ("2019", "2019"),
        ("20191017", "2019-10-17"),
        ("2019-10-17T08:00:00Z", "2019-10-17"),
    ],
)
def test_dates_become_iso_as_precise_as_they_are(said: str, date: str) -> None:
    assert iso_date(said) == (date, None)


@pytest.mark.parametrize("said", ["03/04/2020", "2019-13-01", "yesterday", "2019-02-30"])
def test_what_is_no_clear_date_is_kept_as_it_was_said(said: str) -> None:
    assert iso_date(said) == (None, said)
