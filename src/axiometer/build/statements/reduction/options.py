"""What a user wants of the reduction of conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from axiometer.errors import InputError

PERIODS: Final = ("year", "half-year", "quarter", "month")
"""Units on whose borders a corpus may be cut in two, the coarsest first."""


class Policy(StrEnum):
    """What is done where a nation's sources disagree. `split`: all stay, each stance as the view of a period or outlet;
    `dominant`: the stance of more independent sources stays; `drop`: none stays."""

    SPLIT = "split"
    DOMINANT = "dominant"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class ReductionOptions:
    """How conflicts are found and resolved. Make it with `of`.

    judge: who says how two statements stand to each other (`lexical`, `nli/NAME_OR_PATH`, `llm/PROVIDER/NAME`; None:
    the model of the work, as `llm/...`). period: the finest unit of a border between periods (of `PERIODS`). near: the
    likeness from which two statements are candidates (0.7 of it is the cosine of their questions, 0.3 that of the
    statements). sure: the likeness from which they are although their topics differ, and from which pairs are drawn.
    k: nearest pairs of each statement. drawn: more of its pairs, drawn at random from `sure` on. within_days: pairs
    further apart are no candidates (None: all are). same_question: the cosine from which two questions count as one.
    support: share of the judged pairs between two groups that must be on one issue for the groups to be one issue.
    """

    policy: Policy
    judge: str | None
    period: str
    near: float
    sure: float
    k: int
    drawn: int
    within_days: int | None
    same_question: float
    support: float
    seed: int

    @classmethod
    def of(
        cls,
        *,
        policy: str = Policy.SPLIT,
        judge: str | None = None,
        period: str = "month",
        near: float = 0.45,
        sure: float = 0.7,
        k: int = 8,
        drawn: int = 4,
        within_days: int | None = 1_826,
        same_question: float = 0.8,
        support: float = 0.6,
        seed: int = 0,
    ) -> ReductionOptions:
        """The options, checked. Raises `InputError` for what cannot be."""
        if policy not in tuple(Policy):
            raise InputError(
                "unknown policy {name!r}", mend="known: {known}", name=policy, known=", ".join(map(str, Policy))
            )
        if period not in PERIODS:
            raise InputError("unknown period {name!r}", mend="known: {known}", name=period, known=", ".join(PERIODS))
        if not -1 < near <= sure <= 1:
            raise InputError(
                "the likeness of candidates lies above -1 and is at most that of sure pairs ({sure})", sure=sure
            )
        if k < 1 or drawn < 0 or (within_days is not None and within_days < 1):
            raise InputError("each statement needs at least 1 pair, and pairs at least a day in which to lie")
        if not 0 < support <= 1 or not -1 < same_question <= 1:
            raise InputError("a share lies above 0 and is at most 1, a cosine above -1")
        return cls(Policy(policy), judge, period, near, sure, k, drawn, within_days, same_question, support, seed)

    @property
    def searching(self) -> list[object]:
        """What decides which pairs are candidates. JSON values."""
        return [self.near, self.sure, self.k, self.drawn, self.within_days, self.seed]
