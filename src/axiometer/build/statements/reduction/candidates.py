"""Statements that may be on one issue: likely pairs of wordings, as parts that a contradiction model can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.reduction.positions import day_of
from axiometer.build.statements.reduction.search import UNDATED, Integers, Marks, Nearness, find
from axiometer.build.statements.reduction.wordings import (
    SAME_COSINE,
    Wording,
    joined,
    nearly_same,
    rank,
    read_wordings,
)
from axiometer.build.work.search import Search, Watched
from axiometer.records.corpus_rows import RulePair
from axiometer.records.ids import content_id
from axiometer.records.schemas import schema_of
from axiometer.records.tables import read_part, write_parquet
from axiometer.runtime.progress import Tally
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.similarity.drawing import names_of
from axiometer.similarity.duplicates import keep_best
from axiometer.similarity.kernel import pairs_above
from axiometer.similarity.mapping import MapTasks
from axiometer.similarity.pairs import Pairs
from axiometer.similarity.vectors import Vectors, unit_vectors

OF_QUESTIONS: Final = 0.7
"""Weight of the questions in the likeness of two statements: answers to one question may have no word in common."""
PART: Final = 2_000  # pairs
WORDINGS: Final = "wordings.parquet"

_VERSION: Final = 1
_ON_RUNNER: Final = 20_000
_BASIS: Final = "basis"
_AT_ONCE: Final = 8_192

Floats: TypeAlias = NDArray[np.float32]
Embed: TypeAlias = Callable[[Sequence[str]], Vectors]


def find_pairs(
    statements: StageFolder, output: StageFolder, options: ReductionOptions, search: Search, copies: Mapping[str, str]
) -> list[str]:
    """Writes the candidates of all parts of `Statement` as parts of `RulePair`, and the wordings beside them; gives the
    names of the parts. Does nothing where nothing changed."""
    digests = [[name, part.digest] for name in statements.names() if (part := statements.part(name)) is not None]
    basis = content_id("pairs", _VERSION, options.searching, search.embedder, sorted(copies.items()), digests)
    done = output.path / WORDINGS
    names = output.names()
    if done.exists() and all(output.is_made(name, basis) for name in names) and _is_of(done, basis):
        return names
    wordings = read_wordings(statements, copies)
    watched = Watched(search.runner, Tally(f"{search.name}: pairs"), search.progress)
    if len(wordings) < _ON_RUNNER:
        wordings, i, j, similarity = candidates(wordings, search.vectors, options, watched.here())
    else:
        wordings, i, j, similarity = candidates(wordings, search.vectors, options, watched, search.work)
    written = _write_parts(wordings, i, j, similarity, output, basis)
    output.keep_only(written)
    _write_wordings(wordings, done, basis)
    return written


def candidates(
    wordings: Sequence[Wording],
    embed: Embed,
    options: ReductionOptions,
    map_tasks: MapTasks,
    work: Path | None = None,
) -> tuple[list[Wording], Integers, Integers, Floats]:
    """The wordings with nearly equal ones joined, and pairs i < j of them with their likeness, in order.

    work: a folder for the vectors of one population at a time, which runners with processes need.
    """
    kept: list[Wording] = []
    parts: list[tuple[Integers, Integers, Floats]] = []
    ordered = sorted(wordings, key=lambda wording: (wording.population, wording.id))
    for number, (_, group) in enumerate(groupby(ordered, key=lambda wording: wording.population)):
        members, said = _distinct(list(group), embed)
        path = None if work is None else work / f"likeness-{number:04d}.npy"
        likeness = together(embed([wording.question for wording in members]), said, path)
        del said
        found = find(likeness if path is None else str(path), marks_of(members), _nearness(options), map_tasks)
        if path is not None:
            path.unlink()
        parts.append((found.i + len(kept), found.j + len(kept), found.similarity))
        kept += members
    if not parts:
        return [], np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    return (
        kept,
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
    )


def together(questions: Vectors, statements: Vectors, path: Path | None = None) -> Vectors:
    """Unit rows whose cosines are weighted means of those of the questions and of the statements; at `path` (.npy) and
    mapped from there, if it is given."""
    shape = (len(questions), questions.shape[1] + statements.shape[1])
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    wide = np.empty(shape, np.float32) if path is None else np.lib.format.open_memmap(path, "w+", np.float32, shape)
    for start in range(0, len(questions), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        parts = (questions[some] * np.sqrt(OF_QUESTIONS), statements[some] * np.sqrt(1 - OF_QUESTIONS))
        wide[some] = unit_vectors(np.concatenate(parts, axis=1).astype(np.float32))
    return wide


def marks_of(wordings: Sequence[Wording]) -> Marks:
    topics = {topic: number for number, topic in enumerate(sorted({each.topic for each in wordings if each.topic}))}
    return Marks(
        names_of([each.id for each in wordings]),
        np.array([topics[each.topic] if each.topic else -1 for each in wordings], np.int64),
        np.array([UNDATED if (day := day_of(each.date)) is None else day for each in wordings], np.int64),
    )


def read_found(found: StageFolder) -> tuple[list[Wording], list[str]]:
    """The wordings of a search by their place, and the names of the parts of pairs."""
    frame = read_part(found.path / WORDINGS)
    columns = [name for name in frame.columns if name not in ("members", _BASIS)]
    members = frame["members"].to_list()
    rows = frame.select(columns).iter_rows(named=True)
    return [Wording(**row, members=tuple(each)) for row, each in zip(rows, members, strict=True)], found.names()


def _nearness(options: ReductionOptions) -> Nearness:
    return Nearness(options.near, options.sure, options.k, options.drawn, options.within_days, options.seed)


def _distinct(wordings: list[Wording], embed: Embed) -> tuple[list[Wording], Vectors]:
    """The wordings with those that are nearly another joined to it, greedily the earliest first, so that chains join
    nothing; and the vectors of their statements."""
    said = embed([wording.text for wording in wordings])
    likely = pairs_above(said, SAME_COSINE)
    same = [
        place
        for place, (i, j) in enumerate(zip(likely.i.tolist(), likely.j.tolist(), strict=True))
        if wordings[i].stance == wordings[j].stance and nearly_same(wordings[i].text, wordings[j].text)
    ]
    if not same:
        return wordings, said
    order = np.array(sorted(range(len(wordings)), key=lambda place: rank(wordings[place])), np.int64)
    kept = keep_best(len(wordings), Pairs(likely.i[same], likely.j[same], likely.similarity[same]), order)
    keeper = {int(place): int(kept.kept_by[place]) for place in kept.dropped}
    return joined(wordings, keeper), said[kept.kept]


def _write_parts(
    wordings: Sequence[Wording],
    i: Integers,
    j: Integers,
    similarity: Floats,
    output: StageFolder,
    basis: str,
) -> list[str]:
    names = []
    for start in range(0, len(i), PART):
        some = slice(start, start + PART)
        name = f"pairs-{start // PART:06d}"
        frame = _frame(wordings, i[some].tolist(), j[some].tolist(), similarity[some].tolist())
        fates = [Fate(pair, Status.KEPT, outputs=(pair,)) for pair in frame["id"].to_list()]
        output.write(name, frame, fates, basis)
        names.append(name)
    return names


def _frame(wordings: Sequence[Wording], i: list[int], j: list[int], similarity: list[float]) -> pl.DataFrame:
    ones, others = [wordings[place] for place in i], [wordings[place] for place in j]
    schema = schema_of(RulePair)
    columns: dict[str, object] = {name: [None] * len(i) for name in schema}
    columns |= {
        "id": [
            content_id("statement-pair", a.id, b.id, a.question, b.question) for a, b in zip(ones, others, strict=True)
        ],
        "parent_ids": [[a.id, b.id] for a, b in zip(ones, others, strict=True)],
        "lang": [a.lang for a in ones],
        "rule_a": [a.id for a in ones],
        "rule_b": [b.id for b in others],
        "text_a": [a.text for a in ones],
        "text_b": [b.text for b in others],
        "values_a": [[] for _ in ones],
        "values_b": [[] for _ in ones],
        "similarity": similarity,
    }
    return pl.DataFrame(columns, schema=schema)


def _write_wordings(wordings: Sequence[Wording], path: Path, basis: str) -> None:
    schema = schema_of(Wording)
    columns = {name: [getattr(wording, name) for wording in wordings] for name in schema if name != "members"}
    columns["members"] = [list(wording.members) for wording in wordings]
    write_parquet(pl.DataFrame(columns, schema=schema).with_columns(pl.lit(basis).alias(_BASIS)), path)


def _is_of(path: Path, basis: str) -> bool:
    return bool(read_part(path, [_BASIS])[_BASIS].head(1).to_list() == [basis])
