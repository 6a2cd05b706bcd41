"""Runs a plan: texts to statements to items, step by step. What is finished stays, what is open is resumed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiometer.build.corpus.ingest import ingest
from axiometer.build.statements.options import COMMAND, FILE, INGEST, PREPARE, TOPIC_ROWS, TOPICS, StatementsFolder
from axiometer.build.statements.plan import StatementPlan, settle_specification
from axiometer.build.statements.preparing.prepare import prepare
from axiometer.build.statements.publish import StatementsSummary, publish
from axiometer.build.statements.topics.finding import find_topics, write_topic_parts
from axiometer.build.statements.topics.labelling import LABEL
from axiometer.build.statements.topics.rows import Topic
from axiometer.build.work.folders import check_folder
from axiometer.build.work.search import Search
from axiometer.errors import Stopped
from axiometer.records.corpus_rows import Statement, Text
from axiometer.runtime import Progress, Tally
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.turns import Turns, in_turn


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
        """Vectors and pairs of texts; `name` is what progress calls it."""
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
    it: the same call goes on from there.
    """
    folder, shown = StatementsFolder(Path(output)), progress or Silent()
    check_folder(folder.path, FILE, COMMAND)
    with only_process(folder.path):
        settle_specification(plan, folder)
        try:
            ingest(plan.sources(folder), plan.options.ingest, folder.stage(INGEST), runner, shown)
            prepare(folder.stage(INGEST), folder.stage(PREPARE), folder.tables, plan.options.nations)
            tallies = asyncio.run(_ask(plan, folder, cache, runner, shown))
            return publish(plan, folder, tallies)
        except KeyboardInterrupt:
            raise Stopped("stopped; what was finished is kept") from None
        finally:
            shown.close()


async def _ask(
    plan: StatementPlan, folder: StatementsFolder, cache: Path, runner: Runner, progress: Progress
) -> list[Tally]:
    """The steps that ask a model, and the barriers between them."""
    async with in_turn(folder.path, plan.people.all, progress) as turns:
        work = _Work(plan, folder, cache, runner, progress, turns)
        await _subjects(work)
        await work.ask("extract", TOPICS, Text)
        await work.ask("value-or-fact", "extract", Statement)
        await work.ask("attribute", "value-or-fact", Statement)
        return turns.tallies


async def _subjects(work: _Work) -> None:
    """What texts are about: topics among all of them, with names."""
    folder, options = work.folder, work.plan.options
    find_topics(folder.stage(PREPARE), folder.stage(TOPICS), folder.tables, options.topics, work.search(TOPICS))
    await work.turns.check()
    write_topic_parts(folder.tables, folder.stage(TOPIC_ROWS))
    await work.ask(LABEL, TOPIC_ROWS, Topic)
