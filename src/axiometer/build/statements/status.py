"""Where the making of statements stands, and what it would take before it begins."""

from __future__ import annotations

from pathlib import Path

from axiometer.build.statements.options import INGEST, PREPARE, TOPICS, StatementsFolder
from axiometer.build.statements.plan import read_statements
from axiometer.build.work.accounts import StepAccount, step_account
from axiometer.runtime.stages.parts import together

CHAIN = (PREPARE, TOPICS, "extract", "value-or-fact", "attribute")


def status(path: Path) -> list[StepAccount]:
    """Every step in order. Reads finished parts only. Raises `InputError` where `path` holds no statements."""
    folder = StatementsFolder(path)
    specification = read_statements(folder)
    asked, prices = specification.asked["steps"], specification.noted.get("prices") or {}
    found = [StepAccount(INGEST, None, 0, together(folder.stage(INGEST).parts()))]
    for before, name in zip((INGEST, *CHAIN), CHAIN, strict=False):
        rows = sum(part.rows for part in folder.stage(before).parts())
        found.append(step_account(name, folder.stage(name), rows, asked, prices))
    return found
