"""Runs a plan: scenes written, checked, filtered, made into items. What is finished stays, what is open is resumed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axiometer.build.corpus.dedup_search import Search
from axiometer.build.dilemmas.checking import CheckScenes
from axiometer.build.dilemmas.filtering import drop_near_duplicates, filter_scenes
from axiometer.build.dilemmas.options import ALIKE, CHECK, FILTER, REQUESTS, WRITE, DilemmasFolder
from axiometer.build.dilemmas.plan import DilemmaPlan, check_folder, settle_specification
from axiometer.build.dilemmas.publish import DilemmasSummary, publish
from axiometer.build.dilemmas.rows import Scene, SceneRequest, scene_requests
from axiometer.build.dilemmas.writing import WriteScenes
from axiometer.errors import Stopped
from axiometer.records.corpus_rows import RulePair
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime import Journal, Progress, Tally
from axiometer.runtime.interrupts import Stoppable, interrupts
from axiometer.runtime.journal import neighbours_of
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.calling import Asking, InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import CallStage, Fate, Status

PART = 2_000  # scenes
_A_TURN = 0.001  # seconds


def run_dilemmas(
    plan: DilemmaPlan, output: Path, cache: Path, runner: Runner, progress: Progress | None = None
) -> DilemmasSummary:
    """Makes dilemmas into the folder `output`, or goes on there. cache: the folder of vectors.

    Raises `SpecificationChanged` where the folder holds other work, `Stopped` when a limit, the breaker or Ctrl-C ended
    it: the same call goes on from there.
    """
    folder = DilemmasFolder(Path(output))
    shown = progress or Silent()
    check_folder(folder)
    with only_process(folder.path):
        settle_specification(plan, folder)
        try:
            write_requests(plan, folder.stage(REQUESTS))
            tallies = asyncio.run(_Steps(plan, folder, shown).work())
            filter_scenes(folder.stage(CHECK), folder.stage(FILTER), plan.options.balance)
            search = Search(plan.options.embedder, plan.options.alike, cache, runner, shown)
            drop_near_duplicates(folder.stage(FILTER), folder.stage(ALIKE), search)
            return publish(plan, folder, tallies)
        except KeyboardInterrupt:
            raise Stopped("stopped; what was finished is kept") from None
        finally:
            shown.close()


def write_requests(plan: DilemmaPlan, output: StageFolder) -> None:
    """The scenes that are wanted, in parts: first one of each pair, then the second of each, so that more scenes are
    more parts and those that are there stay as they are."""
    options = plan.options
    wanted: dict[str, list[SceneRequest]] = {}
    for start in range(0, plan.pairs.height, PART):
        pairs = list(to_rows(plan.pairs.slice(start, PART), RulePair))
        of_each = [scene_requests(pair, options.scenes, options.lang, options.seed) for pair in pairs]
        for number in range(options.scenes):
            wanted[f"{number + 1:03d}-{start // PART:06d}"] = [requests[number] for requests in of_each]
    for name in set(output.names()) - wanted.keys():
        output.remove(name)
    for name, requests in wanted.items():
        signature = content_id("requests", [[request.id, request.framework, request.kind] for request in requests])
        there = output.part(name)
        if there is None or there.signature != signature:
            fates = [Fate(request.id, Status.KEPT, outputs=(request.id,)) for request in requests]
            output.write(name, to_frame(requests, SceneRequest), fates, signature)


@dataclass(slots=True)
class _Halt:
    """Remembers a Ctrl-C that came while nothing was asked."""

    tally: Tally = field(default_factory=lambda: Tally("between the steps"))
    why: Stopped | None = None

    def request_stop(self, why: Stopped) -> None:
        self.why = why

    async def check(self) -> None:
        """Raises `Stopped` where a stop was asked for: the event loop hears of a signal when it has a turn."""
        await asyncio.sleep(_A_TURN)
        if self.why is not None:
            raise self.why


@dataclass(slots=True)
class _Steps:
    """The steps that ask a model, one after the other over all parts."""

    plan: DilemmaPlan
    folder: DilemmasFolder
    progress: Progress
    halt: _Halt = field(default_factory=_Halt)
    callers: list[Stoppable] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)

    async def work(self) -> list[Tally]:
        journal = Journal(self.folder.journal, neighbours_of(self.folder.path))
        self.callers.append(self.halt)
        writer, checker = self.plan.writer, self.plan.checker
        try:
            with interrupts(self.callers, self.progress):
                await self._ask(WriteScenes(), writer, self._inputs(REQUESTS, SceneRequest), journal)
                await self._ask(CheckScenes(), checker, self._inputs(WRITE, Scene), journal)
                await self.halt.check()
        finally:
            journal.close()
            for model in {id(each.model): each.model for each in (writer, checker)}.values():
                await model.close()
        return self.tallies

    def _inputs(self, before: str, row_type: type[Any]) -> Iterator[InputPart[Any]]:
        folder = self.folder.stage(before)
        return (InputPart(part.name, folder, row_type) for part in folder.parts())

    async def _ask(
        self, stage: CallStage[Any, Any], respondent: Respondent, parts: Iterator[InputPart[Any]], journal: Journal
    ) -> None:
        tally = Tally(stage.name)
        asking = Asking(stage, respondent, list(parts), self.folder.stage(stage.name), journal, self.progress, tally)
        self.callers.append(asking.caller)
        self.tallies.append(tally)
        await self.halt.check()
        await asking.run()
