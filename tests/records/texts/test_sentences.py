from __future__ import annotations

import time
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.records.texts.sentences import sentence_ends, split


def sentences(text: str) -> list[str]:
    ends = sentence_ends(text)
    return [text[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize(
    "expected",
    [
        ["人应当诚实。", "不可说谎！", "为什么？", "因为信任。"],
        ["他说：“我不会说谎。”", "她点了点头。"],
        ["（这是真的吗？）", "谁知道呢。"],
        ["Mr. Smith lied to Dr. Jones, e.g. about money. ", "It was wrong! ", "Was it?"],
        ['"Is it wrong?" he asked. ', '"Yes." ', "She left."],
        ["It costs 3.50 at example.com today. ", "Pay it."],
        ["J. K. Rowling wrote it. ", "We read it."],
        ["1. Be honest. ", "Always."],
        ["Wait... what happened? ", "Nothing... ", "We left."],
        ["他在Google工作。", "He likes it. ", "我也喜欢！", "Me too."],
        ["这是第一段\n", "这是第二段\n\n", "End"],
        ["सच बोलना चाहिए। ", "झूठ मत बोलो।"],
        ["هل الصدق واجب؟ ", "نعم."],
        ["正直であるべきだ。", "「嘘はいけない。」", "彼は言った。"],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected: list[str]) -> None:
    assert sentences("".join(expected)) == expected


PIECES = st.text(alphabet='ab A.。！?!”’") ,，\n中文e\u0301👍\u200d', max_size=400)


@given(PIECES, st.integers(20, 120))
def test_pieces_joined_are_the_text_and_none_is_too_long(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert "".join(pieces) == text
    assert all(len(piece) <= limit for piece in pieces)
    assert all(pieces) or not text


@given(
    st.lists(
        st.sampled_from(["人应当诚实。", "He is kind. ", "“真的吗？”", "Why not?\n", "Mr. Li helps. "]), min_size=1
    )
)
def test_no_piece_cuts_a_sentence_where_sentences_fit(parts: list[str]) -> None:
    text = "".join(parts)
    ends = set(sentence_ends(text))
    assert set(accumulate(map(len, split(text, 40)))) <= ends


def test_a_sentence_that_is_too_long_is_cut_at_a_comma_then_at_a_space_then_anywhere() -> None:
    assert split("一二三四五六七，" * 20, 100)[0].endswith("，")
    assert all(piece.endswith(("word ", "word")) for piece in split("word " * 50, 100))
    assert sorted(map(len, split("字" * 1_000, 400))) == [200, 400, 400]


def test_the_last_piece_is_no_crumb() -> None:
    text = "".join(f"这是第{n:04d}句话，长度正好二十个字吧。" for n in range(61))
    pieces = split(text, 600)
    assert "".join(pieces) == text
    assert min(map(len, pieces)) >= 150


def test_an_accent_stays_with_its_letter() -> None:
    text = "e\u0301" * 300
    assert all(not piece.startswith("\u0301") for piece in split(text, 101))


def test_a_huge_text_without_any_stop_is_split_in_time_that_grows_with_it() -> None:
    def seconds(count: int) -> float:
        text = "没有标点的一长串文字" * count
        began = time.process_time()
        assert "".join(split(text, 3_000)) == text
        return time.process_time() - began

    assert seconds(200_000) < 30 * max(seconds(20_000), 0.01)
