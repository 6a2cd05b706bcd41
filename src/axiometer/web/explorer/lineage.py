"""Where an item comes from: the rules that it was made of, in the corpora of the same folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.build.corpus.options import FILE
from axiometer.build.corpus.release import RULES
from axiometer.records.tables import scan
from axiometer.web.explorer.folder import MARKERS, Kind, Thing
from axiometer.web.explorer.places import inside, is_plain_file

MOST_CORPORA: Final = 50
_RELEASE: Final = f"corpus/{RULES}"
_SHOWN: Final = ("id", "lang", "text", "values", "label", "text_id", "origin")


@dataclass(frozen=True, slots=True)
class SourceRule:
    """A rule that an item was made of, and the corpus (its path below the root) that published it."""

    corpus: str
    id: str
    lang: str
    text: str
    values: tuple[str, ...]
    label: int | None
    text_id: str | None
    origin: str


def rules_behind(root: Path, things: Iterable[Thing], ids: Sequence[str]) -> list[SourceRule]:
    """Those of these ids that are rules of the folder's corpora, in the order of the ids."""
    if not ids:
        return []
    found: dict[str, SourceRule] = {}
    corpora = [thing for thing in things if thing.kind is MARKERS[FILE] is Kind.CORPUS]
    for thing in corpora[:MOST_CORPORA]:
        file = inside(root, f"{thing.at}/{_RELEASE}" if thing.at != "." else _RELEASE)
        if file is not None and is_plain_file(file):
            for rule in _rules(file, thing.at, ids):
                found.setdefault(rule.id, rule)
    return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]


def _rules(file: Path, corpus: str, ids: Sequence[str]) -> list[SourceRule]:
    try:
        rows = scan(file)
        columns = rows.collect_schema().names()
        if not {"id", "text"} <= set(columns):
            return []
        kept = [name for name in _SHOWN if name in columns]
        frame = rows.filter(pl.col("id").is_in(list(ids))).select(kept).collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError):
        return []
    return [
        SourceRule(
            corpus=corpus,
            id=str(row["id"]),
            lang=str(row.get("lang") or ""),
            text=str(row["text"]),
            values=tuple(str(value) for value in row.get("values") or ()),
            label=row.get("label"),
            text_id=row.get("text_id"),
            origin=str(row.get("origin") or ""),
        )
        for row in frame.iter_rows(named=True)
    ]
