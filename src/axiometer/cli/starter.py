"""`starter` as a table of items, or of rules: written once to the user's cache, found by the hash of its content."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from axiometer.cli.console import remark
from axiometer.errors import InputError
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.records import Item, Rule

STARTER: Final = "starter"
SHOWN: Final = 5
Row = TypeVar("Row", "Item", "Rule")


def items_path(named: Path | str) -> Path:
    """The table that a user named; for `starter`, the starter dilemmas as a table."""
    if str(named) != STARTER:
        return Path(named)
    from axiometer.records import Item
    from axiometer.records.importers.starter import starter_items

    return _path(starter_items(), Item, "starter")


def questions_path(named: Path | str, framework: str | None = None, lang: str | None = None) -> Path:
    """Open questions as a table of items: for `starter` those that ship with Axiometer, a table of items as it stands,
    and any other file read as `axiometer import questions` reads it. Raises `InputError` where it holds none."""
    from axiometer.records import Item
    from axiometer.records.importers import ImportOptions
    from axiometer.records.importers.questions import read_questions, starter_question_items
    from axiometer.records.schemas import schema_of
    from axiometer.records.tables import schema_in

    if str(named) == STARTER:
        return _path(starter_question_items(), Item, "starter-questions")
    path = Path(named)
    table = path.is_file() and path.suffix.lower() == ".parquet"
    if path.is_dir() or (table and schema_of(Item).keys() <= schema_in(path).keys()):
        return path
    imported = read_questions(path, ImportOptions(framework=framework, lang=lang))
    for row in imported.rejected[:SHOWN]:
        remark(t("row {row}, {column}: {why}", row=row.row, column=row.column or "-", why=t(row.reason)))
    if not imported.items:
        raise InputError("no row could be imported", file=path, mend="see above")
    if imported.rejected:
        remark(t("imported {n}, rejected {m}", n=imported.imported, m=len(imported.rejected)))
    return _path(imported.items, Item, "questions")


def rules_path(named: Path | str) -> Path:
    """The rules that a user named; for `starter`, the rules behind the starter dilemmas as a table."""
    if str(named) != STARTER:
        return Path(named)
    from axiometer.records import Rule
    from axiometer.records.importers.starter import starter_rule_rows

    return _path(starter_rule_rows(), Rule, "starter-rules")


def _path(rows: list[Row], kind: type[Row], name: str) -> Path:
    try:
        return _cached(rows, kind, name)
    except InputError:  # no home, or a cache that cannot be written: for this process only
        folder = Path(tempfile.mkdtemp(prefix="axiometer-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return _written(rows, kind, folder / f"{name}.parquet")


def _cached(rows: list[Row], kind: type[Row], name: str) -> Path:
    from axiometer.models.local_weights import cache_folder
    from axiometer.records import content_id

    path = cache_folder() / f"{name}-{content_id([repr(row) for row in rows])[:12]}.parquet"
    return path if path.exists() else _written(rows, kind, path)


def _written(rows: list[Row], kind: type[Row], path: Path) -> Path:
    from axiometer.records.tables import write_rows

    write_rows(rows, kind, path)
    return path
