"""Numbers that are hashes: what simulated models draw, the same on every machine and in every order."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import TypeVar

Drawn = TypeVar("Drawn")


def uniform(*parts: object) -> float:
    """A number in [0, 1) that is a hash of `parts`."""
    digest = blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def whole(count: int, *parts: object) -> int:
    """A whole number in [0, count) that is a hash of `parts`."""
    return int(uniform(*parts) * count)


def weighted(weights: Mapping[Drawn, float], *parts: object) -> Drawn:
    """One of the keys, with the share that its weight has in all; a hash of `parts`."""
    point = uniform(*parts) * sum(weights.values())
    chosen = None
    for key, weight in weights.items():
        if weight > 0.0:
            chosen = key
            if point < weight:
                break
            point -= weight
    if chosen is None:
        raise ValueError("nothing to draw from: no weight is above 0")
    return chosen
