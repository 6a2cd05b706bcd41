"""Where the making of dilemmas stands, and what it would take before it begins."""

from __future__ import annotations

from pathlib import Path

from axiometer.build.dilemmas.checking import CheckScenes
from axiometer.build.dilemmas.options import CHECK, REQUESTS, STEPS, WRITE, DilemmasFolder
from axiometer.build.dilemmas.plan import DilemmaPlan, read_dilemmas
from axiometer.build.dilemmas.rows import SceneRequest, make_scene, scene_requests
from axiometer.build.dilemmas.writing import WriteScenes
from axiometer.build.work.accounts import StepAccount, StepEstimate, estimate_step, step_accounts
from axiometer.records.corpus_rows import RulePair
from axiometer.records.schemas import to_rows

SAMPLE = 100
ANSWER_TOKENS = {WRITE: 160, CHECK: 90}
# As long as a scene and its options are asked for; only their length counts.
_STAND_IN = {
    "zh": ("你" * 110, "你" * 22),
    "en": ("word " * 70, "word " * 16),
}


def status(path: Path) -> list[StepAccount]:
    """Every step in order. Reads finished parts only. Raises `InputError` where `path` holds no dilemmas."""
    folder = DilemmasFolder(path)
    specification = read_dilemmas(folder)
    before = sum(part.rows for part in folder.stage(REQUESTS).parts())
    steps = STEPS if CHECK in specification.asked["steps"] else (WRITE,)
    return step_accounts(steps, folder.stage, before, specification)


def estimate(plan: DilemmaPlan) -> list[StepEstimate]:
    """One row per step that asks: each scene takes one call as expected, at most two (a repair repeats the prompt).
    Tokens are those of the prompts of the first pairs, estimated. Writes nothing."""
    options = plan.options
    pairs = to_rows(plan.pairs.head(SAMPLE), RulePair)
    wanted = [request for pair in pairs for request in scene_requests(pair, 1, options.lang, options.seed, plan.themes)]
    scenes = [make_scene(request, *_stand_in(request)) for request in wanted]
    rows = [
        estimate_step(WriteScenes(), wanted, plan.writer, plan.scenes, ANSWER_TOKENS[WRITE]),
        estimate_step(CheckScenes(), scenes, plan.checker, plan.scenes, ANSWER_TOKENS[CHECK]),
    ]
    return rows if options.checked else rows[:1]


def _stand_in(request: SceneRequest) -> tuple[str, str, str, str]:
    scene, option = _STAND_IN["zh" if request.lang.startswith("zh") else "en"]
    return scene, option, option, option
