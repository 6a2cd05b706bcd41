"""Items times respondents to an answers table: lazily, resumably, in flat memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from axiometer.errors import InputError, Stopped
from axiometer.measure.judging.round import Judging
from axiometer.measure.plan import MeasureOptions, Plan, plan_run
from axiometer.measure.putting import Putting
from axiometer.measure.specification import FILE, check_same, read_specification
from axiometer.records.tables import write_text
from axiometer.runtime import Journal, Progress
from axiometer.runtime.interrupts import Stoppable, interrupts
from axiometer.runtime.journal import neighbours_of
from axiometer.runtime.lock import LOCK, only_process
from axiometer.runtime.progress import Silent

__all__ = ["MeasureOptions", "Plan", "RunSummary", "plan_run", "run_plan"]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run has in the end: rows, outcomes, calls made now (of respondents and judge), answers found in the
    journal, tokens, money."""

    folder: Path
    presentations: int
    outcomes: Mapping[str, Mapping[str, int]]
    calls: int
    hits: int
    tokens_in: int
    tokens_out: int
    usd: float | None


def run_plan(plan: Plan, output: Path, progress: Progress | None = None, journals: Sequence[Path] = ()) -> RunSummary:
    """Asks everything in `plan` that is not answered yet and writes the run folder `output`. Answers are also looked up
    in the journals of the runs beside it and in `journals`.

    Raises `SpecificationChanged` when the folder holds another run, `Stopped` when a limit, the breaker or Ctrl-C ended
    the work: the same call goes on from there.
    """
    output = Path(output)
    if (output / FILE).exists():
        check_same(read_specification(output), plan.specification, output)
    elif output.exists() and not _may_begin_in(output):
        raise InputError("exists and is not a run", file=output, mend="give another name with -o")
    with only_process(output):
        if not (output / FILE).exists():
            plan.selection.copy_to(output / "items")
            for name, path in plan.frameworks.items():
                write_text(path.read_text(encoding="utf-8"), output / "frameworks" / f"{name}.yaml")
            plan.specification.write(output)
        return asyncio.run(_Run(plan, output, progress or Silent(), tuple(journals)).work())


def _may_begin_in(folder: Path) -> bool:
    """Whether a folder without `run.yaml` is empty, or holds only what a run writes before it (and was killed)."""
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir() if not path.name.endswith(".tmp")}
    return not names or (LOCK in names and names <= {LOCK, "items", "frameworks"})


@dataclass(slots=True)
class _Run:
    plan: Plan
    output: Path
    progress: Progress
    journals: tuple[Path, ...] = ()

    async def work(self) -> RunSummary:
        journal = Journal(self.output / "journal", [*neighbours_of(self.output), *self.journals])
        judge = self.plan.options.judge
        puttings = [
            Putting(self.plan, self.output, number, journal, self.progress)
            for number in range(len(self.plan.respondents))
        ]
        judging = None if judge is None else Judging(self.plan, self.output, judge, journal, self.progress)
        try:
            await self._everyone(puttings, judging)
        finally:
            journal.close()
            for respondent in (*self.plan.respondents, *([] if judge is None else [judge])):
                await respondent.model.close()
            self.progress.close()
        return self._summary(puttings, judging)

    async def _everyone(self, puttings: Sequence[Putting], judging: Judging | None) -> None:
        """All respondents side by side, then the judge of what they said. Where one is stopped the others go on; Ctrl-C
        stops all."""
        stoppable: list[Stoppable] = []
        with interrupts(stoppable, self.progress):
            ends = await asyncio.gather(*[each.run(stoppable) for each in puttings], return_exceptions=True)
            failures = [end for end in ends if isinstance(end, BaseException)]
            for failure in failures:
                if not isinstance(failure, Stopped):
                    raise failure
            stops = [failure for failure in failures if isinstance(failure, Stopped)]
            asked_to = [why for each in puttings if (why := each.stopping) is not None]
            finished = [each.number for each, end in zip(puttings, ends, strict=True) if end is None]
            if judging is not None and len(asked_to) > len(stops):
                stops = asked_to  # Ctrl-C came when some had just ended
            elif judging is not None and finished:
                try:
                    await judging.run(finished, stoppable)
                except Stopped as stop:
                    stops.append(stop)
        if stops:
            raise _together(stops)

    def _summary(self, puttings: Sequence[Putting], judging: Judging | None) -> RunSummary:
        own = [each.tally for each in puttings]
        tallies = own if judging is None else [*own, judging.tally]
        usd = [tally.usd for tally in tallies if tally.usd is not None]
        outcomes = {tally.name: tally.outcomes for tally in own} if judging is None else judging.outcomes
        return RunSummary(
            folder=self.output,
            presentations=sum(tally.done for tally in own) if judging is None else judging.tally.done,
            outcomes={name: dict(sorted(counts.items())) for name, counts in outcomes.items()},
            calls=sum(tally.calls for tally in tallies),
            hits=sum(tally.hits for tally in tallies),
            tokens_in=sum(tally.tokens_in for tally in tallies),
            tokens_out=sum(tally.tokens_out for tally in tallies),
            usd=sum(usd) if usd else None,
        )


def _together(ends: Sequence[Stopped]) -> Stopped:
    """One stop for the ends of several respondents, each reason once."""
    reasons = {str(end): end for end in ends}
    return ends[0] if len(reasons) == 1 else Stopped("{reasons}", reasons="; ".join(reasons))
