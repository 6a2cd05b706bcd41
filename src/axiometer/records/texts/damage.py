"""Whether something is a text at all, and whether its characters came through."""

from __future__ import annotations

import re
from itertools import islice

from axiometer.records.encodings import is_double_encoded

FEWEST_LETTERS = 4
"""A Chinese character, a kana or a syllable of Hangul counts as two."""

EMPTY = "empty"
NO_TEXT = "no text in it"
BINARY = "not a text"
DAMAGED = "damaged characters"
TOTALS = "a totals row"

_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LETTER = re.compile(r"[^\W\d_]")
_DENSE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WESTERN_HIGH = re.compile("[\x80-\xff]")
_CHINESE_RUN = re.compile("[\u3400-\u9fff\ue000-\uf8ff]{3,}")
_TOTALS = re.compile(r"(?:grand )?totals?|sum|合计|总计|总和|小计|總計|合計", re.IGNORECASE)
_BINARY_SHARE, _LOST_SHARE = 0.05, 0.01
_SAMPLE = 2_000
_RUNS = 8


def unusable(raw: str, words: str, others: bool) -> str | None:
    """Why a row is no text, in one of few phrases; None where it is one. raw: its cell; words: what cleaning leaves of
    it; others: whether other cells of the row are filled."""
    if not raw or raw.isspace():
        return NO_TEXT if others else EMPTY
    if not words:
        return BINARY if is_binary(raw) else NO_TEXT
    if is_damaged(raw):
        return DAMAGED
    if others and _TOTALS.fullmatch(words.strip().rstrip(":：")):
        return TOTALS
    return NO_TEXT if letters(words) == 0 else None


def is_binary(raw: str) -> bool:
    """Whether control characters are more than one in twenty: a picture, an archive, a program under a wrong name.

    Fewer are rubbish in a text, and are taken out.
    """
    if raw.isprintable():
        return False
    return len(_CONTROL.findall(raw)) > _BINARY_SHARE * len(raw)


def is_damaged(raw: str) -> bool:
    """Whether over one per cent of the characters are lost (U+FFFD, half pairs, or what becomes of U+FFFD in GBK), or
    the text is UTF-8 that was read as another encoding and saved again. To be asked before anything is taken out."""
    if raw.isascii():
        return False
    lost = raw.count("\ufffd") + 3 * raw.count("锟斤拷") + len(_SURROGATE.findall(raw))
    if lost > _LOST_SHARE * len(raw):
        return True
    sample = raw[:_SAMPLE]
    return (_WESTERN_HIGH.search(sample) is not None and is_double_encoded(sample)) or _is_utf8_as_chinese(sample)


def letters(text: str, enough: int = FEWEST_LETTERS) -> int:
    """How many letters `text` has, up to about `enough`."""
    count = 0
    for match in _LETTER.finditer(text):
        count += 2 if _DENSE.match(match[0]) else 1
        if count >= enough:
            break
    return count


def _is_utf8_as_chinese(text: str) -> bool:
    """Most of the first runs of three and more Chinese characters are valid UTF-8 when they are written in GBK again,
    which happens to hardly any by chance."""
    runs = [match[0] for match in islice(_CHINESE_RUN.finditer(text), _RUNS)]
    return len(runs) >= 2 and sum(map(_is_utf8_in_gbk, runs)) > 0.5 * len(runs)


def _is_utf8_in_gbk(run: str) -> bool:
    data = run.encode("gb18030", "ignore")
    for skipped in range(3):  # the run may begin within a character
        try:
            text = data[skipped : len(data) - (len(data) - skipped) % 3].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return len(text) > 1
    return False
