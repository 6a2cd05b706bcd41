"""Where the making of statements stands, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from axiometer.build.statements.options import (
    ATTRIBUTE,
    EXTRACT,
    INGEST,
    POSITIONS,
    PREPARE,
    QUESTIONS,
    REDUCE,
    RELATE,
    StatementsFolder,
)
from axiometer.build.statements.plan import read_statements
from axiometer.build.statements.screening import APPLIED, SCREEN
from axiometer.build.statements.subjects import FOUND, TO_LABEL, TO_SCREEN
from axiometer.build.statements.tagging.asking import TAG
from axiometer.build.statements.topics.labelling import LABEL
from axiometer.build.statements.triples.rows import CHECK, REVERSE
from axiometer.build.work.accounts import StepAccount, step_account
from axiometer.runtime.stages.parts import together


@dataclass(frozen=True, slots=True)
class Passage:
    """A step and the folder of the rows that go into it. asked: the name under which the specification says who is
    asked."""

    name: str
    before: str
    asked: str | None = None


def passages(folder: StatementsFolder) -> Iterator[Passage]:
    """The steps behind `ingest`, in order, with as many rounds of tags as there were."""
    yield Passage(PREPARE, INGEST)
    yield Passage(FOUND, PREPARE)
    yield Passage(LABEL, TO_LABEL)
    before, number = FOUND, 1
    while folder.stage(f"{TAG}-{number}").names():
        yield Passage(f"{TAG}-{number}", before, f"{TAG}-1")
        before, number = f"tagged-{number}", number + 1
    if folder.stage(SCREEN).names():
        yield Passage(SCREEN, TO_SCREEN)
    yield Passage(APPLIED, TAG)
    for one, step in ((APPLIED, EXTRACT), (EXTRACT, POSITIONS), (POSITIONS, ATTRIBUTE)):
        yield Passage(step, one)
    if folder.stage(QUESTIONS).names():
        yield Passage(RELATE, QUESTIONS)
    yield Passage(REDUCE, ATTRIBUTE)
    yield Passage(REVERSE, REDUCE)
    yield Passage(CHECK, REVERSE)


def status(path: Path) -> list[StepAccount]:
    """Every step in order. Reads finished parts only. Raises `InputError` where `path` holds no statements."""
    folder = StatementsFolder(path)
    specification = read_statements(folder)
    asked, prices = specification.asked["steps"], specification.noted.get("prices") or {}
    found = [StepAccount(INGEST, None, 0, together(folder.stage(INGEST).parts()))]
    for step in passages(folder):
        rows = sum(part.rows for part in folder.stage(step.before).parts())
        account = step_account(step.asked or step.name, folder.stage(step.name), rows, asked, prices)
        found.append(replace(account, step=step.name))
    return found
