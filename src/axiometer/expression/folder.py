"""A trained classifier as a folder: `model.json` says what it is, whatever its architecture; weights lie beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pydantic

from axiometer.errors import InputError
from axiometer.expression.classifier import ValueClassifier
from axiometer.frameworks import Framework
from axiometer.records.tables import write_text

FILE: Final = "model.json"
FORMAT: Final = 1


class Architecture(StrEnum):
    """`linear`: built in. `multilabel`: a transformer with an output per value. `binary`: a classifier per value."""

    LINEAR = "linear"
    MULTILABEL = "multilabel"
    BINARY = "binary"


class Card(pydantic.BaseModel):
    """What `model.json` holds. framework: its id, `fingerprint` of the file that it was trained with; data: digests and
    counts of what it was trained, validated and tested on; metrics: on validation and test; weights: what the
    architecture says of its own files; licence, about: of the data and what the classifier is for."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)
    format: int = FORMAT
    architecture: Architecture
    framework: str
    fingerprint: str
    values: tuple[str, ...]
    options: dict[str, Any]
    data: dict[str, Any]
    metrics: dict[str, Any]
    weights: dict[str, Any]
    versions: dict[str, str]
    licence: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A classifier and its card."""

    classifier: ValueClassifier
    card: Card
    folder: Path
    notes: tuple[str, ...] = field(default=())


def write_card(card: Card, folder: Path) -> None:
    """Writes `model.json`, last of all: a folder without it is no classifier."""
    write_text(json.dumps(card.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n", folder / FILE)


def read_card(folder: Path) -> Card:
    """The card in `folder`. Raises `InputError` where there is none or it is damaged."""
    file = folder / FILE
    if not file.exists():
        raise InputError(
            "no classifier here: there is no {file}", file=folder, mend="train one with `axiometer express train`"
        )
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        card = Card.model_validate(said)
    except (OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise InputError("not the card of a classifier: {why}", file=file, why=first) from error
    if card.format != FORMAT:
        raise InputError("format {n} is not known to this version", file=file, n=card.format)
    return card


def open_folder(folder: Path, framework: Framework | None = None) -> Opened:
    """The classifier in `folder`. Raises `InputError` where it is damaged, and where `framework` is another than the
    one that it was trained for."""
    card = read_card(folder)
    if framework is not None and framework.id != card.framework:
        raise InputError(
            "trained for the framework {trained}, not {wanted}",
            file=folder,
            mend="a crosswalk between both can map its values: --map FILE",
            trained=card.framework,
            wanted=framework.id,
        )
    return Opened(_classifier(folder, card), card, folder)


def _classifier(folder: Path, card: Card) -> ValueClassifier:
    if card.architecture is Architecture.LINEAR:
        from axiometer.expression.linear.storing import restore

        return restore(folder, folder.name, card.framework, card.values, _told(card))
    raise InputError(
        "a classifier of the architecture {architecture} needs the extra train",
        file=folder,
        mend="pip install 'axiometer[train]'",
        architecture=str(card.architecture),
    )


def _told(card: Card) -> Mapping[str, Any]:
    return card.weights
