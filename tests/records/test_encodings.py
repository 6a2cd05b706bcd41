from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axiometer.errors import InputError
from axiometer.records.encodings import decode, encoding_of, read_text

CHINESE = "小区的停车位不够用，物业经理要决定先照顾谁：是每天上夜班的护士，还是行动不便的老人？"
COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工"
    "也能下过子说产种面而方后多定行学法所民得经"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gbk", "gb18030"])
def test_chinese_is_read_in_every_encoding_it_comes_in(encoding: str) -> None:
    decoded = decode(f"prompt,lang\n{CHINESE},zh\n".encode(encoding))
    assert decoded.text == f"prompt,lang\n{CHINESE},zh\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_refused_rather_than_guessed(encoding: str) -> None:
    with pytest.raises(InputError, match=r"control characters|cannot be told"):
        decode("prompt,lang\nShould the nurse go first?,en\n".encode(encoding))


def test_the_encoding_that_was_used_is_told() -> None:
    assert decode(CHINESE.encode("gbk")).encoding == "gb18030"
    assert decode(CHINESE.encode("utf-8-sig")).encoding == "utf-8-sig"
    assert decode(b"plain").encoding == "utf-8"


@given(st.text(alphabet=COMMON + "，。：！？abc 012\n", min_size=1).filter(lambda text: text.strip()))
def test_common_chinese_in_gbk_comes_back_unchanged(text: str) -> None:
    whole = CHINESE + text  # a handful of double bytes alone can be valid UTF-8
    assert decode(whole.encode("gbk")).text == whole


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1))
def test_any_utf8_text_comes_back_unchanged_or_is_refused_as_damaged(text: str) -> None:
    try:
        assert decode(text.encode()).text == text.removeprefix("\ufeff")
    except InputError as error:
        assert any(why in error.what for why in ("empty", "U+FFFD", "saved again"))


def test_big5_is_not_read_as_gbk() -> None:
    text = "鎮上的圖書館經費有限，館長必須在購買新書與延長開放時間之間作出決定，讀者們意見不一。" * 5
    try:
        assert decode(text.encode("big5")).text == text
    except InputError as error:
        assert "cannot be told" in error.what


def test_western_european_text_is_not_read_as_chinese() -> None:
    text = "L'infirmière doit décider si elle révèle la vérité à la famille éprouvée. Où est le côté naïf?" * 5
    assert decode(text.encode("cp1252")).text == text


@pytest.mark.parametrize("data", [b"", b"  \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="empty"):
        decode(data, "empty.csv")


def test_a_binary_file_is_refused() -> None:
    with pytest.raises(InputError, match=r"control characters|cannot be told"):
        decode(bytes(range(256)) * 20, "picture.csv")


def test_text_whose_characters_were_lost_is_refused() -> None:
    with pytest.raises(InputError, match=r"U\+FFFD"):
        decode(CHINESE.encode("gbk").decode("utf-8", errors="replace").encode())


@pytest.mark.parametrize("wrong", ["latin-1", "cp1252"])
def test_utf8_that_was_read_as_western_and_saved_again_is_refused(wrong: str) -> None:
    text = "l'infirmière décida: « là-bas », répéta-t-elle"
    damaged = text.encode().decode(wrong, errors="replace")
    with pytest.raises(InputError, match="saved again"):
        decode(damaged.encode())


def test_a_single_stray_control_character_does_not_condemn_a_file() -> None:
    text = CHINESE * 50 + "\x0b" + CHINESE
    assert decode(text.encode()).text == text


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_text(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="a folder"):
        read_text(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_the_encoding_of_a_stream_is_told_from_its_beginning(encoding: str, cut: int) -> None:
    sample = f"text,lang\n{CHINESE},zh\n{CHINESE}".encode(encoding)
    assert (
        sample[: len(sample) - cut].decode(encoding_of(sample[: len(sample) - cut]) or "", "ignore")[:40]
        == (f"text,lang\n{CHINESE},zh\n"[:40])
    )


def test_one_damaged_byte_does_not_change_the_encoding_of_a_stream() -> None:
    text = f"{CHINESE}\n" * 20
    for encoding in ("utf-8", "gb18030"):
        data = text.encode(encoding)
        assert encoding_of(data[:301] + b"\xff" + data[302:]) == encoding
    assert encoding_of("\ufffd\ufffd\ufffd 很多字丢了\n".encode() * 9) == "utf-8"
