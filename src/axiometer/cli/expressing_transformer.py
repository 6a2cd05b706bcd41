"""Options of `axiometer express train` that are of transformers alone, the trainer that they give, and how `axiometer
express score` goes about with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.expression.folder import Opened
    from axiometer.expression.scoring import ScoreOptions
    from axiometer.expression.transformer.training import TransformerTrainer
    from axiometer.runtime import Progress

Choice = TypeVar("Choice", bound=StrEnum)

PART = 200
"""Texts that a transformer scores between two marks of progress: minutes of a processor, which a kill takes at most."""

NAMES = (
    "sharing",
    "loss",
    "pooling",
    "epochs",
    "learning_rate",
    "batch",
    "accumulate",
    "patience",
    "longest",
    "precision",
    "device",
)

Backbone = Annotated[str | None, typer.Option(help=t("Encoder of a transformer: a folder, or a name on Hugging Face."))]
SharingName = Annotated[
    str | None,
    typer.Option("--sharing", help=t("binary: one frozen encoder for all values, or nothing shared: frozen | nothing")),
]
LossName = Annotated[str | None, typer.Option("--loss", help="weighted | focal | asymmetric")]
PoolingName = Annotated[str | None, typer.Option("--pooling", help="mean | first")]
Epochs = Annotated[int | None, typer.Option(min=1, help=t("Passes over the texts, at most (default 10)."))]
LearningRate = Annotated[float | None, typer.Option(min=0.0, help=t("Peak of the learning rate (default 3e-5)."))]
Batch = Annotated[int | None, typer.Option(min=1, help=t("Texts in a step (default 32)."))]
Accumulate = Annotated[int | None, typer.Option(min=1, help=t("Parts in which a step is computed, to save memory."))]
Patience = Annotated[
    int | None, typer.Option(min=1, help=t("Epochs without a better macro-F1 before the end (default 3)."))
]
Longest = Annotated[int | None, typer.Option(min=8, help=t("Tokens of a text that are read (default 512)."))]
PrecisionName = Annotated[str | None, typer.Option("--precision", help="auto | float32 | bfloat16 | float16")]
Device = Annotated[str | None, typer.Option(help=t("Where to compute: cpu, cuda (default: a GPU if there is one)."))]


@contextmanager
def transformer_trainer(
    given: Mapping[str, Any], architecture: str, output: Path, progress: Progress
) -> Iterator[TransformerTrainer]:
    """The trainer that is asked for. Its checkpoints lie beside `output`, go with success and stay otherwise."""
    from axiometer.expression.card import Architecture
    from axiometer.expression.transformer.backbone import need_libraries
    from axiometer.expression.transformer.options import Loss, Pooling, Precision, Sharing, TransformerOptions
    from axiometer.expression.transformer.training import TransformerTrainer, checkpoints_of

    need_libraries()
    if given["backbone"] is None:
        raise InputError("no encoder to begin with", mend="--backbone names a folder, or a model on Hugging Face")
    kinds: dict[str, type[StrEnum]] = {"sharing": Sharing, "loss": Loss, "pooling": Pooling, "precision": Precision}
    chosen = {name: given[name] for name in NAMES if given[name] is not None}
    chosen |= {name: _choice(kinds[name], name, said) for name, said in chosen.items() if name in kinds}
    options = TransformerOptions(str(given["backbone"]), Architecture(architecture), **chosen)
    trainer = TransformerTrainer(options, checkpoints_of(output), progress)
    yield trainer
    trainer.forget()


def check_linear(given: Mapping[str, Any]) -> None:
    """Raises `InputError` where an option of transformers is given for the linear architecture."""
    for name in ("backbone", *NAMES):
        if given[name] is not None:
            option = "--" + name.replace("_", "-")
            raise InputError(
                "{option} is for transformers", mend="--architecture multilabel or binary trains one", option=option
            )


def in_parts(opened: Opened, chosen: ScoreOptions) -> ScoreOptions:
    """The options, with smaller parts where a transformer scores."""
    from axiometer.expression.card import Architecture

    return chosen if opened.card.architecture is Architecture.LINEAR else replace(chosen, part_size=PART)


def worked_by(opened: Opened, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was given, with one worker where a transformer has a GPU and no number of processes was asked for: each
    would put a copy of the weights there."""
    from axiometer.expression.card import Architecture

    asked = given["processes"] is not None or given["runner"] != "local"
    if asked or opened.card.architecture is Architecture.LINEAR:
        return given
    from axiometer.expression.transformer.backbone import best_device

    return given if best_device() == "cpu" else {**given, "processes": 1}


def _choice(kind: type[Choice], name: str, said: object) -> Choice:
    if said not in set(kind):
        known = ", ".join(map(str, kind))
        raise InputError("--{name} cannot be {said!r}", mend="one of {known}", name=name, said=said, known=known)
    return kind(str(said))
