"""One writing for what is written in many ways: full-width and decorated letters, quotes, dashes, markup, marks that
nobody sees. Linear in the length of the text, for any text."""

from __future__ import annotations

import html
import re
import unicodedata

# Whatever is longer is read at its two ends: an answer stands at the start or at the end.
_LONGEST, _END = 16_000, 8_000

_INVISIBLE = (
    *range(0x00, 0x09),
    *range(0x0E, 0x20),
    *range(0x7F, 0x85),
    *range(0x86, 0xA0),
    0xAD,
    0x034F,
    0x061C,
    0x115F,
    0x1160,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0x20E3,
    *range(0xFE00, 0xFE10),
    0xFEFF,
    0xFFFC,
    0xFFFD,
    *range(0xE0000, 0xE0080),
)
_SAME = {
    "’‘ʼ′‛＇´": "'",
    "“”„‟«»「」『』〝〞＂″": '"',
    "【〔［〖": "[",
    "】〕］〗": "]",
    "‐‑‒–—―−－─━": "-",
    "。｡": "。",
    "•●▪◦‣·▶►→⇒➜➡✅✔": "-",
    "\t\x0b\x0c\u0085_": " ",
    "\u2028\u2029": "\n",
    "♯": "#",
}
# Traditional characters of our phrases: the lists are written in simplified ones.
_TRADITIONAL = (
    "選擇項個後為應該傾無決與會這題對認當說還顯種贊兩場從則實願觀"
    "點獲絕傷適見語號幫開結論總終綜難斷優較邊體歸於問準確現書"
)
_SIMPLIFIED = (
    "选择项个后为应该倾无决与会这题对认当说还显种赞两场从则实愿观"
    "点获绝伤适见语号帮开结论总终综难断优较边体归于问准确现书"
)


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {0x3000: " ", 0x00A0: " ", 0x202F: " ", 0x205F: " "}
    decorated = (range(0xFF01, 0xFF5F), range(0x249C, 0x24EA), range(0x1D400, 0x1D800), range(0x1F110, 0x1F150))
    for code in (code for block in decorated for code in block):
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code) and plain.isascii():
            table[code] = plain
    for offset in range(26):  # white letters on black discs and squares have no plain form in Unicode
        table[0x1F150 + offset] = table[0x1F170 + offset] = chr(ord("A") + offset)
    for code in range(0x2000, 0x200B):
        table[code] = " "
    table.update(dict.fromkeys(_INVISIBLE))
    for many, one in _SAME.items():
        table.update(dict.fromkeys(map(ord, many), one))
    table.update({ord(a): b for a, b in zip(_TRADITIONAL, _SIMPLIFIED, strict=True) if a != b})
    table.update({ord("☑"): "[x]", ord("☒"): "[x]", ord("☐"): "[ ]"})
    table.update({ord("…"): "...", ord("`"): None, ord("*"): None, ord("＊"): None, ord("＿"): " ", ord("｀"): None})
    return table


_TABLE = _table()
_ACCENTS = re.compile(r"([A-Za-z])([\u0300-\u036f])[\u0300-\u036f]*")
_TAG = re.compile(r"<(?=[/!|a-zA-Z])[^<>\n]{1,80}>")
_BLOCK_TAG = re.compile(r"</?(?:p|br|div|li|h\d|tr|ul|ol)\b", re.IGNORECASE)
# Marks of chat templates: what follows one is another turn or another text.
_TURN_TAG = re.compile(r"<\||</s>|<end of turn>|<eos>", re.IGNORECASE)
_STRUCK = re.compile(r"~~[^~\n]{1,200}~~")
_SPACES = re.compile(r" {2,}")
_SPACED_LINES = re.compile(r" ?\n[ \n]*")


def plain(text: str) -> str:
    """`text` in one writing, without emphasis and marks that nobody sees; tags and line ends are still there."""
    folded = text.translate(_TABLE)
    return folded if folded.isascii() else _ACCENTS.sub(_composed, folded)


def tidy(text: str) -> str:
    """Plain text without tags and entities, blanks and line ends collapsed, stripped; of a long text its two ends."""
    if len(text) > _LONGEST:
        text = f"{text[:_END]}\n{text[-_END:]}"
    if "&" in text and ";" in text:
        text = plain(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(_instead_of_tag, text)
    if "~~" in text:
        text = _STRUCK.sub(" ", text)
    if "\r" in text:
        text = text.replace("\r", "\n")
    if "  " in text:
        text = _SPACES.sub(" ", text)
    if "\n" in text:
        text = _SPACED_LINES.sub("\n", text)
    return text.strip()


def _instead_of_tag(tag: re.Match[str]) -> str:
    if tag.end() - tag.start() == 3 and tag.group()[1].isupper():
        return tag.group()[1]  # `<B>` is a letter in angle brackets, `<b>` is markup
    return "\n" if _BLOCK_TAG.match(tag.group()) or _TURN_TAG.match(tag.group()) else " "


def _composed(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match.group(1) + match.group(2))
