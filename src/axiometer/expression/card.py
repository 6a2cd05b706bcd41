"""The card of a classifier, `model.json`: what it is, whatever its architecture. JSON alone, checked on reading."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import pydantic

from axiometer.errors import InputError
from axiometer.expression.metrics import Counts, F1s, OverSeeds
from axiometer.records.tables import write_text

if TYPE_CHECKING:
    from axiometer.expression.thresholds import Calibration

FILE: Final = "model.json"
FRAMEWORK_FILE: Final = "framework.yaml"
FORMAT: Final = 1
MOST_VALUES: Final = 1_000
_LARGEST: Final = 2**24  # bytes of model.json

Json: TypeAlias = pydantic.JsonValue
Probability: TypeAlias = Annotated[float, pydantic.Field(ge=0.0, le=1.0)]


class Architecture(StrEnum):
    """`linear`: built in. `multilabel`: a transformer with an output per value. `binary`: a classifier per value."""

    LINEAR = "linear"
    MULTILABEL = "multilabel"
    BINARY = "binary"


class _Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Line(_Model):
    """How scores of a value become probabilities: 1 / (1 + exp(-(slope * score + offset)))."""

    slope: float
    offset: float


class Side(_Model):
    """Texts of one side of a split. digest: of texts and labels, in their order."""

    texts: int
    digest: str


class Data(_Model):
    """What a classifier was trained on. `digest`: of all labelled texts of the file; `fitted`: texts that the stored
    classifier was fitted on, `fitted_on` in words; `shares`: of these, how many express each value; `expected`: what
    probabilities say of them on average (None: the same; another number where labels drift along the table and
    probabilities are those of its end); `seen`: digest of `seen.npy`, the marks of the texts that it was fitted on or
    chosen by (see `seen`); `rows` to `disagreeing`: counts of the file's rows (see `LabelledAccount`), `moved` of texts
    left out because they stand on a later side."""

    file: str
    digest: str
    split: str
    seed: int
    train: Side
    validation: Side
    test: Side | None
    fitted: Side
    fitted_on: str
    shares: dict[str, Probability]
    expected: dict[str, Probability] | None = None
    seen: str
    rows: int
    totals: int
    empty: int
    repeated: int
    disagreeing: int
    near: int
    moved: int


class Metrics(_Model):
    """`validation`: of the classifier fitted on the training side alone; `test`: of the stored one. `seeds`: micro and
    macro-F1 on the validation sides of several seeds, where there were several. `confusion`: the counts behind
    `validation`, by value, from which a correction can be carried over to other texts."""

    validation: F1s
    test: F1s | None = None
    seeds: dict[str, OverSeeds] = pydantic.Field(default_factory=dict)
    confusion: dict[str, Counts] = pydantic.Field(default_factory=dict)


class Card(_Model):
    """What `model.json` holds. `fingerprint`: of the framework's file, which lies beside it; `thresholds`: the
    probability from which a value counts as expressed; `options`: of training; `weights`: what the architecture says of
    its own files; `versions`: of what trained it; `licence`, `about`: of the data, and what the classifier is for."""

    format: int = FORMAT
    architecture: Architecture
    framework: str
    fingerprint: str
    values: tuple[str, ...] = pydantic.Field(min_length=1, max_length=MOST_VALUES)
    thresholds: dict[str, Probability]
    calibration: dict[str, Line]
    options: dict[str, Json]
    data: Data
    metrics: Metrics
    weights: dict[str, Json]
    versions: dict[str, str]
    licence: str | None = None
    about: str | None = None

    @pydantic.model_validator(mode="after")
    def _about_the_same_values(self) -> Card:
        if len(set(self.values)) != len(self.values):
            raise ValueError("a value stands twice")
        for name in ("thresholds", "calibration"):
            if set(getattr(self, name)) != set(self.values):
                raise ValueError(f"{name} are not of the values")
        return self

    @property
    def digest(self) -> str:
        """Of all that decides a score: values, calibration, thresholds and weights."""
        said = self.model_dump(mode="json", include={"architecture", "values", "thresholds", "calibration", "weights"})
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def cut(self) -> tuple[float, ...]:
        """The thresholds in the order of the values."""
        return tuple(self.thresholds[value] for value in self.values)

    def line(self) -> Calibration:
        """The calibration in the order of the values."""
        import numpy as np

        from axiometer.expression.thresholds import Calibration

        lines = [self.calibration[value] for value in self.values]
        return Calibration(np.array([each.slope for each in lines]), np.array([each.offset for each in lines]))


def lines(values: Sequence[str], calibration: Calibration) -> dict[str, Line]:
    """A calibration as the card has it."""
    pairs = zip(calibration.slope.tolist(), calibration.offset.tolist(), strict=True)
    return {value: Line(slope=slope, offset=offset) for value, (slope, offset) in zip(values, pairs, strict=True)}


def thresholds(values: Sequence[str], cut: Sequence[float]) -> dict[str, float]:
    """Thresholds as the card has them. A threshold above 1 (nothing is ever expressed) is written as 1."""
    return {value: min(max(float(each), 0.0), 1.0) for value, each in zip(values, cut, strict=True)}


def write_card(card: Card, folder: Path) -> None:
    """Writes `model.json`, last of all: a folder without it is no classifier."""
    write_text(json.dumps(card.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n", folder / FILE)


def read_card(folder: Path) -> Card:
    """The card in `folder`. Raises `InputError` where there is none or it is damaged."""
    file = folder / FILE
    if not file.is_file():
        raise InputError(
            "no classifier here: there is no {name}",
            file=folder,
            mend="train one with `axiometer express train`",
            name=FILE,
        )
    if file.stat().st_size > _LARGEST:
        raise InputError("not the card of a classifier: {why}", file=file, why="larger than any card")
    try:
        said = json.loads(file.read_text(encoding="utf-8"), parse_constant=_no_number)
        if isinstance(said, Mapping) and said.get("format") != FORMAT:
            raise InputError("format {n} is not known to this version", file=file, n=said.get("format"))
        return Card.model_validate(said)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"][:4])
        why = f"{place}: {first['msg']}" if place else first["msg"]
        raise InputError("not the card of a classifier: {why}", file=file, why=why) from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("not the card of a classifier: {why}", file=file, why=_first_line(error)) from error


def _no_number(said: str) -> float:
    raise ValueError(f"{said} is no number")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
