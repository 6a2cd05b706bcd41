"""What a classifier says of a run's answers: scored once, kept in the run, and looked up the next time."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.expression.classifier import ValueClassifier
from axiometer.expression.polarity.cues import language_of
from axiometer.expression.polarity.texts import reader_digest
from axiometer.expression.scoring.texts import columns_said, said_of
from axiometer.expression.vectors import Remembered, sharing
from axiometer.expression.windows import sentences_of
from axiometer.records.ids import content_id
from axiometer.records.rows import Outcome
from axiometer.records.tables import read_part, write_parquet
from axiometer.records.texts.cleaning import clean
from axiometer.records.texts.damage import letters
from axiometer.runtime.progress import Progress, Tally

VERSION: Final = 1
SCORES: Final = "scores"
TEXT: Final = "text_id"
TOLD: Final = "told"
_PART: Final = 200  # texts, after which what is scored is kept


def readings(
    answers: pl.DataFrame,
    classifier: ValueClassifier,
    folder: Path,
    progress: Progress,
    *,
    window: int,
    polarity: bool,
) -> pl.DataFrame:
    """A row for each CHOSEN answer (`id`) with what the classifier says of its text: the columns of `columns_said`, and
    `told`, whether it can be told how the text stands to values (it has a sentence in a language that is known).

    Texts are scored once for each classifier and window; `folder` keeps the scores in parts, so that a call that was
    interrupted goes on, and one with more answers scores those alone.
    """
    chosen = answers.filter(pl.col("outcome") == str(Outcome.CHOSEN)).select("id", "text")
    words = pl.Series([clean(text) for text in chosen["text"]], dtype=pl.String())
    named = chosen.select("id").with_columns(
        pl.Series(TEXT, [content_id("answer", text) if letters(text) else None for text in words], dtype=pl.String())
    )
    texts = dict(zip(named[TEXT], words, strict=True))
    texts.pop(None, None)
    key = content_id(
        "readings", VERSION, dict(classifier.identity), window, reader_digest() if polarity else None, TEXT
    )
    said = _scored(texts, classifier, folder / SCORES / key[:16], progress, window=window, polarity=polarity)
    return named.join(said, on=TEXT, how="inner", maintain_order="left").drop(TEXT)


def _scored(
    texts: dict[str, str],
    classifier: ValueClassifier,
    folder: Path,
    progress: Progress,
    *,
    window: int,
    polarity: bool,
) -> pl.DataFrame:
    schema = {TEXT: pl.String(), **columns_said(classifier.values, polarity), TOLD: pl.Boolean()}
    parts = [read_part(file, list(schema)) for file in sorted(folder.glob("*.parquet"))]
    known = pl.concat([pl.DataFrame(schema=schema), *parts]).filter(pl.col(TEXT).is_in(list(texts)))
    new = {name: text for name, text in texts.items() if name not in set(known[TEXT])}
    tally = Tally("express", total=len(texts), done=known.height, done_before=known.height)
    vectors = Remembered()
    fast = sharing(classifier, vectors)
    number = len(parts)
    for names in _in_parts(new, _PART):
        some = [new[name] for name in names]
        said = said_of(fast, some, vectors, window=window, polarity=polarity)
        told = pl.Series(TOLD, [any(language_of(each) for each in sentences_of(text)) for text in some])
        part = pl.concat([pl.DataFrame({TEXT: names}), said], how="horizontal").with_columns(told).select(list(schema))
        write_parquet(part, folder / f"{number:06d}.parquet")
        known, number = pl.concat([known, part]), number + 1
        vectors.forget()
        tally.done += len(names)
        progress.show(tally)
    return known


def _in_parts(names: Iterable[str], size: int) -> Iterable[list[str]]:
    rest = iter(names)
    while part := list(islice(rest, size)):
        yield part
