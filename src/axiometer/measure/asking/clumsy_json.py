"""JSON objects in what a model says: strict where it is JSON, and read as it was meant where that is plain to see.

Nothing is evaluated. Any text is read in time that is linear in its length times a bounded number of beginnings.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_LONGEST = 100_000  # a longer answer is no answer; what it says stands at its start or not at all
_MOST_STARTS = 200
_MOST_CLUMSY_STARTS = 12
_DEEPEST = 40

_DECODER = json.JSONDecoder(strict=False)
_CLOSERS = {'"': '"', "'": "'", "“": "”", "”": "”", "‘": "’", "「": "」"}
_AFTER_STRING = re.compile(r"\s*(?:[,:}\]，：]|\Z)")
# After a plain quotation mark, full-width punctuation mostly goes on with the text: unless a value or a key follows it.
_AFTER_PLAIN_STRING = re.compile(r"\s*(?:[,:}\]]|[，：]\s*[\"'“‘\[{}\]\dtfnTFN-]|\Z)")
_SPACE = re.compile(r"\s*")
_BARE = re.compile(r"[^\s,:，：{}\[\]\"“”]+")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "none": None}
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?")


@dataclass(frozen=True, slots=True)
class Found:
    """The objects of a text in their order, outermost ones alone; `cut`: one began and never ended."""

    objects: tuple[dict[str, object], ...]
    cut: bool


class _Broken(Exception):
    """Not readable from here."""


class _Cut(Exception):
    """The text ended within a value."""


def find_objects(text: str) -> Found:
    """Every JSON object in `text`, whatever stands around it (prose, code fences, brackets of a list)."""
    text = text[:_LONGEST]
    objects: list[dict[str, object]] = []
    position, strict, clumsy, cut = text.find("{"), 0, 0, False
    while position >= 0 and strict < _MOST_STARTS:
        strict += 1
        end = 0
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            value = None
            if clumsy < _MOST_CLUMSY_STARTS:
                clumsy += 1
                try:
                    value, end = _Reader(text).value(position, 0)
                except _Broken:
                    pass
                except _Cut:
                    cut = True
        if isinstance(value, dict):
            objects.append(value)
        position = text.find("{", max(end, position + 1))
    return Found(tuple(objects), cut)


@dataclass(frozen=True, slots=True)
class _Reader:
    """A reader that forgives commas before a closing bracket, full-width punctuation, other quotes, quotation marks
    within a text, line ends in texts, bare words, and a colon or comma in full width."""

    text: str

    def value(self, start: int, depth: int) -> tuple[object, int]:
        position = self._skip(start)
        character = self._at(position)
        if depth > _DEEPEST:
            raise _Broken
        if character == "{":
            return self._object(position + 1, depth)
        if character == "[":
            return self._list(position + 1, depth)
        if character in _CLOSERS:
            return self._string(position)
        return self._word(position)

    def _object(self, start: int, depth: int) -> tuple[object, int]:
        found: dict[str, object] = {}
        position = self._skip(start)
        while self._at(position) != "}":
            key, position = self.value(position, _DEEPEST) if self._at(position) not in "{[" else self._broken()
            position = self._skip(position)
            if self._at(position) not in ":：":
                raise _Broken
            found[key if isinstance(key, str) else json.dumps(key)], position = self.value(position + 1, depth + 1)
            position = self._separator(position, "}")
        return found, position + 1

    def _list(self, start: int, depth: int) -> tuple[object, int]:
        found: list[object] = []
        position = self._skip(start)
        while self._at(position) != "]":
            member, position = self.value(position, depth + 1)
            found.append(member)
            position = self._separator(position, "]")
        return found, position + 1

    def _separator(self, start: int, closer: str) -> int:
        position = self._skip(start)
        character = self._at(position)
        if character in ",，、":
            return self._skip(position + 1)
        if character != closer:
            raise _Broken
        return position

    def _string(self, start: int) -> tuple[str, int]:
        """A quotation mark ends the text where a comma, colon or bracket follows; elsewhere it belongs to it."""
        closer = _CLOSERS[self.text[start]]
        after = _AFTER_PLAIN_STRING if closer in "\"'" else _AFTER_STRING
        parts: list[str] = []
        position = start + 1
        while True:
            character = self._at(position)
            if character == "\\":
                said, position = self._escape(position + 1)
                parts.append(said)
                continue
            position += 1
            if character == closer and after.match(self.text, position):
                return "".join(parts), position
            parts.append(character)

    def _escape(self, position: int) -> tuple[str, int]:
        character = self._at(position)
        if character == "u":
            digits = self.text[position + 1 : position + 5]
            if re.fullmatch(r"[0-9a-fA-F]{4}", digits) is None:
                raise _Broken
            return chr(int(digits, 16)), position + 5
        return _ESCAPES.get(character, character), position + 1

    def _word(self, start: int) -> tuple[object, int]:
        match = _BARE.match(self.text, start)
        if match is None:
            raise _Broken
        if match.end() == len(self.text):
            raise _Cut
        said = match.group()
        if said.lower() in _WORDS:
            return _WORDS[said.lower()], match.end()
        if _NUMBER.fullmatch(said):
            return (float(said) if "." in said else int(said)), match.end()
        return said, match.end()

    def _skip(self, position: int) -> int:
        match = _SPACE.match(self.text, position)
        assert match is not None  # it matches the empty text
        return match.end()

    def _at(self, position: int) -> str:
        if position >= len(self.text):
            raise _Cut
        return self.text[position]

    def _broken(self) -> tuple[object, int]:
        raise _Broken
