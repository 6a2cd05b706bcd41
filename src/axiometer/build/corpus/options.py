"""What a user wants of a corpus, and the folders of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from axiometer.build.corpus.ingest import IngestOptions
from axiometer.runtime.stages.parts import StageFolder

INGEST = "ingest"
IMPORTED = "imported"
DEDUP = "dedup"
FILE = "corpus.yaml"


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """How a corpus is built, beside who is asked.

    `labels`: file of people's labels (few-shot examples and coverage). `against`: an existing corpus whose rules are
    not repeated. `enter`: the step at which imported rules come in (None: refine, or dedup where they carry values of
    the framework). `probes`: how many planted injections are asked (None: all where there are 200 texts or more).
    `threshold`: cosine from which two rules are duplicates (None: as measured for the embedder).
    """

    framework: str
    compact: bool = False
    ingest: IngestOptions = field(default_factory=IngestOptions)
    labels: Path | None = None
    against: Path | None = None
    enter: str | None = None
    probes: int | None = None
    embedder: str | None = None
    threshold: float | None = None
    licence: str | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class CorpusFolder:
    """Where everything of one corpus lies."""

    path: Path

    def stage(self, name: str) -> StageFolder:
        return StageFolder(self.path / "stages" / name)

    def probes(self, name: str) -> StageFolder:
        return StageFolder(self.path / "probes" / name)

    @property
    def imported(self) -> StageFolder:
        return StageFolder(self.path / IMPORTED)

    @property
    def journal(self) -> Path:
        return self.path / "journal"

    @property
    def vectors(self) -> Path:
        return self.path / "vectors"

    @property
    def frameworks(self) -> Path:
        return self.path / "frameworks"

    @property
    def release(self) -> Path:
        return self.path / "corpus"
