"""Stages that ask models, one after the other: one journal for all, and a Ctrl-C that is heard within and between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axiometer.errors import Stopped
from axiometer.runtime.interrupts import Stoppable, interrupts
from axiometer.runtime.journal import Journal, neighbours_of
from axiometer.runtime.progress import Progress, Tally
from axiometer.runtime.respondent import Respondent
from axiometer.runtime.stages.calling import Asking, InputPart
from axiometer.runtime.stages.parts import StageFolder
from axiometer.runtime.stages.rows import CallStage

JOURNAL = "journal"
_A_TURN = 0.001  # seconds


@dataclass(slots=True)
class _Halt:
    """Remembers a Ctrl-C that came while nothing was asked."""

    tally: Tally = field(default_factory=lambda: Tally("between the stages"))
    why: Stopped | None = None

    def request_stop(self, why: Stopped) -> None:
        self.why = why


@dataclass(slots=True)
class Turns:
    """What `in_turn` gives. `tallies`: one for each stage that was asked, in order."""

    journal: Journal
    progress: Progress
    tallies: list[Tally] = field(default_factory=list)
    _halt: _Halt = field(default_factory=_Halt)
    _callers: list[Stoppable] = field(default_factory=list)

    async def ask(
        self,
        stage: CallStage[Any, Any],
        respondent: Respondent,
        parts: Sequence[InputPart[Any]],
        output: StageFolder,
        name: str | None = None,
    ) -> None:
        """Runs one stage; `name` is what progress calls it. Raises `Stopped` as `Asking.run` does, and where a stop was
        asked for before."""
        tally = Tally(name or stage.name)
        asking = Asking(stage, respondent, parts, output, self.journal, self.progress, tally)
        self._callers.append(asking.caller)
        self.tallies.append(tally)
        await self.check()
        await asking.run()

    async def check(self) -> None:
        """Raises `Stopped` where a stop was asked for: the event loop hears of a signal when it has a turn."""
        await asyncio.sleep(_A_TURN)
        if self._halt.why is not None:
            raise self._halt.why


@asynccontextmanager
async def in_turn(folder: Path, respondents: Iterable[Respondent], progress: Progress) -> AsyncIterator[Turns]:
    """Opens the journal of the work in `folder` (those beside it are read, too); closes it and the models at the end. A
    stop that was asked for meanwhile is raised there."""
    journal = Journal(folder / JOURNAL, neighbours_of(folder))
    turns = Turns(journal, progress)
    turns._callers.append(turns._halt)
    try:
        with interrupts(turns._callers, progress):
            yield turns
            await turns.check()
    finally:
        journal.close()
        for model in {id(each.model): each.model for each in respondents}.values():
            await model.close()
