"""Runs a plan: lists of scenes written, each scene sifted. What is finished stays, what is open is resumed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from axiometer.build.scenes.options import FILE, REQUESTS, SIFT, WRITE, ScenesFolder
from axiometer.build.scenes.plan import ScenePlan, settle_specification
from axiometer.build.scenes.publish import ScenesSummary, publish
from axiometer.build.scenes.rows import SceneList
from axiometer.build.scenes.sifting import sift_scenes
from axiometer.build.scenes.writing import WriteScenes
from axiometer.build.work.folders import check_folder, keep_framework
from axiometer.errors import Stopped
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame
from axiometer.runtime import Progress, Tally
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Fate, Status
from axiometer.runtime.stages.turns import in_turn


def run_scenes(plan: ScenePlan, output: Path, progress: Progress | None = None) -> ScenesSummary:
    """Makes scenes into the folder `output`, or goes on there.

    Raises `SpecificationChanged` where the folder holds other work, `Stopped` when a limit, the breaker or Ctrl-C ended
    it: the same call goes on from there.
    """
    folder = ScenesFolder(Path(output))
    shown = progress or Silent()
    check_folder(folder.path, FILE, "axiometer build scenes")
    with only_process(folder.path):
        settle_specification(plan, folder)
        keep_framework(plan.named, plan.framework, folder.frameworks)
        try:
            write_lists(plan, folder.stage(REQUESTS))
            tallies = asyncio.run(_ask(plan, folder, shown))
            sift_scenes(folder.stage(REQUESTS), folder.stage(WRITE), folder.stage(SIFT), plan.writer.model.name)
            return publish(plan, folder, tallies)
        except KeyboardInterrupt:
            raise Stopped("stopped; what was finished is kept") from None
        finally:
            shown.close()


def write_lists(plan: ScenePlan, output: StageFolder) -> None:
    """The lists that are wanted, in parts by value and condition."""
    wanted = dict(plan.lists())
    for name in set(output.names()) - wanted.keys():
        output.remove(name)
    for name, lists in wanted.items():
        signature = content_id("lists", [[each.id, each.name, each.definition, each.rule_text] for each in lists])
        there = output.part(name)
        if there is None or there.signature != signature:
            fates = [Fate(each.id, Status.KEPT, outputs=(each.id,)) for each in lists]
            output.write(name, to_frame(lists, SceneList), fates, signature)


async def _ask(plan: ScenePlan, folder: ScenesFolder, progress: Progress) -> list[Tally]:
    async with in_turn(folder.path, [plan.writer], progress) as turns:
        source = folder.stage(REQUESTS)
        parts = [InputPart(part.name, source, SceneList) for part in source.parts()]
        await turns.ask(WriteScenes(), plan.writer, parts, folder.stage(WRITE))
        return turns.tallies
