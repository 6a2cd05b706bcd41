"""The second round of a run: a judge reads what respondents said freely, in every order of the design.

Each part of `free/` becomes the part of `answers/` of the same name, and is judged when it is whole. Every answer of
the judge is in the journal before it is read, one that cannot be used is asked for once more.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from axiometer.frameworks import Framework, load_framework
from axiometer.measure.design import presentations
from axiometer.measure.judging.questions import JudgeQuestion, questions
from axiometer.measure.judging.rows import Judged, JudgeStage, judged_row, stage_of, unjudged_row
from axiometer.measure.parts import PART_SIZE, Parts, PartWriter
from axiometer.measure.plan import Plan
from axiometer.measure.reading import FREE
from axiometer.models.protocols import ChatModel, Request
from axiometer.records.rows import Answer, FreeAnswer, Item, Outcome
from axiometer.records.tables import read_rows
from axiometer.runtime import Call, Caller, Journal, Progress, Tally
from axiometer.runtime.batch import run_batches
from axiometer.runtime.interrupts import Stoppable
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import shown_to
from axiometer.runtime.stages.rows import Rejected

ANSWERS = "answers"
_A_TURN = 200  # rows without a call after which whoever waits (Ctrl-C) has a turn


@dataclass(slots=True)
class _Asked:
    """One question on its way. `number` is that of its order in the design."""

    writer: PartWriter[Answer] | None
    free: FreeAnswer
    question: JudgeQuestion
    number: int
    request: Request
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


_Work: TypeAlias = Iterator["tuple[_Asked, Request] | None"]


@dataclass(slots=True)
class Judging:
    """The judge's round of a run. `tally` counts rows of the answers table, `outcomes` how they ended, by respondent;
    those in which there was nothing to judge are among them."""

    plan: Plan
    output: Path
    judge: Respondent
    journal: Journal
    progress: Progress
    tally: Tally = field(init=False)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    _stage: JudgeStage = field(init=False)
    _frameworks: Mapping[str, Framework] = field(init=False)

    def __post_init__(self) -> None:
        self.tally = Tally(self.judge.model.name, total=self.plan.rows * len(self.plan.respondents))
        self._stage = stage_of(self.plan.design.mode)
        self._frameworks = {name: load_framework(path) for name, path in self.plan.frameworks.items()}

    async def run(self, numbers: Sequence[int], stoppable: MutableSequence[Stoppable]) -> None:
        """Judges what the respondents with these numbers said. Raises `Stopped` as `Caller.run` does."""
        judge, tally = self.judge, self.tally
        finished = {number: self._parts(number).finished(self.plan.options.again) for number in numbers}
        for number, parts in finished.items():
            done = sum(parts.values(), Counter[str]())
            self.outcomes[self._name(number)] = done
            tally.done += done.total()
        tally.done_before = tally.done
        caller: Caller[_Asked] = Caller(
            judge.model, self.journal, judge.limits, price=judge.price, tally=tally, progress=self.progress
        )
        stoppable.append(caller)
        if self.plan.options.batch:
            requests = (pair[1] for pair in self._work(finished, write=False) if pair is not None)
            await run_batches(judge.model, requests, self.journal, self.progress, stopping=lambda: caller.stopping)
        await caller.run(self._work(finished, write=True), self._receive)

    def _parts(self, number: int) -> Parts:
        return Parts(self.output / ANSWERS, number)

    def _name(self, number: int) -> str:
        return self.plan.respondents[number].model.name

    def _work(self, finished: Mapping[int, Container[int]], *, write: bool) -> _Work:
        for number, parts in finished.items():
            size = PART_SIZE * self.plan.rows_per_put
            yield from self._of(number, parts, PartWriter(self._parts(number), Answer, size) if write else None)

    def _of(self, number: int, finished: Container[int], writer: PartWriter[Answer] | None) -> _Work:
        """The questions about one respondent's answers. What there is nothing to judge in goes to `writer` at once."""
        design, settled = self.plan.design, 0
        for item, free in self._answered(number, finished):
            asked = questions(item, free, design, self._frameworks)
            if writer is not None:
                for place in range(len(asked)):
                    writer.expect(free.seq * len(asked) + place)
            if free.outcome is not Outcome.CHOSEN:
                if writer is not None:
                    for place, question in enumerate(asked):
                        self._settle(writer, unjudged_row(free, question.order, place, design))
                        self.tally.done += 1
                settled += 1
                if settled % _A_TURN == 0:
                    self.progress.show(self.tally)
                    yield None
                continue
            for place, question in enumerate(asked):
                request = shown_to(self.judge.model, self._stage.render(question))
                yield _Asked(writer, free, question, place, request), request
        if writer is not None:
            writer.end()
            self.progress.show(self.tally)

    def _answered(self, number: int, finished: Container[int]) -> Iterator[tuple[Item, FreeAnswer]]:
        """Free answers with their items, in their order, of the parts that are not judged."""
        free = Parts(self.output / FREE, number)
        items = read_rows(self.output / "items", Item)
        part, said = -1, dict[int, FreeAnswer]()
        for presentation in presentations(items, self.plan.design):
            here = presentation.seq // PART_SIZE
            if here in finished:
                continue
            if here != part:
                path = free.path(here)  # a shard may have nothing in it
                part, said = here, {row.seq: row for row in read_rows(path, FreeAnswer)} if path.exists() else {}
            if presentation.seq in said:
                yield presentation.item, said[presentation.seq]

    def _receive(self, asked: _Asked, call: Call) -> Request | None:
        reply, stage = call.reply, self._stage
        asked.calls += 1
        end = None
        if reply is not None:
            asked.tokens_in += reply.usage.tokens_in
            asked.tokens_out += reply.usage.tokens_out
            end = stage.read(asked.question, reply)
            if isinstance(end, Rejected) and asked.calls == 1:
                asked.request = _repaired(self.judge.model, stage, asked, call, end)
                return asked.request
        judged = Judged(
            end,
            call.key,
            prompt_hash(asked.request),
            reply,
            call.error,
            asked.tokens_in,
            asked.tokens_out,
        )
        assert asked.writer is not None, "what is sent as a batch is received nowhere"
        row = judged_row(asked.free, asked.question.order, asked.number, self.plan.design, judged)
        self._settle(asked.writer, row)
        return None

    def _settle(self, writer: PartWriter[Answer], row: Answer) -> None:
        self.outcomes[row.model][row.outcome] += 1
        writer.receive(row)


def _repaired(model: ChatModel, stage: JudgeStage, asked: _Asked, call: Call, end: Rejected) -> Request:
    assert call.reply is not None
    return shown_to(model, stage.repair(asked.question, asked.request, call.reply, end))


def prompt_hash(request: Request) -> str:
    """32 hex digits of what the judge was shown."""
    shown = "\n\n".join(message.content for message in request.messages)
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()[:32]
