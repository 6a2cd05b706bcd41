"""Statements before they are made: everything that can be wrong is checked, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiometer.build.corpus.ingest import check_sources
from axiometer.build.statements.extraction.attributing import AttributeStatements
from axiometer.build.statements.extraction.extracting import ExtractStatements
from axiometer.build.statements.extraction.positions import TellPositions
from axiometer.build.statements.options import (
    ATTRIBUTE,
    COMMAND,
    EXTRACT,
    FILE,
    POSITIONS,
    RELATE,
    StatementOptions,
    StatementsFolder,
)
from axiometer.build.statements.reduction.relating import RelateStatements
from axiometer.build.statements.starter_texts import write_starter_texts
from axiometer.build.statements.triples.checking import CheckTriples
from axiometer.build.statements.triples.rows import CHECK, REVERSE
from axiometer.build.statements.triples.writing import WriteTriples
from axiometer.build.work.folders import check_writes, settle
from axiometer.build.work.specifications import Asking, has_steps, noted, steps_asked
from axiometer.errors import InputError
from axiometer.measure.specification import Specification, plain, specification_in
from axiometer.models.contradiction.judge import Judge
from axiometer.models.contradiction.registry import open_contradiction_model
from axiometer.models.protocols import ContradictionModel
from axiometer.records.texts.sources import Sources
from axiometer.runtime.respondent import Respondent

FORMAT = 1


@dataclass(frozen=True, slots=True)
class People:
    """Who is asked: who writes, who checks what was written, and who judges how statements stand to each other (None:
    a model that computes)."""

    writer: Respondent
    checker: Respondent
    judge: Respondent | None

    @property
    def all(self) -> list[Respondent]:
        return [self.writer, self.checker, *([] if self.judge is None else [self.judge])]


@dataclass(frozen=True, slots=True)
class StatementPlan:
    """What `run_statements` does. paths: texts of the user, as they were named; people: who is asked; asking: the steps
    that ask, in order."""

    paths: tuple[str, ...]
    options: StatementOptions
    people: People
    asking: Asking
    specification: Specification

    @property
    def scorer(self) -> ContradictionModel:
        """The contradiction model, where it is one that computes."""
        judge = self.options.computed_judge
        assert judge is not None, "a judge is asked"
        opened = open_contradiction_model(judge)
        assert not isinstance(opened, Judge), "a judge is asked"
        return opened

    def sources(self, folder: StatementsFolder) -> Sources:
        """All texts; those of the starter are written into the folder first."""
        paths: list[str | Path] = [*self.paths]
        if self.options.starter:
            paths.append(write_starter_texts(self.options.starter, folder.texts))
        return check_sources(paths, self.options.ingest)


def plan_statements(
    paths: Sequence[str],
    options: StatementOptions,
    writer: Respondent,
    checker: Respondent | None = None,
    judge: Respondent | None = None,
) -> StatementPlan:
    """Checks texts and models. paths: files, folders or globs of texts; none where the starter news alone are taken.
    checker: who checks triples, default the writer; judge: who is asked how statements stand to each other, default the
    writer, unless a model computes it.
    Raises an `AxiometerError` for anything that is wrong."""
    if not paths and not options.starter:
        raise InputError("no texts", mend="name files, folders or globs, or take ours with --starter cn,us,uk,fr,de")
    people = People(writer, checker or writer, (judge or writer) if options.computed_judge is None else None)
    for respondent in people.all:
        check_writes(respondent)
    if paths:
        check_nation(check_sources(list(paths), options.ingest), options)
    asking = stages_of(options, people)
    return StatementPlan(tuple(paths), options, people, asking, _specify(paths, options, asking))


def check_nation(sources: Sources, options: StatementOptions) -> None:
    """Raises `InputError` where nothing says the nation of the texts: neither a column of any table nor the user."""
    named = any(file.columns is not None and file.columns.nation is not None for file in sources.files)
    if not named and len(options.nations) != 1:
        raise InputError(
            "nothing says the nation of these texts", mend="say it with --nation, or in a column with this name"
        )


def stages_of(options: StatementOptions, people: People) -> Asking:
    """The steps that ask a model about each row, in order. Of the rounds of tags the first stands for all."""
    writer = people.writer
    judged: Asking = {} if people.judge is None else {RELATE: (RelateStatements(), people.judge)}
    return {
        **{name: (stage, writer) for name, stage in options.subjects.stages.items()},
        EXTRACT: (ExtractStatements(), writer),
        POSITIONS: (TellPositions(), writer),
        ATTRIBUTE: (AttributeStatements(), writer),
        **judged,
        REVERSE: (WriteTriples(), writer),
        CHECK: (CheckTriples(), people.checker),
    }


def _specify(paths: Sequence[str], options: StatementOptions, asking: Asking) -> Specification:
    """More texts or another limit are the same work grown. How topics are found, how conflicts are resolved and which
    forms items have can be asked for anew in the same folder: answers stay."""
    subjects = options.subjects
    asked: dict[str, Any] = {
        "ingest": plain(options.ingest.fingerprint),
        "starter": list(options.starter),
        "nations": list(options.nations),
        "values": {
            "framework": None if subjects.framework is None else subjects.framework.fingerprint,
            "about": subjects.about,
        },
        "judge": options.computed_judge,
        "embedder": options.embedder,
        "steps": steps_asked(asking),
        "seed": options.seed,
    }
    return Specification(asked, noted(asking, paths=list(paths), limit=options.ingest.limit))


def read_statements(folder: StatementsFolder) -> Specification:
    """The specification of what is made in `folder`. Raises `InputError` when there is none or it is damaged."""
    return specification_in(folder.path, FILE, COMMAND, _is_whole, format_=FORMAT)


def _is_whole(asked: Mapping[str, Any], noted: Mapping[str, Any]) -> bool:
    return has_steps(asked, noted) and isinstance(asked.get("starter"), list)


def settle_specification(plan: StatementPlan, folder: StatementsFolder) -> None:
    """Writes `statements.yaml`, or checks that the folder holds the same work. Raises `SpecificationChanged`."""
    settle(folder.path, FILE, plan.specification, lambda path: read_statements(StatementsFolder(path)))
