"""Words put into Markdown so that they stay words: no tag, link, formula or table of theirs comes to life."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]|#~$])")
_TAGS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_OPENING = re.compile(r"^(\d*)([-+=.)])(?=[\s=-]|$)")  # of a list, or the line under a heading


class Markdown(str):
    """Text that is Markdown already and is put in as it stands."""

    __slots__ = ()


def plain(text: object, most: int = 300) -> Markdown:
    """Any words as words, on one line, cut after `most` characters. What is Markdown already stays."""
    if isinstance(text, Markdown):
        return text
    line = _CONTROL.sub(" ", str(text)).strip()
    if len(line) > most:
        line = line[:most] + "…"
    line = _SPECIAL.sub(r"\\\1", line.translate(_TAGS))
    # An address would become a link by itself.
    line = re.sub(r"(?i)\b(https?|ftp|mailto|www)([:.])", r"\1&#8203;\2", line)
    return Markdown(_OPENING.sub(r"\1\\\2", line))


def code(text: object, most: int = 300) -> Markdown:
    """Words as code."""
    line = _CONTROL.sub(" ", str(text)).strip()[:most].replace("`", "'").replace("|", "\\|")
    return Markdown(f"`{line or ' '}`")


def table(header: Sequence[object], rows: Iterable[Sequence[object]], numbers: Iterable[int] = ()) -> Markdown:
    """A table. `numbers`: columns (from 0) that are set to the right."""
    right = set(numbers)
    lines = [
        _line(header),
        "|" + "|".join(" ---: " if column in right else " --- " for column in range(len(header))) + "|",
        *(_line(row) for row in rows),
    ]
    return Markdown("\n".join(lines))


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(plain(cell) for cell in cells) + " |"
