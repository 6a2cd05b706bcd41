"""Items times respondents to an answers table: lazily, resumably, in flat memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import polars as pl

from axiometer.errors import AxiometerError, InputError, Refused, Stopped
from axiometer.frameworks import load_framework
from axiometer.frameworks.load import path_of, shipped
from axiometer.measure.design import Design, Presentation, presentations
from axiometer.measure.outcomes import answer_row
from axiometer.measure.parts import PART_SIZE, Parts, PartWriter
from axiometer.measure.render import Rendered, Renderer, Steering
from axiometer.measure.selection import Selection, select_items
from axiometer.measure.specification import FILE, Specification, check_same, read_specification, specify
from axiometer.models.protocols import Finish, Reply, Request
from axiometer.models.simulated_writer import SimulatedWriter
from axiometer.records.rows import Item, Mode, Outcome
from axiometer.records.tables import read_rows, write_text
from axiometer.runtime import Call, Caller, Journal, Progress, Tally
from axiometer.runtime.batch import refuse_without_batches, run_batches
from axiometer.runtime.interrupts import interrupts
from axiometer.runtime.journal import neighbours_of
from axiometer.runtime.lock import LOCK, only_process
from axiometer.runtime.progress import Silent
from axiometer.runtime.respondent import Respondent

_Caller: TypeAlias = Caller[tuple[Presentation, Rendered]]


@dataclass(frozen=True, slots=True)
class MeasureOptions:
    """How a run goes, beside what is asked. `again`: outcomes to ask once more although they were answered. `steering`
    puts a system prompt before every item (`axiometer validate`)."""

    limit: int | None = None
    seed: int = 0
    occasion: str | None = None
    shard: tuple[int, int] = (1, 1)
    again: frozenset[Outcome] = frozenset({Outcome.ERROR})
    batch: bool = False
    steering: Steering | None = None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run has in the end: rows, outcomes, calls made now, answers found in the journal, tokens, money."""

    folder: Path
    presentations: int
    outcomes: Mapping[str, Mapping[str, int]]
    calls: int
    hits: int
    tokens_in: int
    tokens_out: int
    usd: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A run before anything is asked: everything that can be wrong has been checked, nothing is written."""

    selection: Selection
    design: Design
    respondents: tuple[Respondent, ...]
    specification: Specification
    frameworks: Mapping[str, Path]
    options: MeasureOptions

    def renderer(self, respondent: Respondent) -> Renderer:
        return Renderer(self.design, respondent.model, self.options.occasion, self.options.steering)


def plan_run(
    items: Path,
    respondents: Sequence[Respondent],
    design: Design,
    options: MeasureOptions,
    frameworks: Sequence[Path] = (),
    only: pl.Series | None = None,
) -> Plan:
    """Checks items, prompts and respondents; `frameworks` are files of the user's own frameworks, `only` the ids of the
    items to ask (default: all).

    Raises an `AxiometerError` for anything that cannot be asked or could not be analysed afterwards.
    """
    if not respondents:
        raise InputError("no respondent", mend="name one with -m, for example -m sim/balanced")
    names = [respondent.model.name for respondent in respondents]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError("the respondent {name} is named twice", name=twice[0])
    number, of = options.shard
    if not 1 <= number <= of:
        raise InputError("--shard {number}/{of}: the first number counts from 1 to the second", number=number, of=of)
    for respondent in respondents:
        _refuse_writer(respondent)
        if options.batch:
            refuse_without_batches(respondent.model)
    selection = select_items(items, design, limit=options.limit, seed=options.seed, only=only)
    files = _framework_files(selection, frameworks)
    templates = {
        template.id: template
        for respondent in respondents
        for template in Renderer(design, respondent.model).templates(list(selection.langs))
    }
    specification = specify(
        selection,
        design,
        [respondent.model for respondent in respondents],
        list(templates.values()),
        frameworks={name: load_framework(path).fingerprint for name, path in files.items()},
        seed=options.seed,
        limit=options.limit,
        occasion=options.occasion,
        shard=options.shard,
        steering=options.steering,
    )
    return Plan(selection, design, tuple(respondents), specification, files, options)


def _refuse_writer(respondent: Respondent) -> None:
    if isinstance(respondent.model, SimulatedWriter):
        raise InputError(
            "{model} plays the steps of a corpus and answers no items",
            mend="use a simulated respondent such as sim/balanced",
            model=respondent.model.name,
        )


def _framework_files(selection: Selection, given: Sequence[Path]) -> dict[str, Path]:
    """The file of every framework that the items name: the user's own first, then the shipped ones."""
    own = {load_framework(path).id: path for path in given}
    unknown = [name for name in selection.frameworks if name not in own and name not in shipped()]
    if unknown:
        raise InputError(
            "the items belong to the framework {name!r}, which is not shipped",
            file=selection.path,
            mend="give its file with --framework",
            name=unknown[0],
        )
    return {name: own.get(name) or path_of(name) for name in selection.frameworks}


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
    tallies: list[Tally] = field(default_factory=list)

    async def work(self) -> RunSummary:
        journal = Journal(self.output / "journal", [*neighbours_of(self.output), *self.journals])
        try:
            await self._everyone(journal)
        finally:
            journal.close()
            for respondent in self.plan.respondents:
                await respondent.model.close()
            self.progress.close()
        return self._summary()

    async def _everyone(self, journal: Journal) -> None:
        """All respondents side by side. Where one is stopped the others go on; Ctrl-C stops all."""
        callers: list[_Caller] = []
        with interrupts(callers, self.progress):
            ends = await asyncio.gather(
                *[self._respondent(number, one, journal, callers) for number, one in enumerate(self.plan.respondents)],
                return_exceptions=True,
            )
        failures = [end for end in ends if isinstance(end, BaseException)]
        for failure in failures:
            if not isinstance(failure, Stopped):
                raise failure
        if failures:
            raise _together([failure for failure in failures if isinstance(failure, Stopped)])

    async def _respondent(self, number: int, respondent: Respondent, journal: Journal, callers: list[_Caller]) -> None:
        parts = Parts(self.output / "answers", number)
        finished = parts.finished(self.plan.options.again)
        tally = Tally(respondent.model.name, total=self._total())
        tally.done = tally.done_before = sum(counts.total() for counts in finished.values())
        tally.outcomes = sum(finished.values(), Counter[str]())
        self.tallies.append(tally)
        again = self.plan.options.again
        caller: _Caller = Caller(
            respondent.model,
            journal,
            respondent.limits,
            price=respondent.price,
            tally=tally,
            progress=self.progress,
            again=_truncated if Outcome.TRUNCATED in again else None,
        )
        callers.append(caller)
        writer = PartWriter(parts)
        if self.plan.options.batch:
            requests = (request for _, request in self._work(respondent, finished, None))
            await run_batches(respondent.model, requests, journal, self.progress, stopping=lambda: caller.stopping)
        asker = _Asker(self.plan, respondent, caller, writer, tally)
        try:
            await caller.run(self._work(respondent, finished, writer), asker.receive)
        except Stopped:
            if asker.failure is not None:
                raise asker.failure from None
            raise

    def _work(
        self, respondent: Respondent, finished: Container[int], writer: PartWriter | None
    ) -> Iterator[tuple[tuple[Presentation, Rendered], Request]]:
        """Every presentation that is not in a finished part, rendered as it is needed."""
        renderer = self.plan.renderer(respondent)
        number, of = self.plan.options.shard
        items = read_rows(self.output / "items", Item)
        for presentation in presentations(items, self.plan.design):
            if presentation.seq // PART_SIZE in finished or presentation.seq % of != number - 1:
                continue
            if writer is not None:
                writer.expect(presentation.seq)
            rendered = renderer.render(presentation)
            yield (presentation, rendered), rendered.request
        if writer is not None:
            writer.end()

    def _total(self) -> int:
        number, of = self.plan.options.shard
        return len(range(number - 1, self.plan.selection.presentations, of))

    def _summary(self) -> RunSummary:
        usd = [tally.usd for tally in self.tallies if tally.usd is not None]
        return RunSummary(
            folder=self.output,
            presentations=sum(tally.done for tally in self.tallies),
            outcomes={tally.name: dict(sorted(tally.outcomes.items())) for tally in self.tallies},
            calls=sum(tally.calls for tally in self.tallies),
            hits=sum(tally.hits for tally in self.tallies),
            tokens_in=sum(tally.tokens_in for tally in self.tallies),
            tokens_out=sum(tally.tokens_out for tally in self.tallies),
            usd=sum(usd) if usd else None,
        )


@dataclass(slots=True)
class _Asker:
    """Turns each call's end into a row. A respondent without log-probabilities ends logprob mode at its first reply."""

    plan: Plan
    respondent: Respondent
    caller: _Caller
    writer: PartWriter
    tally: Tally
    failure: AxiometerError | None = None
    _run: str = ""

    def __post_init__(self) -> None:
        self._run = self.plan.specification.fingerprint

    def receive(self, tag: tuple[Presentation, Rendered], call: Call) -> None:
        presentation, rendered = tag
        reply = call.reply
        if self.plan.design.mode is Mode.LOGPROB and _lacks_logprobs(reply):
            self.failure = Refused(
                "{model} gives no log-probabilities, which --mode logprob needs (use --mode choice)",
                model=self.respondent.model.name,
            )
            self.caller.request_stop(Stopped(str(self.failure)))
            return
        row = answer_row(
            presentation,
            rendered,
            self.plan.design,
            run=self._run,
            model=self.respondent.model.name,
            call=call.key,
            reply=reply,
            error=call.error,
        )
        self.tally.outcomes[row.outcome] += 1
        self.writer.receive(row)


def _lacks_logprobs(reply: Reply | None) -> bool:
    return reply is not None and reply.first_token is None and reply.finish is not Finish.FILTER


def _truncated(reply: Reply) -> bool:
    return reply.finish is Finish.LENGTH


def _together(ends: Sequence[Stopped]) -> Stopped:
    """One stop for the ends of several respondents, each reason once."""
    reasons = {str(end): end for end in ends}
    return ends[0] if len(reasons) == 1 else Stopped("{reasons}", reasons="; ".join(reasons))
