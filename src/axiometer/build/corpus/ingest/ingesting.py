"""Texts as parts: read in order, prepared by the workers, duplicates marked, written; resumed where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from itertools import islice

import polars as pl

from axiometer.build.corpus.ingest.duplicates import SeenKeys, key_of
from axiometer.build.corpus.ingest.options import IngestOptions
from axiometer.build.corpus.ingest.preparing import REPEATED, Batch, Prepared, prepare, words_key
from axiometer.records.corpus_rows import Text
from axiometer.records.schemas import to_rows
from axiometer.records.tables import read_part
from axiometer.records.texts.sources import Sources, estimate_rows
from axiometer.runtime.progress import Progress, Tally
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.stretches import End, Stretches

NAME = "ingest"


def ingest(sources: Sources, options: IngestOptions, folder: StageFolder, runner: Runner, progress: Progress) -> None:
    """Writes the parts of all texts under `folder`, and leaves those that are there and still right.

    A part holds `part_size` source rows, or fewer that hold `part_size * max_characters` characters. Parts are made
    again from the first whose files changed or at whose end other files follow. The bytes do not depend on the runner,
    nor on interruptions. sources: as `check_sources` finds them with the same options.
    """
    plan = _stretches(sources, options)
    done = plan.still_right(folder)
    last = done[-1] if done else None
    tally = Tally(NAME, total=estimate_rows(sources, options), done=last.total if last else 0)
    tally.done_before = tally.done
    progress.show(tally)
    if last is not None and last.final:
        return
    seen = _seen_in(done, folder)
    for prepared in runner.map(prepare, _batches(plan, last, options)):
        texts, fates = (prepared.texts, prepared.fates) if options.repeats else _without_repeats(prepared, seen)
        end = replace(prepared.end, more={"pieces": str(int(_has_pieces(prepared)))})
        folder.write(end.name, texts, fates, plan.signature(end), end.extra)
        tally.done = end.total
        progress.show(tally)


def first_texts(sources: Sources, options: IngestOptions, count: int) -> Iterator[Text]:
    """The first `count` texts, as they will be written but for duplicates among them."""
    plan = _stretches(sources, replace(options, part_size=min(options.part_size, count)))
    texts = (text for batch in _batches(plan, None, options) for text in to_rows(prepare(batch).texts, Text))
    return islice(texts, count)


def _stretches(sources: Sources, options: IngestOptions) -> Stretches:
    return Stretches(
        NAME,
        sources,
        {**options.fingerprint, "py3langid": version("py3langid")},
        rows=options.part_size,
        characters=options.part_size * options.max_characters,
        limit=options.limit,
    )


def _batches(plan: Stretches, last: End | None, options: IngestOptions) -> Iterator[Batch]:
    """The source rows behind `last`, a part at a time."""
    for stretch in plan.after(last):
        yield Batch(stretch.end, stretch.rows, options)


def _seen_in(ends: list[End], folder: StageFolder) -> SeenKeys:
    """The keys of the words of all finished parts."""
    seen = SeenKeys()
    for end in ends:
        columns = ["parent_ids", "text", "meta"] if _noted_pieces(end) else ["parent_ids"]
        rows = read_part(folder.rows_file(end.name), columns)
        keys = {key_of(parent) for parent in rows["parent_ids"].explode().unique()}
        if _noted_pieces(end):
            cut = rows.filter(pl.col("meta").str.contains('"piece"', literal=True))
            keys.update(words_key(text) for text in cut["text"])
        seen.add(keys)
    return seen


def _noted_pieces(end: End) -> bool:
    return end.more["pieces"] == "1"


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
