"""How texts without a topic are tagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from axiometer.errors import InputError

TAGS: Final = "model_tags"
"""The key of `Text.meta` that holds the tags a model gave, in its order."""
_BETWEEN: Final = " | "
ALIKE_FROM: Final = 0.7
"""Cosine from which two tags are one. Measured on 114 pairs of tags that we labelled in four languages, with the
default embedder: none of 58 pairs of different meaning reaches it, and 34 of 56 of one meaning do."""


@dataclass(frozen=True, slots=True)
class TagOptions:
    """How tags are given and merged. Make it with `of`.

    rounds: how often the model is asked about texts that are still without a subject. bound: the share of all texts
    that may stay without one. least: texts that a tag must have to be a subject. alike: cosine from which two tags are
    one.
    """

    rounds: int
    bound: float
    least: int
    alike: float

    @classmethod
    def of(cls, *, rounds: int = 3, bound: float = 0.02, least: int = 2, alike: float = ALIKE_FROM) -> TagOptions:
        """The options, checked. Raises `InputError` for what cannot be."""
        if rounds < 0:
            raise InputError("tags: rounds must be at least 0, not {number}", number=rounds)
        if not 0.0 <= bound < 1.0:
            raise InputError("tags: the share without a subject is at least 0 and below 1, not {share}", share=bound)
        if least < 1:
            raise InputError("tags: a subject must have at least 1 text, not {number}", number=least)
        if not 0.0 < alike <= 1.0:
            raise InputError("tags: a cosine is above 0 and at most 1, not {cosine}", cosine=alike)
        return cls(rounds, bound, least, alike)

    @property
    def said(self) -> dict[str, object]:
        """All of it, as JSON values."""
        return {"rounds": self.rounds, "bound": self.bound, "least": self.least, "alike": self.alike}


def joined(tags: tuple[str, ...]) -> str:
    """Tags as `Text.meta` holds them."""
    return _BETWEEN.join(tags)


def parted(said: str) -> tuple[str, ...]:
    """The tags that `joined` joined."""
    return tuple(tag for tag in said.split(_BETWEEN) if tag)
