"""Graphs of statements made by hand or drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from axiometer.build.statements.reduction.edges import Edges
from axiometer.build.statements.reduction.wordings import Wording

Judged = tuple[int, int, int]
"""Two nodes and the sign of what was judged of them."""


def edges_of(judged: Sequence[Judged], weights: Sequence[float] | None = None) -> Edges:
    i = np.array([min(a, b) for a, b, _ in judged], np.int64)
    j = np.array([max(a, b) for a, b, _ in judged], np.int64)
    sign = np.array([sign for _, _, sign in judged], np.int8)
    weight = np.array(weights if weights is not None else [1.0] * len(judged), np.float64)
    likeness = np.array([0.5 + 0.4 * ((a * 31 + b * 17) % 97) / 97 for a, b in zip(i, j, strict=True)], np.float32)
    return Edges(i, j, sign, weight, weight < 1, likeness, np.arange(len(i)))


def wording(
    number: int,
    stance: int = 1,
    *,
    outlet: str | None = "A",
    date: str | None = "2023-01-01",
    source: str | None = None,
    nation: str = "uk",
    members: int = 1,
    question: str = "Should it be so?",
) -> Wording:
    ident = f"w{number:05d}"
    return Wording(
        ident,
        "en",
        nation,
        f"Statement {number}.",
        question,
        stance,
        None,
        outlet,
        date,
        source or f"s{number:05d}",
        tuple(f"{ident}-{member}" for member in range(members)),
    )


def turned(judged: Sequence[Judged], order: Sequence[int]) -> list[Judged]:
    """The same graph with its nodes in another order: order[new] is the old place."""
    place = {old: new for new, old in enumerate(order)}
    return [(place[a], place[b], sign) for a, b, sign in judged]
