"""A network tuned on labelled texts: AdamW with warm-up and linear decay, stopped by macro-F1 on validation.

What a step does depends on the weights before it, the seed and its number alone (the draws of dropout are seeded step
by step), so a training that was killed comes to the same weights as one that was not.
"""

from __future__ import annotations

import contextlib
import os
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import torch

from axiometer.errors import InputError
from axiometer.expression.metrics import expressed_by, f1_scores
from axiometer.expression.thresholds import best_thresholds, calibrate
from axiometer.expression.transformer.batching import training_batches
from axiometer.expression.transformer.checkpoints import Checkpoints, Epoch, Reached
from axiometer.expression.transformer.losses import losses, positive_weights
from axiometer.expression.transformer.network import HeadedEncoder, computed
from axiometer.expression.transformer.options import Precision, TransformerOptions
from axiometer.expression.transformer.tokens import Tokens
from axiometer.models.draws import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

Say: TypeAlias = Callable[[int, int], None]
"""Is told the steps done and how many there are at most."""

CLIP: Final = 1.0  # the norm of the gradient; more is scaled down


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts as tokens, with their labels: (texts, outputs of the network)."""

    rows: Sequence[Sequence[int]]
    targets: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a network is tuned on, and how."""

    train: Examples
    validation: Examples
    tokens: Tokens
    options: TransformerOptions
    seed: int


def tune(network: HeadedEncoder, lesson: Lesson, checkpoints: Checkpoints, say: Say) -> Reached:
    """Tunes the network where it is and leaves it with the weights of the epoch whose macro-F1 on validation was best
    (the first of equals). Raises `InputError` where the loss stops being a number."""
    done = checkpoints.finished()
    if done is None:
        with _reproducible(network):
            done = _Tuning(network, lesson, checkpoints, say).run()
        checkpoints.finish(done)
    network.load_state_dict(checkpoints.best(done.best))
    return done


def macro_f1(scores: NDArray[np.floating], targets: NDArray[np.int8]) -> float:
    """Macro-F1 of these scores with the probabilities and thresholds that they themselves give: what epochs are chosen
    by, so a little higher than on other texts."""
    probabilities = calibrate(scores, targets).probabilities(scores)
    names = [str(column) for column in range(targets.shape[1])]
    cut = dict(zip(names, best_thresholds(probabilities).tolist(), strict=True))
    return f1_scores(targets, expressed_by(probabilities, cut), names).macro


def rate(step: int, total: int, warm_up: float, peak: float) -> float:
    """The learning rate of a step, counted from 0: rises in a line to `peak`, then falls in a line to 0."""
    rising = round(total * warm_up)
    if step < rising:
        return peak * (step + 1) / rising
    return peak * (total - step) / max(1, total - rising)


class _Tuning:
    """One training: what it needs at every step."""

    def __init__(self, network: HeadedEncoder, lesson: Lesson, checkpoints: Checkpoints, say: Say) -> None:
        train, options = lesson.train, lesson.options
        self._network, self._tokens, self._options, self._seed = network, lesson.tokens, options, lesson.seed
        self._train, self._validation = train, lesson.validation
        self._checkpoints, self._say = checkpoints, say
        self._device = next(network.parameters()).device
        self._precision = resolved(options.precision, self._device.type)
        self._optimiser = torch.optim.AdamW(_groups(network, options.weight_decay), lr=options.learning_rate)
        self._scaler = torch.amp.GradScaler(
            self._device.type, enabled=self._precision is Precision.FLOAT16 and self._device.type == "cuda"
        )
        self._weights = torch.from_numpy(positive_weights(train.targets)).to(self._device)
        self._lengths = [len(row) for row in train.rows]
        self._total = options.epochs * -(-len(train.rows) // options.batch)

    def run(self) -> Reached:
        parts = {"network": self._network, "optimiser": self._optimiser, "scaler": self._scaler}
        reached = self._checkpoints.load(parts)
        while reached.epoch < self._options.epochs and reached.epoch - max(reached.best, 0) <= self._options.patience:
            batches = training_batches(self._lengths, self._options.batch, self._seed, reached.epoch)
            while reached.place < len(batches):
                reached.loss += self._step(batches[reached.place], reached.steps)
                reached.place += 1
                reached.steps += 1
                self._say(reached.steps, self._total)
                if reached.steps % self._options.checkpoint_steps == 0:
                    self._checkpoints.save(reached, parts)
            self._end_epoch(reached, len(batches))
            self._checkpoints.save(reached, parts)
        return reached

    def _step(self, batch: Sequence[int], step: int) -> float:
        """One change of the weights; gives the mean loss of the batch's decisions."""
        _draw_from(whole(2**62, self._seed, "step", step))
        for group in self._optimiser.param_groups:
            group["lr"] = rate(step, self._total, self._options.warm_up, self._options.learning_rate)
        self._network.train()
        decisions = len(batch) * self._train.targets.shape[1]
        size = -(-len(batch) // self._options.accumulate)
        total = 0.0
        for start in range(0, len(batch), size):
            loss = self._loss(batch[start : start + size]) / decisions
            self._scaler.scale(loss).backward()
            total += float(loss.detach())
        if not np.isfinite(total):
            raise InputError("the loss is no number any more, at step {step}", mend="take a lower rate", step=step + 1)
        self._scaler.unscale_(self._optimiser)
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), CLIP)
        self._scaler.step(self._optimiser)
        self._scaler.update()
        self._optimiser.zero_grad(set_to_none=True)
        return total

    def _loss(self, places: Sequence[int]) -> torch.Tensor:
        """The sum over the decisions of these texts."""
        ids, mask = self._tokens.padded([self._train.rows[place] for place in places])
        targets = torch.from_numpy(self._train.targets[list(places)].astype(np.float32)).to(self._device)
        kind = torch.float16 if self._precision is Precision.FLOAT16 else torch.bfloat16
        with torch.autocast(self._device.type, dtype=kind, enabled=self._precision is not Precision.FLOAT32):
            logits = self._network(ids.to(self._device), mask.to(self._device))
        return losses(self._options.loss, logits, targets, self._weights).sum()

    def _end_epoch(self, reached: Reached, batches: int) -> None:
        logits, _ = computed(self._network, self._validation.rows, self._tokens)
        f1 = macro_f1(logits, self._validation.targets)
        reached.history.append(Epoch(reached.epoch, reached.loss / batches, f1))
        if f1 > reached.best_f1:
            reached.best = reached.epoch
            self._checkpoints.keep(reached.epoch, self._network.state_dict())
        reached.epoch, reached.place, reached.loss = reached.epoch + 1, 0, 0.0


def resolved(precision: Precision, device: str) -> Precision:
    """What `auto` means on this device; float16 is for GPUs alone."""
    if precision is Precision.FLOAT16 and device != "cuda":
        raise InputError("float16 needs a GPU", mend="take float32, or bfloat16 where the processor has it")
    if precision is not Precision.AUTO:
        return precision
    if device != "cuda":
        return Precision.FLOAT32
    return Precision.BFLOAT16 if torch.cuda.is_bf16_supported() else Precision.FLOAT16


def _groups(network: HeadedEncoder, decay: float) -> list[dict[str, Any]]:
    """Weights are drawn towards 0, biases and the scales of norms are not."""
    learnt = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [each for each in learnt if each.ndim > 1], "weight_decay": decay},
        {"params": [each for each in learnt if each.ndim <= 1], "weight_decay": 0.0},
    ]


def _draw_from(seed: int) -> None:
    """Seeds all that an encoder may draw from: PyTorch (dropout), and NumPy and Python (some leave layers out so)."""
    torch.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)


@contextlib.contextmanager
def _reproducible(network: HeadedEncoder) -> Iterator[None]:
    """Draws and kernels that give the same again; what others drew or chose is put back."""
    device = next(network.parameters()).device
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it the products of a GPU differ
    before = torch.are_deterministic_algorithms_enabled()
    warned = torch.is_deterministic_algorithms_warn_only_enabled()
    drawn = random.getstate(), np.random.get_state()
    drawing = torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])
    with drawing, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # kernels that know no other way say so
        torch.use_deterministic_algorithms(True, warn_only=True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before, warn_only=warned)
            random.setstate(drawn[0])
            np.random.set_state(drawn[1])
