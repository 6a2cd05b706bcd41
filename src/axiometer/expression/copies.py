"""Which texts are near-copies of each other (a report printed twice with a word changed): they belong on one side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from axiometer.expression.seen import wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

RUN: Final = 8  # characters
SKETCH: Final = 64  # runs that stand for a text when candidates are looked for
LIKE: Final = 0.7  # Jaccard similarity of the sets of runs
LEAST: Final = 60  # runs; shorter texts are copies only if they are equal
_CANDIDATE: Final = 0.35  # of the smaller sketch
_COMMON: Final = 50  # a run in more texts tells none apart
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


def copies(texts: Sequence[str]) -> tuple[int, ...]:
    """For each text the place of the first that it is a copy of, by one step or several: its own where there is none.

    Copies have one wording (`seen.wording`), or share 0.7 of their runs of 8 characters (Jaccard; Broder 1997, "On the
    resemblance and containment of documents", section 2). Candidates share a third of the 64 runs with the smallest
    hashes, which misses a pair that reaches 0.7 about once in ten million.
    """
    first: dict[str, int] = {}
    words = [wording(text) for text in texts]
    leader = [first.setdefault(word, place) for place, word in enumerate(words)]
    places = [place for place in first.values() if len(words[place]) >= LEAST + RUN - 1]
    runs = {place: _runs(words[place]) for place in places}
    for a, b in _candidates(runs):
        shared = len(np.intersect1d(runs[a], runs[b], assume_unique=True))
        if shared >= LIKE * (len(runs[a]) + len(runs[b]) - shared):
            _join(leader, a, b)
    return tuple(_leader(leader, place) for place in range(len(texts)))


def cluster_numbers(units: Sequence[str], groups: Sequence[str] | None) -> NDArray[np.int64]:
    """One number per text, equal where texts are near-copies of each other (`Labelled.units` are equal) or share a
    group, by one step or several."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n, links = len(units), list[tuple[int, int]]()
    for names in (units, *([groups] if groups is not None else [])):
        first: dict[str, int] = {}
        links += [(place, first.setdefault(name, place)) for place, name in enumerate(names)]
    if n == 0:
        return np.zeros(0, np.int64)
    one, other = np.array(links).T
    graph = coo_matrix((np.ones(len(links), np.int8), (one, other)), shape=(n, n))
    _, found = connected_components(graph, directed=False)
    return np.asarray(found, dtype=np.int64)


def _runs(word: str) -> NDArray[np.uint64]:
    """Hashes of the runs of a text, each once, ascending: mixed, so that the smallest are a draw."""
    letters = np.frombuffer(word.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    mixed = np.zeros(len(letters) - RUN + 1, np.uint64)
    for column in sliding_window_view(letters, RUN).T:
        mixed = (mixed ^ column) * _FACTOR
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed)


def _candidates(runs: dict[int, NDArray[np.uint64]]) -> list[tuple[int, int]]:
    """Pairs of texts whose sketches share enough."""
    if not runs:
        return []
    sketches = {place: found[:SKETCH] for place, found in runs.items()}
    hashes = np.concatenate(list(sketches.values()))
    owners = np.repeat(np.array(list(sketches)), [len(each) for each in sketches.values()])
    order = np.argsort(hashes, kind="stable")
    owners, hashes = owners[order], hashes[order]
    starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    ends = np.r_[starts[1:], len(hashes)]
    shared: dict[tuple[int, int], int] = {}
    for start, end in zip(starts, ends, strict=True):
        if 2 <= end - start <= _COMMON:
            among = sorted(owners[start:end].tolist())
            for number, a in enumerate(among):
                for b in among[number + 1 :]:
                    shared[a, b] = shared.get((a, b), 0) + 1
    least = {pair: _CANDIDATE * min(len(sketches[pair[0]]), len(sketches[pair[1]])) for pair in shared}
    return [pair for pair, count in shared.items() if count >= least[pair]]


def _join(leader: list[int], a: int, b: int) -> None:
    a, b = _leader(leader, a), _leader(leader, b)
    leader[max(a, b)] = min(a, b)


def _leader(leader: list[int], place: int) -> int:
    while leader[place] != place:
        leader[place] = leader[leader[place]]
        place = leader[place]
    return place
