"""Runs a plan: near-duplicates out where wanted, candidates, scores, selection. What is finished stays."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from axiometer.build.conflicts.asking import ask
from axiometer.build.conflicts.mining import mine
from axiometer.build.conflicts.options import FILE, Direction, PairsFolder
from axiometer.build.conflicts.pairs import Selection
from axiometer.build.conflicts.plan import ConflictPlan, settle_specification
from axiometer.build.conflicts.publish import PairsSummary, publish
from axiometer.build.conflicts.rules import read_rules
from axiometer.build.conflicts.scoring import score
from axiometer.build.corpus.dedup import DedupOptions
from axiometer.build.corpus.dedup_table import dedup_table
from axiometer.build.work.folders import check_folder
from axiometer.build.work.search import Watched
from axiometer.errors import Stopped
from axiometer.models.contradiction.judge import Judge
from axiometer.runtime.lock import only_process
from axiometer.runtime.progress import Progress, Silent, Tally
from axiometer.runtime.runners import Runner
from axiometer.runtime.stages.parts import StageFolder

_ON_RUNNER = 3  # parts: fewer are scored sooner than processes have started


def run_conflicts(
    plan: ConflictPlan, output: Path, cache: Path, runner: Runner, progress: Progress | None = None
) -> PairsSummary:
    """Finds conflicting pairs into the folder `output`, or goes on there.

    cache: the folder of vectors. Raises `SpecificationChanged` where the folder holds another search, `Stopped` when a
    limit, the breaker or Ctrl-C ended the work: the same call goes on from there.
    """
    folder = PairsFolder(Path(output))
    shown = progress or Silent()
    check_folder(folder.path, FILE, "axiometer build conflicts")
    with only_process(folder.path):
        settle_specification(plan, folder)
        try:
            rules = _rules(plan, folder, cache, runner, shown)
            found = mine(rules, plan.options, plan.framework, folder, cache, runner, shown)
            scored = _scored(plan, folder, runner, shown)
            options = plan.options
            selection = Selection(options.kind, options.contradiction, options.high, options.direction)
            return publish(folder, found, plan.model_name, scored, selection, plan.framework, rules)
        except KeyboardInterrupt:
            raise Stopped("stopped; what was finished is kept") from None
        finally:
            shown.close()


def _rules(plan: ConflictPlan, folder: PairsFolder, cache: Path, runner: Runner, shown: Progress) -> pl.DataFrame:
    """The rules among which conflicts are looked for: without near-duplicates where that is wanted."""
    if not plan.options.dedup:
        return plan.rules
    if not folder.rules.exists():
        options = DedupOptions.of(plan.options.embedder, plan.options.high)
        dedup_table(plan.path, folder.rules, options, cache, runner, shown)
    return read_rules(folder.rules)


def _scored(plan: ConflictPlan, folder: PairsFolder, runner: Runner, shown: Progress) -> StageFolder | None:
    """The scored candidates; None where no model was asked for."""
    if plan.model is None:
        return None
    output = folder.scored(plan.model_name)
    if isinstance(plan.model, Judge):
        assert plan.judge is not None
        ask(folder, plan.model_name, plan.judge, shown)
        return output
    parts = len(folder.candidates.parts())
    watched = Watched(runner if parts >= _ON_RUNNER else None, Tally("score"), shown)
    score(folder.candidates, output, plan.model, watched, both=plan.options.direction is Direction.EITHER)
    return output
