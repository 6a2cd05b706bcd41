"""Runs a plan: texts to statements to items, step by step. What is finished stays, what is open is resumed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiometer.build.conflicts.scoring import score
from axiometer.build.corpus.ingest import ingest
from axiometer.build.statements.options import (
    ATTRIBUTE,
    COMMAND,
    EXTRACT,
    FILE,
    INGEST,
    PAIRS,
    POSITIONS,
    PREPARE,
    QUESTIONS,
    REDUCE,
    RELATE,
    SCORE,
    StatementsFolder,
)
from axiometer.build.statements.plan import StatementPlan, settle_specification
from axiometer.build.statements.preparing.prepare import COPIES_FILE, NO_NATION, prepare
from axiometer.build.statements.publish import StatementsSummary, publish
from axiometer.build.statements.reduction.candidates import find_pairs
from axiometer.build.statements.reduction.pipeline import Judged, Scored, Verdicts, reduce_statements
from axiometer.build.statements.reduction.reducing import Summary
from axiometer.build.statements.reduction.relating import RelationQuestion, write_questions
from axiometer.build.statements.screening import APPLIED, Settled
from axiometer.build.statements.subjects import Subjects, settle_subjects
from axiometer.build.statements.triples.contradiction import weigh_triples
from axiometer.build.statements.triples.rows import CHECK, REVERSE, TRIPLE_PAIRS, WEIGH
from axiometer.build.work.folders import check_folder
from axiometer.build.work.search import Search, Watched
from axiometer.errors import InputError, Stopped
from axiometer.records.corpus_rows import Statement, Text, Triple
from axiometer.records.tables import read_part
from axiometer.runtime import Progress, Tally
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.turns import Turns, in_turn

_ON_RUNNER = 3  # parts: fewer are scored sooner than processes have started


@dataclass(frozen=True, slots=True)
class Made:
    """What the steps found out beside their rows: which subjects people decided on, and the account of conflicts."""

    settled: Settled
    reduction: Summary
    tallies: list[Tally]


@dataclass(frozen=True, slots=True)
class _Work:
    """What every step needs. cache: the folder of vectors."""

    plan: StatementPlan
    folder: StatementsFolder
    cache: Path
    runner: Runner
    progress: Progress
    turns: Turns

    def search(self, name: str) -> Search:
        """Vectors of texts; `name` is what progress calls it."""
        return Search(self.plan.options.embedder, 1.0, self.cache, self.runner, self.progress, name)

    async def ask(self, step: str, before: str, row_type: type[Any]) -> None:
        """Asks about all rows of the step `before`."""
        stage, respondent = self.plan.asking[step]
        source = self.folder.stage(before)
        parts = [InputPart(name, source, row_type) for name in source.names()]
        await self.turns.ask(stage, respondent, parts, self.folder.stage(step))


def run_statements(
    plan: StatementPlan, output: Path, cache: Path, runner: Runner, progress: Progress | None = None
) -> StatementsSummary:
    """Makes statements and items into the folder `output`, or goes on there. cache: the folder of vectors.

    Raises `SpecificationChanged` where the folder holds other work, `Stopped` when a limit, the breaker or Ctrl-C ended
    it: the same call goes on from there. `InputError` where no text has a nation, or `screen.yaml` is damaged.
    """
    folder, shown = StatementsFolder(Path(output)), progress or Silent()
    check_folder(folder.path, FILE, COMMAND)
    with only_process(folder.path):
        settle_specification(plan, folder)
        try:
            ingest(plan.sources(folder), plan.options.ingest, folder.stage(INGEST), runner, shown)
            prepare(folder.stage(INGEST), folder.stage(PREPARE), folder.tables, plan.options.nations)
            check_texts(folder)
            made = asyncio.run(_make(plan, folder, cache, runner, shown))
            return publish(plan, folder, made.settled, made.reduction, made.tallies)
        except KeyboardInterrupt:
            raise Stopped("stopped; what was finished is kept") from None
        finally:
            shown.close()


def check_texts(folder: StatementsFolder) -> None:
    """Raises `InputError` where no text is left to be worked on."""
    read, prepared = folder.stage(INGEST).account(), folder.stage(PREPARE).account()
    if prepared.outputs:
        return
    lost = {**read.dropped, **read.failed, **prepared.dropped}
    reason = max(lost, key=lambda each: lost[each], default="there are none")
    mend = "say with --nation whose texts they are" if reason == NO_NATION else None
    raise InputError("no text is left: {reason}", file=folder.path, mend=mend, reason=reason)


async def _make(plan: StatementPlan, folder: StatementsFolder, cache: Path, runner: Runner, progress: Progress) -> Made:
    """The steps that ask a model, and the barriers between them."""
    async with in_turn(folder.path, plan.people.all, progress) as turns:
        work = _Work(plan, folder, cache, runner, progress, turns)
        settled = await _screened(work)
        await work.ask(EXTRACT, APPLIED, Text)
        await work.ask(POSITIONS, EXTRACT, Statement)
        await work.ask(ATTRIBUTE, POSITIONS, Statement)
        reduction = await _reduced(work)
        await work.ask(REVERSE, REDUCE, Statement)
        await work.ask(CHECK, REVERSE, Triple)
        _weigh(work)
        return Made(settled, reduction, turns.tallies)


def _weigh(work: _Work) -> None:
    """The word of a contradiction model on every triple, where one computes."""
    folder = work.folder
    if work.plan.options.computed_judge is not None:
        pairs, output = folder.stage(TRIPLE_PAIRS), folder.stage(WEIGH)
        watched = Watched(None, Tally(WEIGH), work.progress)
        weigh_triples(folder.stage(CHECK), pairs, output, work.plan.scorer, watched)


async def _screened(work: _Work) -> Settled:
    """Topics, tags, and which of them are read for statements."""
    folder, plan = work.folder, work.plan
    subjects = Subjects(
        texts=folder.stage(PREPARE),
        stage=folder.stage,
        tables=folder.tables,
        screen=folder.screen,
        writer=plan.people.writer,
        options=plan.options.subjects,
        search=work.search("topics"),
    )
    return await settle_subjects(subjects, work.turns)


async def _reduced(work: _Work) -> Summary:
    """Conflicts among statements, found and resolved."""
    folder, options = work.folder, work.plan.options
    found, search = folder.stage(PAIRS), work.search(REDUCE)
    statements = folder.stage(ATTRIBUTE)
    find_pairs(statements, found, options.reduction, search, copied(folder))
    await work.turns.check()
    verdicts = await _verdicts(work)
    await work.turns.check()
    summary = reduce_statements(
        statements, found, verdicts, folder.stage(REDUCE), folder.tables, options.reduction, search
    )
    search.clear()
    return summary


async def _verdicts(work: _Work) -> Verdicts:
    """How each candidate pair stands: by a model that is asked in both orders, or by one that computes."""
    folder, judge = work.folder, work.plan.options.computed_judge
    found = folder.stage(PAIRS)
    if judge is None:
        write_questions(found, folder.stage(QUESTIONS))
        await work.ask(RELATE, QUESTIONS, RelationQuestion)
        assert work.plan.people.judge is not None, "who is asked is known where no model computes"
        return Judged(folder.stage(RELATE), f"llm/{work.plan.people.judge.model.name}")
    watched = Watched(work.runner if len(found.names()) >= _ON_RUNNER else None, Tally(SCORE), work.progress)
    score(found, folder.stage(SCORE), work.plan.scorer, watched, both=True)
    return Scored(folder.stage(SCORE), judge)


def copied(folder: StatementsFolder) -> dict[str, str]:
    """The text that each copy copies, by id."""
    rows = read_part(folder.tables / COPIES_FILE, ["id", "of"]).select("id", "of")
    return {copy: of for copy, of in rows.iter_rows() if copy != of}
