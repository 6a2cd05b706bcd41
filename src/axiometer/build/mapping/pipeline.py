"""Runs a plan: evidence for every way of mapping an item, probabilities, people's sheet, items.

Answers of a judge stay; what is computed is computed again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from axiometer.build.mapping.assignments import Floats, probabilities, recovered
from axiometer.build.mapping.calibration import Calibration, agreement_weight, calibrate, shipped, weights_in
from axiometer.build.mapping.evidence import OF_EMBEDDER, OF_NLI, by_embedder, by_entailment
from axiometer.build.mapping.judging import OF_JUDGE, JudgeMaps, MapQuestion, by_judge, said_of, write_questions
from axiometer.build.mapping.options import FILE, JUDGE, QUESTIONS, MappingFolder
from axiometer.build.mapping.people import PeopleReport, judged, write_sheet
from axiometer.build.mapping.plan import COMMAND, MapPlan, settle_specification
from axiometer.build.mapping.publish import MapSummary, publish
from axiometer.build.mapping.puzzles import Puzzle
from axiometer.build.work.folders import check_folder
from axiometer.errors import Stopped
from axiometer.runtime import Progress, Tally
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.calling import InputPart
from axiometer.runtime.stages.turns import in_turn

NAMES = {"embedder": OF_EMBEDDER, "nli": OF_NLI, "llm": OF_JUDGE}


@dataclass(frozen=True, slots=True)
class _Work:
    plan: MapPlan
    folder: MappingFolder
    cache: Path
    runner: Runner
    progress: Progress


def run_mapping(
    plan: MapPlan, output: Path, cache: Path, runner: Runner, progress: Progress | None = None
) -> MapSummary:
    """Maps into the folder `output`, or goes on there. cache: the folder of vectors.

    Raises `SpecificationChanged` where the folder holds other work, `Stopped` when a limit, the breaker or Ctrl-C ended
    it: the same call goes on from there.
    """
    folder, shown = MappingFolder(Path(output)), progress or Silent()
    check_folder(folder.path, FILE, COMMAND)
    with only_process(folder.path):
        settle_specification(plan, folder)
        try:
            return _run(_Work(plan, folder, cache, runner, shown))
        except KeyboardInterrupt:
            raise Stopped("stopped; what was finished is kept") from None
        finally:
            shown.close()


def _run(work: _Work) -> MapSummary:
    plan, folder, options = work.plan, work.folder, work.plan.options
    names, tallies = NAMES[options.kind], list[Tally]()
    if plan.judge is not None:
        tallies = asyncio.run(_ask(work))
    calibration: Calibration | None = None
    if plan.measures:
        features = _features(work, plan.known, "known")
        calibration = calibrate(
            plan.known, features, method=options.method, names=names, least=options.least, seed=options.seed
        )
        calibration.write(folder.calibration)
    features = _features(work, plan.puzzles, "items")
    weights, calibrated = _weights(work, calibration, names)
    found = recovered(probabilities(features, weights))
    people: PeopleReport | None = None
    if plan.said is not None and options.checked is not None:
        people = judged(plan.puzzles, found, plan.said, options.checked)
    sheet = 0
    if plan.puzzles and options.sample and not folder.sheet.exists():
        sheet = write_sheet(plan.puzzles, found, options.sample, options.seed, folder.sheet)
    return publish(plan, folder, found, calibrated, calibration, people, sheet, tallies)


def _features(work: _Work, puzzles: Sequence[Puzzle], prefix: str) -> Floats:
    options = work.plan.options
    if options.kind == "embedder":
        return by_embedder(puzzles, options.model, work.cache, work.runner, work.progress)
    if options.kind == "nli":
        return by_entailment(puzzles, options.model)
    verdicts = work.folder.stage(JUDGE)
    names = [name for name in verdicts.names() if name.startswith(f"{prefix}-")]
    return by_judge(said_of(puzzles, verdicts, names))


def _weights(work: _Work, calibration: Calibration | None, names: tuple[str, ...]) -> tuple[Sequence[float], str]:
    """The weights of the features, and on what they were calibrated."""
    if calibration is not None:
        return calibration.weights, calibration.measured_on
    if work.plan.judge is not None:
        verdicts = work.folder.stage(JUDGE)
        said = said_of(work.plan.puzzles, verdicts, [name for name in verdicts.names() if name.startswith("items-")])
        return (agreement_weight(said)[0],), "no"
    return weights_in(shipped(), names).tolist(), "starter"


async def _ask(work: _Work) -> list[Tally]:
    plan, folder = work.plan, work.folder
    assert plan.judge is not None
    source = folder.stage(QUESTIONS)
    parts = [
        InputPart(name, source, MapQuestion)
        for puzzles, prefix in ((plan.known, "known"), (plan.puzzles, "items"))
        for name in write_questions(puzzles, source, prefix, plan.options.seed)
    ]
    source.keep_only({part.name for part in parts} | {name for name in source.names() if name.startswith("known-")})
    async with in_turn(folder.path, [plan.judge], work.progress) as turns:
        await turns.ask(JudgeMaps(), plan.judge, parts, folder.stage(JUDGE))
        return turns.tallies
