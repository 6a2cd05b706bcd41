"""A linear classifier on disk: `weights.npz`, numbers alone (nothing in it can be run), and its part of `model.json`.

Every array must have the type and shape that the card implies before a byte of it is unpacked: a stranger's file
can neither run anything nor fill the memory. Of hashed n-grams no text can be read back.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pydantic

from axiometer.errors import InputError
from axiometer.expression.linear.grams import GramKind, Grams
from axiometer.expression.linear.model import ENCODER, EncoderPart, Fusion, GramPart, LinearClassifier, Nearness
from axiometer.records.tables import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from axiometer.expression.card import Card, Json

    Array: TypeAlias = NDArray[Any]

WEIGHTS: Final = "weights.npz"
_MOST_BYTES: Final = 2**30  # of all arrays together: what is larger was not written by us
_MOST_HEADER: Final = 256  # bytes of an array's header
_START: Final = b"\x93NUMPY\x01\x00"
_HEADER: Final = re.compile(
    rb"\{'descr': '(?P<kind>[<|][a-z][0-9])', 'fortran_order': False, "
    rb"'shape': \((?P<shape>[0-9]{1,9}(?:, ?[0-9]{1,9})*,?)\), \} *\n"
)
_UNREADABLE: Final = (
    *(KeyError, ValueError, OSError, EOFError, MemoryError, RuntimeError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
)


class Told(pydantic.BaseModel):
    """What `model.json` says of the weights. bits: of each kind of n-grams, 2 ** bits columns; weights: of the parts;
    dimensions: of the encoder's vectors; centres, quantiles: how many (0: the distance is not known)."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    digest: str
    bits: dict[GramKind, int]
    weights: dict[str, float]
    encoder: str | None
    dimensions: int = pydantic.Field(ge=0, le=65_536)
    centres: int = pydantic.Field(ge=0, le=65_536)
    quantiles: int = pydantic.Field(ge=0, le=65_536)

    @pydantic.model_validator(mode="after")
    def _parts_fit(self) -> Told:
        if any(not 4 <= bits <= 24 for bits in self.bits.values()):
            raise ValueError("bits of n-grams must be from 4 to 24")
        if not self.weights or set(self.weights) != {*map(str, self.bits), *([ENCODER] if self.encoder else [])}:
            raise ValueError("weights are not of the parts")
        if any(weight < 0 for weight in self.weights.values()):
            raise ValueError("a weight is negative")
        if (self.dimensions > 0) != (self.encoder is not None) or (self.centres > 0) != (self.quantiles > 0):
            raise ValueError("sizes do not fit together")
        return self


def store(classifier: LinearClassifier, folder: Path) -> dict[str, Json]:
    """Writes the weights into `folder` and gives what `model.json` says of them. Equal classifiers give equal bytes."""
    arrays: dict[str, Array] = {}
    for part in classifier.grams:
        for field in ("rarity", "steps", "scale", "intercepts"):
            arrays[f"{part.grams.kind}.{field}"] = getattr(part, field)
    if classifier.encoder is not None:
        for field in ("mean", "scale", "coefficients", "intercepts"):
            arrays[f"{ENCODER}.{field}"] = getattr(classifier.encoder, field)
    if classifier.nearness is not None:
        arrays["centres"], arrays["quantiles"] = classifier.nearness.centres, classifier.nearness.quantiles
    arrays |= {f"{name}.spread": spread for name, spread in classifier.fusion.spread.items()}
    with whole(folder / WEIGHTS) as temporary, temporary.open("wb") as handle:
        np.savez_compressed(handle, allow_pickle=False, **{name: _little(array) for name, array in arrays.items()})
    near = classifier.nearness
    told = Told(
        digest=_digest(folder / WEIGHTS),
        bits={part.grams.kind: part.grams.bits for part in classifier.grams},
        weights=dict(classifier.fusion.weights),
        encoder=None if classifier.encoder is None else classifier.encoder.encoder,
        dimensions=0 if classifier.encoder is None else len(classifier.encoder.mean),
        centres=0 if near is None else len(near.centres),
        quantiles=0 if near is None else len(near.quantiles),
    )
    said: dict[str, Json] = told.model_dump(mode="json")
    return said


def restore(folder: Path, name: str, card: Card) -> LinearClassifier:
    """The classifier whose weights lie in `folder`. Raises `InputError` where they are damaged, or other than
    `model.json` says."""
    file = folder / WEIGHTS
    try:
        told = Told.model_validate(card.weights)
        if told.digest != _digest(file):
            raise ValueError("they are not those that model.json was written for")
        arrays = _arrays(file, _expected(told, len(card.values)))
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise ValueError("a number in them is none")
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _damaged(file, f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()) from error
    except _UNREADABLE as error:
        raise _damaged(file, (str(error) or type(error).__name__).splitlines()[0]) from error
    return _built(arrays, told, name, card)


def _built(arrays: Mapping[str, Array], told: Told, name: str, card: Card) -> LinearClassifier:
    encoder = None
    if told.encoder is not None:
        fields = [arrays[f"{ENCODER}.{field}"] for field in ("mean", "scale", "coefficients", "intercepts")]
        encoder = EncoderPart(told.encoder, *fields)
    return LinearClassifier(
        name=name,
        framework=card.framework,
        values=card.values,
        grams=tuple(
            GramPart(
                Grams(kind, bits), *(arrays[f"{kind}.{field}"] for field in ("rarity", "steps", "scale", "intercepts"))
            )
            for kind, bits in told.bits.items()
        ),
        encoder=encoder,
        fusion=Fusion(told.weights, {part: arrays[f"{part}.spread"] for part in told.weights}),
        calibration=card.line(),
        cut=card.cut,
        nearness=Nearness(arrays["centres"], arrays["quantiles"]) if told.centres else None,
        digest=card.digest,
    )


def _expected(told: Told, values: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The type and shape of every array."""
    expected: dict[str, tuple[str, tuple[int, ...]]] = {}
    for kind, bits in told.bits.items():
        expected[f"{kind}.rarity"] = ("<f2", (2**bits,))
        expected[f"{kind}.steps"] = ("|i1", (2**bits, values))
        expected[f"{kind}.scale"] = expected[f"{kind}.intercepts"] = ("<f4", (values,))
    if told.encoder is not None:
        expected[f"{ENCODER}.mean"] = expected[f"{ENCODER}.scale"] = ("<f4", (told.dimensions,))
        expected[f"{ENCODER}.coefficients"] = ("<f4", (told.dimensions, values))
        expected[f"{ENCODER}.intercepts"] = ("<f4", (values,))
    if told.centres:
        expected["centres"] = ("<f4", (told.centres, told.dimensions))
        expected["quantiles"] = ("<f4", (told.quantiles,))
    return expected | {f"{part}.spread": ("<f4", (values,)) for part in told.weights}


def _arrays(file: Path, expected: Mapping[str, tuple[str, tuple[int, ...]]]) -> dict[str, Array]:
    """The arrays of the file, which must be those that are expected: nothing is unpacked that is larger."""
    sizes = {name: np.dtype(kind).itemsize * int(np.prod(shape)) for name, (kind, shape) in expected.items()}
    if sum(sizes.values()) > _MOST_BYTES:
        raise ValueError("larger than any classifier")
    with zipfile.ZipFile(file) as packed:
        entries = {entry.filename: entry for entry in packed.infolist()}
        if len(packed.infolist()) != len(expected) or set(entries) != {f"{name}.npy" for name in expected}:
            raise ValueError("other arrays than the card implies")
        for name, size in sizes.items():
            if not size <= entries[f"{name}.npy"].file_size <= size + _MOST_HEADER:
                raise ValueError(f"{name} is of another size than the card implies")
        found = {}
        for name, (kind, shape) in expected.items():
            with packed.open(entries[f"{name}.npy"]) as handle:
                found[name] = _array(handle, name, np.dtype(kind), shape)
    return found


def _array(handle: IO[bytes], name: str, kind: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    """An array of a `.npy` file (format 1.0) whose header says just what is expected; nothing of it is evaluated."""
    start = handle.read(len(_START) + 2)
    length = int.from_bytes(start[-2:], "little")
    if not start.startswith(_START) or length > _MOST_HEADER:
        raise ValueError(f"{name} has another header than ours")
    said = _HEADER.fullmatch(handle.read(length))
    if said is None or said["kind"].decode() != kind.str or _sizes(said["shape"]) != shape:
        raise ValueError(f"{name} is of another type or shape than the card implies")
    content = handle.read(kind.itemsize * int(np.prod(shape)))
    return np.frombuffer(content, kind).reshape(shape)


def _sizes(said: bytes) -> tuple[int, ...]:
    return tuple(int(size) for size in said.split(b",") if size.strip())


def _little(array: Array) -> Array:
    """As it is written everywhere: row by row, little end first."""
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _damaged(file: Path, why: str) -> InputError:
    return InputError("not the weights of a linear classifier, or damaged ones: {why}", file=file, why=why)
