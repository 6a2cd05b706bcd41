"""Runs a plan: scenes written, checked, filtered, made into items. What is finished stays, what is open is resumed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from axiometer.build.dilemmas.checking import CheckScenes
from axiometer.build.dilemmas.filtering import drop_near_duplicates, filter_scenes
from axiometer.build.dilemmas.options import ALIKE, CHECK, FILE, FILTER, REQUESTS, WRITE, DilemmasFolder
from axiometer.build.dilemmas.plan import DilemmaPlan, settle_specification
from axiometer.build.dilemmas.publish import DilemmasSummary, publish
from axiometer.build.dilemmas.rows import Scene, SceneRequest, scene_requests
from axiometer.build.dilemmas.writing import WriteScenes
from axiometer.build.work.folders import check_folder
from axiometer.build.work.search import Search
from axiometer.errors import Stopped
from axiometer.records.corpus_rows import RulePair
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime import Progress, Tally
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.turns import in_turn

PART = 2_000  # scenes


def run_dilemmas(
    plan: DilemmaPlan, output: Path, cache: Path, runner: Runner, progress: Progress | None = None
) -> DilemmasSummary:
    """Makes dilemmas into the folder `output`, or goes on there. cache: the folder of vectors.

    Raises `SpecificationChanged` where the folder holds other work, `Stopped` when a limit, the breaker or Ctrl-C ended
    it: the same call goes on from there.
    """
    folder = DilemmasFolder(Path(output))
    shown = progress or Silent()
    check_folder(folder.path, FILE, "axiometer build dilemmas")
    with only_process(folder.path):
        settle_specification(plan, folder)
        return make_dilemmas(plan, folder, cache, runner, shown)


def make_dilemmas(
    plan: DilemmaPlan, folder: DilemmasFolder, cache: Path, runner: Runner, progress: Progress
) -> DilemmasSummary:
    """The work itself, in a folder that this process holds and whose specification is settled. Closes `progress`."""
    try:
        write_requests(plan, folder.stage(REQUESTS))
        tallies = asyncio.run(_ask(plan, folder, progress))
        if plan.options.checked:
            _filter(plan, folder, cache, runner, progress)
        return publish(plan, folder, tallies)
    except KeyboardInterrupt:
        raise Stopped("stopped; what was finished is kept") from None
    finally:
        progress.close()


def _filter(plan: DilemmaPlan, folder: DilemmasFolder, cache: Path, runner: Runner, progress: Progress) -> None:
    """The steps that need no model."""
    filter_scenes(folder.stage(CHECK), folder.stage(FILTER), plan.options.balance)
    search = Search(plan.options.embedder, plan.options.alike, cache, runner, progress, ALIKE)
    drop_near_duplicates(folder.stage(FILTER), folder.stage(ALIKE), search)


def write_requests(plan: DilemmaPlan, output: StageFolder) -> None:
    """The scenes that are wanted, in parts: first one of each pair, then the second of each, so that more scenes are
    more parts and those that are there stay as they are."""
    options = plan.options
    starts = range(0, plan.pairs.height, PART)
    wanted = {_part_name(number, start) for start in starts for number in range(options.scenes)}
    for name in set(output.names()) - wanted:
        output.remove(name)
    for start in starts:  # one part of pairs at a time: of many pairs not all requests are held at once
        pairs = list(to_rows(plan.pairs.slice(start, PART), RulePair))
        of_each = [scene_requests(pair, options.scenes, options.lang, options.seed, plan.themes) for pair in pairs]
        for number in range(options.scenes):
            _write_requests(output, _part_name(number, start), [requests[number] for requests in of_each])


def _part_name(number: int, start: int) -> str:
    return f"{number + 1:03d}-{start // PART:06d}"


def _write_requests(output: StageFolder, name: str, requests: list[SceneRequest]) -> None:
    signature = content_id("requests", [_told_anew(request) for request in requests])
    if not output.is_made(name, signature):
        fates = [Fate(request.id, Status.KEPT, outputs=(request.id,)) for request in requests]
        output.write(name, to_frame(requests, SceneRequest), fates, signature)


def _told_anew(request: SceneRequest) -> list[object]:
    """What of a request can change while its id stays."""
    themed = [request.theme, request.theme_names, request.position_a, request.position_b]
    return [request.id, request.framework, request.kind, *themed]


async def _ask(plan: DilemmaPlan, folder: DilemmasFolder, progress: Progress) -> list[Tally]:
    """The steps that ask a model, one after the other over all parts."""
    async with in_turn(folder.path, [plan.writer, plan.checker], progress) as turns:
        for stage, respondent, before, row_type in (
            (WriteScenes(), plan.writer, REQUESTS, SceneRequest),
            (CheckScenes(), plan.checker, WRITE, Scene),
        ):
            if stage.name not in plan.options.steps:
                continue
            source = folder.stage(before)
            parts: list[InputPart[Any]] = [InputPart(part.name, source, row_type) for part in source.parts()]
            await turns.ask(stage, respondent, parts, folder.stage(stage.name))
        return turns.tallies
