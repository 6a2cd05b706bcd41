"""What becomes of some rows of a file: their scores, or why they have none. Run in worker processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.folder import open_classifier
from axiometer.expression.polarity.head import Stance
from axiometer.expression.polarity.texts import open_reader
from axiometer.expression.scoring.options import ScoreOptions
from axiometer.expression.vectors import Remembered, sharing
from axiometer.expression.windows import Windows, windows_of
from axiometer.frameworks import load_framework
from axiometer.records.ids import content_id
from axiometer.records.texts.cleaning import clean
from axiometer.records.texts.damage import is_binary, unusable
from axiometer.records.texts.options import LONGEST
from axiometer.records.texts.readers import TOO_LONG, SourceRow
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.stretches import End

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRESENCE: Final = "presence."
ENDORSED: Final = "endorsed."
OPPOSED: Final = "opposed."
FAR: Final = 0.99
"""A text that lies farther from those of training than this share of them is out of domain."""


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
    shown: dict[str, pl.DataType] = {"id": pl.String(), "source": pl.String(), "file": pl.String()}
    shown |= {"windows": pl.Int32(), "distance": pl.Float32(), "out_of_domain": pl.Boolean()}
    shown |= {"expressed": pl.List(pl.String())}
    shown |= {f"{PRESENCE}{value}": pl.Float32() for value in values}
    if polarity:
        shown |= {"endorsed": pl.List(pl.String()), "opposed": pl.List(pl.String())}
        shown |= {f"{kind}{value}": pl.Float32() for kind in (ENDORSED, OPPOSED) for value in values}
    return shown


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
    values = classifier.values
    schema = columns_of(values, options.polarity)
    if not texts:
        return pl.DataFrame(schema=schema)
    windows = windows_of(texts, options.window)
    scores = classifier.score(windows.texts)
    presence, places = windows.greatest(scores.probabilities)
    expressed = presence >= np.array([classifier.thresholds[value] for value in values], np.float32)
    distance = None if scores.distance is None else windows.mean(scores.distance)
    columns: dict[str, object] = {
        "id": [identity for identity, _ in kept],
        "source": [place(row) for _, row in kept],
        "file": [row.label for _, row in kept],
        "windows": windows.counts,
        "distance": distance,
        "out_of_domain": None if distance is None else distance > FAR,
        "expressed": _named(values, expressed),
        **{f"{PRESENCE}{value}": presence[:, column] for column, value in enumerate(values)},
    }
    if options.polarity:
        columns |= _stances(classifier, windows, places, expressed)
    return pl.DataFrame(columns, schema=schema)


def _stances(
    classifier: ValueClassifier, windows: Windows, places: NDArray[np.int64], expressed: NDArray[np.bool_]
) -> Mapping[str, object]:
    """Columns that say how each text stands to each value that it expresses; null where it expresses none, or where it
    cannot be told."""
    reader = open_reader(_vectors())
    asked = {(int(places[text, value]), int(value)) for text, value in np.argwhere(expressed)}
    told = reader.stances(classifier, windows.texts, sorted(asked))
    shape = expressed.shape
    shares = {stance: np.full(shape, np.nan, np.float32) for stance in (Stance.ENDORSED, Stance.OPPOSED)}
    most = {stance: np.zeros(shape, np.bool_) for stance in shares}
    for text, value in np.argwhere(expressed):
        found = told.get((int(places[text, value]), int(value)))
        if found is not None:
            for stance in shares:
                shares[stance][text, value] = found.share(stance)
                most[stance][text, value] = found.most_likely is stance
    columns: dict[str, object] = {str(stance): _named(classifier.values, mask) for stance, mask in most.items()}
    for stance, prefix in ((Stance.ENDORSED, ENDORSED), (Stance.OPPOSED, OPPOSED)):
        for column, value in enumerate(classifier.values):
            columns[f"{prefix}{value}"] = pl.Series(shares[stance][:, column]).fill_nan(None)
    return columns


@lru_cache(maxsize=1)
def _vectors() -> Remembered:
    return Remembered()


def _named(values: Sequence[str], mask: NDArray[np.bool_]) -> pl.Series:
    """The values that are true in each row."""
    return pl.Series(
        [[values[column] for column in np.flatnonzero(row).tolist()] for row in mask], dtype=pl.List(pl.String())
    )
