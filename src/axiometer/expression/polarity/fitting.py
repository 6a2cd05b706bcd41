"""Fits the head, and says how often it is right about topics that it was not fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from axiometer.expression.polarity.head import STANCES, Part, StanceHead, rule_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from axiometer.starter.polarity import StanceSentence

RULES_STRENGTH: Final = 0.1
ENCODER_STRENGTH: Final = 0.003
"""Inverse strength of each part's penalty (scikit-learn's C)."""

FOLDS: Final = 7
"""Into which topics are dealt to find the slope."""

RESAMPLES: Final = 2_000
_SAID: Final = ("endorse", "oppose", "mention")  # in the order of STANCES


@dataclass(frozen=True, slots=True)
class Share:
    """A number with its 95 % interval: percentiles over resamples of groups of sentences (topic and language)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class StanceReport:
    """How often stances were told. `confusion`: rows are true stances, columns told ones, in the order of `STANCES`;
    `precision`, `recall`, `f1`: of each stance."""

    sentences: int
    groups: int
    accuracy: Share
    macro_f1: Share
    precision: tuple[Share, ...]
    recall: tuple[Share, ...]
    f1: tuple[Share, ...]
    confusion: tuple[tuple[int, ...], ...]
    log_loss: float


def fit_head(sentences: Sequence[StanceSentence], vectors: NDArray[np.float32]) -> StanceHead:
    """The head fitted to all sentences, its slope found on sentences about topics that the parts had not seen.
    vectors: a row for each sentence."""
    rules, encoder = _parts(sentences, vectors)
    return StanceHead(rules, encoder, _slope(_unseen(sentences, vectors), _targets(sentences)))


def cross_fitted(sentences: Sequence[StanceSentence], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probabilities of each sentence by a head fitted, its slope included, without its topic, so that no word of that
    topic can help: (sentences, 3)."""
    found = np.zeros((len(sentences), len(STANCES)))
    for topic in _topics(sentences):
        outside = [place for place, each in enumerate(sentences) if each.topic == topic]
        inside = [place for place, each in enumerate(sentences) if each.topic != topic]
        head = fit_head([sentences[place] for place in inside], vectors[inside])
        left = [sentences[place] for place in outside]
        found[outside] = head.probabilities(
            [each.text for each in left], [each.lang for each in left], vectors[outside]
        )
    return found


def judge(sentences: Sequence[StanceSentence], probabilities: NDArray[np.float64], seed: int = 0) -> StanceReport:
    """How often the most likely stance is the true one."""
    targets, told = _targets(sentences), probabilities.argmax(axis=1)
    names = list(dict.fromkeys(each.group for each in sentences))
    place = {name: number for number, name in enumerate(names)}
    tables = np.zeros((len(names), len(STANCES), len(STANCES)))
    np.add.at(tables, (np.array([place[each.group] for each in sentences]), targets, told), 1)
    whole = tables.sum(axis=0)
    draws = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), RESAMPLES)
    resampled = np.tensordot(draws, tables, axes=1)
    certain = np.clip(probabilities[np.arange(len(targets)), targets], 1e-12, 1)
    return StanceReport(
        sentences=len(sentences),
        groups=len(names),
        accuracy=_share(_accuracy(whole[None]), _accuracy(resampled)),
        macro_f1=_share(_f1(whole[None]).mean(axis=1), _f1(resampled).mean(axis=1)),
        precision=_shares(_precision(whole[None]), _precision(resampled)),
        recall=_shares(_recall(whole[None]), _recall(resampled)),
        f1=_shares(_f1(whole[None]), _f1(resampled)),
        confusion=tuple(tuple(int(count) for count in row) for row in whole),
        log_loss=float(-np.log(certain).mean()),
    )


def _accuracy(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.trace(tables, axis1=1, axis2=2) / tables.sum(axis=(1, 2)))


def _f1(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """(tables, stances)."""
    right = np.diagonal(tables, axis1=1, axis2=2)
    return np.asarray(2 * right / np.maximum(tables.sum(axis=1) + tables.sum(axis=2), 1))


def _precision(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """(tables, stances): of those told as it, how many are."""
    return np.asarray(np.diagonal(tables, axis1=1, axis2=2) / np.maximum(tables.sum(axis=1), 1))


def _recall(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """(tables, stances): of those that are, how many were told as it."""
    return np.asarray(np.diagonal(tables, axis1=1, axis2=2) / np.maximum(tables.sum(axis=2), 1))


def _shares(value: NDArray[np.float64], resampled: NDArray[np.float64]) -> tuple[Share, ...]:
    return tuple(_share(value[:, place], resampled[:, place]) for place in range(len(STANCES)))


def _share(value: NDArray[np.float64], resampled: NDArray[np.float64]) -> Share:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Share(float(value[0]), float(low), float(high))


def _topics(sentences: Sequence[StanceSentence]) -> list[str]:
    return list(dict.fromkeys(each.topic for each in sentences))


def _targets(sentences: Sequence[StanceSentence]) -> NDArray[np.int64]:
    return np.array([_SAID.index(each.stance) for each in sentences])


def _columns(sentences: Sequence[StanceSentence]) -> NDArray[np.float64]:
    return rule_columns([each.text for each in sentences], [each.lang for each in sentences])


def _parts(sentences: Sequence[StanceSentence], vectors: NDArray[np.float32]) -> tuple[Part, Part]:
    targets = _targets(sentences)
    return (
        _fitted(_columns(sentences), targets, RULES_STRENGTH, least=0.05),
        _fitted(vectors, targets, ENCODER_STRENGTH, least=1e-6),
    )


def _fitted(columns: NDArray[np.floating], targets: NDArray[np.int64], strength: float, least: float) -> Part:
    """least: of a column's scale: one that hardly ever varies is not blown up."""
    from sklearn.linear_model import LogisticRegression

    centre, scale = columns.mean(axis=0), np.maximum(columns.std(axis=0), least)
    model = LogisticRegression(C=strength, max_iter=500).fit((columns - centre) / scale, targets)
    logits = model.decision_function((columns - centre) / scale)
    spread = (logits - logits.mean(axis=1, keepdims=True)).std()
    numbers = (centre, scale, model.coef_.T, model.intercept_, np.array(spread))
    return Part(*(np.asarray(each, dtype=np.float32) for each in numbers))


def _unseen(sentences: Sequence[StanceSentence], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """The sum of the parts' logits for each sentence, by parts fitted without its topic (and, where there are more than
    `FOLDS`, without some others)."""
    found = np.zeros((len(sentences), len(STANCES)))
    fold = {topic: number % FOLDS for number, topic in enumerate(_topics(sentences))}
    for number in sorted(set(fold.values())):
        inside = [place for place, each in enumerate(sentences) if fold[each.topic] != number]
        outside = [place for place, each in enumerate(sentences) if fold[each.topic] == number]
        rules, encoder = _parts([sentences[place] for place in inside], vectors[inside])
        left = [sentences[place] for place in outside]
        found[outside] = rules.logits(_columns(left)) + encoder.logits(vectors[outside])
    return found


def _slope(logits: NDArray[np.float64], targets: NDArray[np.int64]) -> float:
    """By maximum likelihood (temperature scaling: Guo, Pleiss, Sun and Weinberger 2017, ICML, section 4.2)."""
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(slope: float) -> float:
        return float(-log_softmax(slope * logits, axis=1)[np.arange(len(targets)), targets].sum())

    return float(minimize_scalar(loss, bounds=(0.01, 20.0), method="bounded").x)
