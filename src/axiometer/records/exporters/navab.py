"""Items of kind statement in the published NaVAB format: a JSON array with its eight fields, as they were published
where they came from there.

Two more fields, which readers of the published format pass over: `constructed` says that the reverse statement was
constructed and that nobody said it; `axiometer` holds what the format has no place for (positions, clusters, languages,
attribution), so that `import navab` gives the same items again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from axiometer.records.exporters.accounting import Exported, FileExporter
from axiometer.records.importers.accounting import Rejected
from axiometer.records.importers.navab_fields import (
    FIELDS,
    OWN,
    PUBLISHED,
    QUESTION,
    REVERSED,
    carried_by,
)
from axiometer.records.rows import ExpressionKind, Item, ItemKind, Option, Role
from axiometer.records.tables import write_text

SAYS = "The reverse statement was constructed. Nobody said it."
NOTE = "every row says that its reverse statement was constructed and that nobody said it"
NO_STATEMENT = "not an item of kind statement"
NOT_TWO_SIDES = "not two sides"
NO_REVERSE = "not one side that expresses a position and one that opposes it"


def _write(items: Sequence[Item], table: Path, output: Path) -> Exported:
    rows: list[dict[str, object]] = []
    left_out = []
    for number, item in enumerate(items, 1):
        found = _sides(item)
        if isinstance(found, str):
            raw = json.dumps({"id": item.id, "prompt": item.prompt}, ensure_ascii=False)
            left_out.append(Rejected(table.name, number, None, found, raw))
        else:
            rows.append(_row(item, *found))
    if rows:
        write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", output)
    return Exported(len(rows), left_out, (NOTE,) if rows else ())


def _sides(item: Item) -> tuple[Option, Option] | str:
    """The statement and its reverse, or why the item has no place in the format."""
    if item.kind is not ItemKind.STATEMENT:
        return NO_STATEMENT
    if [option.role for option in item.options] != [Role.SIDE, Role.SIDE]:
        return NOT_TWO_SIDES
    for statement, reverse in (item.options, item.options[::-1]):
        if _positions(statement, 1) and not _positions(statement, -1) and not _positions(reverse, 1):
            return (statement, reverse) if _positions(reverse, -1) == _positions(statement, 1) else NO_REVERSE
    return NO_REVERSE


def _positions(option: Option, polarity: int) -> set[str]:
    return {e.target for e in option.expresses if e.kind is ExpressionKind.POSITION and e.polarity == polarity}


def _row(item: Item, statement: Option, reverse: Option) -> dict[str, object]:
    meta = item.meta
    row = {name: meta.get(f"{PUBLISHED}{name}", "") for name in FIELDS}
    row["source"] = meta.get("published_source", "") or meta.get("speaker") or meta.get("attribution", "")
    for name, shown in (("statement", statement.text), (QUESTION, item.prompt), (REVERSED, reverse.text)):
        row[name] = row[name] if row[name].strip() == shown else shown
    return {**row, "constructed": SAYS, OWN: carried_by(item, statement, reverse)}


navab = FileExporter(
    "navab",
    {
        "en": "NaVAB JSON: items of kind statement with their constructed reverses",
        "zh": "NaVAB JSON：陈述类题目及其人为构造的反向陈述",
    },
    ".json",
    _write,
)
