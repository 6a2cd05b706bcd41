"""What becomes of a batch of source rows: texts with their language, or reasons. Pure, and run in worker processes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from axiometer.build.corpus.ingest.dates import iso_date
from axiometer.build.corpus.ingest.duplicates import key_of
from axiometer.build.corpus.ingest.languages import declared, detect, is_traditional
from axiometer.build.corpus.ingest.options import IngestOptions
from axiometer.records.corpus_rows import Text, make_text
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame
from axiometer.records.texts.cleaning import clean, words_of
from axiometer.records.texts.damage import FEWEST_LETTERS, is_binary, letters, unusable
from axiometer.records.texts.options import LONGEST
from axiometer.records.texts.readers import TOO_LONG, SourceRow
from axiometer.records.texts.sentences import split
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.stretches import End

TOO_SHORT = "too short"
REPEATED = "same words as an earlier text"

_EXCERPT = 200
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Batch:
    """Source rows that become one part, and where they end."""

    end: End
    rows: tuple[SourceRow, ...]
    options: IngestOptions


@dataclass(frozen=True, slots=True)
class Document:
    """A row that was kept: the index of its fate in the batch, where it stands, the id of its words, and the keys of
    its pieces."""

    fate: int
    where: str
    id: str
    pieces: tuple[int, ...]

    @property
    def key(self) -> int:
        return key_of(self.id)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a batch became: every fate in the order of its rows, every text in the order of the documents."""

    end: End
    texts: pl.DataFrame
    fates: list[Fate]
    documents: list[Document] = field(default_factory=list)


def prepare(batch: Batch) -> Prepared:
    """The texts and fates of a batch, as if there were no other texts: duplicates are found where all are seen."""
    texts: list[Text] = []
    fates: list[Fate] = []
    documents: list[Document] = []
    for row in batch.rows:
        fate, pieces = _settled(row, batch.options)
        if pieces:
            identity = pieces[0].parent_ids[0]
            keys = (key_of(identity),) if len(pieces) == 1 else tuple(words_key(piece.text) for piece in pieces)
            documents.append(Document(len(fates), place(row), identity, keys))
            texts.extend(pieces)
        fates.append(fate)
    return Prepared(batch.end, to_frame(texts, Text), fates, documents)


def document_id(text: str) -> str:
    """The id of the words of a text: equal for texts that differ in white space only."""
    return content_id("document", words_of(text))


def words_key(text: str) -> int:
    return key_of(document_id(text))


def place(row: SourceRow) -> str:
    """Where the row is, for a person."""
    return row.label if row.row is None else f"{row.label}:{row.row}"


def _settled(row: SourceRow, options: IngestOptions) -> tuple[Fate, list[Text]]:
    """The row's fate and the texts that it becomes."""
    identity = content_id("source", row.label, row.row)
    where = place(row)
    if row.problem is not None:
        note = f"{where}: {row.detail}" if row.detail else where
        return Fate(identity, Status.FAILED, error=row.problem, note=note), []
    raw = row.text or ""
    if len(raw) > LONGEST:
        return Fate(identity, Status.FAILED, error=TOO_LONG, note=where), []
    words = clean(raw) if raw and not is_binary(raw) else ""
    reason = _reason(row, raw, words)
    if reason is not None:
        excerpt = _CONTROL.sub(" ", raw[:_EXCERPT]).strip() or None
        return Fate(identity, Status.DROPPED, reason, note=where, raw=excerpt), []
    texts = _texts(words, row, options)
    return Fate(identity, Status.KEPT, outputs=tuple(text.id for text in texts)), texts


def _reason(row: SourceRow, raw: str, words: str) -> str | None:
    found = unusable(raw, words, row.others)
    if found is None and letters(words) < FEWEST_LETTERS:
        return TOO_SHORT
    return found


def _texts(words: str, row: SourceRow, options: IngestOptions) -> list[Text]:
    """One text, or the pieces of a long one that have letters; all have the document's id as parent."""
    pieces = [piece.strip() for piece in split(words, options.max_characters)]
    pieces = [piece for piece in pieces if len(pieces) == 1 or letters(piece) >= FEWEST_LETTERS]
    parent = (document_id(words),)
    lang = options.lang or declared(row.fields.get("lang"))
    meta = {key.removeprefix("meta."): clean(value) for key, value in row.fields.items() if key.startswith("meta.")}
    date, said = iso_date(row.fields.get("date"))
    if said is not None:
        meta["date"] = clean(said)
    texts = []
    for number, piece in enumerate(pieces, 1):
        own, noted = _language(piece, lang)
        if len(pieces) > 1:
            noted["piece"] = f"{number}/{len(pieces)}"
        texts.append(
            make_text(
                lang=own,
                text=piece,
                source=place(row),
                parent_ids=parent,
                outlet=_tidy(row.fields, "outlet"),
                nation=_tidy(row.fields, "nation"),
                date=date,
                url=_tidy(row.fields, "url"),
                meta={**meta, **noted},
            )
        )
    return texts


def _language(piece: str, lang: str | None) -> tuple[str, dict[str, str]]:
    """The language, and what is noted of it."""
    if lang is not None:
        return lang, {"script": "Hant"} if lang == "zh" and is_traditional(piece) else {}
    found = detect(piece)
    noted = {"mixed": found.mixed, "script": found.script}
    return found.lang, {key: value for key, value in noted.items() if value is not None}


def _tidy(fields: Mapping[str, str], name: str) -> str | None:
    return clean(fields[name]) or None if name in fields else None
