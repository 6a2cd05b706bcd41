from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

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
        assert {answer.item for answer in imported.answers} <= {item.id for item in imported.items}
        assert all(row.reason and row.raw for row in imported.rejected)

    return check
