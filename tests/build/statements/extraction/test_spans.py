"""Where words stand in a text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.build.statements.extraction.spans import (
    BETWEEN,
    QUOTES,
    context_of,
    find_span,
    passage_of,
    same_words,
    sentences,
)
from axiometer.starter.news import NATIONS, load_news

WORDS = st.lists(
    st.sampled_from(
        ("Drivers", "should", "pay", "12", "l’État", "doit", "Straße", "é", "学校应当开放", "不", "ＡＢＣ", "half-time")
    ),
    min_size=3,
    max_size=12,
)


def _dressed(words: str, draw: st.DataObject) -> str:
    """The same words with other white space, quotation marks, width, encoding of accents and case."""
    said = re.sub(" ", lambda _: draw.draw(st.sampled_from((" ", "  ", "\n", "\u00a0", "\t"))), words)
    said = said.replace("’", draw.draw(st.sampled_from(("'", "’", "‘"))))
    said = draw.draw(st.sampled_from((said, unicodedata.normalize("NFD", said), said.upper(), said.lower())))
    marks = draw.draw(st.sampled_from(("", "“”", "«»", "「」", '""')))
    said = said if not marks else marks[0] + said + marks[1]
    return said + draw.draw(st.sampled_from(("", ".", "。", "！", " …")))


@given(WORDS, WORDS, WORDS, st.data())
@settings(max_examples=100, deadline=None)
def test_a_span_points_to_the_words_whatever_their_dress(
    before: list[str], said: list[str], after: list[str], data: st.DataObject
) -> None:
    words = " ".join(said)
    text = " ".join((*before, words, *after))
    span = find_span(_dressed(words, data), text)
    assert span is not None
    assert same_words(text[slice(*span)], words)
    assert span[0] <= text.index(words)


@given(WORDS, WORDS)
@settings(max_examples=100, deadline=None)
def test_nothing_outside_the_text_is_found(there: list[str], said: list[str]) -> None:
    text, words = " ".join(there), " ".join((*said, "zebra"))
    assert find_span(words, text) is None


@given(st.text(max_size=60), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_what_is_found_is_the_same_words(text: str, words: str) -> None:
    span = find_span(words, text)
    assert span is None or same_words(text[slice(*span)], words)


def test_words_are_whole_words() -> None:
    assert find_span("art is free", "The part is free, and art is free.") == (22, 34)
    assert find_span("should", "shoulder") is None
    assert find_span("应当", "学校应当开放") == (2, 4)  # no spaces part Chinese words
    assert find_span("A", "À") is None and find_span("e", "e\u0301") is None and find_span("l", "ﬂ") is None
    assert find_span("é", "e\u0301") == (0, 2) and find_span("e\u0301.", "le café é") == (8, 9)
    assert find_span("हिन्दी।", "वह हिन्दी है") == (3, 9)


def test_a_full_stop_behind_the_words_belongs_to_them_and_a_decimal_point_does_not() -> None:
    text = "Pay must rise. It rose by 3.5 percent."
    assert text[slice(*find_span("pay must rise", text) or (0, 0))] == "Pay must rise."
    assert text[slice(*find_span("It rose by 3", text) or (0, 0))] == "It rose by 3"


@pytest.mark.parametrize("words", ["", "  ", "“”", "...", "—"])
def test_words_without_letters_stand_nowhere(words: str) -> None:
    assert find_span(words, "Drivers should pay. — “…”") is None


@pytest.mark.parametrize("nation", NATIONS)
def test_every_planted_statement_and_fact_of_the_starter_news_is_found_where_it_stands(nation: str) -> None:
    for text in load_news(nation).texts:
        for words in (*(each.text for each in text.statements), *text.facts):
            span = find_span(words, text.text)
            assert span is not None and same_words(text.text[slice(*span)], words)
            assert words in context_of(text.text, span)


def test_context_is_the_sentence_with_its_neighbours_behind_the_first_sentence() -> None:
    text = "First. Second here. Third is it. Fourth comes. Fifth ends."
    span = find_span("Fourth comes", text)
    assert span is not None
    assert context_of(text, span) == "First." + BETWEEN + "Third is it. Fourth comes. Fifth ends."
    assert context_of(text, (0, 5)) == "First. Second here."
    assert text[slice(*passage_of(text, span))] == "Third is it. Fourth comes."


def test_french_and_german_quotation_marks_end_sentences() -> None:
    french = "« Il faut payer. » Elle part. Il reste."
    assert [french[slice(*each)] for each in sentences(french)] == ["« Il faut payer. »", "Elle part.", "Il reste."]
    german = "Er sagt: „Man muss zahlen.“ Sie geht."
    assert [german[slice(*each)] for each in sentences(german)] == ["Er sagt: „Man muss zahlen.“", "Sie geht."]
    turned = "»Man muss zahlen.« Sie geht. »Nein«, sagt er."
    assert [turned[slice(*each)] for each in sentences(turned)] == [
        "»Man muss zahlen.«",
        "Sie geht.",
        "»Nein«, sagt er.",
    ]
    assert all(mark in QUOTES for mark in "„“»«")
