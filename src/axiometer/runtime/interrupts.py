"""Ctrl-C and SIGTERM while calls are in flight: what was paid for is kept."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from axiometer.errors import Stopped
from axiometer.messages import t
from axiometer.runtime.progress import Progress, Tally


class Stoppable(Protocol):
    """A caller, whatever its tags."""

    tally: Tally

    def request_stop(self, why: Stopped) -> None: ...


@contextmanager
def interrupts(callers: Sequence[Stoppable], progress: Progress) -> Iterator[None]:
    """Ctrl-C and SIGTERM take no new call and keep what is in flight; a second Ctrl-C leaves at once. `callers` may
    grow meanwhile."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    asked = False

    def stop() -> None:
        nonlocal asked
        if asked and task is not None:
            task.cancel()
        elif waiting := sum(caller.tally.in_flight for caller in callers):
            progress.note(t("stopping: {n} calls are in flight and waited for; once more leaves at once", n=waiting))
        asked = True
        for caller in callers:
            caller.request_stop(Stopped("stopped; what was in flight is kept"))

    installed: list[signal.Signals] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
            installed.append(number)
        except (NotImplementedError, RuntimeError, ValueError):
            continue  # Windows, or not the main thread: the default handling stays
    try:
        yield
    except asyncio.CancelledError:
        if not asked:
            raise
        raise Stopped("stopped at once; answers that had not come back are asked again on resume") from None
    finally:
        for number in installed:
            loop.remove_signal_handler(number)
