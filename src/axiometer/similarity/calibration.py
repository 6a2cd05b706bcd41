"""Which threshold tells texts that mean the same from those that do not, for one embedder, from labelled pairs.

Embeddings hardly see negation: "one should obey" and "one should not obey" lie as close as two wordings of one rule, at
any threshold. Pairs of the kind `opposite` are therefore left out of the curve that chooses, and what a threshold does
to them is said beside it: whoever merges by a threshold alone merges opposites too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from axiometer.errors import InputError
from axiometer.models.protocols import Embedder
from axiometer.similarity.blocks import cosines
from axiometer.similarity.labelled import OPPOSITE, LabelledPair
from axiometer.similarity.pairs import TIE

TARGET = 0.95
LEAST_ABOVE = 10
_GRID = tuple(round(0.30 + 0.01 * step, 2) for step in range(70))


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `n`, with the 95 % interval of Wilson (1927, Journal of the American Statistical Association 22)."""

    count: int
    n: int

    @property
    def share(self) -> float:
        return self.count / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """(low, high); (0, 1) of nothing."""
        if not self.n:
            return 0.0, 1.0
        from scipy.stats import binomtest

        found = binomtest(self.count, self.n).proportion_ci(method="wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """At a threshold: precision (same among those above) and recall (above among those that are the same)."""

    threshold: float
    precision: Rate
    recall: Rate


@dataclass(frozen=True, slots=True)
class KindAbove:
    """How many pairs of a kind and language reach the threshold, and the middle of their cosines."""

    kind: str
    lang: str
    same: bool
    above: Rate
    median: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """curve: without opposite judgements, from low to high. threshold: see `recommended`; None where no threshold
    reaches the target. kinds: at the threshold (where there is none: at the highest of the curve)."""

    embedder: str
    target: float
    curve: tuple[CurvePoint, ...]
    threshold: float | None
    kinds: tuple[KindAbove, ...]

    def at(self, threshold: float) -> CurvePoint:
        """The point of the curve nearest to a threshold."""
        return min(self.curve, key=lambda point: abs(point.threshold - threshold))

    @property
    def opposites(self) -> Rate:
        """Pairs of opposite judgement that the threshold would merge."""
        found = [kind.above for kind in self.kinds if kind.kind == OPPOSITE]
        return Rate(sum(rate.count for rate in found), sum(rate.n for rate in found))


def calibrate(pairs: Sequence[LabelledPair], embedder: Embedder, target: float = TARGET) -> Calibration:
    """The curve of an embedder on labelled pairs and the threshold that it recommends.

    Raises `InputError` where all pairs are the same or none is: neither says where to draw a line.
    """
    if len({pair.same for pair in pairs if pair.kind != OPPOSITE}) < 2:
        raise InputError("labelled pairs need some that mean the same and some that do not")
    vectors = embedder.embed([text for pair in pairs for text in (pair.first, pair.second)])
    found = cosines(vectors[0::2], vectors[1::2])
    same = np.array([pair.same for pair in pairs])
    told = np.array([pair.kind != OPPOSITE for pair in pairs])
    curve = tuple(curve_point(found[told], same[told], threshold) for threshold in _GRID)
    threshold = recommended(curve, target)
    kinds = _kinds(pairs, found, _GRID[-1] if threshold is None else threshold)
    return Calibration(embedder.name, target, curve, threshold, kinds)


def curve_point(found: NDArray[np.float64], same: NDArray[np.bool_], threshold: float) -> CurvePoint:
    """Precision and recall of calling pairs the same from a cosine on."""
    above = found >= threshold - TIE
    both = int(np.count_nonzero(above & same))
    return CurvePoint(threshold, Rate(both, int(np.count_nonzero(above))), Rate(both, int(np.count_nonzero(same))))


def recommended(curve: Sequence[CurvePoint], target: float = TARGET) -> float | None:
    """The threshold of the largest recall such that precision is at least the target there and at every higher one.

    Thresholds that fewer than ten pairs reach say nothing and are passed over. None where no threshold qualifies.
    """
    lowest = None
    for point in sorted(curve, key=lambda point: -point.threshold):
        if point.precision.n < LEAST_ABOVE:
            continue
        if point.precision.share < target:
            break
        lowest = point.threshold
    return lowest


def _kinds(pairs: Sequence[LabelledPair], found: NDArray[np.float64], threshold: float) -> tuple[KindAbove, ...]:
    groups = dict.fromkeys((pair.kind, pair.lang, pair.same) for pair in pairs)
    rows = []
    for kind, lang, same in groups:
        chosen = np.array([(pair.kind, pair.lang, pair.same) == (kind, lang, same) for pair in pairs])
        above = int(np.count_nonzero(found[chosen] >= threshold - TIE))
        rows.append(
            KindAbove(kind, lang, same, Rate(above, int(np.count_nonzero(chosen))), float(np.median(found[chosen])))
        )
    return tuple(rows)
