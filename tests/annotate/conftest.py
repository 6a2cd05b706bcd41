"""Small projects of items and rules written for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiometer.annotate.project import Project
from axiometer.annotate.starting import Wanted, numbered, start_project
from axiometer.annotate.tasks import load_task
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Option, Role, make_item
from axiometer.records.tables import write_rows


def dilemmas(count: int) -> list[Item]:
    return [
        make_item(
            kind=ItemKind.DILEMMA,
            lang="en",
            prompt=f"=Situation {number}, in which one may do one thing or another.",
            options=(
                Option(f"Do {number}", expresses=(Expression(ExpressionKind.VALUE, "freedom", 1),)),
                Option(f"@Leave {number}", expresses=(Expression(ExpressionKind.VALUE, "equality", 1),)),
                Option(f"Look at picture {number}", Role.DISTRACTOR),
            ),
            clusters=(f"rule-{number % 20}", f"rule-{number % 20 + 1}"),
            source="test",
            framework="core-socialist-values",
        )
        for number in range(count)
    ]


def rules(count: int) -> list[Rule]:
    return [
        make_rule(
            lang="zh" if number % 2 else "en",
            text=f"+Rule {number}.",
            origin="test",
            values=("freedom",),
            framework="core-socialist-values",
        )
        for number in range(count)
    ]


@pytest.fixture
def choosing(tmp_path: Path) -> Project:
    """Two raters choose in the same six dilemmas, with one attention check each."""
    write_rows(dilemmas(6), Item, tmp_path / "items.parquet")
    wanted = Wanted(numbered(2), per_rater=6, overlap=1.0, attention=1)
    return start_project(load_task("choose"), tmp_path / "items.parquet", tmp_path / "choosing", wanted).project


@pytest.fixture
def ruling(tmp_path: Path) -> Project:
    """Three raters label five rules each, in two languages, some of them shared, with other words where they like."""
    write_rows(rules(20), Rule, tmp_path / "rules.parquet")
    wanted = Wanted(numbered(3), per_rater=5, overlap=0.4)
    return start_project(load_task("rule"), tmp_path / "rules.parquet", tmp_path / "ruling", wanted).project
