"""Where a search for conflicting pairs stands, and what one would take before it begins."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from axiometer.build.conflicts.candidates import rows_of_blocks
from axiometer.build.conflicts.judging import JudgePairs, questions
from axiometer.build.conflicts.mining import PART, read_found
from axiometer.build.conflicts.options import ConflictOptions, PairsFolder
from axiometer.build.conflicts.plan import ConflictPlan, read_conflicts
from axiometer.build.conflicts.publish import read_summary
from axiometer.measure.estimate import max_tokens_of, tokens_of
from axiometer.models.prices import cost_or_none
from axiometer.models.protocols import Request, Usage
from axiometer.runtime.runners.cores import cores
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import Account
from axiometer.similarity.blocks import blocks

_TILE = (512, 1_024)
_TRIALS = 5
_ASKED = 100  # rules that a judge's prompts are estimated from


@dataclass(frozen=True, slots=True)
class ScoredParts:
    """A model's scores: parts finished of `parts`, and the account of their candidates."""

    model: str
    finished: int
    parts: int
    account: Account


@dataclass(frozen=True, slots=True)
class PairsStatus:
    """blocks_finished of blocks: None when the candidates are there and blocks are of no use any more. candidates: None
    while they are not all there. kept: by kind, None while nothing was selected."""

    rules: int
    blocks: int
    blocks_finished: int | None
    candidates: int | None
    scored: tuple[ScoredParts, ...]
    kept: dict[str, int] | None


def status(path: Path) -> PairsStatus:
    """Where the search in the folder stands; reads finished parts only. Raises `InputError` where there is none."""
    folder = PairsFolder(path)
    specification = read_conflicts(folder)
    rules = int(specification.asked["rules"]["count"])
    found = read_found(folder)
    n = found.rules if found is not None else rules
    summary = read_summary(folder)
    kept = None if summary is None else summary["kept"]
    assert kept is None or isinstance(kept, dict)
    parts = len(folder.candidates.parts())
    return PairsStatus(
        rules=n,
        blocks=sum(1 for _ in blocks(n, rows_of_blocks(n))),
        blocks_finished=None if found is not None else len(list(folder.work.glob("block-*.npz"))),
        candidates=None if found is None else found.candidates,
        scored=tuple(
            ScoredParts(each.name, len(StageFolder(each).parts()), parts, StageFolder(each).account())
            for each in sorted((path / "scored").glob("*"))
            if each.is_dir()
        ),
        kept=kept,
    )


@dataclass(frozen=True, slots=True)
class ConflictEstimate:
    """What a search would take. pairs: of rules, compared; seconds: of comparing on the cores here, embedding and
    scoring left out; candidates_at_most: each rule's draws in each band, within the budget; calls_at_most: of a judge,
    which is asked in both orders, with the tokens of its prompts as estimated, those of answers at their full length,
    and their price (None: not known)."""

    rules: int
    pairs: int
    blocks: int
    bands: tuple[float, ...]
    seconds: float
    candidates_at_most: int
    parts_at_most: int
    calls_at_most: int
    tokens_in_at_most: int
    tokens_out_at_most: int
    usd_at_most: float | None


def estimate(plan: ConflictPlan) -> ConflictEstimate:
    """What the plan would take, by a few products of the size that blocks are made of. Writes nothing."""
    n, options = plan.rules.height, plan.options
    pairs = n * (n - 1) // 2
    most = candidates_at_most(n, options)
    calls = 2 * most if plan.judge is not None else 0
    each = _tokens_of_a_question(plan) if plan.judge is not None else Usage()
    usage = Usage(calls * each.tokens_in, calls * each.tokens_out)
    price = None if plan.judge is None else plan.judge.price
    return ConflictEstimate(
        rules=n,
        pairs=pairs,
        blocks=sum(1 for _ in blocks(n, rows_of_blocks(n))),
        bands=options.bands,
        seconds=pairs * _seconds_per_pair() / cores(),
        candidates_at_most=most,
        parts_at_most=-(-most // PART),
        calls_at_most=calls,
        tokens_in_at_most=usage.tokens_in,
        tokens_out_at_most=usage.tokens_out,
        usd_at_most=cost_or_none(usage, price),
    )


def _tokens_of_a_question(plan: ConflictPlan) -> Usage:
    """Of one call, on average over the first rules, each asked about with the next one."""
    assert plan.judge is not None
    rows = plan.rules.head(_ASKED + 1).select("lang", "text").rows()
    stage, total, longest = JudgePairs(), 0.0, max_tokens_of(plan.judge)
    for (lang, first), (_, second) in pairwise(rows):
        request = stage.render(questions("", first, second, lang)[0])
        assert isinstance(request, Request)
        total += sum(tokens_of(message.content) for message in request.messages)
        longest = max(longest, request.max_tokens or 0)
    return Usage(round(total / (len(rows) - 1)), longest)


def candidates_at_most(n: int, options: ConflictOptions) -> int:
    """How many candidates there can be."""
    drawn = min(n * (n - 1) // 2, n * len(options.bands) * options.per_rule)
    return drawn if options.budget is None else min(drawn, options.budget)


def _seconds_per_pair(dimensions: int = 512) -> float:
    """Of one core, multiplied out and looked at; the best of a few trials."""
    from threadpoolctl import threadpool_limits

    draw = np.random.default_rng(0)
    left, right = (draw.standard_normal((size, dimensions)).astype(np.float32) for size in _TILE)
    taken = []
    with threadpool_limits(1, user_api="blas"):
        for _ in range(_TRIALS):
            begun = time.perf_counter()
            np.flatnonzero((left @ right.T).reshape(-1) >= 1e6)
            taken.append(time.perf_counter() - begun)
    return min(taken) / (_TILE[0] * _TILE[1])
