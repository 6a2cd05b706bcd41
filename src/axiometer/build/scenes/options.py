"""What a user wants of scenes, and the folder that they are made in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.errors import InputError
from axiometer.runtime.stages.parts import StageFolder

FILE: Final = "scenes.yaml"
TABLE: Final = "scenes.parquet"
REQUESTS: Final = "requests"
WRITE: Final = "write"
SIFT: Final = "sift"


@dataclass(frozen=True, slots=True)
class SceneOptions:
    """How scenes are made. Make it with `of`.

    level: whose values scenes are written for; values: ids or names, none are all of the level. per_value: scenes for
    each value and condition; rules_per_value: rules over which those with rules are spread; batch: how many scenes one
    call asks for at most. lang: of the scenes, None is the language of the rules, or English.
    """

    level: str | None
    values: tuple[str, ...]
    per_value: int
    rules_per_value: int
    batch: int
    lang: str | None
    seed: int

    @classmethod
    def of(
        cls,
        *,
        level: str | None = None,
        values: str | None = None,
        per_value: int = 100,
        rules_per_value: int = 5,
        batch: int = 10,
        lang: str | None = None,
        seed: int = 0,
    ) -> SceneOptions:
        """The options, checked. values: separated by commas. Raises `InputError` for what cannot be."""
        from axiometer.build.corpus.ingest.languages import code_to_write_in

        code = None if lang is None else code_to_write_in(lang)
        for name, number in (("per-value", per_value), ("rules-per-value", rules_per_value), ("batch", batch)):
            if number < 1:
                raise InputError("--{name} {number} is below 1", name=name, number=number)
        named = tuple(each.strip() for each in (values or "").split(",") if each.strip())
        return cls(level, named, per_value, rules_per_value, batch, code, seed)


@dataclass(frozen=True, slots=True)
class ScenesFolder:
    """Where everything lies. `scenes.parquet` is the only table at the top."""

    path: Path

    def stage(self, name: str) -> StageFolder:
        return StageFolder(self.path / "stages" / name)

    @property
    def frameworks(self) -> Path:
        return self.path / "frameworks"

    @property
    def scenes(self) -> Path:
        return self.path / TABLE

    @property
    def rejects(self) -> Path:
        return self.path / "rejects.csv"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"
