"""What a user wants of statements, and the folder that they are made in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.build.corpus.ingest import IngestOptions
from axiometer.build.statements.preparing.prepare import nation_named
from axiometer.build.statements.reduction.options import ReductionOptions
from axiometer.build.statements.starter_texts import starter_nations
from axiometer.build.statements.subjects import SubjectOptions
from axiometer.build.statements.tagging.options import TagOptions
from axiometer.build.statements.topics.options import TopicOptions
from axiometer.build.statements.triples.making import forms_of
from axiometer.build.statements.triples.rows import Form
from axiometer.errors import InputError
from axiometer.models.contradiction.registry import open_contradiction_model
from axiometer.runtime.stages.parts import StageFolder

FILE: Final = "statements.yaml"
COMMAND: Final = "axiometer build statements"
INGEST: Final = "ingest"
PREPARE: Final = "prepare"
EXTRACT: Final = "extract"
POSITIONS: Final = "value-or-fact"
ATTRIBUTE: Final = "attribute"
PAIRS: Final = "pairs"
QUESTIONS: Final = "relate-questions"
RELATE: Final = "relate"
SCORE: Final = "score"
REDUCE: Final = "reduce"


@dataclass(frozen=True, slots=True)
class StatementOptions:
    """How statements are made. Make it with `of`.

    ingest: how texts are read. starter: nations whose starter news are taken. nations: those that are wanted, all if
    none is named; one alone is that of texts which name none. subjects, reduction: of topics, tags and the screen, and
    of conflicts. forms: in which words items are shown.
    """

    ingest: IngestOptions
    starter: tuple[str, ...]
    nations: tuple[str, ...]
    subjects: SubjectOptions
    reduction: ReductionOptions
    forms: tuple[Form, ...]
    embedder: str
    seed: int

    @classmethod
    def of(
        cls,
        *,
        ingest: IngestOptions | None = None,
        starter: str | None = None,
        nations: Sequence[str] = (),
        subjects: SubjectOptions | None = None,
        reduction: ReductionOptions | None = None,
        forms: str = Form.ORIGINAL,
        embedder: str | None = None,
        seed: int = 0,
    ) -> StatementOptions:
        """The options, checked. forms: their names between commas, or `all`. Raises `InputError` for what cannot be."""
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER

        wanted = tuple(dict.fromkeys(nation_named(name) for name in nations))
        if not all(wanted):
            raise InputError("--nation names no nation")
        reduced = reduction or ReductionOptions.of(seed=seed)
        if reduced.judge is not None:
            open_contradiction_model(reduced.judge)
        return cls(
            ingest=ingest or IngestOptions(repeats=True),
            starter=() if starter is None else starter_nations(starter),
            nations=wanted,
            subjects=subjects or SubjectOptions(TopicOptions.of(seed=seed), TagOptions.of()),
            reduction=reduced,
            forms=forms_of(forms),
            embedder=embedder or DEFAULT_EMBEDDER,
            seed=seed,
        )

    @property
    def computed_judge(self) -> str | None:
        """The contradiction model, where it is one that computes; None where a model is asked."""
        judge = self.reduction.judge
        return None if judge is None or judge.startswith("llm/") else judge


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
