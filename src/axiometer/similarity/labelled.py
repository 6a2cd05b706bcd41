"""Pairs of texts of which somebody has said whether they mean the same."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file
from pathlib import Path

import pydantic

from axiometer.records.yaml_files import checked, read_yaml
from axiometer.starter import data

OPPOSITE = "opposite"


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two texts, whether they mean the same, and how (a word for the kind of likeness or difference)."""

    first: str
    second: str
    same: bool
    kind: str
    lang: str


class _Row(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    a: str = pydantic.Field(min_length=1)
    b: str = pydantic.Field(min_length=1)
    same: bool
    kind: str = ""
    lang: str = ""


class _File(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    version: int = 1
    pairs: list[_Row] = pydantic.Field(min_length=1)


def read_labelled(path: Path) -> list[LabelledPair]:
    """The pairs of a YAML file: `pairs`, a list of {a, b, same, kind, lang}. Raises `InputError` with what is wrong."""
    rows = checked(_File, read_yaml(path), path).pairs
    return [LabelledPair(row.a, row.b, row.same, row.kind, row.lang) for row in rows]


def shipped_pairs() -> list[LabelledPair]:
    """The pairs of short rules in the package: zh and en, reworded, paraphrased, and different in four ways."""
    with as_file(data() / "rule_pairs.yaml") as path:
        return read_labelled(path)
