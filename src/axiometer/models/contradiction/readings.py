"""What the model `lexical` sees in a rule: its force, and the words that say what it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from axiometer.models.contradiction.forces import Force, clash

LEAST_OVERLAP = 0.3
"""Rules whose words overlap less are about different things, whatever they say of them."""

_HALF = 0.5  # of a character that stands in both texts, but beside other characters
_CLEARLY = 0.2  # by so much more must X in "X before Y" be like the Y of the other rule


class Operator(StrEnum):
    """What words say a rule's force: a judgement ("it is wrong to", 是不对的) or a modal word ("should", 应当)."""

    JUDGEMENT = "judgement"
    MODAL = "modal"


@dataclass(frozen=True, slots=True)
class Token:
    """A word (English) or character (Chinese) of the content, or an entry of the list of opposites (`side` is 1 or -1,
    else 0). `near`: the pairs of characters that it stands in."""

    key: str
    weight: float
    side: int = 0
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A rule as its words are understood. `force` holds for its action as it stands in `tokens`, negations being part
    of the force. `ranked`: in a rule that puts one thing before another, the tokens of the first and of the second.
    `operator`: the outermost words that say the force, None where there are none."""

    force: Force
    tokens: tuple[Token, ...]
    ranked: tuple[tuple[Token, ...], tuple[Token, ...]] | None = None
    operator: Operator | None = None

    @cached_property
    def weight(self) -> float:
        return sum(token.weight for token in self.tokens)

    @cached_property
    def keys(self) -> frozenset[str]:
        return _keys(self.tokens)

    @cached_property
    def near(self) -> frozenset[str]:
        return frozenset(pair for token in self.tokens for pair in token.near)

    @cached_property
    def sides(self) -> Mapping[str, int]:
        """Entries of opposites that stand on one side alone, with that side."""
        found: dict[str, set[int]] = {}
        for token in self.tokens:
            if token.side:
                found.setdefault(token.key, set()).add(token.side)
        return {key: next(iter(sides)) for key, sides in found.items() if len(sides) == 1}


Read = Callable[[str], Reading]


def scores(first: Reading, second: Reading) -> tuple[float, float]:
    """(how far the second contradicts the first, how far the first contradicts the second), both in [0, 1].

    The clash of their forces (`forces.clash`), times the share of the contradicted rule's words that the other one
    also has: a broad rule is wholly contradicted by a narrow one, a narrow rule by a broad one in part. 0 where the
    words overlap too little.
    """
    shared_first, shared_second = _shared(first, second), _shared(second, first)
    total = first.weight + second.weight
    if not total or (shared_first + shared_second) / total < LEAST_OVERLAP:
        return 0.0, 0.0
    strength = clash(first.force, second.force, opposite=_turned(first, second))
    return strength * shared_first / first.weight, strength * shared_second / second.weight


def _turned(first: Reading, second: Reading) -> bool:
    """Whether the action of one is the opposite of the other's: an odd number of opposites, or places exchanged."""
    times = sum(second.sides.get(key, side) != side for key, side in first.sides.items())
    return (times + _exchanged(first, second)) % 2 == 1


def _exchanged(first: Reading, second: Reading) -> bool:
    if first.ranked is None or second.ranked is None:
        return False
    (before, after), (other_before, other_after) = first.ranked, second.ranked
    straight = _likeness(before, other_before) + _likeness(after, other_after)
    crossed = _likeness(before, other_after) + _likeness(after, other_before)
    return crossed > straight + _CLEARLY


def _likeness(one: tuple[Token, ...], other: tuple[Token, ...]) -> float:
    """Jaccard's share of common words; opposites are different words here."""
    left, right = _sided(one), _sided(other)
    return len(left & right) / len(left | right) if left | right else 0.0


def _shared(one: Reading, other: Reading) -> float:
    """The weight of the words of `one` that `other` has too."""
    total = 0.0
    for token in one.tokens:
        if token.near:
            total += token.weight * (
                1.0 if not other.near.isdisjoint(token.near) else _HALF if token.key in other.keys else 0.0
            )
        elif token.key in other.keys:
            total += token.weight
    return total


def _keys(tokens: tuple[Token, ...]) -> frozenset[str]:
    return frozenset(token.key for token in tokens)


def _sided(tokens: tuple[Token, ...]) -> frozenset[tuple[str, int]]:
    return frozenset((token.key, token.side) for token in tokens)
