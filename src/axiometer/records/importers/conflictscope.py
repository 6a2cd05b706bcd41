"""ConflictScope: open prompts that set two values against each other (Liu et al. 2025); a JSON object of key -> prompt.

The pair of values stands only in the key, `<model>_<a>_<b>_<a>-<b>-<template>-<number>`. There are no options, so the
items are open and unmapped; the pair goes to `meta` and `clusters`. A companion file (the value set, name -> meaning)
adds the meanings to `meta` and lets through only its values.
"""

from __future__ import annotations

import re
from pathlib import Path

from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.records.importers.accounting import Account, FileFormat, Imported, ImportOptions, RowError, row_id
from axiometer.records.importers.cells import language_of, require_columns, resolve, text
from axiometer.records.rows import Item, ItemKind, make_item
from axiometer.records.spreadsheets import Record, read_source

SOURCE = "ConflictScope (Liu et al. 2025), MIT"
_KEY = re.compile(r"(?P<generator>.+)_(?P<a>[^_]+)_(?P<b>[^_]+)_(?P=a)-(?P=b)-(?P<template>[A-Za-z_]+)-(?P<number>\d+)")


def _read(path: Path, options: ImportOptions) -> Imported:
    table = read_source(path)
    require_columns(table, "key", "value")
    framework = load_framework(options.framework) if options.framework else None
    meanings = _meanings(options.companion)
    account = Account(table)

    def build(record: Record) -> Item:
        key = text(record.cells, "key")
        prompt = text(record.cells, "value")
        meta = _pair(key, meanings, framework)
        return make_item(
            kind=ItemKind.OPEN,
            lang=options.lang or language_of(prompt),
            prompt=prompt,
            options=(),
            clusters=(f"conflictscope/pair:{meta['value_1']}|{meta['value_2']}",),
            source=SOURCE,
            framework=framework.id if framework else None,
            mapped=False,
            parent_ids=(row_id(table, record),),
            meta=meta,
        )

    account.each(build, key="key")
    return account.close()


def _meanings(companion: Path | None) -> dict[str, str] | None:
    if companion is None:
        return None
    table = read_source(companion)
    require_columns(table, "key", "value")
    meanings = {record.cells["key"]: record.cells["value"] for record in table.records}
    empty = [name for name, meaning in meanings.items() if not name or not meaning]
    if empty:
        raise InputError(f"values without a name or meaning: {empty}", file=companion)
    return {str(name): str(meaning) for name, meaning in meanings.items()}


def _pair(key: str, meanings: dict[str, str] | None, framework: Framework | None) -> dict[str, str]:
    match = _KEY.fullmatch(key)
    if match is None:
        raise RowError("the pair of values cannot be read from the key", "key")
    meta = {"key": key, "generator": match["generator"], "template": match["template"]}
    for place, name in (("1", match["a"]), ("2", match["b"])):
        if meanings is not None:
            if name not in meanings:
                raise RowError(f"not in the value set: {name}", "key")
            meta[f"meaning_{place}"] = meanings[name]
        meta[f"value_{place}"] = resolve(framework, name, "key") if framework else name
    return meta


conflictscope = FileFormat(
    "conflictscope",
    {
        "en": "ConflictScope JSON: open prompts that set two values against each other (no options)",
        "zh": "ConflictScope JSON：使两种价值相互冲突的开放式提问（无选项）",
    },
    _read,
)
