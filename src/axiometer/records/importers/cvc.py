"""The two formats of CVC / C-VARC: dilemmas from pairs of rules, and scenes on sensitive themes with recorded answers.

`cvc-dilemmas`: `scene, options` and the pair's columns (`rot1, rot2, translate1, core_values_1, derived_values_1, …`);
a file of results also has `result`, answered by the model that the file is named after.
`cvc-themes`: `scene, options, rule1, rule2`; files of results also have `result1` … `result5`, answered by the model
that the folder is named after; files of people have `index, CVC, human1` … `human5` and no scenes: their companion
is the file of results or scenes with the same `index`. `CVC` is the letter that the authors count as following the
corpus; it is kept in `meta` as `published_option` (index from 0) and says nothing about rules.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from axiometer.errors import InputError
from axiometer.frameworks import load_framework
from axiometer.records.importers.accounting import Account, FileFormat, Imported, ImportOptions, RowError
from axiometer.records.importers.cells import require_columns, text
from axiometer.records.importers.cvc_items import OPTIONS, letter_answer, scene_item
from axiometer.records.importers.recorded import read_letter
from axiometer.records.rows import Item, ItemKind
from axiometer.records.spreadsheets import Record, SourceTable, read_source

UNMAPPED = "which option expresses which rule is not published: items are unmapped, value-level results are refused"
_RESULT = re.compile(r"result(\d*)")
_PERSON = re.compile(r"(human\d+)")


def _read_dilemmas(path: Path, options: ImportOptions) -> Imported:
    table = read_source(path)
    require_columns(table, "scene", "options")
    for place in ("1", "2"):
        if not {f"translate{place}", f"rot{place}"} & set(table.columns):
            require_columns(table, f"rot{place}")
    framework = load_framework(options.framework or "core-socialist-values")
    account = Account(table, notes=[UNMAPPED])

    def build(record: Record) -> Item:
        return scene_item(record, table, ItemKind.DILEMMA, options.lang, framework)

    _with_answers(account, build, options.respondent or path.stem)
    return account.close()


def _read_themes(path: Path, options: ImportOptions) -> Imported:
    table = read_source(path)
    if "scene" not in table.columns and _recorded(table, ""):
        return _answers_of(table, options)
    require_columns(table, "scene", "options")
    account = Account(table, notes=[UNMAPPED])

    def build(record: Record) -> Item:
        return scene_item(record, table, ItemKind.THEME, options.lang)

    _with_answers(account, build, options.respondent or path.absolute().parent.name)
    return account.close()


def _with_answers(account: Account, build: Callable[[Record], Item], respondent: str) -> None:
    table = account.table
    recorded = _recorded(table, respondent)
    for record in account.usable():
        try:
            item = build(record)
        except RowError as bad:
            account.reject(record, bad.reason, bad.column)
            continue
        if account.keep(item, record):
            _keep_answers(account, item, record, recorded)
    if any(_RESULT.fullmatch(column) for column in recorded):
        account.notes.append(f"answers recorded as those of recorded/{respondent}")


def _recorded(table: SourceTable, respondent: str) -> dict[str, tuple[str, int]]:
    """Respondent and repeat by the column that holds the answers."""
    recorded = {}
    for column in table.columns:
        if match := _RESULT.fullmatch(column):
            recorded[column] = (respondent, int(match[1] or 1) - 1)
        elif match := _PERSON.fullmatch(column):
            recorded[column] = (match[1], 0)
    return recorded


def _keep_answers(account: Account, item: Item, record: Record, recorded: dict[str, tuple[str, int]]) -> None:
    answers = [
        letter_answer(item, account.table, record, column, model=model, repeat=repeat, seq=len(account.answers) + place)
        for place, (column, (model, repeat)) in enumerate(recorded.items())
    ]
    account.keep_answers(answers, record)


def _answers_of(table: SourceTable, options: ImportOptions) -> Imported:
    """Answers by index, with the items of the companion file."""
    require_columns(table, "index")
    if options.companion is None:
        mend = "give the file of results or scenes with the same index: --companion FILE"
        raise InputError("this file holds answers without scenes", file=table.file, mend=mend)
    scenes = _read_themes(options.companion, replace(options, companion=None))
    items = _by_index(scenes.items, options.companion)
    account = Account(table)
    known = set(items) | {index for row in scenes.rejected if (index := _raw_index(row.raw)) is not None}
    indexes = [_index(record.cells.get("index")) for record in table.records]
    strangers = sorted({index for index in indexes if index} - known)
    if strangers:  # a shifted numbering would put every answer to the scene beside its own
        what = f"indexes that the companion does not have: {', '.join(strangers[:5])}"
        raise InputError(what, file=table.file, column="index", mend=f"{options.companion.name} numbers otherwise")
    recorded = _recorded(table, options.respondent or table.file.absolute().parent.name)
    answered: set[str] = set()
    for record in account.usable():
        try:
            _answer_row(account, record, items, recorded, answered)
        except RowError as bad:
            account.reject(record, bad.reason, bad.column)
    own = account.close()
    return Imported(
        items=list(items.values()),
        answers=own.answers,
        rejected=[*scenes.rejected, *own.rejected],
        source_rows=scenes.source_rows + own.source_rows,
        kept_rows=scenes.kept_rows + own.kept_rows,
        notes=(*scenes.notes, *own.notes),
    )


def _answer_row(
    account: Account,
    record: Record,
    items: dict[str, Item],
    recorded: dict[str, tuple[str, int]],
    answered: set[str],
) -> None:
    index = _index(text(record.cells, "index"))
    item = items.get(index)
    if item is None:
        raise RowError("the scene of this index was rejected", "index")
    if index in answered:
        raise RowError("duplicate: this index was answered before", "index")
    if record.cells.get("CVC") is not None:
        _, option, reason = read_letter(record.cells["CVC"], OPTIONS)
        if option is None:
            raise RowError(reason or "not a letter", "CVC")
        items[index] = replace(item, meta={**item.meta, "published_option": str(option)})
    answered.add(index)
    _keep_answers(account, item, record, recorded)


def _by_index(items: list[Item], companion: Path) -> dict[str, Item]:
    counts = Counter(_index(item.meta.get("index")) for item in items)
    twice = [index for index, n in counts.items() if n > 1 or not index]
    if twice:
        what = f"scenes that share an index or have none: {', '.join(index or 'none' for index in twice[:5])}"
        raise InputError(what, file=companion, mend="give a file of results, which numbers every scene")
    return {_index(item.meta["index"]): item for item in items}


def _index(cell: str | None) -> str:
    return (cell or "").strip().removesuffix(".0")


def _raw_index(raw: str) -> str | None:
    cells = json.loads(raw)
    return _index(cells["index"]) if cells.get("index") else None


cvc_dilemmas = FileFormat(
    "cvc-dilemmas",
    {
        "en": "CVC / C-VARC dilemmas CSV (also GBK): scene and three options from a pair of rules, unmapped",
        "zh": "CVC / C-VARC 道德困境 CSV（可为 GBK）：由两条规则生成的情境与三个选项，选项与规则的对应未公布",
    },
    _read_dilemmas,
)
cvc_themes = FileFormat(
    "cvc-themes",
    {
        "en": "CVC / C-VARC theme scenes CSV with recorded answers of models or people, unmapped",
        "zh": "CVC / C-VARC 敏感主题情境 CSV，可含模型或人的已有回答，选项与规则的对应未公布",
    },
    _read_themes,
)
