"""Small projects of items and rules written for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiometer import measure
from axiometer.annotate.project import Project
from axiometer.annotate.starting import Wanted, numbered, start_project
from axiometer.annotate.tasks import load_task
from axiometer.measure import Design, MeasureOptions, Respondent
from axiometer.models.registry import open_model
from axiometer.models.simulated import Profile, Refusals, SimulatedRespondent
from axiometer.records.corpus_rows import Rule, make_rule
from axiometer.records.rows import Expression, ExpressionKind, Item, ItemKind, Mode, Option, Role, make_item
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


def choose(project: Project) -> None:
    """R01 takes option 0 of every row, R02 option 1, but for its first two rows."""
    with project.store() as store:
        for number, row in enumerate(project.assignments["R01"]):
            store.record("R01", row.unit, "0", client=f"{number}", seconds=1.5)
        for number, row in enumerate(project.assignments["R02"]):
            said = {0: "refused", 1: "undecided"}.get(number, "1")
            store.record("R02", row.unit, said, client=f"{number}")


def statement(number: int) -> Item:
    options = tuple(
        Option(text, expresses=(Expression(ExpressionKind.POSITION, "Mercury 2020", sign),))
        for text, sign in ((f"Close street {number}.", 1), (f"Leave street {number} open.", -1))
    )
    prompt = f"Should street {number} be closed to cars?"
    return make_item(
        kind=ItemKind.STATEMENT, lang="en", prompt=prompt, options=options, clusters=(f"c{number}",), source="test"
    )


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which two simulated respondents answered 20 statements freely and a simulated judge read them."""
    folder = tmp_path_factory.mktemp("judged")
    write_rows([statement(number) for number in range(20)], Item, folder / "items.parquet")
    people = [
        "sim/balanced",
        SimulatedRespondent(Profile(name="shy", values={}, refusals=Refusals(default=0.2), seed=6)),
    ]
    options = MeasureOptions(judge=Respondent(open_model("sim/judge")))
    measure(folder / "items.parquet", people, folder / "run", design=Design(mode=Mode.JUDGED), options=options)
    return folder / "run"
