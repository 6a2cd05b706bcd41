"""Putting a run's items to one of its respondents: every presentation becomes a row of `answers/`, or of `free/` where
answers are free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, MutableSequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from axiometer.errors import AxiometerError, Refused, Stopped
from axiometer.measure.design import Presentation, presentations
from axiometer.measure.free import free_row
from axiometer.measure.outcomes import answer_row
from axiometer.measure.parts import PART_SIZE, Parts, PartWriter
from axiometer.measure.plan import Plan
from axiometer.measure.reading import FREE
from axiometer.measure.render import Rendered
from axiometer.models.protocols import Finish, Reply, Request
from axiometer.records.rows import Answer, FreeAnswer, Item, Mode, Outcome
from axiometer.records.tables import read_rows
from axiometer.runtime import Call, Caller, Journal, Progress, Tally
from axiometer.runtime.batch import run_batches
from axiometer.runtime.interrupts import Stoppable
from axiometer.runtime.respondent import Respondent

ANSWERS = "answers"

_Caller: TypeAlias = Caller[tuple[Presentation, Rendered]]
_Row: TypeAlias = Answer | FreeAnswer
_Writer: TypeAlias = PartWriter[_Row]


@dataclass(slots=True)
class Putting:
    """The presentations of respondent `number` of the plan. `tally` counts what it did."""

    plan: Plan
    output: Path
    number: int
    journal: Journal
    progress: Progress
    tally: Tally = field(init=False)
    _caller: _Caller | None = None

    def __post_init__(self) -> None:
        self.tally = Tally(self.respondent.model.name, total=self.plan.puts)

    @property
    def respondent(self) -> Respondent:
        return self.plan.respondents[self.number]

    @property
    def stopping(self) -> Stopped | None:
        """Why no new call is taken, if so."""
        return None if self._caller is None else self._caller.stopping

    async def run(self, stoppable: MutableSequence[Stoppable]) -> None:
        """Asks what is missing. Raises `Stopped` when a limit, the breaker or Ctrl-C (through `stoppable`) ended it."""
        respondent, tally, again = self.respondent, self.tally, self.plan.options.again
        answers = Parts(self.output / ANSWERS, self.number)
        free = self.plan.design.is_free
        parts = Parts(self.output / FREE, self.number) if free else answers
        finished = parts.finished(again)
        tally.done = tally.done_before = sum(counts.total() for counts in finished.values())
        tally.outcomes = sum(finished.values(), Counter[str]())
        caller: _Caller = Caller(
            respondent.model,
            self.journal,
            respondent.limits,
            price=respondent.price,
            tally=tally,
            progress=self.progress,
            again=_truncated if Outcome.TRUNCATED in again else None,
        )
        self._caller = caller
        stoppable.append(caller)
        writer = _Writer(parts, FreeAnswer, made_from=answers) if free else _Writer(parts, Answer)
        if self.plan.options.batch:
            requests = (request for _, request in self._work(finished, None))
            await run_batches(respondent.model, requests, self.journal, self.progress, stopping=lambda: caller.stopping)
        asker = _Asker(self.plan, respondent, caller, writer, tally)
        try:
            await caller.run(self._work(finished, writer), asker.receive)
        except Stopped:
            if asker.failure is not None:
                raise asker.failure from None
            raise

    def _work(
        self, finished: Container[int], writer: _Writer | None
    ) -> Iterator[tuple[tuple[Presentation, Rendered], Request]]:
        """Every presentation that is not in a finished part, rendered as it is needed."""
        renderer = self.plan.renderer(self.respondent)
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


@dataclass(slots=True)
class _Asker:
    """Turns each call's end into a row. A respondent without log-probabilities ends logprob mode at its first reply."""

    plan: Plan
    respondent: Respondent
    caller: _Caller
    writer: _Writer
    tally: Tally
    failure: AxiometerError | None = None
    _run: str = ""

    def __post_init__(self) -> None:
        self._run = self.plan.specification.fingerprint

    def receive(self, tag: tuple[Presentation, Rendered], call: Call) -> None:
        presentation, rendered = tag
        reply, design = call.reply, self.plan.design
        if design.mode is Mode.LOGPROB and _lacks_logprobs(reply):
            self.failure = Refused(
                "{model} gives no log-probabilities, which --mode logprob needs (use --mode choice)",
                model=self.respondent.model.name,
            )
            self.caller.request_stop(Stopped(str(self.failure)))
            return
        make = free_row if design.is_free else answer_row
        row = make(
            presentation,
            rendered,
            design,
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
