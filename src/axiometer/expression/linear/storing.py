"""A linear classifier on disk: `weights.npz`, numbers alone (nothing in it can be run), and its part of `model.json`.

Coefficients of n-grams are whole numbers from -127 to 127 with a scale per value: a quarter of the space, and F1 stays
within 0.001. Of hashed n-grams no text can be read back.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from axiometer.errors import InputError
from axiometer.expression.linear.grams import GramKind, Grams
from axiometer.expression.linear.model import EncoderPart, GramPart, LinearClassifier, Nearness
from axiometer.expression.thresholds import Calibration
from axiometer.records.tables import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS: Final = "weights.npz"
_MOST: Final = 127
_LARGEST: Final = 2**31  # bytes of one array: what is larger was not written by us


def store(classifier: LinearClassifier, folder: Path) -> dict[str, Any]:
    """Writes the weights into `folder` and gives what `model.json` says of them."""
    arrays: dict[str, NDArray[Any]] = {
        "slope": classifier.calibration.slope,
        "offset": classifier.calibration.offset,
        "cut": classifier.cut,
    }
    for part in classifier.grams:
        name = part.grams.kind.value
        scale = np.maximum(np.abs(part.coefficients).max(axis=0), 1e-12) / _MOST
        arrays[f"{name}.coefficients"] = np.round(part.coefficients / scale).astype(np.int8)
        arrays[f"{name}.scale"] = scale.astype(np.float32)
        arrays[f"{name}.intercepts"] = part.intercepts
        arrays[f"{name}.rarity"] = part.rarity.astype(np.float16)
    if classifier.encoder is not None:
        for field in ("mean", "scale", "coefficients", "intercepts"):
            arrays[f"encoder.{field}"] = getattr(classifier.encoder, field)
    if classifier.nearness is not None:
        arrays["centres"], arrays["quantiles"] = classifier.nearness.centres, classifier.nearness.quantiles
    arrays |= {f"{name}.spread": spread for name, spread in classifier.spread.items()}
    folder.mkdir(parents=True, exist_ok=True)
    with whole(folder / WEIGHTS) as temporary, temporary.open("wb") as handle:
        np.savez_compressed(handle, allow_pickle=False, **arrays)
    return {
        "bits": {part.grams.kind.value: part.grams.bits for part in classifier.grams},
        "encoder": None if classifier.encoder is None else classifier.encoder.encoder,
        "digest": _digest(folder / WEIGHTS),
    }


def restore(
    folder: Path, name: str, framework: str, values: tuple[str, ...], said: Mapping[str, Any]
) -> LinearClassifier:
    """The classifier whose weights lie in `folder`. Raises `InputError` where they are damaged, or of other shapes than
    `model.json` says."""
    file = folder / WEIGHTS
    try:
        if said["digest"] != _digest(file):
            raise InputError("the weights are not those that model.json was written for", file=file)
        arrays = _arrays(file)
        grams = tuple(_gram_part(GramKind(kind), int(bits), arrays) for kind, bits in said["bits"].items())
        encoder = None
        if said["encoder"] is not None:
            fields = [arrays[f"encoder.{field}"] for field in ("mean", "scale", "coefficients", "intercepts")]
            encoder = EncoderPart(str(said["encoder"]), *fields)
        nearness = Nearness(arrays["centres"], arrays["quantiles"]) if "centres" in arrays else None
        spread = {key.removesuffix(".spread"): each for key, each in arrays.items() if key.endswith(".spread")}
        found = LinearClassifier(
            name=name,
            framework=framework,
            values=values,
            grams=grams,
            encoder=encoder,
            spread=spread,
            calibration=Calibration(arrays["slope"], arrays["offset"]),
            cut=arrays["cut"],
            nearness=nearness,
            digest=str(said["digest"]),
        )
        _check_shapes(found)
    except (KeyError, ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            "not the weights of a linear classifier, or damaged ones: {why}", file=file, why=error
        ) from error
    return found


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    """All arrays of the file. Never unpickles, and opens nothing that says it is larger than any classifier."""
    with zipfile.ZipFile(file) as packed:
        if any(entry.file_size > _LARGEST for entry in packed.infolist()):
            raise ValueError("an array of more than 2 GB")
    with np.load(file, allow_pickle=False) as loaded:
        return {name: loaded[name] for name in loaded.files}


def _gram_part(kind: GramKind, bits: int, arrays: Mapping[str, NDArray[Any]]) -> GramPart:
    name = kind.value
    coefficients = arrays[f"{name}.coefficients"].astype(np.float32) * arrays[f"{name}.scale"]
    return GramPart(
        Grams(kind, bits), arrays[f"{name}.rarity"].astype(np.float32), coefficients, arrays[f"{name}.intercepts"]
    )


def _check_shapes(found: LinearClassifier) -> None:
    n = len(found.values)
    of_values: list[NDArray[Any]] = [found.cut, found.calibration.slope, found.calibration.offset, *found.spread.values()]
    wrong = any(each.shape != (n,) for each in of_values)
    for part in found.grams:
        wrong |= part.coefficients.shape != (2**part.grams.bits, n) or part.rarity.shape != (2**part.grams.bits,)
    if found.encoder is not None:
        wrong |= found.encoder.coefficients.shape != (len(found.encoder.mean), n)
    if wrong:
        raise ValueError("arrays of other shapes than the values need")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
