"""The measured threshold of near-duplicates of each embedder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pydantic

from axiometer.errors import InputError
from axiometer.records.yaml_files import checked, read_yaml

_FILE = Path(__file__).with_name("thresholds.yaml")


class MeasuredThreshold(pydantic.BaseModel):
    """A threshold, the labelled pairs that it was measured on, and the rule by which it was chosen."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    threshold: float = pydantic.Field(gt=0, le=1)
    measured_on: str
    rule: str


class _File(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    version: int
    thresholds: dict[str, MeasuredThreshold]


def default_threshold(embedder: str) -> float:
    """The measured threshold of an embedder. Raises `InputError` for one that was never measured: cosines of another
    embedder have another scale, so no number can be carried over."""
    return measured_threshold(embedder).threshold


def measured_threshold(embedder: str) -> MeasuredThreshold:
    """The same with where it comes from."""
    found = measured_thresholds().get(embedder)
    if found is None:
        raise InputError(
            "embedder {name!r} has no measured threshold",
            mend="find one with `axiometer build dedup --calibrate`, then give it as --threshold",
            name=embedder,
        )
    return found


@cache
def measured_thresholds() -> dict[str, MeasuredThreshold]:
    """Every embedder with a measured threshold."""
    return checked(_File, read_yaml(_FILE), _FILE).thresholds
