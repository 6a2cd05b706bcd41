"""The packaged font: it has what we write, and a page carries just what it needs."""

from __future__ import annotations

import io
import re

from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from axiometer.frameworks import load_framework, shipped
from axiometer.records.importers.starter import starter_items
from axiometer.report import fonts
from axiometer.report.texts import FOLDER


def has(font: TTFont) -> set[str]:
    return {chr(point) for point in font.getBestCmap()}


def test_the_font_has_every_chinese_character_that_ships() -> None:
    texts = (FOLDER / "zh.yaml").read_text("utf-8")
    for framework in map(load_framework, shipped()):
        texts += "".join(value.names.get("zh", "") for value in framework.values)
    for item in starter_items(("zh",)):
        texts += item.prompt + "".join(option.text for option in item.options)
    chinese = set(re.findall("[\u2e80-\u9fff\uff00-\uffef]", texts))
    assert len(chinese) > 1_000
    assert chinese - has(TTFont(fonts.FILE)) == set()


def test_the_font_has_traditional_characters_and_marks_of_the_charts() -> None:
    assert set("臺灣國際關係與價值觀選擇") | set("−–…·“”‘’≥→ÄßéŒ") <= has(TTFont(fonts.FILE))


def test_the_licence_stands_beside_the_font() -> None:
    text = (fonts.FOLDER / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text and "DISCLAIMER" in text and "Adobe" in text
    assert fonts.FILE.stat().st_size < 6_000_000


def test_a_subset_holds_the_characters_asked_for_and_little_else() -> None:
    data = fonts.font_subset("自由平等 ab")
    assert has(TTFont(io.BytesIO(data))) == set("自由平等 ab")
    assert data[:4] == b"wOF2" and len(data) < 8_000


def test_a_character_beyond_the_font_is_left_to_the_reader_s_machine() -> None:
    assert has(TTFont(io.BytesIO(fonts.font_subset("a\U0001f600ا")))) == {"a"}


def test_the_two_faces_of_a_page_share_no_glyph_but_the_space() -> None:
    faces = re.findall(r'font-family:"([^"]+)".*?base64,([^"]+)"', fonts.page_fonts("价值 and “values”…", "zh"))
    import base64

    found = {family: has(TTFont(io.BytesIO(base64.b64decode(data)))) for family, data in faces}
    assert found == {"Axiometer Latin": set(" andvlues"), "Axiometer Chinese": set("价值“”…")}


def test_a_chinese_character_is_as_wide_as_its_size() -> None:
    assert fonts.text_width("价值", 10) == 20
    assert 0 < fonts.text_width("il", 10) < fonts.text_width("WM", 10)


@settings(max_examples=60)
@given(st.text(max_size=60), st.floats(20, 300))
def test_a_fitted_text_is_never_wider_than_its_room(text: str, width: float) -> None:
    assert fonts.text_width(fonts.fitted(text, 13, width), 13) <= width + 1e-6


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=80), st.floats(60, 300))
def test_wrapping_loses_no_word(text: str, width: float) -> None:
    lines = fonts.wrapped(text, 13, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(fonts.text_width(line, 13) <= width or len(line) <= 1 for line in lines)
