"""Texts of planted topics in parts, and a search that embeds in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.topic_texts import documents
from tests.build.corpus.ingest.conftest import Here

from axiometer.build.work.search import Search
from axiometer.records.corpus_rows import Text, make_text
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime.progress import Silent
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.similarity.embedders import DEFAULT_EMBEDDER


def searching(cache: Path) -> Search:
    return Search(DEFAULT_EMBEDDER, 1.0, cache, Here(), Silent(), "topics")


def put(folder: StageFolder, texts: Sequence[Text], part: int = 100) -> StageFolder:
    """The texts in parts of `part` rows."""
    names = []
    for start in range(0, len(texts), part):
        rows = texts[start : start + part]
        names.append(f"{start // part:06d}")
        fates = [Fate(row.id, Status.KEPT, outputs=(row.id,)) for row in rows]
        folder.write(names[-1], to_frame(rows, Text), fates, str([row.id for row in rows]))
    folder.keep_only(names)
    return folder


def rows_of(folder: StageFolder) -> list[Text]:
    return [row for name in folder.names() for row in to_rows(folder.rows_of(name), Text)]


def texts(count: int, noise: float = 0.1, nation: str = "uk", lang: str = "en") -> list[Text]:
    return [
        make_text(lang=lang, text=each.text, source=str(number), nation=nation)
        for number, each in enumerate(documents(count, noise, langs=(lang,)))
    ]
