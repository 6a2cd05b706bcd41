"""What a user wants of dilemmas, and the folder that they are made in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.build.conflicts.options import WantedKind
from axiometer.errors import InputError
from axiometer.runtime.stages.parts import StageFolder

FILE: Final = "dilemmas.yaml"
REQUESTS: Final = "requests"
WRITE: Final = "write"
CHECK: Final = "check"
FILTER: Final = "filter"
ALIKE: Final = "alike"
STEPS: Final = (WRITE, CHECK, FILTER, ALIKE)
ALIKE_FROM: Final = 0.9
"""Cosine from which two dilemmas are near-duplicates. Higher than the measured threshold of rules, since dilemmas are
longer and those of one setting share many words; not measured on labelled dilemmas."""


@dataclass(frozen=True, slots=True)
class DilemmaOptions:
    """How dilemmas are made. Make it with `of`.

    scenes: how many are written for each pair. kind: which pairs are taken. lang: of the items, None is each pair's
    own. limit: only a seeded sample of that many pairs. balance: how many times longer than the other a side may be.
    alike: cosine from which of two dilemmas only the first is kept. checked: scenes are checked and filtered; False is
    for repeating what others did without.
    """

    scenes: int
    kind: WantedKind
    lang: str | None
    limit: int | None
    balance: float
    alike: float
    embedder: str
    seed: int
    checked: bool = True

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps in order; the last one keeps what becomes items."""
        return STEPS if self.checked else STEPS[:1]

    @classmethod
    def of(
        cls,
        *,
        scenes: int = 1,
        kind: str = WantedKind.BOTH,
        lang: str | None = None,
        limit: int | None = None,
        balance: float = 1.6,
        alike: float = ALIKE_FROM,
        embedder: str | None = None,
        seed: int = 0,
        checked: bool = True,
    ) -> DilemmaOptions:
        """The options, checked. Raises `InputError` for what cannot be."""
        from axiometer.build.corpus.ingest.languages import code_to_write_in
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER

        code = None if lang is None else code_to_write_in(lang)
        if kind not in set(WantedKind):
            known = ", ".join(str(each) for each in WantedKind)
            raise InputError("--{name} {word} is not one of {known}", name="kind", word=kind, known=known)
        if not balance >= 1.0:
            raise InputError("--balance {balance} is below 1: no side is shorter than itself", balance=f"{balance:g}")
        if not 0.0 < alike <= 1.0:
            raise InputError("--threshold {threshold} is not above 0 and at most 1", threshold=f"{alike:g}")
        return cls(scenes, WantedKind(kind), code, limit, balance, alike, embedder or DEFAULT_EMBEDDER, seed, checked)


@dataclass(frozen=True, slots=True)
class DilemmasFolder:
    """Where everything lies. `items.parquet` is the only table at the top, so the folder itself is a table of items."""

    path: Path

    def stage(self, name: str) -> StageFolder:
        return StageFolder(self.path / "stages" / name)

    @property
    def journal(self) -> Path:
        return self.path / "journal"

    @property
    def items(self) -> Path:
        return self.path / "items.parquet"

    @property
    def coverage(self) -> Path:
        """Which values meet in the items; in a folder of its own, since tables at the top are items."""
        return self.path / "coverage" / "values.parquet"

    @property
    def checked_items(self) -> Path:
        """Every scene that was checked, for people to check it, too (`checked.py`)."""
        return self.path / "checked" / "items.parquet"

    @property
    def checked_labels(self) -> Path:
        return self.path / "checked" / "labels.csv"

    @property
    def rejects(self) -> Path:
        return self.path / "rejects.csv"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"
