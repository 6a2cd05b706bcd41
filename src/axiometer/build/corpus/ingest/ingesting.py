"""Texts as parts: read in order, prepared by the workers, duplicates marked, written; resumed where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice

import polars as pl

from axiometer.build.corpus.ingest.duplicates import SeenKeys, key_of
from axiometer.build.corpus.ingest.options import IngestOptions
from axiometer.build.corpus.ingest.preparing import REPEATED, Batch, Prepared, prepare, words_key
from axiometer.records.corpus_rows import Text
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_rows
from axiometer.records.tables import read_part
from axiometer.records.texts.readers import SourceRow
from axiometer.records.texts.sources import Sources, estimate_rows
from axiometer.runtime.progress import Progress, Tally
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.parts import Part, StageFolder
from axiometer.runtime.stages.rows import Fate, Status

NAME = "ingest"


def ingest(sources: Sources, options: IngestOptions, folder: StageFolder, runner: Runner, progress: Progress) -> None:
    """Writes the parts of all texts under `folder`, and leaves those that are there and still right.

    A part holds `part_size` source rows, or fewer that hold `part_size * max_characters` characters. Parts are made
    again from the first whose files changed or at whose end other files follow. The bytes do not depend on the runner,
    nor on interruptions. sources: as `check_sources` finds them with the same options.
    """
    plan = _Plan(sources, options)
    done = _still_right(plan, folder)
    last = done[-1] if done else None
    tally = Tally(NAME, total=estimate_rows(sources, options), done=last.total if last else 0)
    tally.done_before = tally.done
    progress.show(tally)
    if last is not None and last.final:
        return
    seen = _seen_in(done, folder)
    for prepared in runner.map(prepare, _batches(plan, last)):
        texts, fates = _without_repeats(prepared, seen)
        batch = prepared.batch
        end = _End(batch.number, batch.file, batch.record, batch.total, batch.final, _has_pieces(prepared))
        folder.write(end.name, texts, fates, plan.signature(end), end.extra)
        tally.done = end.total
        progress.show(tally)


def first_texts(sources: Sources, options: IngestOptions, count: int) -> Iterator[Text]:
    """The first `count` texts, as they will be written but for duplicates among them."""
    plan = _Plan(sources, replace(options, part_size=min(options.part_size, count)))
    texts = (text for batch in _batches(plan, None) for text in to_rows(prepare(batch).texts, Text))
    return islice(texts, count)


@dataclass(frozen=True, slots=True)
class _End:
    """Where a part ends: at `record` of file number `file`, `total` source rows from the beginning of all."""

    number: int
    file: int
    record: int
    total: int
    final: bool
    pieces: bool

    @property
    def name(self) -> str:
        return f"{self.number:06d}"

    @property
    def extra(self) -> dict[str, str]:
        return {
            "file": str(self.file),
            "record": str(self.record),
            "total": str(self.total),
            "final": str(int(self.final)),
            "pieces": str(int(self.pieces)),
        }


def _end_of(part: Part) -> _End:
    said = {name: int(value) for name, value in part.extra.items()}
    return _End(int(part.name), said["file"], said["record"], said["total"], bool(said["final"]), bool(said["pieces"]))


class _Plan:
    """What is to be read, and what a part that ends somewhere must be signed with."""

    def __init__(self, sources: Sources, options: IngestOptions) -> None:
        self.sources, self.options = sources, options
        self._prefixes = list(sources.fingerprints())
        self._settings = {**options.fingerprint, "py3langid": version("py3langid")}

    def signature(self, end: _End) -> str:
        """Holds all that decided the part: settings and the files up to its end; if nothing comes after it, all files
        and the limit. Empty where there is no such file any more."""
        if end.file >= len(self._prefixes):
            return ""
        whole = [self._prefixes[-1], self.options.limit] if end.final else None
        return content_id(NAME, self._settings, end.extra, self._prefixes[end.file], whole)


def _still_right(plan: _Plan, folder: StageFolder) -> list[_End]:
    """The ends of the parts that need not be made again. The others are taken away, from the last."""
    parts = [part for part in folder.parts() if part.name.isdecimal()]
    limit = plan.options.limit
    right: list[_End] = []
    for number, part in enumerate(parts):
        end = _end_of(part)
        beyond = limit is not None and end.total > limit
        if end.number != number or beyond or part.signature != plan.signature(end):
            break
        right.append(end)
        if limit is not None and end.total == limit:
            break
    for part in reversed(parts[len(right) :]):
        folder.remove(part.name)
    return right


def _seen_in(ends: list[_End], folder: StageFolder) -> SeenKeys:
    """The keys of the words of all finished parts."""
    seen = SeenKeys()
    for end in ends:
        columns = ["parent_ids", "text", "meta"] if end.pieces else ["parent_ids"]
        rows = read_part(folder.rows_file(end.name), columns)
        keys = {key_of(parent) for parent in rows["parent_ids"].explode().unique()}
        if end.pieces:
            cut = rows.filter(pl.col("meta").str.contains('"piece"', literal=True))
            keys.update(words_key(text) for text in cut["text"])
        seen.add(keys)
    return seen


def _batches(plan: _Plan, last: _End | None) -> Iterator[Batch]:
    """The source rows behind `last`, a part at a time."""
    options = plan.options
    full = options.part_size * options.max_characters
    number, total = (last.number + 1, last.total) if last else (0, 0)
    held: list[SourceRow] = []
    characters = 0
    file = record = 0
    if total == options.limit:
        return
    for file, record, row in _rows_from(plan.sources, last):
        held.append(row)
        characters += len(row.text or "")
        total += 1
        if len(held) == options.part_size or characters >= full:
            yield Batch(number, tuple(held), options, file, record, total, final=False)
            number, held, characters = number + 1, [], 0
        if total == options.limit:
            break
    if held:
        yield Batch(number, tuple(held), options, file, record, total, final=True)


def _rows_from(sources: Sources, last: _End | None) -> Iterator[tuple[int, int, SourceRow]]:
    """Number of the file, number of the record within it from 1, and the row."""
    first, skip = (last.file, last.record) if last else (0, 0)
    for number in range(first, len(sources.files)):
        file = sources.files[number]
        for record, row in enumerate(file.rows(skip), skip + 1):
            yield number, record, row
        skip = 0


def _has_pieces(prepared: Prepared) -> bool:
    return any(len(document.pieces) > 1 for document in prepared.documents)


def _without_repeats(prepared: Prepared, seen: SeenKeys) -> tuple[pl.DataFrame, list[Fate]]:
    """The texts and fates of a batch without what was seen before, here or earlier; adds what is new to `seen`.

    A piece of a document that repeats is left out; a document is dropped when nothing of it is left.
    """
    documents = prepared.documents
    fates = list(prepared.fates)
    known = seen.known(key for document in documents for key in (document.key, *document.pieces))
    fresh: set[int] = set()
    stays: list[bool] = []
    for document in documents:
        fate = fates[document.fate]
        whole = document.key not in known and document.key not in fresh
        new = []
        for key in document.pieces:
            new.append(whole and key not in known and key not in fresh)
            if new[-1]:
                fresh.add(key)
        outputs = tuple(output for output, is_new in zip(fate.outputs, new, strict=True) if is_new)
        if outputs:
            fresh.add(document.key)
            if len(outputs) < len(fate.outputs):
                fates[document.fate] = replace(fate, outputs=outputs)
        else:
            note = f"{document.where}: words {document.id}, the parent of the earlier text"
            fates[document.fate] = Fate(fate.id, Status.DROPPED, REPEATED, note=note)
        stays.extend(new)
    seen.add(fresh)
    return prepared.texts.filter(pl.Series(stays, dtype=pl.Boolean)), fates
