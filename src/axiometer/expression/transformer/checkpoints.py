"""What a training has reached, on disk: after a kill it goes on from there to the same result.

A checkpoint is written whole or not at all. It is ours alone and is still read as numbers (`weights_only`), since a
folder may have been put there by anyone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save_file

from axiometer.expression.card import Json

_STATE: Final = "checkpoint.pt"
_DONE: Final = "done.json"


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch came to. loss: the mean of its steps; f1: macro-F1 on validation."""

    number: int
    loss: float
    f1: float


@dataclass(slots=True)
class Reached:
    """Where a training is. epoch, place: the next batch; steps: since the beginning; loss: the sum over this epoch's
    steps; best: the epoch whose weights are kept (-1: none yet)."""

    epoch: int = 0
    place: int = 0
    steps: int = 0
    loss: float = 0.0
    best: int = -1
    history: list[Epoch] = field(default_factory=list)

    @property
    def best_f1(self) -> float:
        return -1.0 if self.best < 0 else self.history[self.best].f1


class Checkpoints:
    """The checkpoints of one training in `folder`, which is made. They are those of `asked` alone: what another
    training left there is not read."""

    def __init__(self, folder: Path, asked: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._asked = asked

    def save(self, reached: Reached, parts: Mapping[str, Any]) -> None:
        """Writes where the training is, with the state of each part (network, optimiser, scaler)."""
        content = {
            "asked": self._asked,
            "reached": asdict(reached),
            "parts": {name: part.state_dict() for name, part in parts.items()},
        }
        self._write(_STATE, lambda file: torch.save(content, file))
        for file in self._folder.glob("best-*.safetensors"):
            if file.name != f"best-{reached.best}.safetensors":
                file.unlink(missing_ok=True)

    def load(self, parts: Mapping[str, Any]) -> Reached:
        """Where the training was, its parts brought there; the beginning where there is no whole checkpoint."""
        try:
            content = torch.load(self._folder / _STATE, map_location="cpu", weights_only=True)
            if content["asked"] != self._asked:
                return Reached()
            said = content["reached"]
            reached = Reached(**{**said, "history": [Epoch(**each) for each in said["history"]]})
            if reached.best >= 0:
                self.best(reached.best)
        except Exception:  # not there, cut off, or another's: whatever is wrong with it, training begins anew
            return Reached()
        for name, part in parts.items():
            part.load_state_dict(content["parts"][name])
        return reached

    def keep(self, epoch: int, weights: Mapping[str, torch.Tensor]) -> None:
        """Keeps the weights of an epoch that is the best so far."""
        copied = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in weights.items()}
        self._write(f"best-{epoch}.safetensors", lambda file: save_file(copied, file))

    def best(self, epoch: int) -> dict[str, torch.Tensor]:
        """The weights that `keep` kept."""
        return dict(load_file(self._folder / f"best-{epoch}.safetensors"))

    def finish(self, reached: Reached) -> None:
        """Says that the training has ended; its best weights stay."""
        said = json.dumps({"asked": self._asked, "reached": asdict(reached)})
        self._write(_DONE, lambda file: file.write_text(said, encoding="utf-8"))
        (self._folder / _STATE).unlink(missing_ok=True)

    def finished(self) -> Reached | None:
        """What a training came to that has ended, None where it has not."""
        try:
            said: dict[str, Any] = json.loads((self._folder / _DONE).read_text(encoding="utf-8"))
            if said["asked"] != self._asked:
                return None
            reached = Reached(**{**said["reached"], "history": [Epoch(**each) for each in said["reached"]["history"]]})
            self.best(reached.best)
        except Exception:  # see `load`
            return None
        return reached

    def _write(self, name: str, write: Any) -> None:
        temporary = self._folder / f".{name}.{os.getpid()}.tmp"
        try:
            write(temporary)
            temporary.replace(self._folder / name)
        finally:
            temporary.unlink(missing_ok=True)


def as_json(history: list[Epoch]) -> list[Json]:
    """Epochs as the card has them."""
    return [{"epoch": each.number, "loss": round(each.loss, 6), "f1": round(each.f1, 6)} for each in history]
