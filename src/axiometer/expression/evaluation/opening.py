"""From files to `Gold` and `Judged`: labelled texts, one side of their split, and classifiers asked about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.errors import InputError
from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.copies import cluster_numbers
from axiometer.expression.evaluation.judged import Gold, Judged
from axiometer.expression.folder import Opened
from axiometer.expression.labelled import Labelled
from axiometer.expression.seen import read_seen, seen_before
from axiometer.expression.splits import SplitKind, split

if TYPE_CHECKING:
    from numpy.typing import NDArray

Embed = Callable[[str, Sequence[str]], "NDArray[np.float32]"]
"""An encoder's name and texts to their vectors."""

BATCH: Final = 512


class Side(StrEnum):
    """Which texts: all, or a side of the split that the classifiers were trained by."""

    ALL = "all"
    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Asked:
    """A classifier under the name that it has in tables."""

    name: str
    opened: Opened


def named(opened: Sequence[Opened]) -> list[Asked]:
    """The names of their folders; where two are alike, with the folder above (`seed-1/model`)."""
    short = [each.folder.resolve().name for each in opened]
    longer = [f"{each.folder.resolve().parent.name}/{name}" for each, name in zip(opened, short, strict=True)]
    return [
        Asked(name if short.count(name) == 1 else long, each)
        for name, long, each in zip(short, longer, opened, strict=True)
    ]


def side_of(data: Labelled, side: Side, asked: Sequence[Asked]) -> Labelled:
    """The texts of a side. Raises `InputError` where the classifiers were trained by different splits, or no text is
    on that side."""
    if side is Side.ALL:
        return data
    splits = {(each.opened.card.data.split, each.opened.card.data.seed) for each in asked} or {("authors", 0)}
    if len(splits) > 1:
        raise InputError(
            "the classifiers were trained by different splits", mend="leave out --split, or evaluate apart"
        )
    kind, seed = splits.pop()
    places = getattr(split(data, SplitKind(kind), seed), side.value)
    if not places:
        raise InputError("no text is on the side {side} of the split", file=data.file, side=side.value)
    return data.take(places)


def seen_by(data: Labelled, asked: Sequence[Asked]) -> list[NDArray[np.bool_]]:
    """For each classifier, which texts it was fitted on or chosen by; near-copies of these among the texts count as
    they do."""
    found = []
    for each in asked:
        same = seen_before(data.texts, read_seen(each.opened.folder, each.opened.card.data.seen))
        copied = {unit for unit, known in zip(data.units, same.tolist(), strict=True) if known}
        found.append(np.array([unit in copied for unit in data.units], dtype=np.bool_))
    return found


def unseen(data: Labelled, seen: Sequence[NDArray[np.bool_]]) -> list[int]:
    """Places of the texts that no classifier was fitted on or chosen by. Raises `InputError` where there is none."""
    places = [place for place in range(len(data)) if not any(each[place] for each in seen)]
    if not places:
        raise InputError("every text was used to train one of the classifiers", file=data.file)
    return places


def gold_of(data: Labelled, classifiers: Sequence[ValueClassifier]) -> Gold:
    """The texts with the values that the data and every classifier have, in the data's order. Raises `InputError` where
    there is none."""
    shared = [value for value in data.values if all(value in each.values for each in classifiers)]
    if not shared:
        raise InputError("the classifiers and the labels have no value in common", file=data.file)
    columns = [data.values.index(value) for value in shared]
    clusters = cluster_numbers(data.units, data.groups)
    return Gold(data.texts, tuple(shared), data.targets[:, columns], data.rows, clusters)


def judge(
    asked: Asked, gold: Gold, seen: NDArray[np.bool_], embed: Embed | None, watch: Callable[[int], None]
) -> Judged:
    """What a classifier says of the texts. embed: gives vectors of all texts at once (None: the classifier embeds them
    itself); watch: told how many texts are done."""
    classifier = _with_vectors(asked.opened.classifier, gold.texts, embed)
    columns = [classifier.values.index(value) for value in gold.values]
    parts = []
    for start in range(0, len(gold), BATCH):
        parts.append(classifier.score(gold.texts[start : start + BATCH]).probabilities[:, columns])
        watch(min(start + BATCH, len(gold)))
    thresholds = np.array([classifier.thresholds[value] for value in gold.values], np.float32).astype(np.float64)
    p = np.concatenate(parts).astype(np.float64)
    return Judged(asked.name, p, thresholds, seen, _about(asked.opened))


def _with_vectors(classifier: ValueClassifier, texts: Sequence[str], embed: Embed | None) -> ValueClassifier:
    from axiometer.expression.linear.model import LinearClassifier
    from axiometer.expression.mapped import Mapped

    if isinstance(classifier, Mapped):
        return replace(classifier, inner=_with_vectors(classifier.inner, texts, embed))
    if embed is None or not isinstance(classifier, LinearClassifier) or classifier.encoder is None:
        return classifier
    vectors = embed(classifier.encoder.encoder, texts)
    places = {text: place for place, text in enumerate(texts)}
    return replace(classifier, encode=lambda some: np.asarray(vectors[[places[text] for text in some]], np.float32))


def _about(opened: Opened) -> dict[str, object]:
    card = opened.card
    return {
        "architecture": card.architecture.value,
        "folder": opened.folder.name,
        "digest": card.digest,
        "framework": card.framework,
        "values": len(card.values),
        "fitted_on": card.data.fitted_on,
        "fitted": card.data.fitted.texts,
        "file": card.data.file,
        "split": card.data.split,
        "seed": card.data.seed,
        "licence": card.licence,
        "about": card.about,
        "versions": dict(card.versions),
    }
