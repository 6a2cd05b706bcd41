"""Fits a transformer: an encoder with an output per value, or a classifier per value."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from threadpoolctl import threadpool_limits

from axiometer.errors import InputError
from axiometer.expression.card import Architecture, Json
from axiometer.expression.labelled import Labelled
from axiometer.expression.linear.model import Nearness, off_centre
from axiometer.expression.thresholds import best_thresholds, calibrate
from axiometer.expression.training import Fit, check_both_kinds
from axiometer.expression.transformer.backbone import Backbone, best_device, need_libraries, open_backbone
from axiometer.expression.transformer.frozen import fit_heads
from axiometer.expression.transformer.model import TransformerClassifier, outputs, unit
from axiometer.expression.transformer.options import TransformerOptions
from axiometer.expression.transformer.storing import store
from axiometer.runtime.progress import Progress, Silent, Tally
from axiometer.runtime.runners.cores import cores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from axiometer.expression.transformer.network import HeadedEncoder
    from axiometer.expression.transformer.tuning import Examples

_CENTRES: Final = 64
_PER_CENTRE: Final = 20  # texts, at least
_QUANTILES: Final = 201


def checkpoints_of(folder: Path) -> Path:
    """Where checkpoints lie while the classifier of `folder` is trained: beside it."""
    return folder.with_name(f".{folder.name}.checkpoints")


@dataclass(frozen=True, slots=True)
class _Learnt:
    """Networks, the labels' values beside each other, and what the card tells of how they came about."""

    networks: tuple[HeadedEncoder, ...]
    course: dict[str, Json]


class TransformerTrainer:
    """A `Trainer`. Epochs, penalties, probabilities and thresholds are chosen by the validation side, so what is
    measured there is a little too good; a test side is needed for an unbiased number.

    checkpoints: a folder (`checkpoints_of`) in which trainings are kept, so that the same call goes on after a kill;
    `forget` removes it. None: nothing is kept."""

    refits: Final = False
    packages: Final = ("torch", "transformers", "tokenizers", "safetensors", "numpy", "scipy", "scikit-learn")

    def __init__(
        self, options: TransformerOptions, checkpoints: Path | None = None, progress: Progress | None = None
    ) -> None:
        need_libraries()
        self._options = options
        self._kept = checkpoints
        self._progress = progress or Silent()
        self._device = best_device(options.device)
        self._backbone: Backbone | None = None
        self._rows: dict[str, list[int]] = {}

    @property
    def architecture(self) -> Architecture:
        return self._options.architecture

    @property
    def options(self) -> Mapping[str, Json]:
        return self._options.as_json()

    def prepare(self, texts: Sequence[str]) -> None:
        """See `Trainer.prepare`: texts become tokens."""
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        self._rows |= dict(zip(new, self._open().tokens.encode(new), strict=True))

    def fit(self, train: Labelled, validation: Labelled | None, framework: str, seed: int) -> Fit:
        """The classifier tuned on `train`, chosen by `validation`. Raises `InputError` without a validation side, and
        for a value that no text of `train`, or every one, expresses."""
        if validation is None:
            raise InputError("a transformer needs texts to validate on", file=train.file)
        check_both_kinds(train)
        with _own_threads():
            return self._fitted(train, validation, framework, seed)

    def _fitted(self, train: Labelled, validation: Labelled, framework: str, seed: int) -> Fit:
        backbone = self._open()
        self.prepare((*train.texts, *validation.texts))
        sides = self._examples(train), self._examples(validation)
        learnt = self._tuned(backbone, train, validation, seed) if self._options.tunes else self._headed(*sides, seed)
        logits, vectors = outputs(learnt.networks, backbone.tokens, validation.texts)
        calibration = calibrate(logits, validation.targets)
        classifier = TransformerClassifier(
            name=str(self.architecture),
            architecture=self.architecture,
            framework=framework,
            values=train.values,
            networks=learnt.networks,
            tokens=backbone.tokens,
            calibration=calibration,
            cut=tuple(best_thresholds(calibration.probabilities(logits)).tolist()),
            nearness=self._nearness(learnt.networks, train.texts, vectors, seed),
        )
        return Fit(classifier, calibration, partial(store, classifier, backbone.settings, backbone.name, learnt.course))

    def forget(self) -> None:
        """Removes the checkpoints: the classifier is stored."""
        if self._kept is not None:
            shutil.rmtree(self._kept, ignore_errors=True)

    def _open(self) -> Backbone:
        if self._backbone is None:
            self._backbone = open_backbone(self._options.backbone, self._options.label, self._options.longest)
        return self._backbone

    def _examples(self, data: Labelled, column: int | None = None) -> Examples:
        from axiometer.expression.transformer.tuning import Examples

        targets = data.targets if column is None else data.targets[:, [column]]
        return Examples([self._rows[text] for text in data.texts], targets)

    def _new(self, outputs: int, seed: int) -> HeadedEncoder:
        from axiometer.expression.transformer.network import new_network

        backbone = self._open()
        pooling, dropout = self._options.pooling, self._options.dropout
        network = new_network(backbone.model, backbone.dimensions, outputs, pooling, dropout, seed)
        network.to(self._device)
        return network

    def _tuned(self, backbone: Backbone, train: Labelled, validation: Labelled, seed: int) -> _Learnt:
        """One network for all values, or one for each."""
        from axiometer.expression.transformer.checkpoints import Checkpoints, as_json
        from axiometer.expression.transformer.tuning import Lesson, tune

        together = self.architecture is Architecture.MULTILABEL
        columns = [None] if together else list(range(len(train.values)))
        asked = _asked(self._options, backbone, train, validation, seed)
        networks = []
        course: dict[str, Json] = {}
        tally = Tally("steps")
        with tempfile.TemporaryDirectory() as temporary:
            kept = self._kept or Path(temporary)
            for place, column in enumerate(columns):
                network = self._new(len(train.values) if column is None else 1, seed)

                def say(done: int, most: int, place: int = place) -> None:
                    tally.done, tally.total = place * most + done, len(columns) * most
                    self._progress.show(tally)

                sides = self._examples(train, column), self._examples(validation, column)
                lesson = Lesson(*sides, backbone.tokens, self._options, seed)
                reached = tune(network, lesson, Checkpoints(kept / asked[:16] / str(place), asked), say)
                name = "all" if column is None else train.values[column]
                course[name] = {"best": reached.best, "epochs": as_json(reached.history)}
                networks.append(network.eval())
        return _Learnt(tuple(networks), course)

    def _headed(self, train: Examples, validation: Examples, seed: int) -> _Learnt:
        """One network: the encoder as it was, a head per value."""
        import torch

        from axiometer.expression.transformer.network import computed

        network = self._new(train.targets.shape[1], seed)
        tokens = self._open().tokens
        _, seen = computed(network, train.rows, tokens)
        _, unseen = computed(network, validation.rows, tokens)
        heads = fit_heads(seen, train.targets, unseen, validation.targets)
        with torch.no_grad():
            network.head.weight.copy_(torch.from_numpy(heads.coefficients))
            network.head.bias.copy_(torch.from_numpy(heads.intercepts))
        return _Learnt((network.eval(),), {"strengths": list(heads.strengths)})

    def _nearness(
        self,
        networks: Sequence[HeadedEncoder],
        train: Sequence[str],
        unseen: NDArray[np.float32],
        seed: int,
    ) -> Nearness | None:
        """Centres of the texts trained on; quantiles of how far those of validation are from them. None where there
        are several encoders."""
        if len(networks) > 1:
            return None
        from sklearn.cluster import KMeans

        _, seen = outputs(networks, self._open().tokens, train)
        count = max(1, min(_CENTRES, len(seen) // _PER_CENTRE))
        with threadpool_limits(1):  # products are small: their threads would wait for each other
            found = KMeans(count, n_init=1, max_iter=30, random_state=seed).fit(unit(seen)).cluster_centers_
        centres = unit(found.astype(np.float32))
        off = off_centre(unit(unseen), centres)
        return Nearness(centres, np.quantile(off, np.linspace(0, 1, _QUANTILES)).astype(np.float32))


@contextmanager
def _own_threads() -> Iterator[None]:
    """PyTorch on all cores (or OMP_NUM_THREADS), whatever this process set before: the order of sums depends on the
    number of threads, and an interrupted training must come to the same weights."""
    import torch

    before = torch.get_num_threads()
    asked = os.environ.get("OMP_NUM_THREADS", "")
    torch.set_num_threads(int(asked) if asked.isdigit() and int(asked) else cores())
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _asked(options: TransformerOptions, backbone: Backbone, train: Labelled, validation: Labelled, seed: int) -> str:
    """A digest of all that decides a training."""
    import torch
    import transformers

    said = {
        "architecture": str(options.architecture),
        "options": dict(options.as_json()),
        "backbone": backbone.digest,
        "values": list(train.values),
        "train": train.digest,
        "validation": validation.digest,
        "seed": seed,
        "versions": [torch.__version__, transformers.__version__],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
