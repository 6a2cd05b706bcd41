"""What a user wants of recovered maps, and the folder that they are made in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from axiometer.errors import InputError
from axiometer.runtime.stages.parts import StageFolder

FILE: Final = "mapping.yaml"
EMBEDDER: Final = "embedder"
FORMS: Final = "embedder, embedder/NAME, nli/NAME_OR_PATH, llm/PROVIDER/NAME"
QUESTIONS: Final = "questions"
JUDGE: Final = "judge"
MAP: Final = "map"
LOWEST: Final = 0.55
"""Least probability that can be asked for: nearer to one half an answer says next to nothing about either rule."""


@dataclass(frozen=True, slots=True)
class MapOptions:
    """How maps are recovered. Make it with `of`.

    method: who scores, as in `FORMS`. least: the probability that both the sides and their order must have. checked:
    the sheet that people filled in. answers: answers to the unmapped items, whose ids are rewritten. positions: names
    of the positions that the sides of the first and the second rule express, where rules belong to two sets. calibrate:
    measure the method on the starter dilemmas first. keep_unsure: items below `least` stay, unmapped. sample: rows of
    the sheet.
    """

    method: str
    least: float
    checked: Path | None
    answers: Path | None
    positions: tuple[str, str] | None
    calibrate: bool
    keep_unsure: bool
    sample: int
    seed: int

    @classmethod
    def of(
        cls,
        *,
        method: str = EMBEDDER,
        least: float = 0.8,
        checked: Path | None = None,
        answers: Path | None = None,
        positions: str | None = None,
        calibrate: bool = False,
        keep_unsure: bool = False,
        sample: int = 100,
        seed: int = 0,
    ) -> MapOptions:
        """The options, checked. Raises `InputError` for what cannot be."""
        kind, _, rest = method.partition("/")
        known = method == EMBEDDER or (kind in (EMBEDDER, "nli") and rest) or (kind == "llm" and rest.partition("/")[2])
        if not known:
            raise InputError("unknown method {name!r}", mend="known: {known}", name=method, known=FORMS)
        if not LOWEST <= least <= 1.0:
            raise InputError("--least {least} is not from {lowest} to 1", least=f"{least:g}", lowest=f"{LOWEST:g}")
        named = None if positions is None else tuple(name.strip() for name in positions.split(","))
        if named is not None and (len(named) != 2 or not all(named) or named[0] == named[1]):
            raise InputError("--positions are two different names, separated by a comma")
        return cls(
            method=method,
            least=least,
            checked=checked,
            answers=answers,
            positions=None if named is None else (named[0], named[1]),
            calibrate=calibrate,
            keep_unsure=keep_unsure,
            sample=sample,
            seed=seed,
        )

    @property
    def kind(self) -> str:
        """`embedder`, `nli` or `llm`."""
        return self.method.partition("/")[0]

    @property
    def model(self) -> str:
        """The name after the kind; of the embedder that comes with the package where none is given."""
        from axiometer.similarity.embedders import DEFAULT_EMBEDDER

        rest = self.method.partition("/")[2]
        return rest or DEFAULT_EMBEDDER


@dataclass(frozen=True, slots=True)
class MappingFolder:
    """Where everything lies. `items.parquet` is the only table of items at the top, so the folder itself is one."""

    path: Path

    def stage(self, name: str) -> StageFolder:
        return StageFolder(self.path / "stages" / name)

    @property
    def items(self) -> Path:
        return self.path / "items.parquet"

    @property
    def answers(self) -> Path:
        """Beside the items, in a folder of its own."""
        return self.path / "answers" / "answers.parquet"

    @property
    def rejects(self) -> Path:
        return self.path / "rejects.csv"

    @property
    def sheet(self) -> Path:
        return self.path / "sheet.csv"

    @property
    def calibration(self) -> Path:
        return self.path / "calibration.json"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"
