"""Rules to candidates on disk: embedded, compared in blocks, drawn, and written as parts of pairs without scores."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import polars as pl

from axiometer.build.conflicts.candidates import BandCount, Drawn, Found, find_candidates
from axiometer.build.conflicts.options import ConflictOptions, PairsFolder
from axiometer.build.conflicts.rules import blocking_of
from axiometer.build.conflicts.sampling import VECTORS
from axiometer.build.work.search import ON_RUNNER, Watched
from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.records.corpus_rows import RulePair
from axiometer.records.ids import content_id
from axiometer.records.schemas import schema_of
from axiometer.records.tables import write_text
from axiometer.runtime.progress import Progress, Tally
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

PART = 20_000  # candidates in a part
_COLUMNS = ("id", "lang", "text", "values", "framework")


def mine(
    rules: pl.DataFrame,
    options: ConflictOptions,
    framework: Framework | None,
    folder: PairsFolder,
    cache: Path,
    runner: Runner,
    progress: Progress,
) -> Found:
    """Writes the candidates of `rules` (as `read_rules` gives them) to `folder`, unless they are there.

    cache: the folder of vectors, shared by all searches. Raises `InputError` as `find_candidates`.
    """
    done = read_found(folder)
    if done is not None:
        return done
    from axiometer.similarity.cache import TEXTS_PER_PART, embedded
    from axiometer.similarity.embedders import DEFAULT_EMBEDDER

    blocking = blocking_of(rules, options.within, options.across, framework)
    own = options.embedder == DEFAULT_EMBEDDER and rules.height > TEXTS_PER_PART
    embedding = Watched(runner if own else None, Tally("embed"), progress)
    vectors = embedded(
        rules["text"].to_list(), options.embedder, cache, map_tasks=embedding, output=folder.work / VECTORS
    )
    comparing = Watched(runner if rules.height >= ON_RUNNER else None, Tally("compare"), progress)
    drawn, found = find_candidates(vectors, blocking, options, folder.work, map_tasks=comparing)
    for name in {part.name for part in folder.candidates.parts()}:
        folder.candidates.remove(name)  # written by half before the work was stopped
    for name, part in _parts(drawn):
        _write(name, pairs_of(rules, part, options, framework), folder.candidates)
    write_text(json.dumps(asdict(found), indent=2) + "\n", folder.found)
    del vectors
    shutil.rmtree(folder.work, ignore_errors=True)
    return found


def read_found(folder: PairsFolder) -> Found | None:
    """The account of the candidates, where all of them are there. Raises `InputError` for a damaged one."""
    if not folder.found.exists():
        return None
    try:
        said = json.loads(folder.found.read_text(encoding="utf-8"))
        bands = tuple(BandCount(**band) for band in said["bands"])
        return replace(Found(**{**said, "bands": ()}), bands=bands)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "a damaged account of candidates", file=folder.found, mend="delete it: the candidates are made again"
        ) from error


def pairs_of(rules: pl.DataFrame, drawn: Drawn, options: ConflictOptions, framework: Framework | None) -> pl.DataFrame:
    """The drawn pairs as rows of `RulePair` without scores, in the order of their rules' places."""
    one, other = rules.select(_COLUMNS)[drawn.i], rules.select(_COLUMNS)[drawn.j]
    turned = one["id"] > other["id"]  # rule_a is the smaller id, so that a pair has one name
    sides: dict[str, tuple[pl.Series, pl.Series]] = {}
    for column in _COLUMNS:
        both = pl.DataFrame({"turned": turned, "one": one[column], "other": other[column]})
        a = both.select(pl.when("turned").then("other").otherwise("one").alias(column))[column]
        b = both.select(pl.when("turned").then("one").otherwise("other").alias(column))[column]
        sides[column] = (a, b)
    ids = list(zip(*(side.to_list() for side in sides["id"]), strict=True))
    lows = pl.Series(options.bands, dtype=pl.Float64)
    named = sides["framework"][0].fill_null(framework.id) if framework is not None else sides["framework"][0]
    probability = None if drawn.probability is None else pl.Series(drawn.probability)
    empty = pl.Series([[]], dtype=pl.List(pl.String()))
    frame = pl.DataFrame(
        {
            "id": [content_id("pair", a, b) for a, b in ids],
            "parent_ids": [list(pair) for pair in ids],
            "lang": sides["lang"][0],
            "rule_a": sides["id"][0],
            "rule_b": sides["id"][1],
            "text_a": sides["text"][0],
            "text_b": sides["text"][1],
            "values_a": sides["values"][0],
            "values_b": sides["values"][1],
            "framework": named,
            "similarity": pl.Series(drawn.similarity).cast(pl.Float64),
            "band": lows.gather(drawn.band.tolist()),
        },
        schema_overrides={"id": pl.String(), "parent_ids": pl.List(pl.String())},
    ).with_columns(
        pl.col("values_a", "values_b").fill_null(pl.lit(empty).first()),
        inclusion=pl.lit(None, pl.Float64()) if probability is None else probability,
    )
    schema = schema_of(RulePair)
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )


def _parts(drawn: Drawn) -> Iterator[tuple[str, Drawn]]:
    for start in range(0, len(drawn), PART):
        some = slice(start, start + PART)
        probability = None if drawn.probability is None else drawn.probability[some]
        yield (
            f"{start // PART:06d}",
            Drawn(drawn.i[some], drawn.j[some], drawn.band[some], drawn.similarity[some], probability),
        )


def _write(name: str, pairs: pl.DataFrame, folder: StageFolder) -> None:
    fates = [Fate(pair, Status.KEPT, outputs=(pair,)) for pair in pairs["id"].to_list()]
    folder.write(name, pairs, fates, content_id("candidates", name, pairs.height))
