"""Texts as they were read, to texts of nations, each once: the barrier before everything that asks or counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from axiometer.build.corpus.ingest.languages import UNKNOWN
from axiometer.build.statements.preparing.copies import COPIED, Copies, find_copies, likely_pairs
from axiometer.build.statements.preparing.shingles import SAMPLED, SHORT, WORDS, Shingles, joined, sample
from axiometer.records.corpus_rows import Text
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.records.tables import write_parquet
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status

COPIES_FILE: Final = "copies.parquet"
COPY: Final = "copy of another text"
OTHER_NATION: Final = "of another nation"
NO_NATION: Final = "no nation said"
NO_LANGUAGE: Final = "language not told"
COPIES: Final = pl.Schema(
    {
        **{name: pl.String() for name in ("id", "nation", "lang", "outlet", "date", "source", "url", "of")},
        **{name: pl.String() for name in ("of_outlet", "of_date", "of_source", "text")},
        "share": pl.Float64(),
    }
)
"""One row for each copy. `of` is the id of the (first piece of the) text that it copies, `share` the share of its word
sequences that stand there, `text` its first words."""
VERSION: Final = 1
_EXCERPT = 200
_ENDLESS = "9999"  # texts without a date come after those with one


Place: TypeAlias = tuple[str, int]
"""A part and a row of it."""


@dataclass(frozen=True, slots=True)
class _Ids:
    """The ids of texts that stay, and which text has which."""

    taken: set[str]
    of: dict[Place, str]

    def give(self, text: Text, nation: str, place: Place) -> str:
        """The id of its words, unless another text that stays has these words: then one of its own. Nations are worked
        apart, so a story that two of them print is a text of both; and two long texts may share a piece."""
        own = text.id if text.id not in self.taken else content_id("text", text.lang, text.text, nation, text.source)
        self.taken.add(own)
        self.of[place] = own
        return own


@dataclass(frozen=True, slots=True)
class _Document:
    """A whole text by its pieces: (part, row) of each."""

    places: tuple[Place, ...]
    first: Text
    length: int
    sample: Shingles

    @property
    def order(self) -> tuple[str, int, str, str]:
        """Of two copies the earlier stays; of one date, the longer, then that with the smaller id."""
        return self.first.date or _ENDLESS, -self.length, self.first.id, self.first.source


def nation_named(said: str) -> str:
    """A nation as it is compared and shown: codes and names in lower case."""
    return " ".join(said.split()).casefold()


def prepare(ingested: StageFolder, output: StageFolder, tables: Path, nations: Sequence[str]) -> None:
    """Drops texts of other nations and copies; what stays says its nation. Writes `tables/copies.parquet`.

    nations: those that are wanted (none: all that the texts name); where there is one, texts that name none are its.
    A barrier: whole texts are compared with all of their nation and language; made anew where anything has changed.
    """
    parts = ingested.parts()
    rules = [VERSION, COPIED, WORDS, SAMPLED, SHORT, list(nations)]
    basis = content_id("prepare", rules, [[part.name, part.digest] for part in parts])
    output.keep_only(part.name for part in parts)
    copies_file = tables / COPIES_FILE
    if copies_file.exists() and all(output.is_made(part.name, basis) for part in parts):
        return
    names = [part.name for part in parts]
    documents = list(_documents(ingested, names, nations))
    dropped: dict[Place, Fate] = {}
    pairs: list[tuple[_Document, _Document, float]] = []
    for group in _groups(documents):
        found = _copies_among(group, ingested)
        for number in np.flatnonzero(found.of >= 0).tolist():
            copy, original, share = group[number], group[int(found.of[number])], float(found.share[number])
            pairs.append((copy, original, share))
            note = f"{original.first.id} ({share:.2f})"
            for place in copy.places:
                dropped[place] = Fate("", Status.DROPPED, COPY, note=note)
    ids = _Ids(set(), {})
    for name in names:
        kept, fates = _settled(ingested, name, nations, dropped, ids)
        output.write(name, to_frame(kept, Text), fates, basis)
    rows = [_copy_row(copy.first, original.first, ids.of[original.places[0]], share) for copy, original, share in pairs]
    write_parquet(pl.DataFrame(rows, COPIES, orient="row").sort("nation", "of", "date", "id"), copies_file)


def _documents(ingested: StageFolder, names: Sequence[str], nations: Sequence[str]) -> Iterator[_Document]:
    """The whole texts that are wanted, in the order in which they were read."""
    for name in names:
        open_places: list[Place] = []
        pieces: list[Text] = []
        for row, text in enumerate(to_rows(ingested.rows_of(name), Text)):
            if pieces and text.source != pieces[0].source:
                yield _document(open_places, pieces)
                open_places, pieces = [], []
            wanted, _ = _nation_of(text, nations)
            if wanted is not None:
                open_places.append((name, row))
                pieces.append(replace(text, nation=wanted))
        if pieces:  # all pieces of a text are in one part
            yield _document(open_places, pieces)


def _document(places: Sequence[Place], pieces: Sequence[Text]) -> _Document:
    length = sum(len(piece.text) for piece in pieces)
    return _Document(tuple(places), pieces[0], length, sample(joined(piece.text for piece in pieces)))


def _groups(documents: Sequence[_Document]) -> Iterator[list[_Document]]:
    """The documents of each nation and language, those first that stay before others."""
    by: dict[tuple[str, str], list[_Document]] = {}
    for document in documents:
        by.setdefault((document.first.nation or "", document.first.lang), []).append(document)
    for key in sorted(by):
        yield sorted(by[key], key=lambda document: document.order)


def _copies_among(group: Sequence[_Document], ingested: StageFolder) -> Copies:
    """All sequences are made of those texts alone that are in a likely pair."""
    pairs = likely_pairs([document.sample for document in group])
    looked_at = sorted(set(pairs.ravel().tolist()))
    places = [(place, number) for number in looked_at for place in group[number].places]
    words: dict[int, list[str]] = {}
    for name in sorted({part for (part, _), _ in places}):
        texts = ingested.rows_of(name, ["text"])["text"]
        for (part, row), number in places:
            if part == name:
                words.setdefault(number, []).append(texts[row])
    whole: Mapping[int, Shingles] = {number: joined(pieces) for number, pieces in words.items()}
    return find_copies(pairs, whole.__getitem__, len(group))


def _nation_of(text: Text, nations: Sequence[str]) -> tuple[str | None, str | None]:
    """The nation of a text that is wanted, or why it is not."""
    if text.lang == UNKNOWN:
        return None, NO_LANGUAGE
    said = nation_named(text.nation) if text.nation else None
    if said is None:
        return (nations[0], None) if len(nations) == 1 else (None, NO_NATION)
    return (said, None) if not nations or said in nations else (None, OTHER_NATION)


def _settled(
    ingested: StageFolder,
    name: str,
    nations: Sequence[str],
    dropped: Mapping[Place, Fate],
    ids: _Ids,
) -> tuple[list[Text], list[Fate]]:
    """The texts of a part that stay, and the fates of all."""
    kept: list[Text] = []
    fates: list[Fate] = []
    for row, text in enumerate(to_rows(ingested.rows_of(name), Text)):
        nation, reason = _nation_of(text, nations)
        if nation is None:
            fates.append(Fate(text.id, Status.DROPPED, reason, note=text.nation))
        elif (fate := dropped.get((name, row))) is not None:
            fates.append(replace(fate, id=text.id))
        else:
            stays = replace(text, id=ids.give(text, nation, (name, row)), nation=nation)
            kept.append(stays)
            fates.append(Fate(text.id, Status.KEPT, outputs=(stays.id,)))
    return kept, fates


def _copy_row(copy: Text, original: Text, of: str, share: float) -> dict[str, object]:
    return {
        "id": copy.id,
        "nation": copy.nation,
        "lang": copy.lang,
        "outlet": copy.outlet,
        "date": copy.date,
        "source": copy.source,
        "url": copy.url,
        "of": of,
        "of_outlet": original.outlet,
        "of_date": original.date,
        "of_source": original.source,
        "text": copy.text[:_EXCERPT],
        "share": share,
    }
