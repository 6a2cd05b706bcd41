"""Candidates with contradiction scores, part by part, by a model that computes: in processes, resumable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.build.conflicts.options import LEXICAL
from axiometer.errors import InputError
from axiometer.models.protocols import Contradiction, ContradictionModel
from axiometer.records.corpus_rows import RulePair
from axiometer.records.ids import content_id
from axiometer.records.schemas import schema_of
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.similarity.mapping import MapTasks

UNKNOWN_LANGUAGE: Final = "language that the model does not know"
_COMPUTED = ("contradiction_ab", "contradiction_ba", "kind", "method", "confidence")


@dataclass(frozen=True, slots=True)
class ScoringTask:
    """One part of candidates (`rows/NAME.parquet` under `candidates`), the model, and where the scored part goes.
    both: the second direction is scored for every pair, not only where the first is plausible."""

    candidates: str
    output: str
    part: str
    model: str
    both: bool
    signature: str


def score(
    candidates: StageFolder, output: StageFolder, model: ContradictionModel, map_tasks: MapTasks, *, both: bool = False
) -> None:
    """Scores all parts that are not scored yet, or were scored by another version of the model. both: in both
    directions, also where the first says no.

    Raises what the model raises; finished parts stay.
    """
    basis = content_id("contradictions", (_opened(model.name, both) if both else model).identity)
    parts = candidates.parts()
    for name in {part.name for part in output.parts()} - {part.name for part in parts}:
        output.remove(name)
    tasks = []
    for part in parts:
        signature = content_id("part", basis, part.digest)
        there = output.part(part.name)
        if there is None or there.signature != signature:
            tasks.append(ScoringTask(str(candidates.path), str(output.path), part.name, model.name, both, signature))
    for _ in map_tasks(score_part, tasks):
        pass


def score_part(task: ScoringTask) -> str:
    """Scores a part and gives its name. For runners."""
    pairs = StageFolder(Path(task.candidates)).rows_of(task.part)
    scored = scored_pairs(pairs, _opened(task.model, task.both))
    known = scored["method"].is_not_null()
    fates = [
        Fate(pair, Status.KEPT, outputs=(pair,)) if is_known else Fate(pair, Status.DROPPED, reason=UNKNOWN_LANGUAGE)
        for pair, is_known in zip(scored["id"].to_list(), known.to_list(), strict=True)
    ]
    StageFolder(Path(task.output)).write(task.part, scored.filter(known), fates, task.signature)
    return task.part


@lru_cache(maxsize=1)
def _opened(name: str, both: bool) -> ContradictionModel:
    """A worker process loads a model once."""
    from axiometer.models.contradiction.registry import CrossEncoderOptions, open_contradiction_model

    model = open_contradiction_model(name, CrossEncoderOptions(plausible=0.0) if both else None)
    assert isinstance(model, ContradictionModel), f"{name} does not compute"
    return model


def scored_pairs(pairs: pl.DataFrame, model: ContradictionModel) -> pl.DataFrame:
    """The pairs (frame of `RulePair`) with scores, in their order; without `method` where the model does not know the
    language."""
    columns = ("text_a", "text_b", "lang")
    listed: Sequence[tuple[str, str, str]] = pairs.select(columns).rows()
    found: list[Contradiction | None] = [None] * len(listed)
    by_language: dict[str, list[int]] = {}
    for place, (_, _, lang) in enumerate(listed):
        by_language.setdefault(lang, []).append(place)
    for places in by_language.values():
        try:
            contradictions = model.contradictions([listed[place] for place in places])
        except InputError:
            if model.name != LEXICAL:  # others know every language: their mistakes are about other things
                raise
            continue
        for place, contradiction in zip(places, contradictions, strict=True):
            found[place] = contradiction
    return with_scores(pairs, found, model.name)


def with_scores(pairs: pl.DataFrame, found: Sequence[Contradiction | None], method: str) -> pl.DataFrame:
    """The pairs with these scores, one for each; None: not scored."""
    schema = schema_of(RulePair)
    said: dict[str, list[float | None] | list[str | None]] = {
        "contradiction_ab": [None if each is None else each.ab for each in found],
        "contradiction_ba": [None if each is None else each.ba for each in found],
        "kind": [None if each is None or each.kind is None else str(each.kind) for each in found],
        "method": [None if each is None else method for each in found],
        "confidence": [None if each is None else str(each.confidence) for each in found],
    }
    columns = [pl.Series(name, said[name], dtype=schema[name]) for name in _COMPUTED]
    return pairs.with_columns(columns).select(list(schema))
