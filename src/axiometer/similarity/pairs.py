"""Pairs of vectors that are alike, and how alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from axiometer.errors import InputError
from axiometer.records.tables import whole

TIE = 5e-7
"""Unit rows in float32 have a length of 1 within about 1e-7, so a vector's cosine with its own copy may come out a
little below 1. A cosine counts as reaching a threshold when it is no more than this below it."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows i and j with the cosine of their vectors, in the order of (i, j).

    Within one set i < j; between two sets i counts in the first and j in the second. similarity: the dot product in
    float64 of the float32 rows, at most 1. exact: every pair that reaches the threshold is here; an approximate search
    says False: what is here is true, and some may be missing.
    """

    i: NDArray[np.int32]
    j: NDArray[np.int32]
    similarity: NDArray[np.float32]
    exact: bool = True

    def __len__(self) -> int:
        return len(self.i)

    def above(self, threshold: float) -> Pairs:
        """Those that reach a higher threshold."""
        taken = self.similarity >= threshold - TIE
        return Pairs(self.i[taken], self.j[taken], self.similarity[taken], self.exact)

    def within(self, groups: NDArray[np.generic]) -> Pairs:
        """Those of one group (one entry of `groups` per row): what a cosine cannot see, such as a judgement turned into
        its opposite, can be held apart so."""
        taken = groups[self.i] == groups[self.j]
        return Pairs(self.i[taken], self.j[taken], self.similarity[taken], self.exact)

    def arranged(self) -> Pairs:
        """The same in the order of (i, j)."""
        order = np.lexsort((self.j, self.i))
        return Pairs(self.i[order], self.j[order], self.similarity[order], self.exact)

    def renamed(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Pairs:
        """Positions replaced by what they stand for: i by rows[i], j by columns[j]. Not in order any more."""
        return Pairs(rows[self.i].astype(np.int32), columns[self.j].astype(np.int32), self.similarity, self.exact)

    def upward(self) -> Pairs:
        """The same with i < j in every pair."""
        i, j = np.minimum(self.i, self.j), np.maximum(self.i, self.j)
        return Pairs(i, j, self.similarity, self.exact)

    def write(self, path: Path) -> None:
        """Writes them whole or not at all (.npz)."""
        with whole(path) as temporary, temporary.open("wb") as handle:
            np.savez(handle, i=self.i, j=self.j, similarity=self.similarity, exact=np.array(self.exact))

    @staticmethod
    def read(path: Path) -> Pairs:
        """What `write` wrote. Raises `InputError` for anything else."""
        try:
            with np.load(path, allow_pickle=False) as found:
                return Pairs(found["i"], found["j"], found["similarity"], bool(found["exact"]))
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise InputError("not a file of pairs, or a damaged one", file=path) from error


def no_pairs() -> Pairs:
    return Pairs(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32))


def joined(parts: Iterable[Pairs]) -> Pairs:
    """All pairs of the parts, one after another."""
    found = [part for part in parts if len(part)]
    if not found:
        return no_pairs()
    return Pairs(
        np.concatenate([part.i for part in found]),
        np.concatenate([part.j for part in found]),
        np.concatenate([part.similarity for part in found]),
        all(part.exact for part in found),
    )
