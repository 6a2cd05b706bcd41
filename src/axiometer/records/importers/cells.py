"""Reading single cells of published tables: texts, label lists, Python literals, languages, labels of a framework."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import lru_cache

from axiometer.errors import InputError
from axiometer.frameworks import Framework
from axiometer.records.importers.accounting import RowError
from axiometer.records.spreadsheets import MISSING, SourceStream, SourceTable

Cells = Mapping[str, str | None]

_SEPARATORS = re.compile(r"[、,，;；|\n]+")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_CHINESE_SHARE = 0.2


def require_columns(table: SourceTable | SourceStream, *names: str) -> None:
    """Raises `InputError` with all columns that a file of this format would have and this one has not."""
    missing = [name for name in names if name not in table.columns]
    if missing:
        found = ", ".join(table.columns[:12]) + (", …" if len(table.columns) > 12 else "")
        raise InputError(
            "columns missing: {missing}",
            file=table.file,
            mend="the file has: {found}",
            missing=", ".join(missing),
            found=found,
        )


def text(cells: Cells, column: str) -> str:
    """The text of a cell that must have one."""
    found = optional(cells, column)
    if found is None:
        raise RowError("empty", column)
    if "\ufffd" in found:
        raise RowError("damaged characters (U+FFFD)", column)
    return found


def optional(cells: Cells, column: str) -> str | None:
    cell = cells.get(column)
    return cell.strip() if cell is not None and cell.strip() else None


def labels(cell: str | None) -> tuple[str, ...]:
    """The labels of a cell: a JSON or Python list, or names joined by 、 , ; | or line breaks. Each once, in order."""
    if cell is None:
        return ()
    stripped = cell.strip()
    parts = literal_list(stripped) if stripped.startswith(("[", "(")) else _SEPARATORS.split(stripped)
    return tuple(dict.fromkeys(part.strip() for part in parts if part and part.strip() not in MISSING))


def literal_list(cell: str, column: str | None = None) -> tuple[str | None, ...]:
    """The members of a list or tuple of strings and numbers in Python or JSON notation; bare `nan` and `null` are None.

    Nothing is evaluated: the text is parsed and only constants are taken. Raises `RowError` for anything else.
    """
    try:
        tree = ast.parse(cell.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise RowError("not a list", column) from error
    if not isinstance(tree, ast.List | ast.Tuple):
        raise RowError("not a list", column)
    return tuple(_member(node, column) for node in tree.elts)


def _member(node: ast.expr, column: str | None) -> str | None:
    if isinstance(node, ast.Name) and node.id in ("nan", "NaN", "null", "None"):
        return None
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str | int | float)):
        return None if node.value is None else str(node.value)
    raise RowError("a list with something other than texts", column)


def language_of(sample: str) -> str:
    """`zh` where at least a fifth of the letters are Han characters, else `en`."""
    letters = sum(map(str.isalpha, sample))
    return "zh" if letters and len(_HAN.findall(sample)) >= _CHINESE_SHARE * letters else "en"


def resolve(framework: Framework, label: str, column: str | None = None, *, level: str | None = None) -> str:
    """The id of the value that answers to `label`; `RowError` where there is none."""
    value, problem = _resolved(framework, label, level)
    if value is None:
        raise RowError(problem, column)
    return value


@lru_cache(maxsize=16_384)
def _resolved(framework: Framework, label: str, level: str | None) -> tuple[str | None, str]:
    """Value id or None, and why there is none; kept, because the same labels come on every row."""
    try:
        return framework.resolve(label, level=level), ""
    except InputError as error:
        return None, error.what
