"""Which threshold tells contradictions from other pairs, for one model, from labelled pairs.

Rates are those of the labelled pairs: precision depends on how many contradictions there are among the pairs, which is
far fewer among mined candidates than in a set written for calibration (`ConflictCalibration.precision_among`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from axiometer.errors import InputError
from axiometer.models.contradiction.labelled import (
    SHIPPED,
    LabelledPair,
    PairRelation,
    read_conflict_pairs,
    shipped_conflict_pairs,
)
from axiometer.models.protocols import ConflictKind, Contradiction, ContradictionModel
from axiometer.similarity.calibration import CurvePoint, Rate, curve_point, recommended

TARGET: Final = 0.8
ALL_LANGUAGES: Final = "all"
_GRID: Final = tuple(round(0.05 * step, 2) for step in range(1, 21))


@dataclass(frozen=True, slots=True)
class LanguageCurve:
    """Precision and recall by threshold, in one language or `all`: a pair counts as a contradiction where the score of
    both directions reaches the threshold. threshold: see `ConflictCalibration.threshold`."""

    lang: str
    pairs: int
    curve: tuple[CurvePoint, ...]
    threshold: float | None


@dataclass(frozen=True, slots=True)
class RelationAbove:
    """How many pairs of a relation and language reach the threshold in both directions; the middle of their scores."""

    relation: PairRelation
    lang: str
    above: Rate
    median: float


@dataclass(frozen=True, slots=True)
class KindSaid:
    """How many pairs of a relation and language the model said were of a kind. kind None: it cannot tell."""

    relation: PairRelation
    lang: str
    kind: ConflictKind | None
    said: Rate


@dataclass(frozen=True, slots=True)
class ConflictCalibration:
    """What labelled pairs say of a model. `languages`: `all`, then each language. `relations`: at the recommended
    threshold (where there is none: at `at`). `kinds`: what the model says by itself, without a threshold."""

    model: str
    measured_on: str
    pairs: int
    target: float
    at: float
    languages: tuple[LanguageCurve, ...]
    relations: tuple[RelationAbove, ...]
    kinds: tuple[KindSaid, ...]

    @property
    def threshold(self) -> float | None:
        """The threshold of the largest recall such that precision is at least the target there and at every higher one
        that ten pairs reach. None where there is none."""
        return self.languages[0].threshold

    def point(self, threshold: float, lang: str = ALL_LANGUAGES) -> CurvePoint:
        """The point of a language's curve nearest to a threshold."""
        curve = next(each.curve for each in self.languages if each.lang == lang)
        return min(curve, key=lambda point: abs(point.threshold - threshold))

    def precision_of(self, kind: ConflictKind) -> Rate:
        """Pairs of that relation among those which the model says are of that kind."""
        said = [each for each in self.kinds if each.kind is kind]
        right = sum(each.said.count for each in said if each.relation == str(kind))
        return Rate(right, sum(each.said.count for each in said))

    def recall_of(self, kind: ConflictKind) -> Rate:
        """Pairs which the model says are of that kind among those of that relation."""
        found = [each.said for each in self.kinds if each.kind is kind and each.relation == str(kind)]
        return Rate(sum(rate.count for rate in found), sum(rate.n for rate in found))

    def precision_among(self, shares: Mapping[PairRelation, float]) -> float | None:
        """The precision at the threshold of `relations` where the pairs are of these relations in these shares (of any
        sum): each relation's rate from the labelled pairs, weighted. None where no pair would reach the threshold."""
        reached = {
            relation: share * self._rate(relation).share for relation, share in shares.items() if self._rate(relation).n
        }
        total = sum(reached.values())
        return reached.get(PairRelation.CONTRADICTION, 0.0) / total if total else None

    def _rate(self, relation: PairRelation) -> Rate:
        found = [each.above for each in self.relations if each.relation is relation]
        return Rate(sum(rate.count for rate in found), sum(rate.n for rate in found))


def labelled_pairs(path: Path | None = None) -> tuple[str, list[LabelledPair]]:
    """The name of the file and its pairs: a user's table (columns a, b, relation, lang), or the package's."""
    return (SHIPPED, shipped_conflict_pairs()) if path is None else (path.name, read_conflict_pairs(path))


def calibrate_model(
    model: ContradictionModel, path: Path | None = None, *, target: float = TARGET
) -> ConflictCalibration:
    """A model's word on labelled pairs, and what it is worth. Raises `InputError` as `calibrate` and the model do."""
    name, pairs = labelled_pairs(path)
    said = model.contradictions([(pair.a, pair.b, pair.lang) for pair in pairs])
    return calibrate(pairs, said, model=model.name, measured_on=name, target=target)


def calibrate(
    pairs: Sequence[LabelledPair],
    said: Sequence[Contradiction],
    *,
    model: str,
    measured_on: str,
    target: float = TARGET,
    at: float = 0.5,
) -> ConflictCalibration:
    """What a model said about each labelled pair, and what it is worth; for a judge too, whose answers come from a
    stage.

    Raises `InputError` where all pairs are contradictions or none is: neither says where to draw a line.
    """
    assert len(pairs) == len(said), f"{len(pairs)} pairs, {len(said)} answers"
    truth = np.array([pair.relation is PairRelation.CONTRADICTION for pair in pairs], bool)
    if truth.all() or not truth.any():
        raise InputError("labelled pairs need some that contradict each other and some that do not")
    scores = np.array([each.both for each in said], np.float64)
    langs = np.array([pair.lang for pair in pairs])
    languages = [_curve(ALL_LANGUAGES, scores, truth, target)]
    for lang in sorted(set(langs.tolist())):
        languages.append(_curve(lang, scores[langs == lang], truth[langs == lang], target))
    shown = at if languages[0].threshold is None else languages[0].threshold
    return ConflictCalibration(
        model=model,
        measured_on=measured_on,
        pairs=len(pairs),
        target=target,
        at=shown,
        languages=tuple(languages),
        relations=tuple(_relations(pairs, scores, shown)),
        kinds=tuple(_kinds(pairs, said)),
    )


def _curve(lang: str, scores: NDArray[np.float64], truth: NDArray[np.bool_], target: float) -> LanguageCurve:
    curve = tuple(curve_point(scores, truth, threshold) for threshold in _GRID)
    return LanguageCurve(lang, len(scores), curve, recommended(curve, target))


def _groups(pairs: Sequence[LabelledPair]) -> dict[tuple[PairRelation, str], list[int]]:
    """Rows of each relation and language, in the order of the relations, then of the languages."""
    order = list(PairRelation)
    groups: dict[tuple[PairRelation, str], list[int]] = {}
    for row, pair in sorted(enumerate(pairs), key=lambda each: (order.index(each[1].relation), each[1].lang, each[0])):
        groups.setdefault((pair.relation, pair.lang), []).append(row)
    return groups


def _relations(pairs: Sequence[LabelledPair], scores: NDArray[np.float64], threshold: float) -> list[RelationAbove]:
    found = []
    for (relation, lang), rows in _groups(pairs).items():
        reached = curve_point(scores[rows], np.ones(len(rows), bool), threshold).recall
        found.append(RelationAbove(relation, lang, reached, float(np.median(scores[rows]))))
    return found


def _kinds(pairs: Sequence[LabelledPair], said: Sequence[Contradiction]) -> list[KindSaid]:
    found = []
    for (relation, lang), rows in _groups(pairs).items():
        counts = Counter(said[row].kind for row in rows)
        found += [KindSaid(relation, lang, kind, Rate(counts[kind], len(rows))) for kind in (*ConflictKind, None)]
    return found
