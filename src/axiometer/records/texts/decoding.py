"""A file of any size as chunks of text: unpacked and decoded as it is read, in flat memory."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from axiometer.errors import InputError
from axiometer.records.encodings import SAVE_AS_UTF8, encoding_of

PACKINGS = {".gz": "gzip", ".zst": "zstandard"}

_CHUNK = 1 << 20
_PACKED_CHUNK = 1 << 16  # may unpack to a thousand times as much
_SAMPLE = 1 << 18
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FOREIGN = re.compile(rb"[\x80-\xff]")
_BINARY_SHARE = 0.05


def byte_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked where its name ends with `.gz` or `.zst`. Raises `InputError` where it is damaged
    or ends too soon, after what can be unpacked; `OSError` where it cannot be read."""
    packing = PACKINGS.get(path.suffix.lower())
    with path.open("rb") as handle:
        if packing is None:
            yield from iter(lambda: handle.read(_CHUNK), b"")
        else:
            yield from _unpacked(iter(lambda: handle.read(_PACKED_CHUNK), b""), packing, path)


class _Unpacker(Protocol):
    """What unpacks one frame."""

    def decompress(self, data: bytes, /) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


def _unpacked(packed: Iterable[bytes], packing: str, path: Path) -> Iterator[bytes]:
    """Frame by frame, all that can be unpacked. (`gzip.open` would lose what it holds at an early end, a stream reader
    of Zstandard would not tell one.)"""
    import zstandard

    frame: _Unpacker | None = None
    try:
        for chunk in packed:
            left = chunk
            while left:
                frame = frame or _unpacker(packing)
                if unpacked := frame.decompress(left):
                    yield unpacked
                left = frame.unused_data.lstrip(b"\0") if frame.eof else b""  # files on tape are padded
                frame = None if frame.eof else frame
    except (zstandard.ZstdError, zlib.error) as error:
        raise InputError("damaged: {why}", file=path, why=error) from error
    if frame is not None:
        raise InputError("damaged: it ends too soon", file=path)


def _unpacker(packing: str) -> _Unpacker:
    if packing == "gzip":
        return zlib.decompressobj(wbits=31)
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj()


@contextmanager
def unpacked_file(path: Path) -> Iterator[Path]:
    """The file itself, or an unpacked copy while it is needed, for formats that are not read from the front."""
    if path.suffix.lower() not in PACKINGS:
        yield path
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.stem
        with copy.open("wb") as handle:
            for chunk in byte_chunks(path):
                handle.write(chunk)
        yield copy


def text_chunks(path: Path, *, binary_too: bool = False) -> Iterator[str]:
    """The text of a file. Its encoding is told from the first part that is not ASCII; bytes that do not fit it become
    U+FFFD, so that one damaged row is one damaged row. Raises `InputError` for a file of control characters (with
    `binary_too` it is given as Latin-1, for another to judge) and for an encoding that cannot be told."""
    decoder: codecs.IncrementalDecoder | None = None
    first = True
    for chunk in _sampled(byte_chunks(path)):
        if first:
            first = False
            if _is_binary(chunk):
                if not binary_too:
                    raise InputError("not a text file (control characters)", file=path, mend=SAVE_AS_UTF8)
                decoder = codecs.getincrementaldecoder("latin-1")()
        if decoder is None and chunk.isascii() and not _is_wide(chunk[:_SAMPLE]):
            yield chunk.decode("ascii")
            continue
        if decoder is None:
            encoding = encoding_of(_telling(chunk))
            if encoding is None:
                raise InputError("its encoding cannot be told", file=path, mend=SAVE_AS_UTF8)
            decoder = codecs.getincrementaldecoder(encoding)("replace")
        yield decoder.decode(chunk)
    if decoder is not None and (rest := decoder.decode(b"", final=True)):
        yield rest


def _telling(chunk: bytes) -> bytes:
    """A sample from the beginning (marks, UTF-16), or from where the chunk stops being ASCII."""
    head = chunk[:_SAMPLE]
    foreign = _FOREIGN.search(chunk)
    if not head.isascii() or b"\0" in head or foreign is None:
        return head
    return chunk[foreign.start() : foreign.start() + _SAMPLE]


def _sampled(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks, the first of them joined until they are a sample."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _SAMPLE:
            break
    if head:
        yield head
    yield from chunks


def _is_binary(chunk: bytes) -> bool:
    sample = chunk[:_SAMPLE]
    if _is_wide(sample):
        return False
    return len(_CONTROL.findall(sample)) > _BINARY_SHARE * len(sample)


def _is_wide(sample: bytes) -> bool:
    """Whether it is UTF-16 or UTF-32, whose zeros are no control characters."""
    return b"\0" in sample and (encoding_of(sample) or "").startswith(("utf-16", "utf-32"))


def lines(chunks: Iterable[str], longest: int) -> Iterator[str]:
    """Lines with their ends (`\\n`, or `\\r` in a file that has no other). Of a line longer than `longest` characters
    only one character more than that is given."""
    held: list[str] = []
    size = 0
    separator = ""
    for chunk in chunks:
        separator = separator or _separator(chunk)
        parts = chunk.split(separator) if separator else [chunk]
        for part in parts[:-1]:
            held.append(part[: max(0, longest + 1 - size)])
            yield "".join(held) + "\n"
            held, size = [], 0
        if parts[-1] and size <= longest:
            held.append(parts[-1][: longest + 1 - size])
            size += len(held[-1])
    if size:
        yield "".join(held)


def _separator(chunk: str) -> str:
    """The line end that this chunk has; empty while there is none. A `\\r` at the very end may belong to `\\r\\n`."""
    if "\n" in chunk:
        return "\n"
    return "\r" if "\r" in chunk[:-1] else ""
