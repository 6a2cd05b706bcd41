"""A text as its words: no markup, no control characters, one kind of line end and of space, NFC."""

from __future__ import annotations

import re
import unicodedata

from axiometer.records.texts.markup import has_markup, without_entities, without_markup

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
# Control characters, zero-width and direction marks, byte-order marks, tags (invisible letters) and non-characters. The
# joiners U+200C and U+200D stay: Persian, Hindi and emoji are written with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_AROUND_LINE_END = re.compile(" ?\n ?")
_BLANK_LINES = re.compile("\n{3,}")
_EASTERN = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_EASTERN_BREAK = re.compile(f"(?<=[{_EASTERN}])\\s+(?=[{_EASTERN}])")


def clean(text: str) -> str:
    """The words of `text`, in order and unchanged; paragraphs keep their line breaks, at most one blank line each."""
    if has_markup(text):
        text = without_markup(text)
    else:
        text = without_entities(text)
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
        text = text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    text = _AROUND_LINE_END.sub("\n", _SPACES.sub(" ", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


def words_of(text: str) -> str:
    """What two texts must share to count as the same: their characters but for white space, which between Chinese,
    Japanese or Korean characters is none and elsewhere one space."""
    return " ".join(_EASTERN_BREAK.sub("", text).split())
