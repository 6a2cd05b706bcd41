"""Sheets that ask which values an answer expresses: a column for each value, and what people mark in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from axiometer.annotate.cells import folded
from axiometer.errors import InputError
from axiometer.frameworks import Framework, load_framework
from axiometer.measure.labels import NONE, Asked, read_asked, write_asked

_MARKS: Final = frozenset(("x", "1", "v", "✓", "✔", "√", "☑", "☒", "y", "yes", "true", "是", "对", "有", "oui", "ja"))
_NO_MARKS: Final = frozenset(("", "0", "n", "no", "false", "否", "无", "non", "nein"))
_ID: Final = re.compile(r"[(（]([^()（）]+)[)）]\s*$")


def values_asked(run: Path, framework: Path | None, level: str | None) -> Asked:
    """The values that a sheet asks about: those of `framework` (a file) on `level`, else those that were told of the
    run before. Raises `InputError` where neither is there, or the framework has several levels and none is named."""
    if framework is None:
        asked = read_asked(run)
        if asked is None:
            raise InputError(
                "it is not known which values to ask about",
                file=run,
                mend="`axiometer express profile` first, or name a framework with --framework",
            )
        return asked
    chosen = load_framework(framework)
    write_asked(run, framework, _values_at(chosen, level, framework))
    found = read_asked(run)
    assert found is not None
    return found


def _values_at(framework: Framework, level: str | None, file: Path) -> list[str]:
    names = [each.id for each in framework.levels]
    if level is None and len(names) > 1:
        raise InputError("the framework has several levels", file=file, mend="--level {names}", names=" | ".join(names))
    return [value.id for value in framework.values_at(level or names[0])]


def value_table(rows: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """`rows` (with a column `lang`) and an empty column for each value and for `none`. A value's column has its name in
    the languages of the rows, and its id in brackets."""
    langs = sorted(set(rows["lang"]))
    heads = [header(asked.framework, value, langs) for value in asked.values]
    return rows.with_columns(pl.lit("").alias(name) for name in (*heads, NONE))


def header(framework: Framework, value: str, langs: Sequence[str]) -> str:
    names = dict.fromkeys(framework.name(value, lang) for lang in langs)
    return f"{' / '.join(names)} ({value})"


def columns_of(columns: Sequence[str], values: Sequence[str], file: Path) -> dict[str, str]:
    """The column of each value: the one that ends in its id in brackets. Raises `InputError` where one has none, or
    two."""
    found: dict[str, str] = {}
    for column in columns:
        match = _ID.search(column)
        value = match.group(1).strip() if match else column.strip()
        if value in values:
            if value in found:
                raise InputError("two columns are for the value {value}", file=file, column=column, value=value)
            found[value] = column
    missing = [value for value in values if value not in found]
    if missing:
        raise InputError("columns missing: {missing}", file=file, missing=", ".join(missing))
    return {value: found[value] for value in values}


def values_marked(cells: Mapping[str, str], columns: Mapping[str, str], row: int, file: Path) -> str:
    """What a label table holds for a row: the values that are marked, in their order, separated by commas, or `none`;
    empty where nothing is marked. Raises `InputError` for a mark that is none, and for `none` beside a value."""
    marked = [value for value, column in columns.items() if _is_marked(cells.get(column, ""), column, row, file)]
    none = _is_marked(cells.get(NONE, ""), NONE, row, file)
    if none and marked:
        raise InputError(
            "`none` is marked beside {values}",
            file=file,
            row=row,
            column=NONE,
            mend="leave one of them empty",
            values=", ".join(marked),
        )
    if not none and not marked and all(cells.get(column, "") for column in columns.values()):
        raise InputError("no value is marked, and `none` is not either", file=file, row=row, mend="mark `none`")
    return NONE if none else ",".join(marked)


def _is_marked(cell: str, column: str, row: int, file: Path) -> bool:
    word = folded(cell)
    if word in _MARKS:
        return True
    if word in _NO_MARKS:
        return False
    raise InputError("{said!r} is no mark", file=file, row=row, column=column, mend="write x or nothing", said=cell)
