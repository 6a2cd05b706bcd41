"""Semantic near-duplicates: of rules that say the same in one language, the best stays and the others say of which.

A barrier: all parts are looked at together. Rules of different languages are never compared: a rule and its
translation are both wanted. Nor are rules of different polarity (see `polarity`): to embeddings a rule and its opposite
are nearly one. No two rules that stay are alike, and every one that goes is like one that stays: chains
of likeness are not followed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from axiometer.build.corpus.dedup_rules import (
    COLUMNS,
    candidates,
    existing_rules,
    first_with_same_words,
    rule_files,
)
from axiometer.build.work.search import Search
from axiometer.errors import InputError
from axiometer.records.corpus_rows import Rule
from axiometer.records.ids import content_id
from axiometer.records.schemas import schema_of
from axiometer.runtime.progress import Progress, Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

VERSION = 2
NEAR = "near-duplicate"
SAME = "same words as another rule"
EXISTING = "near-duplicate of the existing corpus"


@dataclass(frozen=True, slots=True)
class DedupOptions:
    """Rules of one language whose cosine by `embedder` reaches `threshold` are one. The rules of the corpus at
    `against` all stay, and what is like one of them goes. Make it with `of`."""

    embedder: str
    threshold: float
    against: Path | None = None

    @classmethod
    def of(
        cls, embedder: str | None = None, threshold: float | None = None, against: Path | None = None
    ) -> DedupOptions:
        """The options with the default embedder, and its measured threshold, where none is given.

        Raises `InputError` for an embedder without a measured threshold, a threshold that is no cosine, and where
        there is no corpus at `against`.
        """
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER
        from axiometer.similarity.thresholds import default_threshold

        chosen = embedder or DEFAULT_EMBEDDER
        if threshold is not None and not 0 < threshold <= 1:
            raise InputError("a threshold lies above 0 and is at most 1, not {threshold}", threshold=threshold)
        if against is not None:
            rule_files(against)
        return cls(chosen, default_threshold(chosen) if threshold is None else threshold, against)


@dataclass(frozen=True, slots=True)
class End:
    """Why a rule goes. `of` is the id of the rule that stays (or, with equal words, of the one they equal)."""

    reason: str
    of: str
    similarity: float

    @property
    def note(self) -> str:
        return f"of {self.of} at {self.similarity:.2f}"


def dedup(
    inputs: Sequence[InputPart[Rule]],
    output: StageFolder,
    options: DedupOptions,
    cache: Path,
    runner: Runner,
    progress: Progress | None = None,
) -> None:
    """Writes for each input part the part of `output` with the same name: the rules that stay, a fate for every rule.

    cache: a folder for vectors (never computed twice) and blocks. Does nothing where nothing has changed since.
    """
    signatures = _signatures(inputs, options)
    there = {made.name: made.signature for made in output.parts()}
    for name in there.keys() - signatures.keys():
        output.remove(name)  # its input is gone
        del there[name]
    search = Search(options.embedder, options.threshold, cache, runner, progress or Silent())
    if there == signatures:
        search.clear()
        return
    rules = [part.folder.rows_of(part.name) for part in inputs]
    gone = duplicates(rules, options, search)
    start = 0
    for part, frame in zip(inputs, rules, strict=True):
        ends = [gone.get(position) for position in range(start, start + frame.height)]
        fates = [_fate(rule, end) for rule, end in zip(frame["id"].to_list(), ends, strict=True)]
        stays = pl.Series([end is None for end in ends], dtype=pl.Boolean)
        output.write(part.name, frame.filter(stays), fates, signatures[part.name])
        start += frame.height
    search.clear()


def duplicates(rules: Sequence[pl.DataFrame], options: DedupOptions, search: Search) -> dict[int, End]:
    """Position (among the rows of all frames) of every rule that goes -> why."""
    empty = pl.DataFrame(schema=schema_of(Rule)).select(COLUMNS)
    ordered = first_with_same_words(candidates([frame.select(COLUMNS) for frame in rules] or [empty]))
    ids = dict(zip(ordered["position"].to_list(), ordered["id"].to_list(), strict=True))
    gone = {
        position: End(SAME, ids[same_as], 1.0)
        for position, same_as in ordered.filter(pl.col("same_as").is_not_null())
        .select("position", "same_as")
        .iter_rows()
    }
    distinct = ordered.filter(pl.col("same_as").is_null())
    existing = None if options.against is None else existing_rules(options.against)
    for language, sign in sorted(set(distinct.select("language", "polarity").iter_rows())):
        alike = (pl.col("language") == language) & (pl.col("polarity") == sign)
        held = None if existing is None else existing.filter(alike)
        gone.update(_within(distinct.filter(alike), held, search))
    return gone


def _within(group: pl.DataFrame, existing: pl.DataFrame | None, search: Search) -> Iterator[tuple[int, End]]:
    """The same for the rules of one language, all of different words, best first."""
    held: list[str] = []
    if existing is not None:
        existing = existing.filter(pl.col("text").str.strip_chars() != "")
        held = existing["id"].to_list()
        first = existing.unique("words", keep="first", maintain_order=True).select("words", of="id")
        group = group.join(first, on="words", how="left", maintain_order="left")
        for position, of in group.filter(pl.col("of").is_not_null()).select("position", "of").iter_rows():
            yield position, End(EXISTING, of, 1.0)
        group = group.filter(pl.col("of").is_null())
    if group.is_empty():
        return
    positions, ids = group["position"].to_list(), group["id"].to_list()
    kept = search.keep(group["text"].to_list(), [] if existing is None else existing["text"].to_list())
    for row in kept.dropped.tolist():
        keeper = int(kept.kept_by[row])
        similarity = float(kept.similarity[row])
        if keeper < len(held):
            yield positions[row - len(held)], End(EXISTING, held[keeper], similarity)
        else:
            yield positions[row - len(held)], End(NEAR, ids[keeper - len(held)], similarity)


def _fate(rule: str, end: End | None) -> Fate:
    if end is None:
        return Fate(rule, Status.KEPT, outputs=(rule,))
    return Fate(rule, Status.DROPPED, reason=end.reason, note=end.note)


def _signatures(inputs: Sequence[InputPart[Rule]], options: DedupOptions) -> dict[str, str]:
    """Part -> what it is made from: all parts, since any may hold the duplicate of a rule of this one."""
    digests = {}
    for part in inputs:
        made = part.folder.part(part.name)
        assert made is not None, f"{part.folder.path}: {part.name} is not there"
        digests[part.name] = made.digest
    against = [] if options.against is None else [_digest(file) for file in rule_files(options.against)]
    basis = content_id("dedup", VERSION, options.embedder, f"{options.threshold:.6f}", against, sorted(digests.items()))
    return {name: content_id("part", basis, digest) for name, digest in digests.items()}


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
