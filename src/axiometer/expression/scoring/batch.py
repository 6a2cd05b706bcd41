"""What becomes of some rows of a file: their scores, or why they have none. Run in worker processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.folder import open_classifier
from axiometer.expression.scoring.options import ScoreOptions
from axiometer.expression.scoring.texts import columns_said, said_of
from axiometer.expression.vectors import Remembered, sharing
from axiometer.frameworks import load_framework
from axiometer.records.ids import content_id
from axiometer.records.texts.cleaning import clean
from axiometer.records.texts.damage import is_binary, unusable
from axiometer.records.texts.options import LONGEST
from axiometer.records.texts.readers import TOO_LONG, SourceRow
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.stretches import End


@dataclass(frozen=True, slots=True)
class Named:
    """A classifier as `open_classifier` opens it, in any process. `digest`: what it must turn out to be."""

    classifier: str
    framework: str | None
    mapping: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class ScoreTask:
    """Rows to be scored, and where they end."""

    end: End
    rows: tuple[SourceRow, ...]
    named: Named
    options: ScoreOptions


@dataclass(frozen=True, slots=True)
class Scored:
    """What a task became: a row for each text that could be scored, in their order, and a fate for every row."""

    end: End
    rows: pl.DataFrame
    fates: list[Fate]


def score_rows(task: ScoreTask) -> Scored:
    """The scores of a task's rows: those of one row do not depend on the others."""
    vectors = _vectors()
    vectors.forget()  # those of the task before
    classifier = sharing(_opened(task.named), vectors)
    texts: list[str] = []
    kept: list[tuple[str, SourceRow]] = []
    fates: list[Fate] = []
    for row in task.rows:
        identity = row.fields.get("meta.id") or content_id("source", row.label, row.row)
        fate, words = _settled(identity, row)
        fates.append(fate)
        if words is not None:
            texts.append(words)
            kept.append((identity, row))
    return Scored(task.end, _frame(classifier, texts, kept, task.options), fates)


def columns_of(values: Sequence[str], polarity: bool) -> dict[str, pl.DataType]:
    """The columns of scores and their types, in order."""
    return {"id": pl.String(), "source": pl.String(), "file": pl.String(), **columns_said(values, polarity)}


@lru_cache(maxsize=2)
def _opened(named: Named) -> ValueClassifier:
    """A worker opens a classifier once."""
    framework = None if named.framework is None else load_framework(named.framework)
    mapping = None if named.mapping is None else Path(named.mapping)
    folder = Path(named.classifier)
    opened = open_classifier(folder if folder.is_dir() else named.classifier, framework, mapping)
    assert content_id(opened.classifier.identity) == named.digest, "the classifier has changed meanwhile"
    return opened.classifier


def _settled(identity: str, row: SourceRow) -> tuple[Fate, str | None]:
    """The row's fate, and its words where it has any."""
    where = place(row)
    if row.problem is not None:
        note = f"{where}: {row.detail}" if row.detail else where
        return Fate(identity, Status.FAILED, error=row.problem, note=note), None
    raw = row.text or ""
    if len(raw) > LONGEST:
        return Fate(identity, Status.FAILED, error=TOO_LONG, note=where), None
    words = clean(raw) if raw and not is_binary(raw) else ""
    reason = unusable(raw, words, row.others)
    if reason is not None:
        return Fate(identity, Status.DROPPED, reason, note=where), None
    return Fate(identity, Status.KEPT, outputs=(identity,)), words


def place(row: SourceRow) -> str:
    """Where the row is, for a person."""
    return row.label if row.row is None else f"{row.label}:{row.row}"


def _frame(
    classifier: ValueClassifier, texts: list[str], kept: list[tuple[str, SourceRow]], options: ScoreOptions
) -> pl.DataFrame:
    said = said_of(classifier, texts, _vectors(), window=options.window, polarity=options.polarity)
    columns = {
        "id": [identity for identity, _ in kept],
        "source": [place(row) for _, row in kept],
        "file": [row.label for _, row in kept],
    }
    own = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()))
    return pl.concat([own, said], how="horizontal").select(list(columns_of(classifier.values, options.polarity)))


@lru_cache(maxsize=1)
def _vectors() -> Remembered:
    return Remembered()
