"""What a chat model is asked about a pair of rules, and what its word in both orders comes to.

A judge says how two rules stand to each other, once in each order, since models lean towards what they read first
(Zheng et al. 2023, NeurIPS 36, "position bias"). Asking it is a stage (`build.conflicts.judging`), so that every answer
is in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from axiometer.models.protocols import Confidence, ConflictKind, Contradiction

WORDING: Final = 1
STEP: Final = "conflict-judge"
FORM: Final = '{"reason": "...", "relation": "contradiction"/"tension"/"same"/"unrelated"}'


class Relation(StrEnum):
    """What a judge can say of two rules."""

    CONTRADICTION = "contradiction"
    TENSION = "tension"
    SAME = "same"
    UNRELATED = "unrelated"


SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "properties": {
        "reason": {"type": "string"},
        "relation": {"type": "string", "enum": [str(relation) for relation in Relation]},
    },
    "required": ["reason", "relation"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Judge:
    """A chat model as a judge of pairs: `model` is its name as `open_model` knows it."""

    model: str

    @property
    def name(self) -> str:
        return f"llm/{self.model}"


def combined(ab: Relation, ba: Relation) -> Contradiction:
    """What the relations said in both orders come to.

    A direction scores 1 where a contradiction was said there, else 0. The kind is what both orders say. Where one says
    contradiction and the other tension it is a tension, which is the weaker claim; else where they differ it is
    neither; in both cases with low confidence.
    """
    scores = (float(ab is Relation.CONTRADICTION), float(ba is Relation.CONTRADICTION))
    if ab is ba:
        return Contradiction(*scores, _KINDS[ab], Confidence.NORMAL)
    both = {_KINDS[ab], _KINDS[ba]}
    if both == {ConflictKind.NEITHER}:  # the same thing, or nothing to do with each other: no conflict either way
        return Contradiction(*scores, ConflictKind.NEITHER, Confidence.NORMAL)
    kind = ConflictKind.NEITHER if ConflictKind.NEITHER in both else ConflictKind.TENSION
    return Contradiction(*scores, kind, Confidence.LOW)


_KINDS = {
    Relation.CONTRADICTION: ConflictKind.CONTRADICTION,
    Relation.TENSION: ConflictKind.TENSION,
    Relation.SAME: ConflictKind.NEITHER,
    Relation.UNRELATED: ConflictKind.NEITHER,
}
