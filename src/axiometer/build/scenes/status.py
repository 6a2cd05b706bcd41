"""Where the making of scenes stands, and what it would take before it begins."""

from __future__ import annotations

from pathlib import Path

from axiometer.build.scenes.options import REQUESTS, SIFT, WRITE, ScenesFolder
from axiometer.build.scenes.plan import ScenePlan, read_scenes
from axiometer.build.scenes.writing import WriteScenes
from axiometer.build.work.accounts import StepAccount, StepEstimate, estimate_step, step_account

SAMPLE = 200
TOKENS_A_SCENE = 70


def status(path: Path) -> list[StepAccount]:
    """Both steps: `write` counts calls, `sift` the scenes that were wanted. Reads finished parts only, and the counts
    of the lists. Raises `InputError` where `path` holds no scenes."""
    folder = ScenesFolder(path)
    specification = read_scenes(folder)
    requests = folder.stage(REQUESTS)
    lists = [requests.rows_of(name, ["count"])["count"] for name in requests.names()]
    before = {WRITE: sum(part.len() for part in lists), SIFT: int(sum(part.sum() for part in lists))}
    asked, prices = specification.asked["steps"], specification.noted.get("prices") or {}
    return [step_account(name, folder.stage(name), before[name], asked, prices) for name in (WRITE, SIFT)]


def estimate(plan: ScenePlan) -> list[StepEstimate]:
    """The step that asks: each list takes one call as expected, at most two (a repair repeats the prompt). Tokens are
    those of the prompts of lists of all values, estimated. Writes nothing."""
    lists = [each for _, part in plan.lists() for each in part]
    step = max(1, len(lists) // SAMPLE)
    tokens = round(TOKENS_A_SCENE * sum(each.count for each in lists) / len(lists))
    return [estimate_step(WriteScenes(), lists[::step], plan.writer, len(lists), tokens)]
