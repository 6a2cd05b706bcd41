from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from axiometer.records import Rule
from axiometer.records.importers import Imported


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of the given name in the given encoding; lists and dicts as JSON."""

    def write_file(name: str, content: object, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_bytes(text.encode(encoding))
        return path

    return write_file


@pytest.fixture
def accounted() -> Callable[[Imported], None]:
    """Asserts that every source row is kept or rejected."""

    def check(imported: Imported) -> None:
        assert imported.kept_rows + len(imported.rejected) == imported.source_rows
        assert len({item.id for item in imported.items}) == len(imported.items)
        assert len({rule.id for rule in imported.rules}) == len(imported.rules)
        assert {answer.item for answer in imported.answers} <= {item.id for item in imported.items}
        assert all(row.reason and row.raw for row in imported.rejected)

    return check


def told(rule: Rule, name: str) -> dict[str, int]:
    """How many rows of a set said which label of a rule."""
    counted: dict[str, int] = json.loads(rule.meta.get(f"imported.{name}", "{}"))
    return counted


def delimited(*rows: dict[str, str], delimiter: str = ",") -> str:
    """The rows as the csv writer writes them, under a header of all their columns."""
    buffer = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(buffer, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
