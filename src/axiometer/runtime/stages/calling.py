"""Runs a stage that asks a model over the parts of a table: what is finished is left, what is open is resumed.

Rows are rendered lazily and calls of several parts are in flight together; a part is written when its last row has its
fate, in the order of its rows. An answer that cannot be used gets one repair; then its row has failed, with the answer.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeAlias, TypeVar, cast

from axiometer.messages import t
from axiometer.models.protocols import ChatModel, Reply, Request
from axiometer.records.ids import content_id
from axiometer.records.schemas import to_frame, to_rows
from axiometer.runtime.caller import Call, Caller
from axiometer.runtime.journal import Journal
from axiometer.runtime.progress import Progress, Tally
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.parts import Part, StageFolder
from axiometer.runtime.stages.rows import CallStage, Dropped, Fate, Identified, Kept, Rejected, Status

In = TypeVar("In", bound=Identified)
Out = TypeVar("Out", bound=Identified)

ALIKE_AMONG = 20
ALIKE_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class InputPart(Generic[In]):
    """A part of the table that goes into a stage: its name, where it lies, and the type of its rows."""

    name: str
    folder: StageFolder
    row_type: type[In]


@dataclass(slots=True)
class _Open(Generic[Out]):
    """A part on its way: the fate of each row (None: not known yet) and what the rows became."""

    name: str
    signature: str
    fates: list[Fate | None]
    outputs: list[tuple[Out, ...]]
    missing: int
    answers: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Asked(Generic[In, Out]):
    """One row that is being asked about."""

    part: _Open[Out]
    index: int
    row: In
    request: Request
    calls: list[str] = field(default_factory=list)
    tokens_in: int = 0
    tokens_out: int = 0
    usable: Kept[Out] | None = None


_Work: TypeAlias = Iterator[tuple[_Asked[In, Out], Request] | None]


class Asking(Generic[In, Out]):
    """One stage, one model, one table. `caller` can be asked to stop (see `interrupts`)."""

    def __init__(
        self,
        stage: CallStage[In, Out],
        respondent: Respondent,
        inputs: Sequence[InputPart[In]],
        output: StageFolder,
        journal: Journal,
        progress: Progress,
        tally: Tally,
    ) -> None:
        self.stage = stage
        self.inputs = inputs
        self.output = output
        self.progress = progress
        self.tally = tally
        self._respondent = respondent
        self.caller: Caller[_Asked[In, Out]] = Caller(
            respondent.model,
            journal,
            respondent.limits,
            price=respondent.price,
            tally=tally,
            progress=progress,
        )

    async def run(self) -> None:
        """Finishes every part. Raises `Stopped` as `Caller.run` does; finished parts stay."""
        self.output.keep_only(part.name for part in self.inputs)  # without input where texts were taken away
        pending = list(self._pending())
        self.progress.show(self.tally)
        if pending:
            await self.caller.run(self._work(pending), self._receive)
            self._warn_of_one_answer()

    def _pending(self) -> Iterator[tuple[InputPart[In], str]]:
        """The parts that are not finished; counts the rows of all."""
        self.tally.total = 0
        basis = content_id("stage", self.stage.name, self.stage.fingerprint, self._respondent.model.identity)
        for part in self.inputs:
            made = part.folder.part(part.name)
            assert made is not None, f"{part.folder.path}: {part.name} is not there"
            signature = content_id("part", basis, made.digest)
            self.tally.total += made.rows
            there = self.output.part(part.name)
            if there is not None and there.signature == signature and there.retry == 0:
                self.tally.done += there.fates
                self.tally.done_before += there.fates
                continue
            yield part, signature

    def _work(self, pending: Sequence[tuple[InputPart[In], str]]) -> _Work[In, Out]:
        for part, signature in pending:
            rows = list(to_rows(part.folder.rows_of(part.name), part.row_type))
            opened: _Open[Out] = _Open(part.name, signature, [None] * len(rows), [()] * len(rows), len(rows))
            if not rows:
                self._write(opened)
            asking = False
            for index, row in enumerate(rows):
                rendered = self.stage.render(row)
                if isinstance(rendered, Request):
                    asking = True
                    request = shown_to(self._respondent.model, rendered)
                    yield _Asked(opened, index, row, request), request
                else:
                    self.tally.done += 1
                    self._settle(opened, index, _fate(row, rendered), _outputs(rendered))
            if not asking:
                self.progress.show(self.tally)
                yield None

    def _receive(self, asked: _Asked[In, Out], call: Call) -> Request | None:
        asked.calls.append(call.key)
        reply = call.reply
        if reply is None:
            assert call.error is not None
            kind = type(call.error).__name__
            note = whole_characters(str(call.error))
            self._end(asked, Fate(asked.row.id, Status.FAILED, error=kind, retry=True, note=note))
            return None
        reply = replace(reply, text=whole_characters(reply.text))
        asked.tokens_in += reply.usage.tokens_in
        asked.tokens_out += reply.usage.tokens_out
        if len(asked.calls) == 1:  # usable or not: a model that always says the same shall be noticed
            asked.part.answers[hashlib.sha256(reply.text.encode()).hexdigest()[:16]] += 1
        read = self.stage.read(asked.row, reply)
        if isinstance(read, Rejected) and len(asked.calls) == 1:
            asked.usable = _usable(read)
            return shown_to(self._respondent.model, self.stage.repair(asked.row, asked.request, reply, read))
        end = _most(asked.usable, read)
        if isinstance(end, Rejected):
            self._end(asked, _failed(asked.row, end, reply))
        else:
            self._end(asked, _fate(asked.row, end), _outputs(end))
        return None

    def _end(self, asked: _Asked[In, Out], fate: Fate, outputs: tuple[Out, ...] = ()) -> None:
        whole = replace(fate, calls=tuple(asked.calls), tokens_in=asked.tokens_in, tokens_out=asked.tokens_out)
        self._settle(asked.part, asked.index, whole, outputs)

    def _settle(self, part: _Open[Out], index: int, fate: Fate, outputs: tuple[Out, ...]) -> None:
        part.fates[index], part.outputs[index] = fate, outputs
        part.missing -= 1
        self.tally.outcomes[fate.status] += 1
        if part.missing == 0:
            self._write(part)

    def _write(self, part: _Open[Out]) -> None:
        fates = [fate for fate in part.fates if fate is not None]
        assert len(fates) == len(part.fates), f"{part.name}: rows without a fate"
        rows = [row for outputs in part.outputs for row in outputs]
        most = max(part.answers.values(), default=0)
        extra = {"answers": str(part.answers.total()), "most_alike": str(most)}
        self.output.write(part.name, to_frame(rows, self.stage.output), fates, part.signature, extra)

    def _warn_of_one_answer(self) -> None:
        warning = alike(self.output.parts())
        if warning is not None:
            same, answers = warning
            self.progress.note(
                t(
                    "{stage}: {model} gave the same answer in {same} of {answers} calls; look at its answers",
                    stage=self.stage.name,
                    model=self._respondent.model.name,
                    same=same,
                    answers=answers,
                )
            )


def alike(parts: Iterable[Part]) -> tuple[int, int] | None:
    """(most frequent answer, answers) where a model always answered about the same: at least 20 answers, 90 % alike."""
    extras = [part.extra for part in parts]
    answers = sum(int(extra.get("answers", 0)) for extra in extras)
    same = sum(int(extra.get("most_alike", 0)) for extra in extras if int(extra.get("answers", 0)) > 1)
    return (same, answers) if answers >= ALIKE_AMONG and same >= ALIKE_SHARE * answers else None


def shown_to(model: ChatModel, request: Request) -> Request:
    """The request as `model` gets it. What is for simulated models alone is not part of a real call, nor of its key. A
    model that was allowed more tokens than the step needs (it thinks first) keeps them."""
    sampling = model.identity.get("sampling")
    allowed = int(sampling.get("max_tokens") or 0) if isinstance(sampling, Mapping) else 0
    most = max(request.max_tokens or 0, allowed) or None
    return replace(request, max_tokens=most, meta=request.meta if model.wants_meta else None)


def whole_characters(said: str) -> str:
    """`said` with a mark for every half of a character: JSON can hold one, no table and no request can."""
    return said.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _fate(row: Identified, end: Kept[Out] | Dropped) -> Fate:
    if isinstance(end, Dropped):
        return Fate(row.id, Status.DROPPED, reason=end.reason, note=end.note)
    return Fate(row.id, Status.KEPT, note=end.note, outputs=tuple(output.id for output in end.rows))


def _outputs(end: Kept[Out] | Dropped) -> tuple[Out, ...]:
    return end.rows if isinstance(end, Kept) else ()


def _usable(rejected: Rejected) -> Kept[Out] | None:
    """Its rows are of the stage's output: a rejection does not name their type, so that only who has any must."""
    return cast("Kept[Out] | None", rejected.usable)


def _most(usable: Kept[Out] | None, last: Kept[Out] | Dropped | Rejected) -> Kept[Out] | Dropped | Rejected:
    """What the last answer makes of a row, or what was usable in either of two that were not good, if that is more."""
    if isinstance(last, Kept):
        return last
    second: Kept[Out] | None = _usable(last) if isinstance(last, Rejected) else None
    found = [each for each in (usable, second) if each is not None and each.rows]
    return max(found, key=lambda each: len(each.rows)) if found else last


def _failed(row: Identified, rejected: Rejected, reply: Reply) -> Fate:
    return Fate(
        row.id, Status.FAILED, error=rejected.problem, note=rejected.note, raw=reply.text or reply.reasoning or ""
    )
