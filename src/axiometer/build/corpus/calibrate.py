"""Which threshold makes two rules one: how alike given rules are, and what labelled pairs say of an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from axiometer.build.corpus.card.context import DuplicateRecord
from axiometer.build.corpus.card.shares import share_of
from axiometer.build.corpus.dedup import DedupOptions
from axiometer.build.corpus.dedup_rules import existing_rules
from axiometer.build.corpus.polarity import polarity
from axiometer.build.work.search import Search
from axiometer.errors import InputError
from axiometer.records.ids import content_id
from axiometer.records.spreadsheets import Record, read_source
from axiometer.runtime.progress import Progress, Silent
from axiometer.runtime.runners import Runner

if TYPE_CHECKING:
    from axiometer.similarity.calibration import Calibration
    from axiometer.similarity.labelled import LabelledPair
    from axiometer.similarity.vectors import Vectors

MOST_RULES = 20_000
SHIPPED = "rule_pairs.yaml"
_SAME = {"1": True, "true": True, "yes": True, "是": True, "0": False, "false": False, "no": False, "否": False}


@dataclass(frozen=True, slots=True)
class ShownPair:
    """Two rules of a band, and the cosine of their vectors."""

    similarity: float
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class RuleBand:
    """Pairs with a cosine from `low` to below `high`; `share` is of all pairs that were compared."""

    low: float
    high: float
    pairs: int
    share: float
    examples: tuple[ShownPair, ...]


@dataclass(frozen=True, slots=True)
class LanguageBands:
    """The rules of one language with distinct words; `compared` of them were, all where `exact`, else a seeded draw."""

    lang: str
    rules: int
    compared: int
    exact: bool
    bands: tuple[RuleBand, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What labelled pairs say: `name` of their file, how many they are, precision and recall by threshold."""

    name: str
    pairs: int
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """`judged`: the package's pairs, then the user's. `threshold`: what the last of them recommends; None where no
    threshold reaches the wanted precision on it."""

    embedder: str
    languages: tuple[LanguageBands, ...]
    judged: tuple[Judged, ...]

    @property
    def threshold(self) -> float | None:
        return self.judged[-1].calibration.threshold

    @property
    def option(self) -> str | None:
        """What to write on the command line."""
        return None if self.threshold is None else f"--threshold {self.threshold:g}"


def calibrate_rules(
    rules: Path | None,
    pairs: Path | None,
    embedder: str,
    cache: Path,
    runner: Runner,
    progress: Progress | None = None,
    *,
    examples: int = 5,
    seed: int = 0,
) -> CalibrationReport:
    """Bands of cosines among `rules` (a corpus or a table; None: none are shown), with seeded examples, and what the
    package's labelled pairs and those in the file `pairs` say of the embedder.

    pairs: a table with the columns a, b and same (1 or 0), optionally kind and lang. Rules are compared within their
    language, as for duplicates. Raises `InputError` for files that are none of this.
    """
    from axiometer.similarity.labelled import shipped_pairs

    search = Search(embedder, 1.0, cache, runner, progress or Silent())
    own = [] if pairs is None else [(pairs.name, read_pairs(pairs))]
    judged = tuple(_judged(name, found, search) for name, found in [(SHIPPED, shipped_pairs()), *own])
    languages = () if rules is None else tuple(_languages(existing_rules(rules), search, examples, seed))
    return CalibrationReport(embedder, languages, judged)


def duplicate_record(
    options: DedupOptions, cache: Path, runner: Runner, progress: Progress | None = None
) -> DuplicateRecord:
    """What a card says of how duplicates were told: precision and recall, on the package's pairs, of the threshold and
    the guard of polarity together."""
    import numpy as np

    from axiometer.similarity.blocks import cosines
    from axiometer.similarity.calibration import curve_point
    from axiometer.similarity.labelled import OPPOSITE, shipped_pairs

    pairs = shipped_pairs()
    search = Search(options.embedder, options.threshold, cache, runner, progress or Silent())
    vectors = search.vectors([text for pair in pairs for text in (pair.first, pair.second)])
    cosine = cosines(vectors[0::2], vectors[1::2])
    compared = [polarity(pair.first, pair.lang) == polarity(pair.second, pair.lang) for pair in pairs]
    found = np.where(compared, cosine, -1.0)  # as in `dedup`: rules of different polarity are never compared
    same = np.array([pair.same for pair in pairs])
    told = np.array([pair.kind != OPPOSITE for pair in pairs])
    point = curve_point(found[told], same[told], options.threshold)
    opposites = curve_point(found[~told], ~same[~told], options.threshold)
    return DuplicateRecord(
        embedder=options.embedder,
        threshold=options.threshold,
        precision=share_of(point.precision.count, point.precision.n),
        recall=share_of(point.recall.count, point.recall.n),
        opposites=share_of(opposites.precision.n, int((~told).sum())),
        pairs=int(told.sum()),
        measured_on=SHIPPED,
        against=None if options.against is None else str(options.against),
    )


def read_pairs(path: Path) -> list[LabelledPair]:
    """Labelled pairs of a table with the columns a, b, same. Raises `InputError` with the row that is wrong."""
    from axiometer.similarity.labelled import LabelledPair

    source = read_source(path)
    missing = [name for name in ("a", "b", "same") if name not in source.columns]
    if missing:
        raise InputError("columns missing: {missing}", file=path, missing=", ".join(missing))

    def pair(record: Record) -> LabelledPair:
        first, second = _words(record, "a", path), _words(record, "b", path)
        said = _words(record, "same", path).lower().removesuffix(".0")
        if said not in _SAME:
            raise InputError("must be 1 (same) or 0, not {said!r}", file=path, row=record.row, column="same", said=said)
        return LabelledPair(first, second, _SAME[said], record.cells.get("kind") or "", record.cells.get("lang") or "")

    return [pair(record) for record in source.records]


def _words(record: Record, column: str, path: Path) -> str:
    if record.problem is not None:
        raise InputError("{problem}", file=path, row=record.row, problem=record.problem)
    words = (record.cells.get(column) or "").strip()
    if not words:
        raise InputError("empty", file=path, row=record.row, column=column)
    return words


@dataclass(frozen=True, slots=True)
class _Cached:
    """An embedder that asks the cache first."""

    search: Search

    @property
    def name(self) -> str:
        return self.search.embedder

    @property
    def dimensions(self) -> int:
        return int(self.search.vectors(["dimensions"]).shape[1])

    def embed(self, texts: list[str]) -> Vectors:
        return self.search.vectors(texts)


def _judged(name: str, pairs: Sequence[LabelledPair], search: Search) -> Judged:
    from axiometer.similarity.calibration import calibrate

    return Judged(name, len(pairs), calibrate(pairs, _Cached(search)))


def _languages(rules: pl.DataFrame, search: Search, examples: int, seed: int) -> list[LanguageBands]:
    distinct = rules.unique(["language", "words"], keep="first", maintain_order=True)
    distinct = distinct.filter(pl.col("text").str.strip_chars() != "")
    found = []
    for language in sorted(set(distinct["language"].to_list())):
        texts = distinct.filter(pl.col("language") == language)["text"].to_list()
        if len(texts) > 1:
            found.append(_bands(language, texts, search, examples, seed))
    return found


def _bands(language: str, texts: list[str], search: Search, examples: int, seed: int) -> LanguageBands:
    """A draw by hash of seed and text, so that it is the same whatever else is in the table."""
    from axiometer.similarity.bands import banded

    drawn = texts
    if len(texts) > MOST_RULES:
        drawn = sorted(texts, key=lambda text: content_id("draw", seed, text))[:MOST_RULES]
    report = banded(search.vectors(drawn), examples=examples, seed=seed)
    return LanguageBands(
        lang=language,
        rules=len(texts),
        compared=len(drawn),
        exact=len(drawn) == len(texts),
        bands=tuple(
            RuleBand(
                shown.band.low,
                shown.band.high,
                shown.pairs,
                shown.share,
                tuple(ShownPair(each.similarity, drawn[each.i], drawn[each.j]) for each in shown.examples),
            )
            for shown in report.bands
        ),
    )
