"""A contradiction model's word on statement and reverse, in both directions, beside the check's.

It marks and counts, and drops nothing: word lists confirm only part of sound reverses (docs/methodology.md), and know
two languages.
"""

from __future__ import annotations

from collections.abc import Mapping

from axiometer.build.conflicts.scoring import score
from axiometer.models.contradiction.lexical import CONTRADICTS
from axiometer.models.protocols import ContradictionModel
from axiometer.records.corpus_rows import RulePair, Triple
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.similarity.mapping import MapTasks

__all__ = ["CONTRADICTS", "contradictions_in", "weigh_triples"]


def weigh_triples(
    checked: StageFolder, pairs: StageFolder, output: StageFolder, model: ContradictionModel, map_tasks: MapTasks
) -> None:
    """Scores statement and reverse of every checked triple; parts that are scored stay. pairs: where they are put for
    it. Raises what the model raises."""
    pairs.keep_only(checked.names())
    for part in checked.parts():
        signature = content_id("triple-pairs", part.digest)
        if pairs.is_made(part.name, signature):
            continue
        rows = [_pair(triple) for triple in to_rows(checked.rows_of(part.name), Triple)]
        fates = [Fate(row.id, Status.KEPT, outputs=(row.id,)) for row in rows]
        pairs.write(part.name, to_frame(rows, RulePair), fates, signature)
    score(pairs, output, model, map_tasks, both=True)


def contradictions_in(scored: StageFolder) -> Mapping[str, float]:
    """The lower of both directions for each triple that was scored, by its id."""
    found: dict[str, float] = {}
    for name in scored.names():
        rows = scored.rows_of(name).select("id", "contradiction_ab", "contradiction_ba").iter_rows()
        found |= {triple: min(ab, 0.0 if ba is None else ba) for triple, ab, ba in rows if ab is not None}
    return found


def _pair(triple: Triple) -> RulePair:
    return RulePair(
        id=triple.id,
        parent_ids=(triple.id,),
        lang=triple.lang.partition("-")[0],
        rule_a=f"{triple.id}/s",
        rule_b=f"{triple.id}/rs",
        text_a=triple.shown,
        text_b=triple.reversed_text,
        values_a=(),
        values_b=(),
        framework=None,
        similarity=None,
    )
