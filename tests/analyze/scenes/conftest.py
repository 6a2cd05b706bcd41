"""Scenes with planted geometry: vectors around a centre for each value, shifted together within each source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from axiometer.records import content_id, to_frame
from axiometer.records.corpus_rows import GeneratedScene, SceneCondition

WITH, WITHOUT = SceneCondition.WITH_RULES.value, SceneCondition.WITHOUT_RULES.value


@dataclass
class Planted:
    """A table of scenes and their vectors, condition by condition."""

    rows: list[GeneratedScene] = field(default_factory=list)
    vectors: list[np.ndarray] = field(default_factory=list)

    def add(self, condition: str, value: str, source: str, vectors: np.ndarray) -> None:
        """Scenes of one rule (with rules) or one call (without)."""
        ruled = condition == WITH
        before = sum(row.value == value and row.condition == condition for row in self.rows)
        for number, vector in enumerate(vectors, before + 1):
            self.rows.append(
                GeneratedScene(
                    id=content_id("scene", condition, value, number),
                    parent_ids=(f"{source} {number // 10}", source) if ruled else (source,),
                    lang="en",
                    text=f"{condition}, {value}, {number}",
                    value=value,
                    framework="own",
                    condition=condition,
                    number=number,
                    rule=source if ruled else None,
                    model="sim/rulewriter",
                )
            )
            self.vectors.append(vector)

    @property
    def table(self) -> pl.DataFrame:
        return to_frame(self.rows, GeneratedScene)

    @property
    def matrix(self) -> np.ndarray:
        stacked = np.array(self.vectors, np.float64)
        return (stacked / np.linalg.norm(stacked, axis=1, keepdims=True)).astype(np.float32)


def clouds(
    planted: Planted,
    condition: str,
    values: Sequence[str],
    *,
    sources: int,
    each: int,
    apart: float = 1.0,
    together: float = 0.2,
    spread: float = 0.5,
    dimensions: int = 16,
    seed: int = 0,
) -> Planted:
    """Adds scenes of every value: its centre is `apart` long, a source moves its scenes by about `together`, and each
    scene is `spread` away. Centres depend on the value only, so both conditions have the same."""
    random = np.random.default_rng([seed, len(condition)])
    for value in values:
        centre = np.random.default_rng(sum(value.encode()) * 7919).normal(size=dimensions)
        centre *= apart / np.linalg.norm(centre)
        for source in range(sources):
            shift = random.normal(size=dimensions) * together / np.sqrt(dimensions)
            noise = random.normal(size=(each, dimensions)) * spread / np.sqrt(dimensions)
            planted.add(condition, value, f"{value} {condition} {source}", centre + shift + noise)
    return planted
