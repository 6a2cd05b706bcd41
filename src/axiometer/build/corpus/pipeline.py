"""Runs a plan: ingest, the steps that ask a model, dedup, release. What is finished stays, what is open is resumed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiometer.build.corpus.dedup import dedup
from axiometer.build.corpus.imported import place_imported
from axiometer.build.corpus.ingest import ingest
from axiometer.build.corpus.options import DEDUP, INGEST, CorpusFolder
from axiometer.build.corpus.plan import CorpusPlan, check_folder, settle_specification
from axiometer.build.corpus.probes import probes_to_ask, write_probe_results
from axiometer.build.corpus.publish import publish
from axiometer.build.corpus.status import status
from axiometer.build.work.accounts import StepAccount
from axiometer.build.work.folders import keep_framework
from axiometer.errors import Stopped
from axiometer.messages import t
from axiometer.records.corpus_rows import Rule, Text
from axiometer.runtime import Progress, Tally
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.turns import in_turn


@dataclass(frozen=True, slots=True)
class CorpusSummary:
    """What a corpus has in the end: its release, the account of every step, and calls made now and before."""

    folder: Path
    release: Path
    rules: int
    steps: tuple[StepAccount, ...]
    calls: int
    hits: int
    tokens_in: int
    tokens_out: int
    usd: float | None
    retry: int


def run_corpus(plan: CorpusPlan, output: Path, runner: Runner, progress: Progress | None = None) -> CorpusSummary:
    """Builds the corpus folder `output`, or goes on with it.

    Raises `SpecificationChanged` where the folder holds another corpus, `Stopped` when a limit, the breaker or Ctrl-C
    ended the work: the same call goes on from there.
    """
    folder = CorpusFolder(Path(output))
    shown = progress or Silent()
    check_folder(plan, folder)
    with only_process(folder.path):
        settle_specification(plan, folder)
        keep_framework(plan.options.framework, plan.framework, folder.frameworks)
        try:
            ingest(plan.sources, plan.options.ingest, folder.stage(INGEST), runner, shown)
            place_imported(plan, folder.imported)
            tallies = asyncio.run(_ask(plan, folder, shown))
            dedup(inputs_of(plan, folder, DEDUP), folder.stage(DEDUP), plan.dedup, folder.vectors, runner, shown)
            accounts = status(folder.path)
            rules = publish(plan, folder, accounts, runner, shown)
        except KeyboardInterrupt:
            raise Stopped("stopped; what was finished is kept") from None
        finally:
            shown.close()
    return _summary(folder, rules, accounts, tallies)


def inputs_of(plan: CorpusPlan, folder: CorpusFolder, step: str) -> list[InputPart[Any]]:
    """The parts that go into a step: what the step before kept, and the imported rules that come in here."""
    names = [INGEST, *(each.name for each in plan.steps), DEDUP]
    before = names[names.index(step) - 1]
    row_type = Text if before == INGEST else next(each.stage.output for each in plan.steps if each.name == before)
    previous = folder.stage(before)
    found = [InputPart(part.name, previous, row_type) for part in previous.parts()]
    entering = [part for part in folder.imported.parts() if part.extra["enter"] == step]
    return found + [InputPart(part.name, folder.imported, Rule) for part in entering]


async def _ask(plan: CorpusPlan, folder: CorpusFolder, progress: Progress) -> list[Tally]:
    """The steps that ask a model, one after the other over all parts, then the planted injections."""
    async with in_turn(folder.path, [step.respondent for step in plan.steps], progress) as turns:
        for step in plan.steps:
            await turns.ask(step.stage, step.respondent, inputs_of(plan, folder, step.name), folder.stage(step.name))
        for step, parts in probes_to_ask(plan, folder):
            said = t("{step} (injections)", step=step.name)
            await turns.ask(step.stage, step.respondent, parts, folder.probes(step.name), said)
        write_probe_results(plan, folder, turns.journal)
        return turns.tallies


def _summary(
    folder: CorpusFolder, rules: int, accounts: Sequence[StepAccount], tallies: Sequence[Tally]
) -> CorpusSummary:
    usd = [tally.usd for tally in tallies if tally.usd is not None]
    return CorpusSummary(
        folder=folder.path,
        release=folder.release,
        rules=rules,
        steps=tuple(accounts),
        calls=sum(tally.calls for tally in tallies),
        hits=sum(tally.hits for tally in tallies),
        tokens_in=sum(tally.tokens_in for tally in tallies),
        tokens_out=sum(tally.tokens_out for tally in tallies),
        usd=sum(usd) if usd else None,
        retry=sum(account.retry for account in accounts),
    )
