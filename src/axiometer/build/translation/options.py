"""What a user wants of translations, and the folder that they are made in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.errors import InputError
from axiometer.runtime.stages.parts import StageFolder

FILE: Final = "translation.yaml"
CHOOSE: Final = "choose"
TRANSLATE: Final = "translate"
BACK: Final = "back"
CHECK: Final = "check"
DISTINCT: Final = "distinct"
STEPS: Final = (CHOOSE, TRANSLATE, BACK, CHECK, DISTINCT)
LEAST: Final = 0.75
"""Cosine that the back-translation of a text must have with the text: see `docs/methodology.md`."""


@dataclass(frozen=True, slots=True)
class TranslationOptions:
    """How items are translated. Make it with `of`.

    to: the languages that are wanted. origin: the language that is translated from, None is any. limit: only a seeded
    sample of that many items. least: cosine of a back-translation with its original. complete_only: only items that are
    there in every language in the end.
    """

    to: tuple[str, ...]
    origin: str | None
    limit: int | None
    least: float
    complete_only: bool
    embedder: str
    seed: int

    @classmethod
    def of(
        cls,
        *,
        to: str,
        origin: str | None = None,
        limit: int | None = None,
        least: float = LEAST,
        complete_only: bool = False,
        embedder: str | None = None,
        seed: int = 0,
    ) -> TranslationOptions:
        """The options, checked; `to` has one or more languages, separated by commas. Raises `InputError`."""
        from axiometer.build.corpus.ingest.languages import code_of, code_to_write_in
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER

        wanted = tuple(dict.fromkeys(code_to_write_in(said) for said in to.split(",") if said.strip()))
        if not wanted:
            raise InputError("no language to translate to", mend="name one with --to, for example --to zh")
        if not 0.0 < least <= 1.0:
            raise InputError("--least {least} is not above 0 and at most 1", least=f"{least:g}")
        start = None if origin is None else code_of(origin)
        return cls(wanted, start, limit, least, complete_only, embedder or DEFAULT_EMBEDDER, seed)


@dataclass(frozen=True, slots=True)
class TranslationFolder:
    """Where everything lies. `items.parquet` is the only table at the top, so the folder itself is a table of items."""

    path: Path

    def stage(self, name: str) -> StageFolder:
        return StageFolder(self.path / "stages" / name)

    @property
    def items(self) -> Path:
        return self.path / "items.parquet"

    @property
    def rejects(self) -> Path:
        return self.path / "rejects.csv"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"
