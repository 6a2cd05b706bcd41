"""What a user wants of statements, and the folder that they are made in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.build.corpus.ingest import IngestOptions
from axiometer.build.statements.preparing.prepare import nation_named
from axiometer.build.statements.starter_texts import starter_nations
from axiometer.build.statements.topics.options import TopicOptions
from axiometer.errors import InputError
from axiometer.runtime.stages.parts import StageFolder

FILE: Final = "statements.yaml"
COMMAND: Final = "axiometer build statements"
INGEST: Final = "ingest"
PREPARE: Final = "prepare"
TOPICS: Final = "topics"
TOPIC_ROWS: Final = "topic-rows"
"""The topics themselves, as rows that a model is asked about."""


@dataclass(frozen=True, slots=True)
class StatementOptions:
    """How statements are made. Make it with `of`.

    ingest: how texts are read. starter: nations whose starter news are taken. nations: those that are wanted, all if
    none is named; one alone is that of texts which name none.
    """

    ingest: IngestOptions
    starter: tuple[str, ...]
    nations: tuple[str, ...]
    topics: TopicOptions
    embedder: str
    seed: int

    @classmethod
    def of(
        cls,
        *,
        ingest: IngestOptions | None = None,
        starter: str | None = None,
        nations: Sequence[str] = (),
        topics: TopicOptions | None = None,
        embedder: str | None = None,
        seed: int = 0,
    ) -> StatementOptions:
        """The options, checked. Raises `InputError` for what cannot be."""
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER

        wanted = tuple(dict.fromkeys(nation_named(name) for name in nations))
        if not all(wanted):
            raise InputError("--nation names no nation")
        return cls(
            ingest=ingest or IngestOptions(repeats=True),
            starter=() if starter is None else starter_nations(starter),
            nations=wanted,
            topics=topics or TopicOptions.of(seed=seed),
            embedder=embedder or DEFAULT_EMBEDDER,
            seed=seed,
        )


@dataclass(frozen=True, slots=True)
class StatementsFolder:
    """Where everything lies. `items.parquet` is the only table at the top, so the folder itself is a table of items."""

    path: Path

    def stage(self, name: str) -> StageFolder:
        return StageFolder(self.path / "stages" / name)

    @property
    def texts(self) -> Path:
        """Texts that we put there: the starter news."""
        return self.path / "texts"

    @property
    def tables(self) -> Path:
        return self.path / "tables"

    @property
    def vectors(self) -> Path:
        return self.path / "vectors"

    @property
    def screen(self) -> Path:
        """Which subjects are taken, for a person to edit."""
        return self.path / "screen.yaml"

    @property
    def items(self) -> Path:
        return self.path / "items.parquet"

    @property
    def rejects(self) -> Path:
        return self.path / "rejects.csv"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"
