"""What a simulated rule writer says of pairs of rules (the step `conflict`): a planted relation, swayed by the order of
some pairs, told in other words than asked for at some calls. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from axiometer.models.contradiction.judge import Relation
from axiometer.models.draws import uniform, weighted, whole
from axiometer.models.protocols import Request
from axiometer.models.writer_profile import Conflicts

STEP = "conflict"

_REASONS: Mapping[Relation, tuple[str, str]] = {
    Relation.CONTRADICTION: ("One asks for the reverse of the other.", "一条要求的正与另一条相反。"),
    Relation.TENSION: ("Sometimes nobody can follow both.", "有时无法两条都做到。"),
    Relation.SAME: ("Both ask for the same.", "两条要求的是同一件事。"),
    Relation.UNRELATED: ("Neither bears on the other.", "两条互不相干。"),
}
_PROSE = ("These two rules are worth thinking about.", "这两条准则值得想一想。")
_PLACES = ("at home", "at work", "among friends", "in public", "on a journey")  # answers must not be all alike


@dataclass(frozen=True, slots=True)
class PlantedPair:
    """What is planted for two rules, in whichever order they are shown. `swayed`: the relation that is said where
    `swayed_first` is shown first; None where the order makes no difference."""

    relation: Relation
    swayed: Relation | None
    swayed_first: str

    def said(self, first: str) -> Relation:
        """What is said where `first` is shown first."""
        return self.swayed if self.swayed is not None and first == self.swayed_first else self.relation


def planted_pair(conflicts: Conflicts, seed: int, one: str, other: str) -> PlantedPair:
    """What is planted for two rules; the same for both orders of them."""
    pair = tuple(sorted((one, other)))
    if one == other:
        return PlantedPair(Relation.SAME, None, one)
    weights = {relation: float(getattr(conflicts, relation)) for relation in Relation}
    relation = weighted(weights, seed, "relation", *pair)
    if uniform(seed, "swayed", *pair) >= conflicts.swayed:
        return PlantedPair(relation, None, pair[0])
    others = [each for each in Relation if each is not relation]
    swayed = others[whole(len(others), seed, "swayed to", *pair)]
    return PlantedPair(relation, swayed, pair[whole(2, seed, "swayed by", *pair)])


def answer(conflicts: Conflicts, seed: int, request: Request) -> str:
    """The text with which the writer answers `request.meta`: `first` and `second` as they are shown, `lang`, `attempt`
    (1 where an answer is asked again; then it has the form asked for)."""
    meta = request.meta or {}
    first, second = str(meta.get("first", "")), str(meta.get("second", ""))
    chinese = str(meta.get("lang") or "en").startswith("zh")
    attempt = int(str(meta.get("attempt") or 0))
    if not attempt and uniform(seed, "prose", first, second) < conflicts.prose:
        return _PROSE[chinese]
    relation = planted_pair(conflicts, seed, first, second).said(first)
    place = _PLACES[whole(len(_PLACES), seed, "place", first, second)]
    reason = _REASONS[relation][chinese] if chinese else f"{_REASONS[relation][0][:-1]} {place}."
    return json.dumps({"reason": reason, "relation": str(relation)}, ensure_ascii=False)
