"""Generated scenes as the report wants to see them, analysed if they are not yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from axiometer.analyze.scenes import SceneAnalysis
    from axiometer.frameworks import Framework


@dataclass(frozen=True, slots=True)
class ScenesView:
    """One folder of scenes in memory. manifest: the content of its `scenes.yaml`; scenes: the columns of
    `GeneratedScene`."""

    name: str
    manifest: Mapping[str, object]
    scenes: pl.DataFrame
    analysis: SceneAnalysis
    framework: Framework

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions that were measured, with rules first."""
        return tuple(self.analysis.measures["condition"].unique(maintain_order=True).to_list())

    @property
    def values(self) -> tuple[str, ...]:
        """The values that were compared, in the framework's order."""
        return tuple(self.analysis.measures["value"].unique(maintain_order=True).to_list()[:-1])

    def only(self, column: str) -> str:
        """What all scenes have in a column: framework, lang or model."""
        return str(self.scenes[column][0])


def load_scenes(folder: Path, seed: int = 0) -> ScenesView:
    """The scenes in `folder`. Raises `InputError` when there are none, or too few to compare."""
    from axiometer.analyze.scenes import analysis_of, open_scenes
    from axiometer.models.local_weights import cache_folder

    read = open_scenes(folder)
    manifest = {
        "asked": dict(read.specification.asked),
        "noted": dict(read.specification.noted),
        "fingerprint": read.specification.fingerprint,
    }
    analysis = analysis_of(read, seed, cache_folder() / "vectors")
    return ScenesView(folder.resolve().name, manifest, read.table, analysis, read.framework)
