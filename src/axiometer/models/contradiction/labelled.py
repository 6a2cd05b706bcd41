"""Pairs of rules of which somebody has said how they stand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import as_file
from pathlib import Path

import pydantic

from axiometer.errors import InputError
from axiometer.records.spreadsheets import Record, read_source
from axiometer.records.yaml_files import checked, read_yaml
from axiometer.starter import data

SHIPPED = "conflict_pairs.yaml"
_YAML = (".yaml", ".yml")


class PairRelation(StrEnum):
    """How two rules stand to each other: as `ConflictKind`, with what is neither told apart."""

    CONTRADICTION = "contradiction"
    TENSION = "tension"
    PARAPHRASE = "paraphrase"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two rules in one language and their relation. `when`: of a tension, a situation in which nobody can follow both;
    may be empty."""

    a: str
    b: str
    relation: PairRelation
    lang: str
    when: str = ""


class _Row(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    a: str = pydantic.Field(min_length=1)
    b: str = pydantic.Field(min_length=1)
    relation: PairRelation
    lang: str = pydantic.Field(min_length=2)
    when: str = ""


class _File(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    version: int = 1
    pairs: list[_Row] = pydantic.Field(min_length=1)


def shipped_conflict_pairs() -> list[LabelledPair]:
    """The pairs in the package: zh and en, of each relation in each about 30."""
    with as_file(data() / SHIPPED) as path:
        return read_conflict_pairs(path)


def read_conflict_pairs(path: Path) -> list[LabelledPair]:
    """Labelled pairs of a table with the columns a, b, relation, lang (perhaps when), or of a YAML file like the
    package's own. Raises `InputError` with the row that is wrong."""
    if path.suffix.lower() in _YAML:
        rows = checked(_File, read_yaml(path), path).pairs
        return [LabelledPair(row.a, row.b, row.relation, row.lang, row.when) for row in rows]
    source = read_source(path)
    missing = [name for name in ("a", "b", "relation", "lang") if name not in source.columns]
    if missing:
        raise InputError("columns missing: {missing}", file=path, missing=", ".join(missing))
    return [_pair(record, path) for record in source.records]


def _pair(record: Record, path: Path) -> LabelledPair:
    if record.problem is not None:
        raise InputError("{problem}", file=path, row=record.row, problem=record.problem)
    said = _cell(record, "relation", path).lower()
    known = [str(relation) for relation in PairRelation]
    if said not in known:
        raise InputError(
            "no relation is called {said!r}",
            file=path,
            row=record.row,
            column="relation",
            mend="known: {known}",
            said=said,
            known=", ".join(known),
        )
    when = (record.cells.get("when") or "").strip()
    first, second, lang = (_cell(record, name, path) for name in ("a", "b", "lang"))
    return LabelledPair(first, second, PairRelation(said), lang.lower(), when)


def _cell(record: Record, column: str, path: Path) -> str:
    words = (record.cells.get(column) or "").strip()
    if not words:
        raise InputError("empty", file=path, row=record.row, column=column)
    return words
