"""Where an item comes from: rules in the corpora of the same folder, statements in its folders of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.build.corpus.release import RULES
from axiometer.records.tables import scan
from axiometer.web.explorer.folder import Kind, Thing
from axiometer.web.explorer.places import inside, is_plain_file

MOST_CORPORA: Final = 50
TABLES: Final[Mapping[Kind, str]] = {Kind.CORPUS: f"corpus/{RULES}", Kind.STATEMENTS: "tables/statements.parquet"}
"""Where a thing's rules or statements lie."""
_SHOWN: Final = ("id", "lang", "text", "values", "label", "text_id", "origin", "context", "outlet", "nation", "date")


@dataclass(frozen=True, slots=True)
class SourceRule:
    """A rule or statement that an item was made of, and the corpus (its path below the root) that published it.
    `table`: the file that holds it; `context`: the passage of the source text that a statement was taken from;
    `traced`: whether the corpus tells its whole history."""

    corpus: str
    id: str
    lang: str
    text: str
    values: tuple[str, ...]
    label: int | None
    text_id: str | None
    origin: str
    table: str
    context: str
    traced: bool


def rules_behind(root: Path, things: Iterable[Thing], ids: Sequence[str]) -> list[SourceRule]:
    """Those of these ids that are rules or statements of things in the folder, in the order of the ids."""
    found: dict[str, SourceRule] = {}
    for thing in [thing for thing in things if thing.kind in TABLES][:MOST_CORPORA] if ids else []:
        table = TABLES[thing.kind]
        file = inside(root, table if thing.at == "." else f"{thing.at}/{table}")
        if file is not None and is_plain_file(file):
            for rule in _rules(file, thing, ids):
                found.setdefault(rule.id, rule)
    return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]


def _rules(file: Path, thing: Thing, ids: Sequence[str]) -> list[SourceRule]:
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
            corpus=thing.at,
            id=str(row["id"]),
            lang=str(row.get("lang") or ""),
            text=str(row["text"]),
            values=tuple(str(value) for value in row.get("values") or ()),
            label=row.get("label"),
            text_id=row.get("text_id"),
            origin=" · ".join(str(row[name]) for name in ("origin", "outlet", "nation", "date") if row.get(name)),
            table=TABLES[thing.kind],
            context=str(row.get("context") or ""),
            traced=thing.kind is Kind.CORPUS,
        )
        for row in frame.iter_rows(named=True)
    ]
