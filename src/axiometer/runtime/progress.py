"""What has been done so far, counted; and the protocol through which a caller reports it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class Tally:
    """Running counts of one respondent's work. `total` is None while it is not known."""

    name: str
    total: int | None = None
    done: int = 0
    calls: int = 0
    hits: int = 0
    retries: int = 0
    errors: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float | None = None
    in_flight: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)
    done_before: int = 0

    @property
    def rate(self) -> float:
        """Presentations a second since this process began, without those that were there before."""
        return (self.done - self.done_before) / max(time.monotonic() - self.started, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        if self.total is None or self.rate <= 0:
            return None
        return max(self.total - self.done, 0) / self.rate


class Progress(Protocol):
    """Is told about every change; decides itself how often to show it."""

    def show(self, tally: Tally) -> None: ...

    def note(self, line: str) -> None:
        """One line that must be seen (a rate limit, a changed model version, a stop)."""
        ...

    def close(self) -> None: ...


class Silent:
    """Shows nothing."""

    def show(self, tally: Tally) -> None:
        del tally

    def note(self, line: str) -> None:
        del line

    def close(self) -> None:
        return
