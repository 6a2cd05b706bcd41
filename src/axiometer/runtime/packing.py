"""Requests in few bytes: the prompts of a step are alike, so the first one serves as dictionary for those that follow.

A family of requests begins with the same bytes. One is kept whole; the others are packed by zlib with that one as
preset dictionary (RFC 1950, section 2.2), which leaves what is their own: a small part of a long prompt. Prompts that
begin with what is their own (items) end alike, with the model and how it is asked: they are packed with the first
request that ended so.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

LEVEL = 1
WINDOW = 32_768  # as far back as zlib looks
_END = 256  # bytes at either end that tell which requests are alike
_SHORTEST = 512  # shorter requests gain nothing
_MOST_FAMILIES = 1_000
_OFTEN = 16  # requests with one beginning, from which on it is a family: an item alone is put some times
_MOST_COUNTED = 4_096


@dataclass(frozen=True, slots=True)
class Packed:
    """Bytes, the number of the dictionary that they need (None: none), and the dictionary itself where it is new."""

    data: bytes
    dictionary: int | None
    new: bytes | None = None


@dataclass(slots=True)
class Packer:
    """Packs the requests of one journal file."""

    _families: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    _endings: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    _seen: Counter[bytes] = field(default_factory=Counter)

    def pack(self, request: bytes) -> Packed:
        """`request` packed. A new dictionary must be stored before what is packed with it."""
        if len(request) < _SHORTEST:
            return Packed(zlib.compress(request, LEVEL), None)
        beginning, ending = request[:_END], request[-_END:]
        known = self._families.get(beginning)
        if known is None and not self._is_often(beginning):
            known = self._endings.get(ending)
        if known is not None:
            return Packed(_with(known[1], request), known[0])
        if len(self._families) >= _MOST_FAMILIES:
            return Packed(zlib.compress(request, LEVEL), None)
        number, dictionary = len(self._families) + 1, request[:WINDOW]
        self._families[beginning] = number, dictionary
        self._endings.setdefault(ending, (number, dictionary))
        return Packed(_with(dictionary, request), number, dictionary)

    def _is_often(self, beginning: bytes) -> bool:
        if len(self._seen) >= _MOST_COUNTED:
            self._seen.clear()
        self._seen[beginning] += 1
        return self._seen[beginning] >= _OFTEN


def unpack(data: bytes, dictionary: int | None, dictionaries: Mapping[int, bytes]) -> bytes:
    """The request again. Raises `zlib.error` for damaged bytes, `KeyError` for a dictionary that is not there."""
    if dictionary is None:
        return zlib.decompress(data)
    return zlib.decompressobj(zdict=dictionaries[dictionary]).decompress(data)


def _with(dictionary: bytes, request: bytes) -> bytes:
    packing = zlib.compressobj(LEVEL, zdict=dictionary)
    return packing.compress(request) + packing.flush()
