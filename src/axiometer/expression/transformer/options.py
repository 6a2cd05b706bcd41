"""How a transformer is trained: everything that decides the result, but the data and the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from axiometer.errors import InputError
from axiometer.expression.card import Architecture, Json

LEAST_TOKENS: Final = 8


class Loss(StrEnum):
    """What is made small. `weighted`: cross-entropy, texts that express a value counting more where they are few;
    `focal`: Lin et al. 2017; `asymmetric`: Ridnik et al. 2021."""

    WEIGHTED = "weighted"
    FOCAL = "focal"
    ASYMMETRIC = "asymmetric"


class Pooling(StrEnum):
    """The vector of a text: the mean of its tokens', or the first token's."""

    MEAN = "mean"
    FIRST = "first"


class Sharing(StrEnum):
    """What the classifiers of `binary` share. `frozen`: the encoder, which stays as it is: each text passes through it
    once; `nothing`: each value has an encoder that is tuned for it alone, as in the published comparison."""

    FROZEN = "frozen"
    NOTHING = "nothing"


class Precision(StrEnum):
    """What training computes in. `auto`: bfloat16 on a GPU that has it, else float16 there, else float32."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


@dataclass(frozen=True, slots=True)
class TransformerOptions:
    """backbone: a folder, or a name on a hub. batch: texts in a step, computed in `accumulate` parts; warm_up: share of
    the steps in which the learning rate rises, after which it falls to 0 at the last of `epochs`; patience: epochs
    without a better macro-F1 on validation after which training ends; longest: tokens of a text that are trained on (a
    longer text is scored in windows of as many); checkpoint_steps: after how many a checkpoint is written (besides one
    after each epoch); device: None is a GPU where there is one."""

    backbone: str
    architecture: Architecture = Architecture.MULTILABEL
    sharing: Sharing = Sharing.FROZEN
    loss: Loss = Loss.WEIGHTED
    pooling: Pooling = Pooling.MEAN
    epochs: int = 10
    learning_rate: float = 3e-5
    batch: int = 32
    accumulate: int = 1
    warm_up: float = 0.1
    patience: int = 3
    weight_decay: float = 0.01
    dropout: float = 0.1
    longest: int = 512
    precision: Precision = Precision.AUTO
    checkpoint_steps: int = 200
    device: str | None = None

    def __post_init__(self) -> None:
        if self.architecture is Architecture.LINEAR:
            raise InputError("the architecture {name} has no transformer", name=str(self.architecture))
        for name in ("epochs", "batch", "accumulate", "patience", "checkpoint_steps"):
            if getattr(self, name) < 1:
                raise InputError("{name} must be at least 1, not {value}", name=name, value=getattr(self, name))
        if not 0.0 < self.learning_rate < 1.0:
            raise InputError("the learning rate must lie between 0 and 1, not {value}", value=self.learning_rate)
        for name in ("warm_up", "dropout", "weight_decay"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise InputError(
                    "{name} must be at least 0 and below 1, not {value}", name=name, value=getattr(self, name)
                )
        if self.longest < LEAST_TOKENS:
            raise InputError("a text needs at least {n} tokens, not {value}", n=LEAST_TOKENS, value=self.longest)
        if self.accumulate > self.batch:
            raise InputError("a batch of {n} texts cannot be cut into {parts}", n=self.batch, parts=self.accumulate)

    @property
    def tunes(self) -> bool:
        """Whether the encoder itself is trained."""
        return self.architecture is Architecture.MULTILABEL or self.sharing is Sharing.NOTHING

    @property
    def label(self) -> str:
        """The backbone's name without this machine's paths."""
        folder = Path(self.backbone).expanduser()
        return folder.resolve().name if folder.is_dir() else self.backbone

    def as_json(self) -> Mapping[str, Json]:
        """What enters the card and tells trainings apart: not the device, nor how often checkpoints are written."""
        said: dict[str, Json] = {name: _plain(value) for name, value in asdict(self).items()}
        said["backbone"] = self.label
        for name in ("architecture", "device", "checkpoint_steps"):
            del said[name]
        if self.architecture is not Architecture.BINARY:
            del said["sharing"]
        if not self.tunes:
            return {name: said[name] for name in ("backbone", "sharing", "pooling", "longest")}
        return said


def _plain(value: object) -> Json:
    return str(value) if isinstance(value, StrEnum) or not isinstance(value, int | float | str) else value
