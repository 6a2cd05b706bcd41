"""Planted statements: issues, stances, outlets, dates, copies and look-alikes, and a judge that errs at known rates.

Nothing of it comes from texts: vectors are drawn around a centre for each issue, so that cosines lie as they do for
questions and statements of the starter news (questions of one issue at 0.85, of look-alikes at 0.6, of any two at 0.3).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from axiometer.build.statements.reduction.edges import Word
from axiometer.build.statements.reduction.reducing import Reduction
from axiometer.build.statements.reduction.wordings import Wording
from axiometer.records.corpus_rows import Statement
from axiometer.records.schemas import schema_of
from axiometer.similarity.vectors import Vectors, unit_vectors

NATIONS, OUTLETS, DIMENSIONS = 5, 8, 512
PER_ISSUE = 12
LARGEST = 0.02  # of all statements on one issue, about
COPIED, EDITED = 0.12, 0.03  # of the statements: word for word, and with words added
WRONG, SWAYED = 0.01, 0.04  # of the pairs: judged wrongly in both orders, in one
TURNED = 0.03  # of the statements: stance mistaken
_COMMON, _LIKE = 0.35, 0.55


@dataclass(frozen=True, slots=True)
class Planted:
    """The truth by statement: `issue` (issues 2n and 2n + 1 are look-alikes) and `stance`."""

    frame: pl.DataFrame
    issue: NDArray[np.int64]
    stance: NDArray[np.int8]
    copies: dict[str, str]


def plant(n: int, seed: int = 0) -> Planted:
    """n statements. Half of the issues are undisputed, a fifth changes over time, a fifth is disputed by outlet, a
    tenth within them."""
    draw = np.random.default_rng(seed)
    issues = max(2 * NATIONS, n // PER_ISSUE // 2 * 2)
    weight = 1 / np.arange(1, issues + 1) ** 0.8
    weight = np.minimum(weight / weight.sum(), LARGEST)
    issue = draw.choice(issues, n, p=weight / weight.sum()).astype(np.int64)
    nation, kind = issue // 2 % NATIONS, (issue * 7919 // 3) % 10
    outlet, day = draw.integers(0, OUTLETS, n), draw.integers(0, 4 * 365, n)
    copied = np.flatnonzero(draw.random(n) < COPIED + EDITED)
    original = _originals(issue, copied, draw)
    copied = copied[original >= 0]
    original = original[original >= 0]
    leaning = np.where((issue * 31 + outlet * 17) % 2 == 0, 1, -1)
    stance = np.where(kind < 5, 1, np.where(kind < 7, np.where(day < 600 + issue % 400, 1, -1), leaning))
    stance = np.where(kind == 9, draw.choice((1, -1), n), stance)
    stance[copied] = stance[original]
    words = np.array([f"statement {number} on issue {each}" for number, each in enumerate(issue)], object)
    words[copied] = words[original]
    edited = copied[draw.random(len(copied)) < EDITED / (COPIED + EDITED)]
    words[edited] += " x"
    dates = np.datetime64("2021-01-01") + day
    said = np.where(draw.random(n) < TURNED, -stance, stance)
    said[copied] = said[original]
    columns: dict[str, object] = {name: [None] * n for name in schema_of(Statement)}
    columns |= {
        "id": [f"s{number:07d}" for number in range(n)],
        "parent_ids": [[] for _ in range(n)],
        "lang": ["en"] * n,
        "text": words.tolist(),
        "text_id": [f"t{number:07d}" for number in range(n)],
        "document": [f"t{number:07d}" for number in range(n)],
        "start": [0] * n,
        "end": [1] * n,
        "verbatim": [True] * n,
        "context": [""] * n,
        "outlet": [f"Outlet {number}" for number in outlet.tolist()],
        "nation": [f"n{number}" for number in nation.tolist()],
        "date": [str(each) for each in dates],
        "question": [f"question {number} on issue {each}" for number, each in enumerate(issue)],
        "stance": said.tolist(),
    }
    copies = {f"t{copy:07d}": f"t{of:07d}" for copy, of in zip(copied.tolist(), original.tolist(), strict=True)}
    return Planted(pl.DataFrame(columns, schema=schema_of(Statement)), issue, stance.astype(np.int8), copies)


def _originals(issue: NDArray[np.int64], copied: NDArray[np.int64], draw: np.random.Generator) -> NDArray[np.int64]:
    """For each copy a statement on its issue that is none; -1 where there is none."""
    own = np.ones(len(issue), np.bool_)
    own[copied] = False
    members = defaultdict(list)
    for number in np.flatnonzero(own).tolist():
        members[int(issue[number])].append(number)
    return np.array([draw.choice(members[each]) if members[each] else -1 for each in issue[copied].tolist()], np.int64)


class Embedded:
    """Vectors of planted words: a direction that all share, one of the pair of look-alikes, one of the issue, noise."""

    def __init__(self, issues: int) -> None:
        draw = np.random.default_rng(99)
        self._common = unit_vectors(draw.normal(size=(1, DIMENSIONS)).astype(np.float32))
        self._pairs = unit_vectors(draw.normal(size=(issues // 2 + 1, DIMENSIONS)).astype(np.float32))
        self._own = unit_vectors(draw.normal(size=(issues, DIMENSIONS)).astype(np.float32))

    def __call__(self, texts: Sequence[str]) -> Vectors:
        words = [text.removesuffix(" x").split() for text in texts]
        issue = np.array([int(each[-1]) for each in words])
        number = int(words[0][1]) if words else 0
        asked = bool(words) and words[0][0] == "question"
        kept = 0.85 if asked else 0.4
        rows = np.random.default_rng(number).standard_normal((len(texts), DIMENSIONS), np.float32)
        rows *= np.float32(np.sqrt((1 - kept) / DIMENSIONS))
        rows += np.float32(np.sqrt(kept * _COMMON)) * self._common
        rows += np.float32(np.sqrt(kept * (1 - _COMMON) * _LIKE)) * self._pairs[issue // 2]
        rows += np.float32(np.sqrt(kept * (1 - _COMMON) * (1 - _LIKE))) * self._own[issue]
        return unit_vectors(rows)


def judge(
    planted: Planted, wordings: Sequence[Wording], i: NDArray[np.int64], j: NDArray[np.int64], seed: int = 1
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """What is said of pairs of wordings in both orders, with the planted errors."""
    issue, stance = truth(planted, wordings)
    true = np.where(issue[i] == issue[j], stance[i] * stance[j], int(Word.UNRELATED)).astype(np.int8)
    draw = np.random.default_rng(seed)
    other = ((true + 2 + draw.integers(0, 2, len(i))) % 3 - 1).astype(np.int8)  # one of the two other words
    wrong, swayed = draw.random(len(i)) < WRONG, draw.random(len(i)) < SWAYED
    first = draw.random(len(i)) < 0.5
    return (
        np.where(wrong | (swayed & first), other, true).astype(np.int8),
        np.where(wrong | (swayed & ~first), other, true).astype(np.int8),
    )


def truth(planted: Planted, wordings: Sequence[Wording]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Issue and stance of each wording."""
    rows = np.array([int(wording.id[1:]) for wording in wordings], np.int64)
    return planted.issue[rows], planted.stance[rows]


@dataclass(frozen=True, slots=True)
class Recovered:
    """conflicts: share of the planted pairs of opposite wordings that are on opposite sides of one found issue. mixed:
    share of the wordings in a found issue that are on another planted issue than most there. lost: share of the
    wordings on undisputed issues that were removed."""

    conflicts: float
    mixed: float
    lost: float


def recovered(planted: Planted, wordings: Sequence[Wording], reduction: Reduction) -> Recovered:
    issue, stance = truth(planted, wordings)
    side = np.zeros(len(wordings), np.int8)
    mixed = 0
    for group in reduction.groups:
        side[list(group.nodes)] = group.side
        if len(group.nodes) > 1:
            mixed += len(group.nodes) - int(np.bincount(issue[list(group.nodes)]).max())
    frame = pl.DataFrame({"issue": issue, "group": reduction.label, "stance": stance, "side": side})
    plus, minus = pl.col("stance") == 1, pl.col("stance") == -1
    of_issue = frame.group_by("issue").agg(plus.sum().alias("yes"), minus.sum().alias("no"))
    yes, no = (pl.col("side") == 1), (pl.col("side") == -1)
    found = frame.group_by("issue", "group").agg(
        (plus & yes).sum().alias("a"), (minus & no).sum().alias("b"), (plus & no).sum().alias("c"),
        (minus & yes).sum().alias("d"),
    )  # fmt: skip
    pairs = int((of_issue["yes"] * of_issue["no"]).sum())
    right = int((found["a"] * found["b"] + found["c"] * found["d"]).sum())
    undisputed = ~np.isin(issue, of_issue.filter((pl.col("yes") > 0) & (pl.col("no") > 0))["issue"].to_numpy())
    removed = np.zeros(len(wordings), np.bool_)
    removed[list(reduction.reason)] = True
    return Recovered(right / max(pairs, 1), mixed / len(wordings), float(removed[undisputed].mean()))
