"""The corpus as others get it: rules as Parquet and JSON lines, every row that was left out, and a dataset card.

`summary.json` is written last: where it is, the release is whole. Everything is streamed: 250,000 rules and ten million
rejects take no more memory than a few thousand.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from axiometer.build.corpus.card import CardContext, Counting, Counts, card, summary
from axiometer.build.corpus.release_rows import Publisher, release_schema, source_facts
from axiometer.build.work.large_tables import beside, csv_for_people, json_lines, write_frames
from axiometer.build.work.rejects import REJECTS, PassedStep, rejects
from axiometer.errors import file_error
from axiometer.records.corpus_rows import Rule
from axiometer.records.schemas import to_rows
from axiometer.records.tables import write_text
from axiometer.runtime.stages.parts import StageFolder

RULES, LINES = "data/rules.parquet", "data/rules.jsonl"
REJECTED, REJECTED_CSV = "rejects.parquet", "rejects.csv"
CARDS: Mapping[str, str] = {"en": "README.md", "zh": "README.zh.md"}
SUMMARY = "summary.json"


@dataclass(frozen=True, slots=True)
class Release:
    """What was published in `folder`: rules, and rejected rows by step."""

    folder: Path
    rules: int
    rejected: Mapping[str, int]
    counts: Counts


def release(
    source: StageFolder,
    folder: Path,
    context: CardContext,
    *,
    texts: StageFolder | None = None,
    steps: Sequence[PassedStep] = (),
) -> Release:
    """Publishes the rules in the parts of `source` in `folder`.

    texts: the parts of ingest, where outlet, nation, date, address and licence of a rule's text are found. steps: whose
    rejects are listed, in order. Equal inputs give equal bytes. Raises `InputError` where nothing can be written.
    """
    try:
        (folder / SUMMARY).unlink(missing_ok=True)
    except OSError as error:
        raise file_error(error, folder) from error
    counts = _publish_rules(source, folder, context, texts)
    rejected = _publish_rejects(folder, steps)
    for lang, name in CARDS.items():
        write_text(card(context, counts, rejected, lang), folder / name)
    told = summary(context, counts, rejected)
    write_text(json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False) + "\n", folder / SUMMARY)
    return Release(folder, counts.rules, rejected, counts)


def _publish_rules(source: StageFolder, folder: Path, context: CardContext, texts: StageFolder | None) -> Counts:
    names = [part.name for part in source.parts()]
    ids = [source.rows_of(name)["text_id"] for name in names]
    wanted = pl.concat(ids).drop_nulls() if ids else pl.Series(dtype=pl.String)
    publisher = Publisher(context.framework, source_facts(texts, wanted), context.licence)
    counting = Counting(context.framework)

    def frames() -> Iterator[pl.DataFrame]:
        for name in names:
            yield publisher.frame(to_rows(source.rows_of(name), Rule))

    with json_lines(folder / LINES) as line:
        write_frames(beside(frames(), line, counting.add), release_schema(context.framework), folder / RULES)
    with (folder / RULES).open("rb") as handle:
        return counting.counts(hashlib.file_digest(handle, "sha256").hexdigest()[:16])


def _publish_rejects(folder: Path, steps: Sequence[PassedStep]) -> dict[str, int]:
    counted = Counter[str]({step.name: 0 for step in steps})

    def count(frame: pl.DataFrame) -> None:
        counted.update(frame["step"].to_list())

    frames = (frame for step in steps for frame in rejects(step))
    with csv_for_people(folder / REJECTED_CSV, list(REJECTS)) as row:
        write_frames(beside(frames, row, count), REJECTS, folder / REJECTED)
    return dict(counted)
