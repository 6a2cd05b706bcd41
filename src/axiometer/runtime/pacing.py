"""What a caller remembers between calls: its pace, the service's health, and answers on their way to the disk."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Commits:
    """Answers on their way to the disk: bounded, waited for at the end, and the first failure ends the work."""

    most: int = 2_048
    pending: int = 0
    failure: Exception | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        self.pending += 1

    def end(self, failure: Exception | None) -> None:
        self.pending -= 1
        self.failure = self.failure or failure
        self.changed.set()

    async def wait_for_room(self) -> None:
        await self._until(self.most)

    async def wait_for_all(self) -> None:
        await self._until(0)

    async def _until(self, most: int) -> None:
        while self.pending > most and self.failure is None:
            self.changed.clear()
            await self.changed.wait()
        if self.failure is not None:
            raise self.failure


@dataclass(slots=True)
class Pace:
    """Concurrency that halves on a rate limit and grows again by one per round of successes."""

    ceiling: int
    allowed: float = 0.0
    paused_until: float = 0.0
    limited_since: float | None = None

    def __post_init__(self) -> None:
        self.allowed = float(self.ceiling)

    def slow_down(self, now: float, wait: float) -> None:
        if now >= self.paused_until:  # one halving per pause, not one per call that was in flight
            self.allowed = max(1.0, self.allowed / 2)
        self.paused_until = max(self.paused_until, now + wait)
        self.limited_since = self.limited_since if self.limited_since is not None else now

    def succeeded(self) -> None:
        self.limited_since = None
        if self.allowed < self.ceiling:
            self.allowed = min(self.ceiling, self.allowed + 1.0 / self.allowed)


@dataclass(slots=True)
class Health:
    """Counts failures in a row; the breaker's memory."""

    attempts_failed: int = 0
    calls_failed: int = 0
    last_success: float = field(default_factory=time.monotonic)

    def success(self) -> None:
        self.attempts_failed = 0
        self.calls_failed = 0
        self.last_success = time.monotonic()
