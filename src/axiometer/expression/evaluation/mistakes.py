"""What went wrong: which value is said where another was missed, and the decisions that were most surely wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from axiometer.expression.evaluation.judged import Gold, Judged

NONE: Final = "none"
LONGEST: Final = 2_000  # characters of a text that are kept
MISSED, ADDED = "missed", "added"


@dataclass(frozen=True, slots=True)
class Confused:
    """Of `missed` texts that express `value` without being said to, `n` were said to express `taken_for`, which they do
    not (`none`: nothing that they do not express). A text may count for several."""

    value: str
    taken_for: str
    missed: int
    n: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong decision. kind: `missed` (people say that the text expresses the value) or `added`."""

    kind: str
    row: int
    value: str
    probability: float
    threshold: float
    text: str


def confusion(gold: Gold, judged: Judged) -> Iterator[Confused]:
    """Every pair of values, and every value with `none`."""
    there, said = gold.targets == 1, judged.expressed
    missed, added = (there & ~said).astype(np.int64), (~there & said).astype(np.int64)
    together = missed.T @ added
    alone = missed.T @ (added.sum(axis=1) == 0).astype(np.int64)
    for place, value in enumerate(gold.values):
        total = int(missed[:, place].sum())
        for other, taken_for in enumerate(gold.values):
            if other != place:
                yield Confused(value, taken_for, total, int(together[place, other]))
        yield Confused(value, NONE, total, int(alone[place]))


def worst(gold: Gold, judged: Judged, most: int = 200) -> list[Mistake]:
    """Half of them missed, with the lowest probability for their value's threshold, half added, with the highest: by
    the difference of log-odds from the threshold, so that rare values are not all there is."""
    there, said = gold.targets == 1, judged.expressed
    away = _log_odds(judged.probabilities) - _log_odds(judged.thresholds)
    found = []
    for kind, wrong, sign in ((MISSED, there & ~said, 1.0), (ADDED, ~there & said, -1.0)):
        texts, values = np.nonzero(wrong)
        order = np.argsort(sign * away[texts, values], kind="stable")[: most // 2]
        for text, value in zip(texts[order].tolist(), values[order].tolist(), strict=True):
            found.append(
                Mistake(
                    kind,
                    gold.rows[text],
                    gold.values[value],
                    float(judged.probabilities[text, value]),
                    float(judged.thresholds[value]),
                    gold.texts[text][:LONGEST],
                )
            )
    return found


def _log_odds(
    p: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    inside = np.clip(p, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)
