"""What a user can choose about an analysis, in one object."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Adjustment(StrEnum):
    """How p-values of one family are adjusted: Holm (family-wise error) or Benjamini-Hochberg (false discoveries)."""

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini-hochberg"


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """Everything that decides an analysis beside its two tables.

    `min_sources`: below this many sources no bootstrap interval is given. `ridge`: the penalty of the ranking model
    is `ridge / 2 * sum(strength^2)` on the log-likelihood of all presentations (0.04: a normal prior with a
    standard deviation of five log-odds). `contested`: how many items are listed per pair of models. `values` False
    leaves out all that needs to know what options express (for unmapped items). `max_targets`: levels with more
    targets than this are not tabulated; `max_ranked`: levels with more are not ranked.
    """

    seed: int = 20250101
    resamples: int = 1000
    confidence: float = 0.95
    min_sources: int = 20
    ridge: float = 0.04
    adjustment: Adjustment = Adjustment.HOLM
    contested: int = 50
    values: bool = True
    max_targets: int = 500
    max_ranked: int = 150
