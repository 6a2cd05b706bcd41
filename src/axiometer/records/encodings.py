"""Bytes of unknown encoding to text: UTF-8, UTF-16/32 with a mark, GBK/GB18030, and others where it is safe."""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from axiometer.errors import InputError, file_error

SAVE_AS_UTF8 = "save it as UTF-8 and try again"

# UTF-32 before UTF-16: the little-endian UTF-16 mark is the beginning of the UTF-32 one.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile("[\x01-\x08\x0b\x0e-\x19\x1b-\x1f]")
_FOREIGN_RUN = re.compile("[^\x00-\x7f]+")
_WESTERN = frozenset("àâäæçéèêëîïôöœùûüÿßñáíóúÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸÑÁÍÓÚ¿¡«»„“”‘’‚–—…€§°·\u00a0")
_DAMAGED_SHARE = 0.001
_COMMON_SHARE = 0.7
# Of what is not ASCII. Hardly anything is UTF-8 by chance, but nearly all pairs of bytes are GB18030.
_FORGIVEN_SHARES = {"utf-8": 0.25, "gb18030": 0.05}
_SAMPLE = 200_000
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text without its byte-order mark, and the encoding that it was read with."""

    text: str
    encoding: str


def read_text(path: Path) -> Decoded:
    """The text of a file. Raises `InputError` for a missing, empty, binary or damaged file."""
    if path.is_dir():
        raise InputError("a folder, not a file", file=path)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError("no such file", file=path) from error
    except OSError as error:
        raise file_error(error, path) from error
    return decode(data, path)


def open_text(path: Path, newline: str = "") -> tuple[TextIO, str]:
    """The text that `read_text` gives, to be read piece by piece, and its encoding. UTF-8 is never held whole.

    `newline` is that of `open`: no line end is translated. Raises what `read_text` raises, before anything is read.
    """
    encoding = _checked_as_utf8(path) if path.is_file() else None
    if encoding is None:
        decoded = read_text(path)
        return io.StringIO(decoded.text, newline=newline), decoded.encoding
    return path.open(encoding=encoding, newline=newline), encoding


def _checked_as_utf8(path: Path) -> str | None:
    """`utf-8`, or `utf-8-sig` where there is a mark; None where the file is anything else, or empty."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    damage = _Damage()
    try:
        with path.open("rb") as handle:
            marked = handle.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
            handle.seek(0)
            while piece := handle.read(_PIECE):
                damage.see(decoder.decode(piece))
            damage.see(decoder.decode(b"", final=True))
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise file_error(error, path) from error
    if damage.blank:
        return None
    damage.refuse(path)
    return "utf-8-sig" if marked else "utf-8"


def decode(data: bytes, file: Path | str | None = None) -> Decoded:
    """`data` as text: strict UTF-8, then a byte-order mark, then GB18030 where the result looks like Chinese, then
    a guess by character statistics. `file` is named in errors only.

    Every sequence of double bytes is valid GB18030, so a strict decoding alone proves nothing (Big5, Latin-1): the
    characters must also be mostly common ones.
    """
    if not data.strip():
        raise InputError("the file is empty", file=file)
    decoded = _marked(data, file) or _strict(data, "utf-8") or _chinese(data) or _guessed(data)
    if decoded is None:
        raise InputError("its encoding cannot be told", file=file, mend=SAVE_AS_UTF8)
    damage = _Damage()
    damage.see(decoded.text)
    damage.refuse(file)
    if damage.blank:
        raise InputError("the file is empty", file=file)
    return decoded


def encoding_of(sample: bytes) -> str | None:
    """The encoding of a stream that goes on with `sample` (some ten thousand bytes, perhaps cut within a character);
    None where it cannot be told. Tells what `decode` tells, but forgives some damaged bytes, and knows UTF-16 without a
    mark by its zeros.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    return _unmarked_utf16(sample) or _mostly(sample, "utf-8") or _mostly(sample, "gb18030") or _guess_of_cut(sample)


def _unmarked_utf16(sample: bytes) -> str | None:
    """Spaces, digits and line ends of UTF-16 are zero in every other byte, and never in those between."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 0.01 * len(sample) or min(even, odd) > 0.01 * max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = sample.decode(encoding, "replace")
    plain = sum(character.isascii() or _is_common_chinese(character) for character in text)
    return encoding if plain >= _COMMON_SHARE * len(text) and "\0" not in text else None


def _mostly(sample: bytes, encoding: str) -> str | None:
    """`encoding` where nearly all that is not ASCII is valid in it, and looks like Chinese if it is Chinese."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    lost = text.count("\ufffd") - sample.count("\ufffd".encode(encoding))  # what is lost already is valid
    if lost > _FORGIVEN_SHARES[encoding] * sum(map(len, _FOREIGN_RUN.findall(text))):
        return None
    return encoding if encoding == "utf-8" or _looks_chinese(text) else None


def _guess_of_cut(sample: bytes) -> str | None:
    guessed = (_guessed(sample[: len(sample) - cut]) for cut in range(4))
    return next((found.encoding for found in guessed if found is not None), None)


def _marked(data: bytes, file: Path | str | None) -> Decoded | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return Decoded(data.decode(encoding), encoding)
            except UnicodeDecodeError as error:
                raise InputError(
                    "not the {encoding} text that it says it is", file=file, mend=SAVE_AS_UTF8, encoding=encoding
                ) from error
    return None


def _strict(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        return None


def _chinese(data: bytes) -> Decoded | None:
    decoded = _strict(data, "gb18030")
    return decoded if decoded is not None and _looks_chinese(decoded.text) else None


def _looks_chinese(text: str) -> bool:
    counts = Counter(text)  # each character is judged once, however long the file
    foreign = sum(n for character, n in counts.items() if character > "\x7f")
    common = sum(n for character, n in counts.items() if character > "\x7f" and _is_common_chinese(character))
    return bool(foreign) and common >= _COMMON_SHARE * foreign


def _is_common_chinese(character: str) -> bool:
    """In GB2312's rows of punctuation and symbols or of its 3,755 most common characters (lead bytes A1-A9, B0-D7)."""
    try:
        lead = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xA1 <= lead <= 0xA9 or 0xB0 <= lead <= 0xD7


def _guessed(data: bytes) -> Decoded | None:
    """Windows' Western encoding where all its characters are of French, German or Spanish; else by statistics, which
    cannot tell the relatives of Latin-1 apart."""
    western = _strict(data, "cp1252")
    if western is not None and set("".join(_FOREIGN_RUN.findall(western.text))) <= _WESTERN:
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return _strict(data, best.encoding) if best is not None else None


@dataclass(slots=True)
class _Damage:
    """What is wrong with a text that is seen in pieces."""

    head: str = ""
    length: int = 0
    controls: int = 0
    replaced: int = 0
    binary: bool = False
    blank: bool = True

    def see(self, text: str) -> None:
        self.head += text[: _SAMPLE - len(self.head)]
        self.length += len(text)
        self.controls += len(_CONTROL.findall(text))
        self.replaced += text.count("\ufffd")
        self.binary = self.binary or "\0" in text
        self.blank = self.blank and not text.strip()

    def refuse(self, file: Path | str | None) -> None:
        """Raises `InputError` for a text that is none or that was damaged before it came here."""
        if self.binary or self.controls > _DAMAGED_SHARE * self.length:
            raise InputError("not a text file (control characters)", file=file, mend=SAVE_AS_UTF8)
        if self.replaced > _DAMAGED_SHARE * self.length:
            raise InputError(
                "{n} characters were lost in an earlier conversion (U+FFFD)",
                file=file,
                mend="get the original file",
                n=self.replaced,
            )
        if is_double_encoded(self.head):
            raise InputError(
                "UTF-8 that was read as Western European and saved again", file=file, mend="get the original file"
            )


def is_double_encoded(text: str) -> bool:
    """Whether it is UTF-8 that was read as Western European: most non-ASCII characters, and at least four, are in runs
    that are valid UTF-8 when their code points are taken as bytes. `text` may end within a character."""
    runs = _FOREIGN_RUN.findall(text)
    again = sum(len(run) for run in runs if _decodes_again(run))
    return again >= 4 and again > 0.5 * sum(map(len, runs))


def _decodes_again(run: str) -> bool:
    data = bytearray()
    for character in run:
        byte = _western_byte(character)
        if byte is None:
            return False
        data.append(byte)
    try:
        codecs.utf_8_decode(bytes(data), "strict", False)
    except UnicodeDecodeError:
        return False
    return len(data) > 1


def _western_byte(character: str) -> int | None:
    try:
        return character.encode("cp1252")[0]
    except UnicodeEncodeError:
        return ord(character) if ord(character) < 0x100 else None
