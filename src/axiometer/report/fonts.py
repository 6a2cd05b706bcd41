"""The packaged Chinese font: how wide a text is, the part of it that a page needs, and its use for PNG figures.

Bare machines, and browsers on them, have no Chinese font: without this the page and the figures would show boxes.
"""

from __future__ import annotations

import base64
import io
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FAMILY = "Axiometer Sans SC"
CHINESE_FACE, LATIN_FACE = "Axiometer Chinese", "Axiometer Latin"
CHINESE = "U+2E80-D7FF,U+F900-FFEF"
SHARED_MARKS = frozenset("—‘’“”…")
FOLDER = Path(__file__).parent / "fonts"
FILE = FOLDER / "AxiometerSansSC-Regular.otf"


@cache
def _advances() -> Mapping[int, float]:
    """Advance width in em per code point of the packaged font."""
    from fontTools.ttLib import TTFont

    with TTFont(FILE, lazy=True) as font:
        units = font["head"].unitsPerEm
        metrics = font["hmtx"].metrics
        return {point: metrics[glyph][0] / units for point, glyph in font.getBestCmap().items()}


def text_width(text: str, size: float) -> float:
    """Width of `text` in pixels, set in the packaged font at `size` pixels (no kerning)."""
    advances = _advances()
    return size * sum(advances.get(ord(char), _guess(char)) for char in text)


def _guess(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.6


def fitted(text: str, size: float, width: float) -> str:
    """`text`, cut with an ellipsis where it would be wider than `width` pixels."""
    if text_width(text, size) <= width:
        return text
    room = width - text_width("…", size)
    kept = ""
    for char in text:
        room -= text_width(char, size)
        if room < 0:
            break
        kept += char
    return kept.rstrip() + "…"


def wrapped(text: str, size: float, width: float) -> list[str]:
    """`text` in lines of at most `width` pixels, broken at spaces, else anywhere."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if text_width(longer, size) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for char in word:
            if lines[-1] and text_width(lines[-1] + char, size) > width:
                lines.append("")
            lines[-1] += char
    return lines


def font_subset(characters: Iterable[str]) -> bytes:
    """A WOFF2 font with just those of `characters` that the packaged font has."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.layout_features = []
    options.hinting = False
    options.drop_tables += ["GPOS"]
    options.name_IDs = [0, 1, 2, 13, 14]
    options.notdef_outline = True
    font: Any = TTFont(FILE, lazy=True, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={ord(char) for char in characters})
    subsetter.subset(font)
    font.flavor = "woff2"
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()


def font_face(characters: Iterable[str], family: str = FAMILY, ranges: str = "") -> str:
    """A CSS `@font-face` rule that carries the subset for `characters` in itself; `ranges` is its `unicode-range`."""
    data = base64.b64encode(font_subset(set(characters))).decode("ascii")
    limited = f"unicode-range:{ranges};" if ranges else ""
    return (
        f'@font-face{{font-family:"{family}";font-weight:400;font-display:block;{limited}'
        f'src:url("data:font/woff2;base64,{data}") format("woff2")}}'
    )


def page_fonts(text: str, lang: str) -> str:
    """The font of a page in two faces that share no glyph: Chinese (for all text) and the rest (for charts).

    The Chinese face comes first in the page's styles, limited to its own characters: put last, as a mere fallback,
    browsers leave some runs of text unshaped. In a Chinese page it also has the quotation marks and dashes that
    Chinese shares with Latin.
    """
    used = {char for char in text if ord(char) > 31}
    chinese = {char for char in used if _is_chinese(char) or (lang == "zh" and char in SHARED_MARKS)}
    ranges = CHINESE + (",U+2014,U+2018-201D,U+2026" if lang == "zh" else "")
    faces = [font_face(used - chinese | {" "}, LATIN_FACE)]
    if chinese:
        faces.append(font_face(chinese, CHINESE_FACE, ranges))
    return "".join(faces)


def _is_chinese(char: str) -> bool:
    return ord(char) >= 0x2E80 and not 0xD800 <= ord(char) <= 0xF8FF


@cache
def register() -> None:
    """Makes the packaged font known to vl-convert, which draws the PNG figures."""
    import vl_convert

    vl_convert.register_font_directory(str(FOLDER))
