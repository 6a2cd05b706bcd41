"""Where quotations stand in a passage: several kinds of marks, and quotations of which it holds only the end."""

from __future__ import annotations

import re
from typing import Final

from axiometer.build.statements.extraction.spans import BETWEEN, Span, is_dense

_LEAST: Final = 12  # characters; shorter ones are words that are only set off
_LEAST_DENSE: Final = 5
_PAIRS: Final = (("“", "”"), ("‘", "’"), ("«", "»"), ("„", "“"), ("‚", "‘"), ("»", "«"), ("「", "」"), ("『", "』"))
_STRAIGHT: Final = '"'


def quotations(passage: str) -> list[Span]:
    """What stands between quotation marks, marks included, and is long enough to be said by somebody; in order, none
    within another. A piece of the passage that begins within a quotation is quoted up to the mark that ends it."""
    least = _LEAST_DENSE if is_dense(passage) else _LEAST
    found: list[Span] = []
    at = 0
    for piece in passage.split(BETWEEN):
        for begin, end in _in_piece(piece):
            if end - begin >= least:
                found.append((at + begin, at + end))
        at += len(piece) + len(BETWEEN)
    return found


def _in_piece(piece: str) -> list[Span]:
    marks = _marks(piece)
    found: list[Span] = []
    opened: tuple[int, str] | None = None
    for place, character in enumerate(piece):
        if opened is not None:
            if character == opened[1] and not _apostrophe(piece, place):
                found.append((opened[0], place + 1))
                opened = None
        elif character in marks and not _apostrophe(piece, place):
            opened = (place, marks[character])
        elif not found and character in marks.values() and character not in marks and not _apostrophe(piece, place):
            found.append((0, place + 1))
    return found


def _marks(piece: str) -> dict[str, str]:
    """The marks that open a quotation here, with those that close it: what closes in one language opens in another."""
    marks = {_STRAIGHT: _STRAIGHT}
    for opener, closer in _PAIRS:
        if opener in piece and opener not in marks.values():
            marks[opener] = closer
        elif closer in piece and opener not in piece and closer in "”»」』" and closer not in marks:
            marks.setdefault(opener, closer)
    return marks


def _apostrophe(piece: str, place: int) -> bool:
    """Whether a mark stands within a word, or ends a plural's: as no quotation mark does that opens or closes."""
    if piece[place] not in "’‘'":
        return False
    before, after = piece[place - 1 : place], piece[place + 1 : place + 2]
    return bool(re.match(r"\w", before) and re.match(r"\w", after))
