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


def font_face(characters: Iterable[str]) -> str:
    """A CSS `@font-face` rule that carries the subset for `characters` in itself."""
    data = base64.b64encode(font_subset(set(characters))).decode("ascii")
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:100 900;font-display:block;'
        f'src:url("data:font/woff2;base64,{data}") format("woff2")}}'
    )


@cache
def register() -> None:
    """Makes the packaged font known to vl-convert, which draws the PNG figures."""
    import vl_convert

    vl_convert.register_font_directory(str(FOLDER))
