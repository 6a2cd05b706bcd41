"""Where the making of dilemmas stands, and what it would take before it begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axiometer.build.corpus.estimate import StepEstimate
from axiometer.build.corpus.status import StepAccount
from axiometer.build.dilemmas.checking import CheckScenes
from axiometer.build.dilemmas.options import CHECK, REQUESTS, STEPS, WRITE, DilemmasFolder
from axiometer.build.dilemmas.plan import DilemmaPlan, read_dilemmas
from axiometer.build.dilemmas.rows import SceneRequest, make_scene, scene_requests
from axiometer.build.dilemmas.writing import WriteScenes
from axiometer.measure.estimate import FREE, max_tokens_of, tokens_of
from axiometer.models.prices import Price, cost
from axiometer.models.protocols import Request, Usage
from axiometer.records.corpus_rows import RulePair
from axiometer.records.schemas import to_rows
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import alike
from axiometer.runtime.stages.parts import together
from axiometer.runtime.stages.rows import Account, CallStage

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
    asked, prices = specification.asked["steps"], specification.noted.get("prices") or {}
    before = sum(part.rows for part in folder.stage(REQUESTS).parts())
    found = []
    for name in STEPS:
        parts = folder.stage(name).parts()
        account = together(parts)
        found.append(
            StepAccount(
                step=name,
                model=asked[name]["name"] if name in asked else None,
                waiting=max(0, before - account.rows),
                account=account,
                retry=sum(part.retry for part in parts),
                usd=_usd(account, prices.get(name)),
                alike=alike(parts),
            )
        )
        before = sum(part.rows for part in parts)
    return found


def _usd(account: Account, price: dict[str, float] | None) -> float | None:
    if price is None:
        return None
    return cost(Usage(account.tokens_in, account.tokens_out), Price(input=price["input"], output=price["output"]))


def estimate(plan: DilemmaPlan) -> list[StepEstimate]:
    """One row per step that asks: each scene takes one call as expected, at most two (a repair repeats the prompt).
    Tokens are those of the prompts of the first pairs, estimated. Writes nothing."""
    options = plan.options
    pairs = to_rows(plan.pairs.head(SAMPLE), RulePair)
    wanted = [request for pair in pairs for request in scene_requests(pair, 1, options.lang, options.seed)]
    scenes = [make_scene(request, *_stand_in(request)) for request in wanted]
    return [
        _step(WriteScenes(), wanted, plan.writer, plan.scenes),
        _step(CheckScenes(), scenes, plan.checker, plan.scenes),
    ]


def _stand_in(request: SceneRequest) -> tuple[str, str, str, str]:
    scene, option = _STAND_IN["zh" if request.lang.startswith("zh") else "en"]
    return scene, option, option, option


def _step(stage: CallStage[Any, Any], rows: list[Any], respondent: Respondent, calls: int) -> StepEstimate:
    requests = [request for row in rows if isinstance(request := stage.render(row), Request)]
    tokens = sum(tokens_of(message.content) for request in requests for message in request.messages)
    tokens_in = round(tokens / max(len(requests), 1) * calls)
    longest = max(max_tokens_of(respondent), *(request.max_tokens or 0 for request in requests))
    tokens_out = calls * ANSWER_TOKENS[stage.name]
    price = respondent.price
    return StepEstimate(
        step=stage.name,
        model=respondent.model.name,
        calls=calls,
        calls_at_most=2 * calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        usd=None if price is None else cost(Usage(tokens_in, tokens_out), price),
        usd_at_most=None if price is None else cost(Usage(2 * tokens_in + calls * longest, 2 * calls * longest), price),
        paid=not respondent.model.name.startswith(FREE),
    )
