"""How often a method recovers maps that are known, and the weights that turn its evidence into probabilities.

Measured on the starter dilemmas, leaving out rules: rules are dealt into folds, and an item is mapped with weights
fitted to items that share none of the rules of its own rules' folds. So what is said holds for rules that the weights
have not seen; whether it holds for other writers' items is not known until people check a sample of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from axiometer.build.mapping.assignments import WAYS, Floats, Integers, fitted, probabilities, recovered
from axiometer.build.mapping.puzzles import Puzzle
from axiometer.errors import InputError
from axiometer.models.draws import uniform, whole
from axiometer.records.tables import write_text
from axiometer.similarity.calibration import Rate

SHIPPED: Final = "calibration.json"
FOLDS: Final = 5
_BINS: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`, and the 95 % interval of Wilson (1927)."""

    count: int
    n: int
    share: float | None
    low: float
    high: float

    @classmethod
    def of(cls, right: Sequence[bool] | np.ndarray) -> Share:
        count, n = int(np.sum(right)), len(right)
        low, high = Rate(count, n).interval
        return cls(count, n, count / n if n else None, low, high)


@dataclass(frozen=True, slots=True)
class ConfidenceBin:
    """Items whose order has a probability from `low` to below `high` (the last: to 1): its mean, and how many are
    right."""

    low: float
    high: float
    said: float
    right: Share


@dataclass(frozen=True, slots=True)
class Calibration:
    """What known maps say of a method, by cross-validation.

    whole: items whose map is right; sides: whose third option was found; order: of these, whose sides are the right
    way round. brier: mean square of probability less truth, of the order, with an interval from resampled items; ece:
    the mean distance of what was said and what was right over `bins`, weighted by their items (Naeini et al. 2015).
    kept, kept_right: items from `least` on, and how many of them have the right map. weights: fitted to all items.
    """

    method: str
    measured_on: str
    features: tuple[str, ...]
    weights: tuple[float, ...]
    items: int
    rules: int
    whole: Share
    by_language: Mapping[str, Share]
    sides: Share
    order: Share
    brier: float
    brier_low: float
    brier_high: float
    ece: float
    bins: tuple[ConfidenceBin, ...]
    least: float
    kept: Share
    kept_right: Share

    def write(self, path: Path) -> None:
        write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", path)


def calibrate(
    puzzles: Sequence[Puzzle], features: Floats, *, method: str, names: tuple[str, ...], least: float, seed: int = 0
) -> Calibration:
    """What puzzles with known ways say of a method that found these features (items x ways x names)."""
    truth = np.array([puzzle.truth for puzzle in puzzles], dtype=np.int64)
    # The known ways are all the same one: where nothing tells ways apart, the first would always be right.
    turn = np.array([[uniform(seed, "turn", puzzle.id, way) for way in range(len(WAYS))] for puzzle in puzzles])
    found = recovered(cross_validated(puzzles, features, truth, seed), turn)
    right = found.way == truth
    sides = _same_sides(found.way, truth)
    order_right, order = right[sides], found.order[sides]
    squares = (order - order_right) ** 2
    draws = np.random.default_rng(seed).integers(0, len(squares), (_RESAMPLES, len(squares)))
    low, high = np.quantile(squares[draws].mean(axis=1), [0.025, 0.975])
    bins = tuple(binned(order, order_right))
    kept = (found.sides >= least) & (found.order >= least)
    langs = np.array([puzzle.lang for puzzle in puzzles])
    return Calibration(
        method=method,
        measured_on="starter",
        features=names,
        weights=tuple(float(f"{weight:.6g}") for weight in fitted(features, truth)),
        items=len(puzzles),
        rules=len({rule for puzzle in puzzles for rule in puzzle.rules}),
        whole=Share.of(right),
        by_language={str(lang): Share.of(right[langs == lang]) for lang in sorted(set(langs.tolist()))},
        sides=Share.of(sides),
        order=Share.of(order_right),
        brier=float(squares.mean()),
        brier_low=float(low),
        brier_high=float(high),
        ece=ece_of(bins),
        bins=bins,
        least=least,
        kept=Share.of(kept),
        kept_right=Share.of(right[kept]),
    )


def cross_validated(puzzles: Sequence[Puzzle], features: Floats, truth: Integers, seed: int) -> Floats:
    """The probabilities of all ways (items x ways), each item's from items that share no fold of rules with it."""
    fold = np.array([[whole(FOLDS, seed, "fold", rule) for rule in puzzle.rules] for puzzle in puzzles])
    chances = np.full(features.shape[:2], np.nan)
    for a in range(FOLDS):
        for b in range(a, FOLDS):
            tested = (fold.min(axis=1) == a) & (fold.max(axis=1) == b)
            learnt = ~np.isin(fold, [a, b]).any(axis=1)
            if tested.any():
                chances[tested] = probabilities(features[tested], fitted(features[learnt], truth[learnt]))
    return chances


def _same_sides(way: Integers, truth: Integers) -> np.ndarray:
    left = np.array([left for _, _, left in WAYS])
    return np.asarray(left[way] == left[truth], dtype=np.bool_)


def binned(said: Floats, right: np.ndarray) -> list[ConfidenceBin]:
    """Bins of what was said, those without items left out."""
    found = []
    for low, high in pairwise(_BINS):
        inside = (said >= low) & ((said < high) if high < 1 else (said <= 1))
        if inside.any():
            found.append(ConfidenceBin(low, high, float(said[inside].mean()), Share.of(right[inside])))
    return found


def ece_of(bins: Sequence[ConfidenceBin]) -> float:
    total = sum(each.right.n for each in bins)
    return sum(each.right.n * abs(each.said - (each.right.share or 0.0)) for each in bins) / max(total, 1)


def shipped() -> Mapping[str, object]:
    """What was measured of the embedder that comes with the package, as `axiometer build map --calibrate` wrote it."""
    said = json.loads((files("axiometer.build.mapping") / "data" / SHIPPED).read_text(encoding="utf-8"))
    assert isinstance(said, dict)
    return said


def weights_in(said: Mapping[str, object], names: tuple[str, ...]) -> Floats:
    """The weights of a calibration file. Raises `InputError` where they are those of other features."""
    weights = said.get("weights")
    if said.get("features") != list(names) or not isinstance(weights, list):
        raise InputError("the calibration is one of another version", mend="measure it again with --calibrate")
    return np.array(weights, dtype=np.float64)


def agreement_weight(said: Integers) -> tuple[float, float]:
    """(the weight of a call, the share of wrong calls behind it) for a judge that nobody measured, from how often its
    two calls about an item (items x 2, -1: no way said) say the same.

    Were calls wrong independently, at one rate e and always by turning the sides round, they would differ in 2 e
    (1 - e) of the items; one more such item and one fewer are added to what was seen (Laplace). A call then weighs
    log((1 - e) / e). What makes a judge read an item wrongly both times is not seen: the probabilities are too high by
    that.
    """
    both = (said >= 0).all(axis=1)
    differ = (int((said[both, 0] != said[both, 1]).sum()) + 1) / (int(both.sum()) + 2)
    wrong = (1 - np.sqrt(max(1 - 2 * min(differ, 0.5), 0.0))) / 2
    wrong = float(np.clip(wrong, 1e-4, 0.499))
    return float(np.log((1 - wrong) / wrong)), wrong
