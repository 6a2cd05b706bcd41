"""Scenes filtered: what is told of each by itself, part by part; then near-duplicates among all of a language."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from axiometer.build.dilemmas.filters import VERSION, problem
from axiometer.build.dilemmas.rows import Scene
from axiometer.build.work.search import Search
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

NEAR_DUPLICATE = "near-duplicate of another scene"
_COMPARED = ["id", "lang", "text", "side_a", "side_b"]


def filter_scenes(checked: StageFolder, output: StageFolder, balance: float) -> None:
    """Filters every part that is not filtered yet or was filtered otherwise."""
    basis = content_id("filter", VERSION, balance)
    output.keep_only(checked.names())
    for part in checked.parts():
        signature = content_id("part", basis, part.digest)
        if output.is_made(part.name, signature):
            continue
        kept: list[Scene] = []
        fates: list[Fate] = []
        for scene in to_rows(checked.rows_of(part.name), Scene):
            found = problem(scene, balance)
            if found is None:
                kept.append(scene)
                fates.append(Fate(scene.id, Status.KEPT, outputs=(scene.id,)))
            else:
                fates.append(Fate(scene.id, Status.DROPPED, reason=found[0], note=found[1]))
        output.write(part.name, to_frame(kept, Scene), fates, signature)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A scene among all: its part, its row there, and the words that are compared."""

    part: str
    row: int
    id: str
    words: str


def drop_near_duplicates(filtered: StageFolder, output: StageFolder, search: Search) -> None:
    """Of dilemmas whose words (scene and both sides) are near-duplicates, the first in the order of the table stays.

    A barrier: all parts are compared with all, exactly, within each language; made anew where anything has changed.
    """
    parts = filtered.parts()
    basis = content_id("alike", search.embedder, search.threshold, [[part.name, part.digest] for part in parts])
    output.keep_only(filtered.names())
    if all(output.is_made(part.name, basis) for part in parts):
        return
    by_language: dict[str, list[_Placed]] = defaultdict(list)
    for part in parts:
        compared = filtered.rows_of(part.name, _COMPARED).select(_COMPARED).iter_rows()
        for row, (scene, lang, *words) in enumerate(compared):
            by_language[lang].append(_Placed(part.name, row, scene, "\n".join(words)))
    keepers: dict[tuple[str, int], tuple[str, float]] = {}
    for lang in sorted(by_language):
        placed = by_language[lang]
        kept = search.keep([each.words for each in placed], [])
        for index in kept.dropped.tolist():
            by = placed[int(kept.kept_by[index])]
            keepers[placed[index].part, placed[index].row] = by.id, float(kept.similarity[index])
    for part in parts:
        rows = filtered.rows_of(part.name)
        fates = [_fate(scene, keepers.get((part.name, row))) for row, scene in enumerate(rows["id"].to_list())]
        stays = pl.Series([fate.status is Status.KEPT for fate in fates], dtype=pl.Boolean())
        output.write(part.name, rows.filter(stays), fates, basis)
    search.clear()


def _fate(scene: str, keeper: tuple[str, float] | None) -> Fate:
    if keeper is None:
        return Fate(scene, Status.KEPT, outputs=(scene,))
    return Fate(scene, Status.DROPPED, reason=NEAR_DUPLICATE, note=f"{keeper[0]} ({keeper[1]:.3f})")
