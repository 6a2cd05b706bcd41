"""Labelled texts to a classifier in a folder, whatever its architecture: split, fit, measure, fit again, store."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from axiometer.errors import InputError
from axiometer.expression.card import Architecture, Card, Data, Json, Metrics, Side, lines, thresholds
from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.folder import check_free, write_folder
from axiometer.expression.labelled import Labelled
from axiometer.expression.metrics import Counts, F1s, OverSeeds, confusion, expressed_by, f1_scores, over_seeds
from axiometer.expression.splits import Split, SplitKind, split
from axiometer.expression.thresholds import Calibration
from axiometer.frameworks import Framework
from axiometer.runtime.progress import Progress, Silent, Tally

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BOTH: Final = "train and validation"
TRAIN: Final = "train"


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted classifier, how its scores became probabilities, and `store`, which writes its weights into a folder and
    gives what `model.json` says of them. `expected`: the mean probability of each value among its own texts, each
    scored without having been fitted on (None: the shares of their labels)."""

    classifier: ValueClassifier
    calibration: Calibration
    store: Callable[[Path], dict[str, Json]]
    expected: Mapping[str, float] | None = None


class Trainer(Protocol):
    """Fits classifiers of one architecture. `options` decide a fit, with the data and the seed. `refits`: whether a
    classifier can be fitted without a validation side, so that the stored one may use both."""

    @property
    def architecture(self) -> Architecture: ...

    @property
    def options(self) -> Mapping[str, Json]: ...

    @property
    def refits(self) -> bool: ...

    @property
    def packages(self) -> Sequence[str]:
        """Names of the packages whose versions are noted on the card."""
        ...

    def prepare(self, texts: Sequence[str]) -> None:
        """Is told all texts once, before the first fit: what does not depend on labels can be computed now."""
        ...

    def fit(self, train: Labelled, validation: Labelled | None, framework: str, seed: int) -> Fit:
        """A classifier fitted on `train`, which may choose by `validation`. Raises `InputError` where nothing can be
        learnt from these labels."""
        ...


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """seeds: how many splits and fits, from `seed` on; the first one's classifier is stored. refit: fit the stored one
    on the validation side, too. licence, about: for the card."""

    split: SplitKind = SplitKind.AUTHORS
    seed: int = 0
    seeds: int = 1
    refit: bool = True
    licence: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """What training gave. `split`: of the first seed; `few`: values that fewer than `FEW` texts of its validation side
    express; `seconds`: of wall clock."""

    folder: Path
    card: Card
    split: Split
    few: tuple[str, ...]
    seconds: float


FEW: Final = 20  # texts: below that an F1 moves by several hundredths with a single one


def check_both_kinds(data: Labelled) -> None:
    """Raises `InputError` for a value that no text, or every text, expresses."""
    for value, share in zip(data.values, data.targets.mean(axis=0), strict=True):
        if share in (0.0, 1.0):
            raise InputError(
                "{which} of the texts to train on express {value}: nothing can be learnt about it",
                file=data.file,
                mend="give texts of both kinds, or leave its column out",
                which="none" if share == 0.0 else "all",
                value=value,
            )


def train(
    data: Labelled,
    framework: Framework,
    framework_file: Path,
    trainer: Trainer,
    folder: Path,
    options: TrainOptions,
    progress: Progress | None = None,
) -> Trained:
    """Trains a classifier and writes it into `folder`, whole or not at all.

    Metrics on validation are those of a classifier that was fitted on the training side alone. Raises `InputError`
    where `folder` exists or nothing can be learnt.
    """
    check_free(folder)
    started = time.monotonic()
    progress = progress or Silent()
    refit = options.refit and trainer.refits
    tally = Tally("train", total=options.seeds + refit)
    sides = [split(data, options.split, seed) for seed in range(options.seed, options.seed + options.seeds)]
    trainer.prepare(data.texts)
    progress.show(tally)
    found: list[F1s] = []
    counts: dict[str, Counts] = {}
    first: Fit | None = None
    for number, each in enumerate(sides):
        fit = trainer.fit(data.take(each.train), data.take(each.validation), framework.id, options.seed + number)
        targets, expressed = _decided(fit.classifier, data.take(each.validation))
        found.append(f1_scores(targets, expressed, fit.classifier.values))
        counts = counts or confusion(targets, expressed, fit.classifier.values)
        first = first or fit
        tally.done += 1
        progress.show(tally)
    assert first is not None
    fitted = data.take(sides[0].train)
    if refit:
        fitted = data.take(sorted((*sides[0].train, *sides[0].validation)))
        first = trainer.fit(fitted, None, framework.id, options.seed)
        tally.done += 1
        progress.show(tally)
    test = measured(first.classifier, data.take(sides[0].test)) if sides[0].test else None
    metrics = Metrics(validation=found[0], test=test, seeds=_over(found), confusion=counts)
    known = fitted if refit or trainer.refits else data.take(sorted((*sides[0].train, *sides[0].validation)))
    make = _card(data, framework, trainer, options, sides[0], fitted, first, metrics, BOTH if refit else TRAIN)
    card = write_folder(folder, first.store, make, known.texts, framework_file)
    few = tuple(row.value for row in found[0].values if row.support < FEW)
    return Trained(folder, card, sides[0], few, time.monotonic() - started)


def measured(classifier: ValueClassifier, data: Labelled) -> F1s:
    """How well the classifier tells which of its values these texts express. Raises `InputError` where the labels are
    of other values."""
    return f1_scores(*_decided(classifier, data), classifier.values)


def _decided(classifier: ValueClassifier, data: Labelled) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Labels, and what was said of the same texts: (texts, values) in the order of the classifier's values."""
    missing = [value for value in classifier.values if value not in data.values]
    if missing:
        raise InputError("no labels for the values: {missing}", file=data.file, missing=", ".join(missing))
    columns = [data.values.index(value) for value in classifier.values]
    probabilities = classifier.score(data.texts).probabilities
    return data.targets[:, columns], expressed_by(probabilities, classifier.thresholds)


def _over(found: Sequence[F1s]) -> dict[str, OverSeeds]:
    if len(found) < 2:
        return {}
    return {name: over_seeds([getattr(each, name) for each in found]) for name in ("micro", "macro", "weighted")}


def _card(
    data: Labelled,
    framework: Framework,
    trainer: Trainer,
    options: TrainOptions,
    sides: Split,
    fitted: Labelled,
    fit: Fit,
    metrics: Metrics,
    fitted_on: str,
) -> Callable[[dict[str, Json], str], Card]:
    """The card, as soon as it is known what the weights and marks are."""
    classifier = fit.classifier
    account = data.account
    shares = dict(zip(data.values, fitted.targets.mean(axis=0).tolist(), strict=True))

    def make(weights: dict[str, Json], seen: str) -> Card:
        return Card(
            architecture=trainer.architecture,
            framework=framework.id,
            fingerprint=framework.fingerprint,
            values=classifier.values,
            thresholds=thresholds(classifier.values, list(classifier.thresholds.values())),
            calibration=lines(classifier.values, fit.calibration),
            options=dict(trainer.options),
            data=Data(
                file=data.file.name,
                digest=data.digest,
                split=str(options.split),
                seed=options.seed,
                train=_side(data.take(sides.train)),
                validation=_side(data.take(sides.validation)),
                test=_side(data.take(sides.test)) if sides.test else None,
                fitted=_side(fitted),
                fitted_on=fitted_on,
                shares=shares,
                expected=None if fit.expected is None else dict(fit.expected),
                seen=seen,
                rows=account.rows,
                totals=len(account.totals),
                empty=len(account.empty),
                repeated=len(account.repeated),
                disagreeing=len(account.disagreeing),
                near=len(account.near),
                moved=len(sides.moved),
            ),
            metrics=metrics,
            weights=weights,
            versions=_versions(trainer.packages),
            licence=options.licence,
            about=options.about,
        )

    return make


def _side(data: Labelled) -> Side:
    return Side(texts=len(data), digest=data.digest)


def _versions(packages: Sequence[str]) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("axiometer", *packages):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
