"""A transformer on disk: `network-N.safetensors`, `nearness.safetensors`, `backbone.json`, `tokenizer.json`, and its
part of `model.json`. Numbers and plain JSON: nothing in it can be run.

The configuration loses what could make Transformers fetch code, the tokenizer is read by its own JSON parser, and every
tensor must have the type and shape that the configuration implies before it is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pydantic

from axiometer.errors import InputError
from axiometer.expression.card import MOST_VALUES, Architecture, Json
from axiometer.expression.linear.model import Nearness
from axiometer.expression.transformer.backbone import best_device, empty_model, need_libraries, plain_settings
from axiometer.expression.transformer.model import TransformerClassifier
from axiometer.expression.transformer.options import Pooling
from axiometer.expression.transformer.tokens import Tokens
from axiometer.records.tables import write_text

if TYPE_CHECKING:
    from axiometer.expression.card import Card
    from axiometer.expression.transformer.network import HeadedEncoder

SETTINGS: Final = "backbone.json"
TOKENIZER: Final = "tokenizer.json"
NEARNESS: Final = "nearness.safetensors"
_LARGEST: Final = 2**27  # bytes of a JSON file
_PROGRAMS: Final = (".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth", ".py", ".pyc", ".so")


class Told(pydantic.BaseModel):
    """What `model.json` says of the files. files: SHA-256 of each; networks: how many; dimensions: of the vectors;
    pad, longest: see `Tokens`; backbone, learnt: what training began with, and its course, for people alone."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    files: dict[str, str]
    networks: int = pydantic.Field(ge=1, le=MOST_VALUES)
    pooling: Pooling
    dimensions: int = pydantic.Field(ge=1, le=65_536)
    pad: int = pydantic.Field(ge=0)
    longest: int = pydantic.Field(ge=1, le=1_000_000)
    backbone: str
    learnt: dict[str, pydantic.JsonValue]

    @pydantic.model_validator(mode="after")
    def _files_are_ours(self) -> Told:
        needed = {SETTINGS, TOKENIZER, *(network_file(number) for number in range(self.networks))}
        if not needed <= set(self.files) <= needed | {NEARNESS}:
            raise ValueError("files are not those of a transformer")
        return self


def network_file(number: int) -> str:
    """The file of a network's weights."""
    return f"network-{number}.safetensors"


def store(
    classifier: TransformerClassifier,
    settings: Mapping[str, Json],
    backbone: str,
    learnt: Mapping[str, Json],
    folder: Path,
) -> dict[str, Json]:
    """Writes the classifier's files into `folder` and gives what `model.json` says of them."""
    from safetensors.numpy import save_file as save_arrays
    from safetensors.torch import save_file

    write_text(json.dumps(dict(settings), ensure_ascii=False, indent=1, sort_keys=True) + "\n", folder / SETTINGS)
    write_text(classifier.tokens.content, folder / TOKENIZER)
    names = [SETTINGS, TOKENIZER]
    for number, network in enumerate(classifier.networks):
        weights = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in network.state_dict().items()}
        save_file(weights, folder / network_file(number))
        names.append(network_file(number))
    if classifier.nearness is not None:
        near = {"centres": classifier.nearness.centres, "quantiles": classifier.nearness.quantiles}
        save_arrays({name: np.ascontiguousarray(array) for name, array in near.items()}, folder / NEARNESS)
        names.append(NEARNESS)
    first = classifier.networks[0]
    told = Told(
        files={name: _digest(folder / name) for name in names},
        networks=len(classifier.networks),
        pooling=first.pooling,
        dimensions=first.head.in_features,
        pad=classifier.tokens.pad,
        longest=classifier.tokens.longest,
        backbone=backbone,
        learnt=dict(learnt),
    )
    said: dict[str, Json] = told.model_dump(mode="json")
    return said


def restore(folder: Path, name: str, card: Card, device: str | None = None) -> TransformerClassifier:
    """The classifier whose files lie in `folder`, on `device` (None: a GPU where there is one). Raises `InputError`
    without the extra, and where files are damaged, or other than `model.json` says."""
    need_libraries()
    where = best_device(device)
    try:
        told = Told.model_validate(card.weights)
        _check_plain(folder)
        if told.networks not in (1, len(card.values)):
            raise ValueError("networks are not of the values")
        for file, digest in told.files.items():
            if _digest(folder / file) != digest:
                raise ValueError(f"{file} is not the one that model.json was written for")
        tokens = Tokens(_text(folder / TOKENIZER), told.pad, told.longest)
        _check_tokens(tokens)
        settings = json.loads(_text(folder / SETTINGS))
        if not isinstance(settings, dict):
            raise ValueError(f"{SETTINGS} is no mapping")
        if plain_settings(settings) != settings:
            raise ValueError(f"{SETTINGS} names code, which is never run")
        outputs = len(card.values) // told.networks
        networks = [_network(folder / network_file(n), settings, told, outputs) for n in range(told.networks)]
        nearness = _nearness(folder / NEARNESS, told.dimensions) if NEARNESS in told.files else None
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _damaged(folder, f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()) from error
    except (KeyError, TypeError, ValueError, OSError, MemoryError, RecursionError, RuntimeError) as error:
        raise _damaged(folder, (str(error) or type(error).__name__).splitlines()[0]) from error
    return TransformerClassifier(
        name=name,
        architecture=Architecture(card.architecture),
        framework=card.framework,
        values=card.values,
        networks=tuple(network.to(where).eval() for network in networks),
        tokens=tokens,
        calibration=card.line(),
        cut=card.cut,
        nearness=nearness,
        digest=card.digest,
    )


def _network(file: Path, settings: Mapping[str, Json], told: Told, outputs: int) -> HeadedEncoder:
    """The network of a file. Its shape is made without memory first and compared with the file's header, so nothing
    large is made that the file does not hold."""
    import torch
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load_file

    from axiometer.expression.transformer.network import HeadedEncoder

    try:
        with safe_open(file, framework="pt") as handle:
            found = {name: handle.get_slice(name) for name in handle.keys()}  # noqa: SIM118 (no mapping)
            with torch.device("meta"):
                shape = HeadedEncoder(empty_model(settings, len(found)), told.dimensions, outputs, told.pooling)
            expected = {name: list(tensor.shape) for name, tensor in shape.state_dict().items()}
            if {name: list(each.get_shape()) for name, each in found.items()} != expected:
                raise ValueError(f"{file.name} holds other tensors than {SETTINGS} implies")
            if {each.get_dtype() for each in found.values()} != {"F32"}:
                raise ValueError(f"{file.name} holds other numbers than float32")
        weights = load_file(file)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    if not all(bool(torch.isfinite(tensor).all()) for tensor in weights.values()):
        raise ValueError("a number in them is none")
    network = HeadedEncoder(empty_model(settings, len(found)), told.dimensions, outputs, told.pooling)
    network.load_state_dict(weights)
    return network


def _nearness(file: Path, dimensions: int) -> Nearness:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        arrays: dict[str, Any] = load_file(file)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    centres, quantiles = arrays["centres"], arrays["quantiles"]
    if centres.ndim != 2 or centres.shape[1] != dimensions or quantiles.ndim != 1 or not len(quantiles):
        raise ValueError(f"{file.name} is of another shape than the card implies")
    if not all(array.dtype == np.float32 and np.isfinite(array).all() for array in (centres, quantiles)):
        raise ValueError("a number in them is none")
    return Nearness(centres, quantiles)


def _check_plain(folder: Path) -> None:
    """Raises `ValueError` where a file lies there that other programs would run, or unpickle: ours has none."""
    for file in sorted(folder.iterdir()):
        if file.suffix.casefold() in _PROGRAMS:
            raise ValueError(f"{file.name} has no place in a classifier's folder: reading it could run code")


def _check_tokens(tokens: Tokens) -> None:
    """Raises `ValueError` where the tokenizer's file is none: its library has no error of its own."""
    try:
        tokens.encode(["a"])
    except BaseException as error:  # a panic of the library is no `Exception`
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise ValueError(f"{TOKENIZER}: {error}") from error


def _text(file: Path) -> str:
    if file.stat().st_size > _LARGEST:
        raise ValueError(f"{file.name} is larger than any")
    return file.read_text(encoding="utf-8")


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _damaged(folder: Path, why: str) -> InputError:
    return InputError("not the files of a transformer, or damaged ones: {why}", file=folder, why=why)
