"""Where quotations stand in a passage: several kinds of marks, and quotations of which it holds only the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from axiometer.build.statements.extraction.spans import BETWEEN, Span, is_dense

_LEAST: Final = 12  # characters; shorter ones are words that are only set off
_LEAST_DENSE: Final = 5
_ENGLISH: Final = {"“": "”", "‘": "’", '"': '"'}
_PAIRS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": _ENGLISH,
    "zh": {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"', "＂": "＂"},
    "fr": {"«": "»", "“": "”", "‹": "›", '"': '"'},
    "de": {"„": "“", "‚": "‘", "»": "«", "›": "‹", '"': '"'},
}


def quotations(passage: str, lang: str) -> list[Span]:
    """What stands between quotation marks, marks included, and is long enough to be said by somebody; in order, none
    within another. A piece of the passage that begins within a quotation is quoted up to the mark that ends it, one
    that ends within one from the mark that begins it."""
    least = _LEAST_DENSE if is_dense(passage) else _LEAST
    found: list[Span] = []
    at = 0
    for piece in passage.split(BETWEEN):
        found += [(at + begin, at + end) for begin, end in _in_piece(piece, lang) if end - begin >= least]
        at += len(piece) + len(BETWEEN)
    return found


def _in_piece(piece: str, lang: str) -> list[Span]:
    pairs = _PAIRS.get(lang, _ENGLISH)
    closers = {closer for opener, closer in pairs.items() if opener != closer}
    found: list[Span] = []
    opened: tuple[int, str] | None = None
    for place, character in enumerate(piece):
        if (character not in pairs and character not in closers) or _within_word(piece, place):
            continue
        if opened is not None:
            if character == opened[1]:
                found.append((opened[0], place + 1))
                opened = None
        elif character in pairs:
            opened = (place, pairs[character])
        elif not found and character != "’":  # which is an apostrophe more often
            found.append((0, place + 1))
    if opened is not None and opened[1] not in ('"', "’"):
        found.append((opened[0], len(piece)))
    return found


def _within_word(piece: str, place: int) -> bool:
    """Whether a mark stands between two letters, as an apostrophe does."""
    if piece[place] not in "’‘":
        return False
    return piece[max(0, place - 1) : place].isalnum() and piece[place + 1 : place + 2].isalnum()
